/*
 * An owned, growable run of bytes with a hard maximum. Writing fails sticky: wr_* and buf_* return nothing, and
 * buf_end says once whether everything fitted. It never holds a secret (see base/secret.h).
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

struct buf {
    uint8_t *p;
    size_t n;
    size_t cap;
    size_t max;   /* hard bound on n, set by buf_init */
    uint16_t bad; /* enum err_code of the first failure, or 0 */
};

#define SCOPED(noun_) __attribute__((cleanup(noun_##_clear)))

/*
 * buf_init - an empty buffer that may grow up to `max` bytes. Allocates nothing.
 * buf_clear - frees it; accepts the zeroed value and leaves the zeroed value.
 * buf_reset - forgets the content and the failure, keeps the memory.
 *
 * out      *b
 * errors   none
 */
void buf_init(struct buf *b, size_t max);
void buf_clear(struct buf *b);
void buf_reset(struct buf *b);

/* buf_grow - more memory; buf_reserve - room for n more bytes. out: false: there is none, and b says why; errors:
 * sticky
 */
__attribute__((cold)) bool buf_grow(struct buf *b, size_t n);
static inline bool buf_reserve(struct buf *b, size_t n)
{
    return (b->bad == 0 && n <= b->cap - b->n) || buf_grow(b, n);
}

/*
 * buf_add - append bytes; buf_text - append a C string of our own; buf_u8 .. buf_u64be - append one integer;
 * buf_prefix16be - append a 16-bit big-endian length and the bytes (TPM2B); buf_decimal - append decimal digits;
 * buf_fill - append n copies of a byte.
 *
 * in       b: initialised; the data is copied
 * errors   sticky: LIMIT over max, NOMEM; shown by buf_end
 */
void buf_add(struct buf *b, struct bytes data);
void buf_text(struct buf *b, const char *text);
void buf_fill(struct buf *b, uint8_t value, size_t n);
static inline void buf_u8(struct buf *b, uint8_t v)
{
    if (buf_reserve(b, 1))
        b->p[b->n++] = v;
}

void buf_u16le(struct buf *b, uint16_t v);
void buf_u32le(struct buf *b, uint32_t v);
void buf_u64le(struct buf *b, uint64_t v);
void buf_u16be(struct buf *b, uint16_t v);
void buf_u32be(struct buf *b, uint32_t v);
void buf_u64be(struct buf *b, uint64_t v);
void buf_prefix16be(struct buf *b, struct bytes data);
void buf_decimal(struct buf *b, int64_t v);

/*
 * buf_drop - forget the first n bytes (n is cut to what is there); for stream buffers.
 * buf_space - room for at least n more bytes to be written by a read call; buf_commit then counts them.
 *
 * out      *out: where to write, valid until the next call on b
 * errors   LIMIT, NOMEM
 */
void buf_drop(struct buf *b, size_t n);
MUST_CHECK static inline struct err buf_space(struct buf *b, size_t n, uint8_t **out)
{
    if (!buf_reserve(b, n))
        return FAIL(b->bad, "no room in the buffer");
    *out = b->n == 0 ? b->p : b->p + b->n; /* no room asked for and none there: NULL */
    return OK;
}

static inline void buf_commit(struct buf *b, size_t n)
{
    b->n += n <= b->cap - b->n ? n : b->cap - b->n;
}

/*
 * buf_end - the content as a view, or the first failure.
 *
 * out      a view valid until the next call on b
 * errors   LIMIT  the content would have passed max; NOMEM
 */
MUST_CHECK struct err buf_end(const struct buf *b, struct bytes *out);

static inline struct bytes buf_view(const struct buf *b)
{
    return bytes_of(b->p, b->n);
}
