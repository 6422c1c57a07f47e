/*
 * Gzip on ISA-L. Header and trailer are read here, on the cursor; the library sees the deflate stream alone. Its states
 * are too large for the stack, so they live in an arena of the call.
 */
#include "codec/gzip.h"

#include <isa-l.h>

#include "base/arena.h"
#include "base/limits.h"
#include "base/rd.h"

#define CHUNK       (64 * KIB)
#define TRAILER_LEN 8

enum { FLAG_HCRC = 2, FLAG_EXTRA = 4, FLAG_NAME = 8, FLAG_COMMENT = 16, FLAGS_RESERVED = 0xe0 };

static uint32_t crc_of(struct bytes data)
{
    return crc32_gzip_refl(0, data.p, data.n);
}

/* A text that ends with a NUL. */
static struct err skip_text(struct rd *r)
{
    uint8_t c = 1;
    while (c != 0)
        TRY(rd_u8(r, &c));
    return OK;
}

static struct err skip_extra(struct rd *r)
{
    uint16_t n;
    struct bytes extra;
    TRY(rd_u16le(r, &n));
    return rd_take(r, n, &extra);
}

/* RFC 1952 2.3: everything before the deflate stream. */
static struct err skip_header(struct rd *r)
{
    const uint8_t *start = r->at;
    struct bytes magic;
    struct bytes time_and_origin;
    uint8_t flags;
    TRY(rd_take(r, 3, &magic));
    if (!bytes_equal(magic, BYTES_LIT("\x1f\x8b\x08")))
        return FAIL(ERR_FORMAT, "neither gzip nor deflate");
    TRY(rd_u8(r, &flags));
    if ((flags & FLAGS_RESERVED) != 0)
        return FAIL(ERR_FORMAT, "a reserved flag is set");
    TRY(rd_take(r, 6, &time_and_origin));
    if ((flags & FLAG_EXTRA) != 0)
        TRY(skip_extra(r));
    if ((flags & FLAG_NAME) != 0)
        TRY(skip_text(r));
    if ((flags & FLAG_COMMENT) != 0)
        TRY(skip_text(r));
    if ((flags & FLAG_HCRC) != 0) {
        uint32_t want = crc_of(bytes_of(start, (size_t)(r->at - start))) & 0xffff;
        uint16_t have;
        TRY(rd_u16le(r, &have));
        if (have != want)
            return FAIL(ERR_FORMAT, "the checksum of the header is wrong");
    }
    return OK;
}

/* The library's streams do not take const, and do not write there. */
static uint8_t *unconst(const uint8_t *p)
{
    return (uint8_t *)(uintptr_t)p;
}

/* One chunk after another, so that a bomb meets the bound of `out` before it fills memory. */
static struct err inflate_all(struct inflate_state *state, uint8_t *chunk, struct buf *out)
{
    do {
        state->next_out = chunk;
        state->avail_out = CHUNK;
        if (isal_inflate(state) != ISAL_DECOMP_OK)
            return FAIL(ERR_FORMAT, "a broken deflate stream");
        buf_add(out, bytes_of(chunk, CHUNK - state->avail_out));
        if (out->bad != 0)
            return FAIL(out->bad, "the unpacked bytes do not fit");
    } while (state->block_state != ISAL_BLOCK_FINISH && state->avail_out == 0);
    if (state->block_state != ISAL_BLOCK_FINISH)
        return FAIL(ERR_FORMAT, "the deflate stream has no end");
    if (state->avail_in != 0 || state->read_in_length >= 8)
        return FAIL(ERR_FORMAT, "bytes are left behind the deflate stream");
    return OK;
}

static struct err inflate(struct arena *a, struct bytes in, struct buf *out)
{
    struct inflate_state *state;
    uint8_t *chunk;
    if (in.n > UINT32_MAX)
        return FAIL(ERR_LIMIT, "the packed bytes are too many");
    TRY(arena_new(a, &state));
    TRY(arena_array(a, CHUNK, &chunk));
    isal_inflate_init(state);
    state->next_in = unconst(in.p);
    state->avail_in = (uint32_t)in.n;
    return inflate_all(state, chunk, out);
}

struct err gzip_decode(struct bytes in, struct buf *out)
{
    struct rd r = rd_of(in);
    TRY(skip_header(&r));
    if (rd_left(&r) < TRAILER_LEN)
        return FAIL(ERR_FORMAT, "input ends before the trailer");
    struct bytes stream;
    uint32_t crc;
    uint32_t len;
    TRY(rd_take(&r, rd_left(&r) - TRAILER_LEN, &stream));
    TRY(rd_u32le(&r, &crc));
    TRY(rd_u32le(&r, &len));
    size_t before = out->n;
    struct arena a;
    arena_init(&a, MIB);
    struct err e = inflate(&a, stream, out);
    arena_clear(&a);
    TRY(e);
    struct bytes plain = out->n == before ? BYTES_EMPTY : bytes_of(out->p + before, out->n - before);
    if ((uint32_t)plain.n != len || crc_of(plain) != crc)
        return FAIL(ERR_FORMAT, "length or checksum of the unpacked bytes is wrong");
    return OK;
}

static struct err deflate(struct arena *a, struct bytes in, struct buf *out)
{
    struct isal_zstream *stream;
    uint8_t *room;
    uint8_t *chunk;
    TRY(arena_new(a, &stream));
    TRY(arena_array(a, ISAL_DEF_LVL1_DEFAULT, &room));
    TRY(arena_array(a, CHUNK, &chunk));
    isal_deflate_init(stream);
    stream->level = 1;
    stream->level_buf = room;
    stream->level_buf_size = ISAL_DEF_LVL1_DEFAULT;
    stream->gzip_flag = IGZIP_GZIP;
    stream->end_of_stream = 1;
    stream->next_in = unconst(in.p);
    stream->avail_in = (uint32_t)in.n;
    do {
        stream->next_out = chunk;
        stream->avail_out = CHUNK;
        if (isal_deflate(stream) != COMP_OK)
            return FAIL(ERR_BUG, "the library refused to pack");
        buf_add(out, bytes_of(chunk, CHUNK - stream->avail_out));
        if (out->bad != 0)
            return FAIL(out->bad, "the packed bytes do not fit");
    } while (stream->avail_out == 0);
    return OK;
}

struct err gzip_encode(struct bytes in, struct buf *out)
{
    if (in.n > UINT32_MAX)
        return FAIL(ERR_LIMIT, "the plain bytes are too many");
    struct arena a;
    arena_init(&a, 4 * MIB);
    struct err e = deflate(&a, in, out);
    arena_clear(&a);
    return e;
}
