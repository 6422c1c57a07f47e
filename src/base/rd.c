#include "base/rd.h"

struct err rd_take(struct rd *r, size_t n, struct bytes *out)
{
    if (n > (size_t)(r->end - r->at))
        return FAIL(ERR_FORMAT, "input ends inside a field");
    *out = (struct bytes){r->at, n};
    r->at += n;
    return OK;
}

/* An unsigned integer of `width` bytes, most significant byte first if `big`. */
static struct err rd_integer(struct rd *r, size_t width, bool big, uint64_t *out)
{
    struct bytes field;
    TRY(rd_take(r, width, &field));
    uint64_t v = 0;
    for (size_t i = 0; i < width; i++)
        v = v << 8 | field.p[big ? i : width - 1 - i];
    *out = v;
    return OK;
}

struct err rd_u8(struct rd *r, uint8_t *out)
{
    uint64_t v;
    TRY(rd_integer(r, 1, true, &v));
    *out = (uint8_t)v;
    return OK;
}

struct err rd_u16le(struct rd *r, uint16_t *out)
{
    uint64_t v;
    TRY(rd_integer(r, 2, false, &v));
    *out = (uint16_t)v;
    return OK;
}

struct err rd_u32le(struct rd *r, uint32_t *out)
{
    uint64_t v;
    TRY(rd_integer(r, 4, false, &v));
    *out = (uint32_t)v;
    return OK;
}

struct err rd_u64le(struct rd *r, uint64_t *out)
{
    return rd_integer(r, 8, false, out);
}

struct err rd_u16be(struct rd *r, uint16_t *out)
{
    uint64_t v;
    TRY(rd_integer(r, 2, true, &v));
    *out = (uint16_t)v;
    return OK;
}

struct err rd_u32be(struct rd *r, uint32_t *out)
{
    uint64_t v;
    TRY(rd_integer(r, 4, true, &v));
    *out = (uint32_t)v;
    return OK;
}

struct err rd_u64be(struct rd *r, uint64_t *out)
{
    return rd_integer(r, 8, true, out);
}

struct err rd_sub(struct rd *r, size_t n, struct rd *out)
{
    struct bytes inner;
    TRY(rd_take(r, n, &inner));
    *out = rd_of(inner);
    return OK;
}

struct err rd_prefix16be(struct rd *r, struct bytes *out)
{
    struct rd ahead = *r;
    uint16_t n;
    TRY(rd_u16be(&ahead, &n));
    TRY(rd_take(&ahead, n, out));
    *r = ahead;
    return OK;
}

struct err rd_zero(struct rd *r, size_t n)
{
    struct bytes field;
    TRY(rd_take(r, n, &field));
    if (!bytes_all(field, 0))
        return FAIL(ERR_FORMAT, "a reserved byte is not zero");
    return OK;
}

struct err rd_end(const struct rd *r)
{
    if (r->at != r->end)
        return FAIL(ERR_FORMAT, "bytes are left behind the last field");
    return OK;
}

struct bytes rd_rest(struct rd *r)
{
    struct bytes rest = {r->at, rd_left(r)};
    r->at = r->end;
    return rest;
}
