/*
 * Sealed secrets: what a sealed text says of itself. The signature is checked where its key is, in the guest; here only
 * its form.
 */
#pragma once

#include "json/json.h"

struct sealed {
    bool is_sealed; /* the text begins as one */
    bool is_sound;  /* ES256, a signature of 64 bytes, a payload of version 0.1.0 */
    const char *why;
    struct bytes kid;  /* of the header; empty: none */
    struct bytes name; /* vault secrets: the resource; empty: none */
};

/*
 * sealed_decode - the parts of a sealed text.
 *
 * in       text: hostile
 * out      *out, always filled
 * errors   NOMEM
 * source: spec/guest.md 3.4
 */
MUST_CHECK struct err sealed_decode(struct arena *a, struct bytes text, struct sealed *out);

/*
 * sealed_facts - the same as JSON: {"state": "sound" or "broken", "why", "kid", "name"}.
 *
 * out      *out only on success
 * errors   NOMEM
 */
MUST_CHECK struct err sealed_facts(struct arena *a, const struct sealed *s, const struct json **out);
