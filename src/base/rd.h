/*
 * The one cursor for untrusted bytes. rd_take is the only place with pointer arithmetic on hostile data; every other
 * reader is built on it. A failed read leaves its output untouched and must end the decoding.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

struct rd { /* invariant: at <= end */
    const uint8_t *at;
    const uint8_t *end;
};

static inline struct rd rd_of(struct bytes in)
{
    return (struct rd){in.p, in.p + in.n};
}

static inline size_t rd_left(const struct rd *r)
{
    return (size_t)(r->end - r->at);
}

/*
 * rd_take - the next n bytes as a view.
 * rd_u8 .. rd_u64be - one unsigned integer of the width and byte order in the name.
 * rd_sub - a cursor over the next n bytes, for a nested length.
 * rd_prefix16be - a view of the bytes behind a 16-bit big-endian length (TPM2B).
 * rd_zero - n bytes that must all be zero.
 * rd_rest - everything that is left.
 * rd_end - the input must be used up: trailing bytes are an error.
 *
 * in       r: a cursor made by rd_of over hostile bytes; borrowed
 * out      written only on success; views point into the input
 * errors   FORMAT  the input ends inside the field; rd_zero: a byte is not zero; rd_end: bytes are left
 * cost     no allocation, no copy
 * source: docs/decisions/0001-foundations.md cursor
 */
MUST_CHECK struct err rd_take(struct rd *r, size_t n, struct bytes *out);
MUST_CHECK struct err rd_u8(struct rd *r, uint8_t *out);
MUST_CHECK struct err rd_u16le(struct rd *r, uint16_t *out);
MUST_CHECK struct err rd_u32le(struct rd *r, uint32_t *out);
MUST_CHECK struct err rd_u64le(struct rd *r, uint64_t *out);
MUST_CHECK struct err rd_u16be(struct rd *r, uint16_t *out);
MUST_CHECK struct err rd_u32be(struct rd *r, uint32_t *out);
MUST_CHECK struct err rd_u64be(struct rd *r, uint64_t *out);
MUST_CHECK struct err rd_sub(struct rd *r, size_t n, struct rd *out);
MUST_CHECK struct err rd_prefix16be(struct rd *r, struct bytes *out);
MUST_CHECK struct err rd_zero(struct rd *r, size_t n);
MUST_CHECK struct err rd_end(const struct rd *r);
struct bytes rd_rest(struct rd *r);

/* Whether the invariant holds; used by asserts, tests and proofs alike. */
static inline bool rd_is_valid(const struct rd *r)
{
    return r != NULL && r->at != NULL && r->at <= r->end;
}
