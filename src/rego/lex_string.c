#include "rego/lex_string.h"

#include "base/buf.h"

static int hex_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Four hexadecimal digits at an offset, or -1. */
static int32_t unit_at(struct bytes text, size_t at)
{
    int32_t unit = 0;
    if (text.n < 4 || at > text.n - 4)
        return -1;
    for (size_t i = 0; i < 4; i++) {
        int digit = hex_value(text.p[at + i]);
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

/* \uXXXX at *at (behind the 'u'); a lone surrogate becomes U+FFFD. */
static struct err put_unit(struct bytes text, size_t *at, struct buf *out)
{
    int32_t unit = unit_at(text, *at);
    if (unit < 0)
        return FAIL(ERR_FORMAT, "a \\u without four digits");
    *at += 4;
    uint32_t character = (uint32_t)unit;
    bool high = unit >= 0xd800 && unit < 0xdc00;
    if (high && text.n - *at >= 6 && text.p[*at] == '\\' && text.p[*at + 1] == 'u') {
        int32_t low = unit_at(text, *at + 2);
        if (low >= 0xdc00 && low < 0xe000) {
            character = 0x10000 + (((uint32_t)unit - 0xd800) << 10) + ((uint32_t)low - 0xdc00);
            *at += 6;
        }
    }
    if (character >= 0xd800 && character < 0xe000)
        character = 0xfffd;
    uint8_t utf8[4];
    buf_add(out, bytes_of(utf8, bytes_encode_utf8(character, utf8)));
    return OK;
}

static struct err put_escape(struct bytes text, size_t *at, struct buf *out)
{
    static const char names[] = "\"\\/bfnrt";
    static const char values[] = "\"\\/\b\f\n\r\t";
    if (*at >= text.n)
        return FAIL(ERR_FORMAT, "an escape without its character");
    uint8_t c = text.p[(*at)++];
    if (c == 'u')
        return put_unit(text, at, out);
    const char *found = c == 0 ? NULL : strchr(names, c);
    if (found == NULL)
        return FAIL(ERR_FORMAT, "an unknown escape");
    buf_u8(out, (uint8_t)values[found - names]);
    return OK;
}

static struct err decode(struct bytes text, bool template, bool raw, struct buf *out)
{
    for (size_t at = 0; at < text.n;) {
        uint8_t c = text.p[at++];
        bool brace = template && c == '\\' && at < text.n && text.p[at] == '{';
        if (brace) {
            buf_u8(out, '{');
            at++;
        } else if (c == '\\' && !raw) {
            TRY(put_escape(text, &at, out));
        } else if (c < 0x20 && !raw) {
            return FAIL(ERR_FORMAT, "a raw control character");
        } else {
            buf_u8(out, c);
        }
    }
    return OK;
}

static struct err decode_into(struct arena *a, struct bytes text, bool template, bool raw, struct bytes *out)
{
    SCOPED(buf) struct buf b;
    buf_init(&b, text.n + 1);
    TRY(decode(text, template, raw, &b));
    struct bytes whole;
    TRY(buf_end(&b, &whole));
    return arena_copy(a, whole, out);
}

struct err lex_string_decode(struct arena *a, struct bytes text, struct bytes *out)
{
    return decode_into(a, text, false, false, out);
}

struct err lex_template_decode(struct arena *a, struct bytes text, bool raw, struct bytes *out)
{
    return decode_into(a, text, true, raw, out);
}
