/*
 * Base64, strictly: the exact alphabet, canonical trailing bits, no white space.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/secret.h"

enum base64_form {
    BASE64_PADDED, /* RFC 4648 4 with padding: KBS nonces, evidence */
    BASE64_URL     /* RFC 4648 5 without padding: JOSE */
};

/*
 * base64_decode - bytes from text; base64_decode_fixed - the same into exactly n bytes; base64_decode_secret - straight
 * into a secret.
 *
 * in       text: hostile; form: exactly this one is accepted
 * out      only on success
 * errors   FORMAT  a foreign character, wrong padding, non-zero trailing bits, wrong length; NOMEM
 * source: RFC 4648 3.5, 4, 5
 */
MUST_CHECK struct err base64_decode(struct arena *a, enum base64_form form, struct bytes text, struct bytes *out);
MUST_CHECK struct err base64_decode_fixed(enum base64_form form, struct bytes text, uint8_t *out, size_t n);
MUST_CHECK struct err base64_decode_secret(enum base64_form form, struct bytes text, struct secret *out);

/*
 * base64_encode - append the text of the bytes. base64_encode_arena - the text as a view in the arena.
 *
 * errors   sticky in out; NOMEM
 * out      appended; *out
 */
void base64_encode(enum base64_form form, struct bytes in, struct buf *out);
MUST_CHECK struct err base64_encode_arena(struct arena *a, enum base64_form form, struct bytes in, struct bytes *out);
