#include "codec/der.h"

#define LONG_TAG      0x1f /* tag numbers from 31 on take more bytes; nothing we read has one */
#define LONG_LEN      0x80
#define LEN_BYTES_MAX 4

/* X.690 8.1.3 with 10.1: definite, in the fewest bytes. */
static struct err take_len(struct rd *r, size_t *out)
{
    uint8_t first;
    TRY(rd_u8(r, &first));
    if (first < LONG_LEN) {
        *out = first;
        return OK;
    }
    struct bytes field;
    size_t width = first & 0x7f;
    if (width == 0 || width > LEN_BYTES_MAX)
        return FAIL(ERR_FORMAT, "a length that is indefinite or of too many bytes");
    TRY(rd_take(r, width, &field));
    size_t n = 0;
    for (size_t i = 0; i < width; i++)
        n = n << 8 | field.p[i];
    if (field.p[0] == 0 || n < LONG_LEN)
        return FAIL(ERR_FORMAT, "a length that is not in its shortest form");
    *out = n;
    return OK;
}

struct err der_any(struct rd *r, uint8_t *tag, struct bytes *out)
{
    struct rd ahead = *r;
    uint8_t found;
    size_t n;
    TRY(rd_u8(&ahead, &found));
    if ((found & LONG_TAG) == LONG_TAG)
        return FAIL(ERR_FORMAT, "a tag of more than one byte");
    TRY(take_len(&ahead, &n));
    TRY(rd_take(&ahead, n, out));
    *tag = found;
    *r = ahead;
    return OK;
}

struct err der_take(struct rd *r, enum der_tag tag, struct bytes *out)
{
    struct rd ahead = *r;
    uint8_t found;
    struct bytes content;
    TRY(der_any(&ahead, &found, &content));
    if (found != tag)
        return FAIL(ERR_FORMAT, "another tag than expected");
    *out = content;
    *r = ahead;
    return OK;
}

struct err der_sub(struct rd *r, enum der_tag tag, struct rd *out)
{
    struct bytes content;
    TRY(der_take(r, tag, &content));
    *out = rd_of(content);
    return OK;
}

struct err der_uint(struct rd *r, uint64_t *out)
{
    struct rd ahead = *r;
    struct bytes digits;
    TRY(der_take(&ahead, DER_INTEGER, &digits));
    if (digits.n == 0 || digits.p[0] >= 0x80)
        return FAIL(ERR_FORMAT, "an integer that is empty or negative");
    if (digits.n > 1 && digits.p[0] == 0 && digits.p[1] < 0x80)
        return FAIL(ERR_FORMAT, "an integer that is not in its shortest form");
    if (digits.n > 9 || (digits.n == 9 && digits.p[0] != 0))
        return FAIL(ERR_LIMIT, "an integer of more than 64 bits");
    uint64_t v = 0;
    for (size_t i = 0; i < digits.n; i++)
        v = v << 8 | digits.p[i];
    *out = v;
    *r = ahead;
    return OK;
}
