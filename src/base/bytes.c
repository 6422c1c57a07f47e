#include "base/bytes.h"

bool bytes_equal_ct(struct bytes a, struct bytes b)
{
    if (a.n != b.n)
        return false;
    uint8_t differ = 0;
    for (size_t i = 0; i < a.n; i++)
        differ |= (uint8_t)(a.p[i] ^ b.p[i]);
    __asm__ volatile("" : "+r"(differ)); /* the compiler must not turn the loop into an early exit */
    return differ == 0;
}

int bytes_compare(struct bytes a, struct bytes b)
{
    int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);
    if (order != 0)
        return order;
    return (a.n > b.n) - (a.n < b.n);
}

bool bytes_starts(struct bytes whole, struct bytes prefix)
{
    return whole.n >= prefix.n && memcmp(whole.p, prefix.p, prefix.n) == 0;
}

bool bytes_all(struct bytes a, uint8_t value)
{
    uint8_t differ = 0;
    for (size_t i = 0; i < a.n; i++)
        differ |= (uint8_t)(a.p[i] ^ value);
    return differ == 0;
}

/* The well-formed ranges of the second byte depend on the first; all later ones are 80..BF. */
static size_t utf8_sequence(const uint8_t *p, size_t left)
{
    uint8_t low = 0x80;
    uint8_t high = 0xbf;
    size_t n;
    if (p[0] < 0x80)
        return 1;
    if (p[0] >= 0xc2 && p[0] <= 0xdf)
        n = 2;
    else if (p[0] >= 0xe0 && p[0] <= 0xef)
        n = 3;
    else if (p[0] >= 0xf0 && p[0] <= 0xf4)
        n = 4;
    else
        return 0;
    if (p[0] == 0xe0)
        low = 0xa0;
    if (p[0] == 0xed)
        high = 0x9f;
    if (p[0] == 0xf0)
        low = 0x90;
    if (p[0] == 0xf4)
        high = 0x8f;
    if (left < n || p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

bool bytes_is_utf8(struct bytes a)
{
    size_t i = 0;
    while (i < a.n) {
        uint64_t w;
        if (a.n - i >= sizeof(w)) { /* nearly all text is ASCII */
            memcpy(&w, a.p + i, sizeof(w));
            if ((w & 0x8080808080808080ULL) == 0) {
                i += sizeof(w);
                continue;
            }
        }
        size_t n = utf8_sequence(a.p + i, a.n - i);
        if (n == 0)
            return false;
        i += n;
    }
    return true;
}

size_t bytes_encode_utf8(uint32_t character, uint8_t out[4])
{
    if (character < 0x80) {
        out[0] = (uint8_t)character;
        return 1;
    }
    size_t n = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--) {
        out[i] = (uint8_t)(0x80 | (character & 0x3f));
        character >>= 6;
    }
    out[0] = (uint8_t)(0xf0U << (4 - n) | character);
    return n;
}

struct bytes bytes_decimal(int64_t v, char room[DECIMAL_MAX])
{
    size_t at = DECIMAL_MAX;
    uint64_t left = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do
        room[--at] = (char)('0' + left % 10);
    while ((left /= 10) != 0);
    if (v < 0)
        room[--at] = '-';
    return bytes_of(room + at, DECIMAL_MAX - at);
}
