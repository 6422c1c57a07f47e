#include "rego/regex/text.h"

static uint32_t smallest_of(size_t length)
{
    return length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
}

uint32_t text_next_long(struct bytes text, size_t *at)
{
    const uint8_t *p = text.p + *at;
    size_t left = text.n - *at;
    size_t length = p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
    (*at)++;
    if (length == 0 || length > left)
        return TEXT_BAD;
    uint32_t c = p[0] & (0x7fU >> length);
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return TEXT_BAD;
        c = c << 6 | (p[i] & 0x3fU);
    }
    if (c < smallest_of(length) || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return TEXT_BAD;
    *at += length - 1;
    return c;
}
