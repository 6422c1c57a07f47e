#include "codec/hex.h"

/* The value of a digit, or 0x10 and more for any other character. */
static uint8_t digit_value(uint8_t c)
{
    uint8_t lower = c | 0x20;
    if (c >= '0' && c <= '9')
        return (uint8_t)(c - '0');
    if (lower >= 'a' && lower <= 'f')
        return (uint8_t)(lower - 'a' + 10);
    return 0x10;
}

/* All digits are looked at before the first byte is written. */
static struct err convert(struct bytes text, uint8_t *out)
{
    uint8_t bad = 0;
    for (size_t i = 0; i < text.n; i++)
        bad |= digit_value(text.p[i]) & 0x10;
    if (bad != 0)
        return FAIL(ERR_FORMAT, "a character that is no hex digit");
    for (size_t i = 0; i < text.n / 2; i++)
        out[i] = (uint8_t)(digit_value(text.p[2 * i]) << 4 | digit_value(text.p[2 * i + 1]));
    return OK;
}

struct err hex_decode(struct arena *a, struct bytes text, struct bytes *out)
{
    uint8_t *p;
    if (text.n % 2 != 0)
        return FAIL(ERR_FORMAT, "an odd number of hex digits");
    TRY(arena_array(a, text.n / 2, &p));
    TRY(convert(text, p));
    *out = bytes_of(p, text.n / 2);
    return OK;
}

struct err hex_decode_fixed(struct bytes text, uint8_t *out, size_t n)
{
    if (text.n % 2 != 0 || text.n / 2 != n)
        return FAIL(ERR_FORMAT, "a wrong number of hex digits");
    return convert(text, out);
}

static void put_digits(struct bytes in, uint8_t *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < in.n; i++) {
        out[2 * i] = (uint8_t)digits[in.p[i] >> 4];
        out[2 * i + 1] = (uint8_t)digits[in.p[i] & 15];
    }
}

void hex_encode(struct bytes in, struct buf *out)
{
    uint8_t *p;
    if (failed(buf_space(out, 2 * in.n, &p)))
        return; /* out remembers */
    put_digits(in, p);
    buf_commit(out, 2 * in.n);
}

struct err hex_encode_arena(struct arena *a, struct bytes in, struct bytes *out)
{
    uint8_t *p;
    TRY(arena_array(a, 2 * in.n, &p));
    put_digits(in, p);
    *out = bytes_of(p, 2 * in.n);
    return OK;
}
