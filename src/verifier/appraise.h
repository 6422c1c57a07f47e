/*
 * Appraisal: claims compared with reference values by name. The native rules here are the default; an attestation
 * policy in Rego replaces them through the same interface (appraise_policy.h).
 */
#pragma once

#include "rats/ear.h"
#include "verifier/verifier.h"

#define APPRAISAL_FINDINGS_MAX 32

struct appraisal_finding { /* one measured part that is not as registered */
    char claim[40];        /* "pcr09" */
    char reference[48];    /* "tpm_pcr09" */
    uint16_t reason;
    struct bytes found;          /* text in the arena */
    const struct json *expected; /* the registered value, or NULL when none is registered */
};

struct appraisal {
    struct ear_vector vector;
    enum verdict verdict;
    uint16_t reason; /* why it is not affirming: the first finding, or the identity's reason */
    struct appraisal_finding findings[APPRAISAL_FINDINGS_MAX];
    size_t finding_count;
    const struct json *extensions; /* members that a policy adds to the submodule, or NULL */
};

/*
 * appraise_native - the rules of this TEE: each measured part must be registered and equal. For `tpm` every PCR 0..15
 * is pinned by a reference value, computed (8 from the initdata, 10 from IMA) or required zero; an unnamed one is
 * contraindicated. Identity below AFFIRMING bounds the verdict.
 *
 * in       verified: of this evidence; references: object name -> value, may be NULL; has_initdata: whether an initdata
 *          document was checked against the evidence
 * out      always filled; its zero value denies
 * errors   NOMEM, BUG; UNSUPPORTED a TEE without native rules
 * source: spec/kbs.md 3.4; DESIGN.md section 9
 */
MUST_CHECK struct err appraise_native(struct arena *a, enum tee tee, const struct verified *verified, bool has_initdata,
                                      const struct json *references, struct appraisal *out);
