/*
 * What the native rules of the TEEs share: an appraisal under construction.
 */
#pragma once

#include "verifier/appraise.h"

struct rules {
    struct arena *arena;
    const struct json *claims;
    const struct json *references;
    bool has_initdata;
    enum verdict identity;
    struct appraisal *out;
};

/* Fills r->out: the vector and the findings. The verdict follows from them. */
typedef struct err appraise_rules_fn(const struct rules *r);

/*
 * rules_set - one claim of the trustworthiness vector. rules_find - note that a measured part is not as registered;
 * beyond APPRAISAL_FINDINGS_MAX nothing is noted, but the appraisal stays contraindicated.
 * rules_check - compare the claim with what is registered under `reference`: a finding with NO_REFERENCE if nothing is,
 * with `reason` if it differs. Returns whether it holds.
 *
 * in       claim, reference: our own C strings
 * out      r->out
 * errors   rules_find, rules_check: NOMEM
 */
void rules_set(const struct rules *r, enum ear_claim claim, int8_t value);
MUST_CHECK struct err rules_find(const struct rules *r, const char *claim, const char *reference, enum reason reason);
MUST_CHECK struct err rules_check(const struct rules *r, const char *claim, const char *reference, enum reason reason,
                                  bool *holds);

/*
 * rules_finish - the two claims that all TEEs set alike: instance-identity and hardware from the identity, and
 * configuration. A finding of whatever kind makes `configuration` 96, so that the token's status is contraindicated
 * like the verdict: "executables 33" alone would only warn.
 *
 * in       platform_holds: firmware and TCB as registered; configuration: the value when there is no finding
 * out      r->out
 * errors   none
 * source: DESIGN.md section 9; spec/kbs.md 3.4
 */
void rules_finish(const struct rules *r, bool platform_holds, int8_t configuration);

appraise_rules_fn appraise_rules_tpm;
appraise_rules_fn appraise_rules_snp;
appraise_rules_fn appraise_rules_sample;
appraise_rules_fn appraise_rules_sampledevice;
