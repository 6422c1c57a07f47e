/*
 * A view of bytes that somebody else owns. `p` is never NULL, even when the view is empty.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
    const uint8_t *p;
    size_t n;
};

#define BYTES_EMPTY ((struct bytes){(const uint8_t *)"", 0})
/* A view of a string literal, without its NUL. */
#define BYTES_LIT(lit_) ((struct bytes){(const uint8_t *)("" lit_), sizeof(lit_) - 1})
/* A view of a whole array. */
#define BYTES_OF(array_) ((struct bytes){(const uint8_t *)(array_), sizeof(array_)})

static inline struct bytes bytes_of(const void *p, size_t n)
{
    return n == 0 ? BYTES_EMPTY : (struct bytes){p, n};
}

/* A view of a C string of our own making; never call it on input. */
static inline struct bytes bytes_of_text(const char *text)
{
    return bytes_of(text, strlen(text));
}

/*
 * bytes_equal - whether two views hold the same bytes; not constant time, for public data only.
 * bytes_equal_ct - the same for secrets and digests that decide: time depends on the lengths alone.
 * bytes_is - whether a view equals a C string of our own.
 * bytes_compare - order by content, then by length: negative, zero, positive.
 * bytes_starts - whether `whole` begins with `prefix`.
 * bytes_all - whether every byte equals `value` (true for an empty view).
 *
 * out      the answer
 * errors   none
 */
static inline bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

static inline bool bytes_is(struct bytes a, const char *text)
{
    return bytes_equal(a, bytes_of_text(text));
}

bool bytes_equal_ct(struct bytes a, struct bytes b);
int bytes_compare(struct bytes a, struct bytes b);
bool bytes_starts(struct bytes whole, struct bytes prefix);
bool bytes_all(struct bytes a, uint8_t value);

/*
 * bytes_is_utf8 - whether the bytes are well-formed UTF-8: no overlong form, no surrogate, nothing above U+10FFFF.
 *
 * in       hostile
 * out      the answer
 * errors   none
 * cost     one pass
 * source: RFC 3629 4
 */
bool bytes_is_utf8(struct bytes a);

/*
 * bytes_encode_utf8 - the UTF-8 form of one character.
 *
 * in       character: at most U+10FFFF and no surrogate
 * out      the first bytes of `out`; how many
 * errors   none
 * source: RFC 3629 3
 */
size_t bytes_encode_utf8(uint32_t character, uint8_t out[4]);

#define DECIMAL_MAX 20 /* a sign and 19 digits */

/*
 * bytes_decimal - the decimal digits of a number, with a '-' before negative ones.
 *
 * out      a view into `room`
 * errors   none
 */
struct bytes bytes_decimal(int64_t v, char room[DECIMAL_MAX]);
