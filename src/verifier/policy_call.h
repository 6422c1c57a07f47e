/*
 * How the broker's policies are compiled and asked: the limits, the package, and the reports for people.
 */
#pragma once

#include "casemate/rego.h"
#include "verifier/appraise_policy.h"

/* What one decision may cost. */
#define POLICY_LIMITS ((struct rego_limits){.steps = 4000000, .memory = 32UL * 1024 * 1024})

struct policy_text {
    const char *name; /* for messages */
    struct bytes text;
    const char *rule; /* what it must define: "data.policy.allow" */
};

/*
 * policy_compile - compile one module.
 *
 * in       data: JSON object, or empty; extensions: may be NULL
 * out      *out only on success, owned; *fault on failure
 * errors   FORMAT reason policy.invalid; LIMIT; NOMEM
 */
MUST_CHECK struct err policy_compile(const struct policy_text *p, struct bytes data,
                                     const struct rego_extension *extensions, size_t extension_count,
                                     struct rego_policy **out, struct policy_fault *fault);

/*
 * policy_ask - the value of a rule under the limits for one decision.
 *
 * in       call: query, input, data and context; its limits are set here
 * out      *out: a tree in the arena, NULL where the rule is undefined
 * errors   LIMIT reason policy.limit; FORMAT reason policy.invalid: the evaluation failed; NOMEM
 */
MUST_CHECK struct err policy_ask(struct arena *a, const struct rego_policy *policy, struct rego_call call,
                                 const struct json **out);
