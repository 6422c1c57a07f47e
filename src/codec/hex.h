/*
 * Hexadecimal text.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

/*
 * hex_decode - bytes from an even number of digits, lower or upper case; hex_decode_fixed - exactly n bytes.
 *
 * in       text: hostile
 * out      only on success
 * errors   FORMAT  odd length, a foreign character, wrong length; NOMEM
 * source: RFC 4648 8
 */
MUST_CHECK struct err hex_decode(struct arena *a, struct bytes text, struct bytes *out);
MUST_CHECK struct err hex_decode_fixed(struct bytes text, uint8_t *out, size_t n);

/*
 * hex_encode - append lower-case digits. hex_encode_arena - the digits as a view in the arena.
 *
 * errors   sticky in out; NOMEM
 * out      appended; *out
 */
void hex_encode(struct bytes in, struct buf *out);
MUST_CHECK struct err hex_encode_arena(struct arena *a, struct bytes in, struct bytes *out);
