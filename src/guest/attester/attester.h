/*
 * An attester makes evidence for one TEE. One row per TEE in attesters.c; the first whose hardware is there is taken,
 * and with none the guest stops: there is no silent choice of a weaker one.
 */
#pragma once

#include "kbs/kbs.h"

struct attester_state; /* of one TEE */

struct attester {
    const char *tee; /* wire name */
    /* Whether the hardware is here: OK with *state, ABSENT if not, anything else ends the search. */
    MUST_CHECK struct err (*open)(struct arena *a, struct attester_state **state);
    /* What `auth` must carry; NULL for nothing. */
    MUST_CHECK struct err (*extra_params)(struct attester_state *s, struct arena *a, const struct json **out);
    /* Primary evidence over this session, after auth. */
    MUST_CHECK struct err (*collect)(struct attester_state *s, struct arena *a, struct kbs_session *session,
                                     const struct json **out);
    void (*close)(struct attester_state *s);
};

/*
 * attester_find - the first attester whose hardware is there, opened.
 *
 * out      *out, *state only on success
 * errors   ABSENT reason guest.no-tee; others of the attester
 */
MUST_CHECK struct err attester_find(struct arena *a, const struct attester **out, struct attester_state **state);

extern const struct attester attester_tpm;
