/*
 * Policies are tried before they come into force: tokens and claims that must not pass are put to them. The probes have
 * the ids of the threat catalogue; what they stand on is what the broker knows: its resources, the bound workloads, the
 * reference values.
 */
#pragma once

#include "broker/keys/keys.h"
#include "verifier/appraise_policy.h"

#define PROBE_FINDINGS_MAX 16

struct probe_finding {
    const char *probe;  /* "Q06" */
    const char *threat; /* "T-INIT-01" */
    const char *what;   /* "a guest with initdata that nobody bound" */
    bool is_critical;   /* of severity C in the catalogue */
    bool is_accepted;   /* an administrator names it and says why */
    char subject[160];  /* the resource that it would get, or the class of TEEs */
};

struct probe_findings {
    struct probe_finding list[PROBE_FINDINGS_MAX]; /* one per threat, the first probe that showed it */
    size_t count;
};

/*
 * policy_probe_release - put the release probes to a policy: every resource of the store and every bound path, with
 * each of the tokens that must not open them.
 * policy_probe_attestation - put the appraisal probes: claims in which every measurement is random, or none is there.
 *
 * in       policy: compiled, with the bindings of the store; name: the record's; references: object name -> value
 * out      appended to *out
 * errors   IO, NOMEM; an evaluation that fails or passes a limit releases nothing and is no finding
 * cost     about twenty evaluations per resource, at most 32 resources
 * source: spec/trust-model.md 5.4, R12
 */
MUST_CHECK struct err policy_probe_release(struct keys *k, struct arena *a, const struct rego_policy *policy,
                                           struct probe_findings *out);
MUST_CHECK struct err policy_probe_attestation(struct arena *a, const struct attestation_policy *policy,
                                               const char *name, const struct json *references, int64_t now_sec,
                                               struct probe_findings *out);

/*
 * probe_findings_json - for the audit log: a list of {"probe","threat","what","subject","severity","accepted"}.
 *
 * out      *out in the arena
 * errors   NOMEM
 */
MUST_CHECK struct err probe_findings_json(struct arena *a, const struct probe_findings *f, const struct json **out);
