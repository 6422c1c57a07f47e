#include "rego/builtins/chars.h"

#include "rego/unicode.h"

size_t chars_count(struct bytes text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        n += (text.p[i] & 0xc0) != 0x80;
    return n;
}

size_t chars_offset(struct bytes text, size_t n)
{
    size_t i = 0;
    for (; i < text.n; i++)
        if ((text.p[i] & 0xc0) != 0x80 && n-- == 0)
            break;
    return i;
}

uint32_t chars_next(struct bytes text, size_t *at)
{
    uint8_t c = text.p[(*at)++];
    if (c < 0x80)
        return c;
    uint32_t character = c < 0xe0 ? c & 0x1fU : c < 0xf0 ? c & 0x0fU : c & 0x07U;
    while (*at < text.n && (text.p[*at] & 0xc0) == 0x80)
        character = character << 6 | (text.p[(*at)++] & 0x3fU);
    return character;
}

size_t chars_find(struct bytes text, struct bytes part, size_t from)
{
    if (part.n > text.n || from > text.n - part.n)
        return SIZE_MAX;
    if (part.n == 0)
        return from;
    const void *found = memmem(text.p + from, text.n - from, part.p, part.n);
    return found == NULL ? SIZE_MAX : (size_t)((const uint8_t *)found - text.p);
}

bool chars_ends(struct bytes whole, struct bytes end)
{
    return end.n <= whole.n && bytes_equal(bytes_of(whole.p + whole.n - end.n, end.n), end);
}

bool chars_is_space(uint32_t c)
{
    return (c >= 9 && c <= 13) || c == ' ' || c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
           c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

uint32_t chars_lower(uint32_t c)
{
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    return unicode_to_lower(c);
}

uint32_t chars_upper(uint32_t c)
{
    if (c < 0x80)
        return c >= 'a' && c <= 'z' ? c - 32 : c;
    return unicode_to_upper(c);
}
