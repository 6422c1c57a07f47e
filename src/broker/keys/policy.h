/*
 * The release rule: a resource goes to a guest only if every part of it was appraised as affirming, its initdata names
 * a workload that the operator bound, and the resource is on that workload's list. No binding, no release. It is
 * compiled in, and it is the default that a release policy in Rego replaces once the policy engine is part of the
 * broker.
 */
#pragma once

#include "broker/keys/keys.h"
#include "json/json.h"

#define RELEASE_RULE "affirming-and-bound"

/*
 * workloads_load - read the bindings of the store again. workloads_drop - none in force: nothing is released.
 *
 * out      k->workloads
 * errors   FORMAT, IO, NOMEM
 */
MUST_CHECK struct err workloads_load(struct keys *k);
void workloads_drop(struct keys *k);

/*
 * workload_check - whether a binding is well-formed: a list of resource paths.
 *
 * in       value: the administrator's
 * out      nothing
 * errors   FORMAT reason request.malformed or resource.path; NOMEM
 */
MUST_CHECK struct err workload_check(struct arena *a, struct bytes value);

/*
 * release_allows - ask the rule.
 *
 * in       claims: a verified token's payload; path: what is asked for, hostile
 * out      nothing: OK is "yes"
 * errors   DENIED with reason release.no-policy, release.not-affirming, release.initdata or release.other-workload
 * source: spec/trust-model.md R13
 */
MUST_CHECK struct err release_allows(const struct keys *k, const struct json *claims, struct bytes path);
