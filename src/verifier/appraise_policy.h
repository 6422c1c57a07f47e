/*
 * Appraisal by an attestation policy in Rego: the operator's rules in place of the native ones, behind the same result.
 * A policy defines data.policy.trust_claims (the trust vector) and may define data.policy.extensions; it asks reference
 * values with query_reference_value(NAME), which is null where nothing is registered.
 */
#pragma once

#include "verifier/appraise.h"

struct attestation_policy; /* compiled; immutable */

struct policy_fault {   /* why a policy was refused, for the administrator */
    char message[1100]; /* "default_cpu:3:1: rego_parse_error: ..." */
};

/*
 * attestation_policy_new - compile a policy. attestation_policy_free - NULL is fine.
 *
 * in       name: for messages; text: Rego v1, package policy
 * out      *out only on success, owned; *fault on failure
 * errors   FORMAT reason policy.invalid: it does not compile, or has no rule trust_claims; LIMIT; NOMEM
 */
MUST_CHECK struct err attestation_policy_new(const char *name, struct bytes text, struct attestation_policy **out,
                                             struct policy_fault *fault);
void attestation_policy_free(struct attestation_policy *p);

/*
 * appraise_policy - what the policy says of verified claims. A trust claim that is no integer of eight bits, or that
 * has another name, refuses the evidence. The identity that the verifier found bounds the claim instance-identity: a
 * policy can ask for more than the verifier does, never for less.
 *
 * in       input: {"<tee>": claims, "report_data", "runtime_data_claims", "init_data", "init_data_claims"};
 *          references: object name -> value, may be NULL; now_sec: what time.now_ns says
 * out      *out always filled, its zero value denies; out->extensions: members to add to the submodule, or NULL.
 *          A finding for each name that was asked and is not registered, where the verdict is not affirming
 * errors   FORMAT reason appraisal.policy: the policy's result cannot be used; LIMIT reason policy.limit; NOMEM
 * cost     bounded: 4 million steps, 32 MiB
 * source: spec/kbs.md 2.4, 3.3
 */
MUST_CHECK struct err appraise_policy(struct arena *a, const struct attestation_policy *p,
                                      const struct verified *verified, const struct json *input,
                                      const struct json *references, int64_t now_sec, struct appraisal *out);
