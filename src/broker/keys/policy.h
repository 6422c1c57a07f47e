/*
 * The policies in force: the release policy, which decides who gets what, and the names and digests of the attestation
 * policies that the workers run. Where the operator set no release policy the built-in one is in force: affirming,
 * initdata bound to a workload, resource on its list. Made anew after each committed change.
 */
#pragma once

#include "broker/keys/keys.h"
#include "broker/keys/policy_probe.h"
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
 * release_workloads - the bindings as a policy sees them: {"workloads":{claim:[path, ...]}}.
 * release_compile - a release policy over such data.
 *
 * out      appended to *out; *out owned; *fault on failure
 * errors   IO, NOMEM; release_compile: FORMAT reason policy.invalid, NOMEM
 */
MUST_CHECK struct err release_workloads(struct keys *k, struct arena *a, struct buf *out);
MUST_CHECK struct err release_compile(struct bytes text, struct bytes data, struct rego_policy **out,
                                      struct policy_fault *fault);

struct policy_trial {  /* a policy that wants to come into force */
    struct bytes name; /* of the record */
    struct bytes text;
    const struct json *accepted; /* list of threats that an administrator accepts by name, or NULL */
    struct policy_fault fault;   /* why it was refused, for the administrator */
    struct probe_findings findings;
};

/*
 * policy_try - compile a policy and put the probes to it. One that opens a threat of critical severity is refused,
 * unless the administrator accepts that threat by name, or policy.on_critical says insecure_warn.
 *
 * in       t: name, text and accepted are the administrator's
 * out      t->findings, for the audit log; t->fault on failure
 * errors   as policy_check; DENIED reason policy.critical; IO
 * source: spec/trust-model.md R12
 */
MUST_CHECK struct err policy_try(struct keys *k, struct arena *a, struct policy_trial *t);

/*
 * policies_findings - what the catalogue says of all that is in force, as the open transaction has it.
 * policies_try_references - refuse reference values that open a critical threat which `before` does not have: a value
 * can open what the policy alone did not, and a policy that was accepted as it is does not keep values from being set.
 *
 * out      *out in the arena; *fault on failure
 * errors   as policy_assess; policies_try_references: DENIED reason policy.critical
 */
MUST_CHECK struct err policies_findings(struct keys *k, struct arena *a, const struct probe_findings **out);
MUST_CHECK struct err policies_try_references(struct keys *k, struct arena *a, const struct probe_findings *before,
                                              struct policy_fault *fault);

struct release_answer {        /* for the audit log */
    struct bytes rule;         /* "resource-policy@3:12:1": the rule that allowed it; without a place where none did */
    const struct json *reason; /* a refusal: which literal failed, where, with both sides; NULL if it cannot be said */
};

/*
 * release_allows - ask the release policy: data.policy.allow, with the token's payload as input and
 * {"plugin", "resource-path", "query"} as data. A policy may say why not: data.policy.refusal, a reason code.
 *
 * out      OK is "yes", and only the value true gives it; *out always filled
 * errors   DENIED with reason release.policy, or the one of group release that the policy names; LIMIT reason
 *          policy.limit and FORMAT reason policy.invalid: the evaluation failed; NOMEM
 * source: spec/kbs.md 3.2; spec/trust-model.md R13, R14, R35
 */
MUST_CHECK struct err release_allows(const struct keys *k, struct arena *a, const struct release_question *q,
                                     struct release_answer *out);

/* release_ask - the same of a policy that is not in force, without its reasons. out, errors: as release_allows */
MUST_CHECK struct err release_ask(const struct keys *k, const struct rego_policy *policy, struct arena *a,
                                  const struct release_question *q);
