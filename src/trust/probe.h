/*
 * Policies are executed, never searched: a probe is a question to a policy that differs from an accepted one in one
 * point. Results are facts; the rules say what they mean.
 */
#pragma once

#include "trust/tested.h"

enum probe_result {
    PROBE_SKIPPED = 0, /* it does not apply here */
    PROBE_REFUSED,
    PROBE_ERROR, /* the policy could not decide: an error or a limit */
    PROBE_ALLOWED
};

struct probe_outcome {
    enum probe_result result;
    bool is_calibrated;   /* the question it differs from was accepted */
    struct bytes subject; /* container, path, claim */
    struct bytes why;     /* what decided, or the error */
    size_t line;          /* of the file */
    struct bytes input;   /* SHA-256 of the input, in hex */
    const char *note;     /* why it was skipped, or NULL */
    bool is_open;         /* allowed whatever the input is */
};

struct probe_table { /* the outcomes of one policy, by probe id; the worst of each id */
    struct arena *arena;
    struct bytes *ids;
    struct probe_outcome *outcomes;
    size_t count;
    size_t cap;
};

/*
 * probe_record - keep an outcome if it is worse than what is known of this probe; a refusal that is not calibrated
 * stays so. probe_digest - the hash of an input, for the report.
 *
 * in       id: borrowed
 * out      in t; *out in the arena
 * errors   NOMEM, BUG
 */
MUST_CHECK struct err probe_record(struct probe_table *t, struct bytes id, struct probe_outcome outcome);
MUST_CHECK struct err probe_digest(struct arena *a, const struct json *input, struct bytes *out);

/*
 * probe_facts - the table as the model shows it: id -> {"result", "calibrated", "subject", "why", "line"}; each row is
 * also appended to the list that the report prints.
 *
 * in       names: the words for REFUSED and ALLOWED: "refused"/"allowed" or the appraisal's
 * out      *out: an object
 * errors   NOMEM
 */
MUST_CHECK struct err probe_facts(struct model *m, const struct probe_table *t, struct bytes target,
                                  const struct json **out);

/*
 * probe_agents - run the agent probes against every agent policy. probe_brokers - the same for attestation and release
 * policies, which are asked as a chain.
 *
 * out      *agents, *appraisals, *releases: arrays as docs/protocol/assess-model.md says
 * errors   NOMEM; BUG  a table of ours is malformed
 * cost     some hundred evaluations for each policy and container, each under the engine's limits
 * source: spec/trust-model.md 5.3, 5.4
 */
MUST_CHECK struct err probe_agents(struct model *m, struct tested_policies *set, const struct json **agents);
MUST_CHECK struct err probe_brokers(struct model *m, struct tested_policies *set, const struct json **appraisals,
                                    const struct json **releases);

/*
 * probe_rule_line - the line of the file at which a policy says something about a rule: its default if `is_default`,
 * else its first body.
 *
 * out      from 1; 0 if it says nothing
 * errors   none
 */
size_t probe_rule_line(const struct tested_policy *p, const char *rule, bool is_default);
