/*
 * Inside the probes of a release policy: one policy, the appraisal before it, and the paths that are needed.
 */
#pragma once

#include "trust/appraise_probe.h"
#include "trust/digests.h"

struct releaser {
    struct model *m;
    struct tested_policy *policy;
    struct appraiser *appraiser;
    struct tree_list paths; /* of all documents, as texts with slashes */
    struct probe_table results;
    bool wants_device;
    bool is_accepted; /* the baseline, for every path of the document in force */
    const struct document *document;
    struct tree_list refused_paths;
};

/*
 * probe_release_ask - the answer for a token, a plugin and a path. release_chained - the token that the broker would
 * make for claims of a TEE. release_form - a text as the initdata of claims.
 *
 * in       init_data: NULL: none at all
 * out      *out; of probe_release_ask result, why, line and input
 * errors   NOMEM
 * source: spec/trust-model.md 5.3 point 3
 */
MUST_CHECK struct err probe_release_ask(struct releaser *r, const struct json *token, const char *plugin,
                                        const struct json *path, struct probe_outcome *out);
MUST_CHECK struct err release_chained(struct releaser *r, struct bytes tee, const struct json *claims,
                                      const struct json *init_data, const struct json **out);
MUST_CHECK struct err release_form(struct releaser *r, struct bytes text, const struct json **out);

/*
 * release_pins - the candidates that are accepted as the digest of a document, and those that stand for one in a form
 * that no evidence has.
 *
 * in       list: of digests_candidates; Q06 was asked
 * out      members "accepted" and "misfits" of *out
 * errors   NOMEM
 * source: spec/trust-model.md 5.5, 5.7 points 3 and 4
 */
MUST_CHECK struct err release_pins(struct releaser *r, const struct candidate *list, size_t count,
                                   struct json_object *out);
