#include "verifier/appraise_default.h"

#include <stdio.h>

#include "verifier/builtin_policy.h"

struct err builtin_attestation_policy(const char *class, struct attestation_policy **out)
{
    char name[64];
    struct policy_fault fault;
    (void)snprintf(name, sizeof(name), "attestation-policy/default_%s", class);
    struct bytes text = builtin_policy(bytes_of_text(name));
    *out = NULL;
    if (text.n == 0)
        return OK;
    struct err e = attestation_policy_new(name, text, out, &fault);
    return e.code == ERR_FORMAT ? FAIL(ERR_BUG, "the built-in policy does not compile") : e;
}

struct err appraise_default(struct arena *a, const struct default_appraisal *x, struct appraisal *out)
{
    struct appraisal by_policy;
    struct appraisal native;
    *out = (struct appraisal){.verdict = VERDICT_CONTRAINDICATED};
    TRY(appraise_native(a, x->tee, x->verified, x->has_initdata, x->references, &native));
    if (x->policy == NULL)
        return REFUSE(ERR_UNSUPPORTED, REASON_EVIDENCE_TEE, "no policy for this class of TEEs");
    TRY(appraise_policy(a, x->policy, x->verified, x->input, x->references, x->now_sec, &by_policy));
    bool native_is_worse = verdict_worst(native.verdict, by_policy.verdict) == native.verdict;
    *out = native_is_worse ? native : by_policy;
    if (out->verdict == VERDICT_AFFIRMING)
        return OK;
    memcpy(out->findings, native.findings, sizeof(out->findings));
    out->finding_count = native.finding_count;
    out->reason = native.reason != REASON_NONE ? native.reason : by_policy.reason;
    return OK;
}
