/*
 * Attestation policies under probes: what a forged or weakened claim is still affirmed for.
 */
#pragma once

#include "trust/probe.h"

struct appraiser {
    struct model *m;
    struct tested_policy
        *policy; /* NULL: none was supplied, and everything counts as affirming; not compiled: nothing does */
    const struct json *tee; /* row of tee.json */
    struct bytes tee_name;
    const struct json *claims; /* of the baseline */
    bool is_affirming;         /* the baseline is */
    struct bytes init_data;    /* of the baseline */
};

/*
 * appraiser_open - find the baseline: the TEE's claims with the wanted values in their places.
 *
 * in       policy: or NULL; init_data: form of the document in force
 * out      *out
 * errors   NOMEM
 * source: spec/trust-model.md 5.3
 */
MUST_CHECK struct err appraiser_open(struct model *m, struct tested_policy *policy, struct bytes init_data,
                                     struct appraiser *out);

/*
 * appraiser_status - the status that claims of a TEE get: "affirming" and so on; "error" where the policy fails.
 *
 * in       tee, claims: of any TEE; claims NULL: none; init_data: a value, or NULL for none at all; references: an
 *          object or NULL
 * out      *out a literal
 * errors   NOMEM
 * source: spec/kbs.md 2.3, 2.4
 */
MUST_CHECK struct err appraiser_status(struct appraiser *a, struct bytes tee, const struct json *claims,
                                       const struct json *init_data, const struct json *references, const char **out);

/*
 * appraiser_facts - run probes A00 to A21 and show the policy as the model does.
 *
 * out      *out: an object
 * errors   NOMEM; BUG a table of ours is malformed
 */
MUST_CHECK struct err appraiser_facts(struct appraiser *a, const struct json **out);

/*
 * appraiser_processor - the policy for the processor's evidence: the first of the set that is not named like one for
 * another class of device, else the first; one that compiles before others; NULL if there is none. Release policies are
 * asked behind this one.
 *
 * out      borrowed
 * errors   none
 */
struct tested_policy *appraiser_processor(struct tested_policies *set);

/*
 * appraisers_facts - appraiser_facts of every attestation policy of the set, each with a baseline of its own: which of
 * them a broker has set is not known. One for another device is not probed, and a note says so.
 *
 * in       main: opened with the policy for the processor
 * out      *out: an array
 * errors   as appraiser_facts
 */
MUST_CHECK struct err appraisers_facts(const struct appraiser *main, struct tested_policies *set,
                                       const struct json **out);
