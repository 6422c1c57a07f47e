/*
 * Policies are tried before they come into force. Two things are put to them: what the catalogue of threats asks of any
 * deployment (trust/, threats/), over the policies and reference values as they would be; and what only this broker
 * knows, tokens for its own resources and bound workloads. Severities are the catalogue's.
 */
#pragma once

#include "broker/keys/keys.h"
#include "trust/catalogue.h"

#define PROBE_FINDINGS_MAX 64

struct probe_row {          /* what a probe shows if it gets through */
    const char *probe;      /* "Q06" */
    const char *threat;     /* "T-INIT-01" */
    const char *what;       /* "a sound guest with initdata of somebody else is served" */
    enum severity severity; /* SEVERITY_NONE: that of the threat in the catalogue */
};

struct probe_finding {
    struct probe_row row;
    bool is_accepted;  /* an administrator names it and says why */
    char subject[160]; /* the resource that it would get, or the record */
};

struct probe_findings {
    struct probe_finding list[PROBE_FINDINGS_MAX]; /* one per threat: the worst, the first of equals */
    size_t count;
};

/*
 * probe_finding_of - what was found of a threat, or NULL. probe_note - keep a finding, unless its threat has one that
 * is as bad.
 *
 * in       row: its texts outlive *f
 * out      in *f
 * errors   BUG  the catalogue has no such threat; LIMIT  too many
 */
const struct probe_finding *probe_finding_of(const struct probe_findings *f, const char *threat);
MUST_CHECK struct err probe_note(struct probe_findings *f, const struct probe_row *row, struct bytes subject);

struct in_force { /* what would decide, were the change made */
    struct bytes release;
    struct bytes attestation;
    struct bytes attestation_name; /* of its record */
    const struct json *references;
    struct bytes changed; /* the record that the findings are to be about; empty: any */
};

/*
 * policy_assess - the catalogue's probes and rules, once for each TEE that this broker verifies.
 *
 * out      appended to *out: findings of high and critical severity about the changed record
 * errors   NOMEM; LIMIT; BUG  a rule of the catalogue fails
 * cost     about 20 ms and 20 MiB for each TEE, under the limits of trust/
 * source: spec/trust-model.md 5.4, R12
 */
MUST_CHECK struct err policy_assess(struct arena *a, const struct in_force *state, int64_t now_sec,
                                    struct probe_findings *out);

/*
 * policy_probe_release - put tokens to a release policy that must not open what this broker has: every resource of the
 * store and every bound path.
 *
 * in       policy: compiled, with the bindings of the store
 * out      appended to *out
 * errors   IO, NOMEM; an evaluation that fails or passes a limit releases nothing and is no finding
 * cost     about twenty evaluations per resource, at most 4096 resources
 * source: spec/trust-model.md 5.4, R12
 */
MUST_CHECK struct err policy_probe_release(struct keys *k, struct arena *a, const struct rego_policy *policy,
                                           struct probe_findings *out);

/*
 * probe_findings_json - for the audit log: a list of {"probe","threat","what","subject","severity","accepted"}.
 *
 * out      *out in the arena
 * errors   NOMEM
 */
MUST_CHECK struct err probe_findings_json(struct arena *a, const struct probe_findings *f, const struct json **out);
