/*
 * Base64 and hexadecimal text. Decoding is as lenient as policies expect it: line ends inside base64 are skipped, and
 * bits behind the last byte may be anything. A result that is no UTF-8 becomes text with U+FFFD in it.
 */
#include "codec/base64.h"
#include "codec/hex.h"
#include "rego/builtins/builtin.h"
#include "rego/value.h"

static struct err bi_base64_encode(struct call *c, const struct json **out)
{
    SCOPED(buf) struct buf b = {0};
    TRY(builtin_need_strings(c, 1));
    builtin_text(c, &b);
    base64_encode(BASE64_PADDED, c->args[0]->text, &b);
    return builtin_string(c, &b, out);
}

static struct err encode_url(struct call *c, bool padded, const struct json **out)
{
    SCOPED(buf) struct buf b = {0};
    TRY(builtin_need_strings(c, 1));
    builtin_text(c, &b);
    base64_encode(BASE64_URL, c->args[0]->text, &b);
    buf_fill(&b, '=', padded ? (4 - b.n % 4) % 4 : 0);
    return builtin_string(c, &b, out);
}

static struct err bi_base64url_encode(struct call *c, const struct json **out)
{
    return encode_url(c, true, out);
}

static struct err bi_base64url_encode_no_pad(struct call *c, const struct json **out)
{
    return encode_url(c, false, out);
}

static int base64_value(uint8_t c, bool url)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == (url ? '-' : '+'))
        return 62;
    return c == (url ? '_' : '/') ? 63 : -1;
}

struct decoder {
    struct bytes text;
    bool url;
    uint32_t group; /* up to four characters of six bits */
    unsigned have;
    unsigned padding;
    size_t at;
};

static void put_group(struct decoder *d, struct buf *out)
{
    uint32_t bits = d->group << (6 * (4 - d->have));
    for (unsigned i = 0; i + 1 < d->have; i++)
        buf_u8(out, (uint8_t)(bits >> (16 - 8 * i)));
    d->group = 0;
    d->have = 0;
}

/* One character. Padding ends the text: after it only line ends and the rest of the padding may stand. */
static bool take(struct decoder *d, uint8_t c, struct buf *out)
{
    if (c == '\r' || c == '\n')
        return true;
    if (c == '=') {
        d->padding++;
        return d->have >= 2 && d->padding <= 4 - d->have;
    }
    int v = base64_value(c, d->url);
    if (v < 0 || d->padding > 0)
        return false;
    d->group = d->group << 6 | (uint32_t)v;
    if (++d->have == 4)
        put_group(d, out);
    return true;
}

/* Whether all of it was base64; d->at is where it was not. */
static bool decode(struct decoder *d, struct buf *out)
{
    for (d->at = 0; d->at < d->text.n; d->at++)
        if (!take(d, d->text.p[d->at], out))
            return false;
    bool whole = d->have == 0 ? d->padding == 0 : d->have >= 2 && d->padding == 4 - d->have;
    if (!whole)
        d->at -= d->have + d->padding < d->at ? d->have + d->padding : d->at;
    else if (d->have > 0)
        put_group(d, out);
    return whole;
}

static struct err bi_base64_decode(struct call *c, const struct json **out)
{
    SCOPED(buf) struct buf b = {0};
    TRY(builtin_need_strings(c, 1));
    builtin_text(c, &b);
    struct decoder d = {.text = c->args[0]->text};
    if (!decode(&d, &b))
        return builtin_error(c, "illegal base64 data at input byte %zu", d.at);
    return builtin_string(c, &b, out);
}

static struct err bi_base64_is_valid(struct call *c, const struct json **out)
{
    SCOPED(buf) struct buf b = {0};
    struct bytes bytes;
    builtin_text(c, &b);
    *out = value_bool(false);
    if (c->args[0]->type != JSON_STRING)
        return OK;
    TRY(builtin_need_strings(c, 1));
    struct decoder d = {.text = c->args[0]->text};
    *out = value_bool(decode(&d, &b));
    return buf_end(&b, &bytes);
}

/* The padding may be left out. */
static struct err bi_base64url_decode(struct call *c, const struct json **out)
{
    SCOPED(buf) struct buf padded = {0};
    SCOPED(buf) struct buf b = {0};
    TRY(builtin_need_strings(c, 1));
    struct bytes text = c->args[0]->text;
    builtin_text(c, &padded);
    builtin_text(c, &b);
    buf_add(&padded, text);
    if (text.n > 0 && text.p[text.n - 1] != '=') {
        if (text.n % 4 == 1)
            return builtin_error(c, "illegal base64url string: %.*s", text.n > 200 ? 200 : (int)text.n,
                                 (const char *)text.p);
        buf_fill(&padded, '=', (4 - text.n % 4) % 4);
    }
    struct decoder d = {.url = true};
    TRY(buf_end(&padded, &d.text));
    if (!decode(&d, &b))
        return builtin_error(c, "illegal base64 data at input byte %zu", d.at);
    return builtin_string(c, &b, out);
}

static struct err bi_hex_encode(struct call *c, const struct json **out)
{
    SCOPED(buf) struct buf b = {0};
    TRY(builtin_need_strings(c, 1));
    builtin_text(c, &b);
    hex_encode(c->args[0]->text, &b);
    return builtin_string(c, &b, out);
}

static bool is_hex(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static struct err bi_hex_decode(struct call *c, const struct json **out)
{
    struct bytes bytes;
    TRY(builtin_need_strings(c, 1));
    struct bytes text = c->args[0]->text;
    for (size_t i = 0; i < text.n; i++)
        if (!is_hex(text.p[i]))
            return builtin_error(c, "encoding/hex: invalid byte: U+%04X '%c'", text.p[i],
                                 text.p[i] >= ' ' && text.p[i] < 0x7f ? text.p[i] : '?');
    if (text.n % 2 != 0)
        return builtin_error(c, "encoding/hex: odd length hex string");
    TRY(hex_decode(c->arena, text, &bytes));
    return value_string(c->arena, bytes, out);
}

const struct builtin builtins_encoding[] = {
    {"base64.encode", 1, false, bi_base64_encode},
    {"base64.decode", 1, false, bi_base64_decode},
    {"base64.is_valid", 1, false, bi_base64_is_valid},
    {"base64url.encode", 1, false, bi_base64url_encode},
    {"base64url.encode_no_pad", 1, false, bi_base64url_encode_no_pad},
    {"base64url.decode", 1, false, bi_base64url_decode},
    {"hex.encode", 1, false, bi_hex_encode},
    {"hex.decode", 1, false, bi_hex_decode},
};
BUILTIN_ROWS(encoding)
