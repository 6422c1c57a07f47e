/*
 * The policies in force: the release policy, which decides who gets what, and the names and digests of the attestation
 * policies that the workers run. Where the operator set no release policy the built-in one is in force: affirming,
 * initdata bound to a workload, resource on its list. Made anew after each committed change.
 */
#pragma once

#include "broker/keys/keys.h"
#include "verifier/appraise_policy.h"
#include "json/json.h"

#define POLICY_TEXT_MAX    (1 * MIB)
#define POLICY_ATTESTATION "attestation-policy/" /* a record's name is this and upstream's id: "default_cpu" */

struct release_question {
    struct bytes claims; /* payload of a verified token, JSON */
    struct bytes plugin;
    struct bytes path;  /* behind the plugin's name, decoded, hostile */
    struct bytes query; /* pairs as in keys_resource */
};

/*
 * policies_load - read policies and bindings of the store again. policies_drop - none in force: nothing is released.
 *
 * out      k->policies
 * errors   FORMAT, IO, NOMEM, LIMIT
 */
MUST_CHECK struct err policies_load(struct keys *k);
void policies_drop(struct keys *k);

/*
 * policy_check - whether a text can be in force under this record name. workload_check - whether a binding is
 * well-formed: a list of resource paths.
 *
 * in       name, text, value: the administrator's
 * out      *fault on failure: for the administrator
 * errors   FORMAT reason policy.invalid; ABSENT no policy has such a name; FORMAT reason request.malformed or
 *          resource.path; LIMIT; NOMEM
 */
MUST_CHECK struct err policy_check(struct bytes name, struct bytes text, struct policy_fault *fault);
MUST_CHECK struct err workload_check(struct arena *a, struct bytes value);

/*
 * release_allows - ask the release policy: data.policy.allow, with the token's payload as input and
 * {"plugin", "resource-path", "query"} as data. A policy may say why not: data.policy.refusal, a reason code.
 *
 * out      nothing: OK is "yes", and only the value true gives it
 * errors   DENIED with reason release.policy, or the one of group release that the policy names; LIMIT reason
 *          policy.limit and FORMAT reason policy.invalid: the evaluation failed; NOMEM
 * source: spec/kbs.md 3.2; spec/trust-model.md R13
 */
MUST_CHECK struct err release_allows(const struct keys *k, struct arena *a, const struct release_question *q);
