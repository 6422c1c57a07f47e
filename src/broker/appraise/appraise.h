/*
 * The role appraise: it decodes hostile evidence and says what it is worth. It holds no keys, opens nothing, and talks
 * to keys alone. After a bounded number of evidences it ends, and the supervisor starts a new one.
 */
#pragma once

#include "broker/ipc/appraise_msg.h"
#include "rats/ear.h"
#include "verifier/appraise.h"
#include "verifier/appraise_default.h"
#include "json/json.h"

#define TRUST_ROOTS_MAX    32
#define TRUST_POLICIES_MAX 64

/* The operator's trust, decoded from CONFIG. Lives until the next CONFIG. */
struct trust {
    struct arena arena;
    uint64_t generation;
    const struct json *references;
    struct endorsements endorsements;
    struct verifier_options options;
    struct cert *tpm_roots[TRUST_ROOTS_MAX];
    struct cert *insecure_tpm_roots[TRUST_ROOTS_MAX];
    struct cert *snp_test_roots[TRUST_ROOTS_MAX];
    struct trust_policy {
        struct bytes id; /* "default_cpu" */
        struct attestation_policy *policy;
    } policies[TRUST_POLICIES_MAX];
    size_t policy_count;
    struct attestation_policy *builtin; /* for processors, where none is set */
    bool allow_sample;
    bool verbose_tokens;
    bool initdata_optional;
};

/*
 * trust_decode - take over a CONFIG. trust_clear - forget it.
 *
 * in       m: from keys; t: cleared or zeroed
 * out      *t only on success
 * errors   FORMAT, LIMIT, NOMEM
 */
MUST_CHECK struct err trust_decode(const struct appraise_config *m, struct trust *t);
void trust_clear(struct trust *t);

/* trust_policy - the attestation policy for a class of TEEs ("cpu"), or NULL: the built-in one. errors: none; out: it
 */
const struct attestation_policy *trust_policy(const struct trust *t, const char *class);

/*
 * appraise_attest - the whole appraisal of one attest body.
 * appraise_credential_for - the credential of one TPM.
 *
 * in       m: body and keys hostile; a: memory of this request
 * out      *out always filled: a refusal is a verdict with a code; views in the arena
 * errors   none
 */
void appraise_attest(const struct trust *t, struct arena *a, const struct appraise_ticket *m,
                     struct appraise_verdict *out);
void appraise_credential_for(const struct trust *t, struct arena *a, const struct appraise_make_credential *m,
                             struct appraise_credential *out);
