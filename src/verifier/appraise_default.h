/*
 * Appraisal where the operator set no policy: the built-in policy decides, and the native rules say what differs. Two
 * accounts of the same thing, written apart: a part passes only where both let it pass.
 */
#pragma once

#include "verifier/appraise_policy.h"

/*
 * builtin_attestation_policy - compile the built-in policy for a class of TEEs ("cpu"): *out NULL where there is none.
 *
 * out      *out, owned
 * errors   NOMEM; BUG: it does not compile
 */
MUST_CHECK struct err builtin_attestation_policy(const char *class, struct attestation_policy **out);

struct default_appraisal {
    const struct attestation_policy *policy; /* built in */
    enum tee tee;
    const struct verified *verified;
    bool has_initdata;             /* whether an initdata document was checked against the evidence */
    const struct json *input;      /* as for appraise_policy */
    const struct json *references; /* may be NULL */
    int64_t now_sec;
};

/*
 * appraise_default - the worse of what the built-in policy and the native rules say.
 *
 * out      *out always filled, its zero value denies; findings of the native rules where it is not affirming
 * errors   those of appraise_native and of appraise_policy
 */
MUST_CHECK struct err appraise_default(struct arena *a, const struct default_appraisal *x, struct appraisal *out);
