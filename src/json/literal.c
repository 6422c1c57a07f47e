#include "json/literal.h"

#include <assert.h>

#define EACH_BYTE(b_) (0x0101010101010101ULL * (b_))

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the lowest bit must belong to the first byte");

/*
 * The first byte of eight that ends a run of plain characters: a quote, a backslash, or a control character. The top
 * bit of each such byte is set; bits above the lowest one may be set wrongly, so only the lowest counts.
 */
static uint64_t run_ends(uint64_t w)
{
    uint64_t quote = w ^ EACH_BYTE('"');
    uint64_t slash = w ^ EACH_BYTE('\\');
    uint64_t ends = (quote - EACH_BYTE(1)) & ~quote;
    ends |= (slash - EACH_BYTE(1)) & ~slash;
    ends |= (w - EACH_BYTE(0x20)) & ~w;
    return ends & EACH_BYTE(0x80);
}

/* Moves behind the plain characters; *seen collects their bits, and perhaps some more from behind them. */
static uint8_t *skip_plain(uint8_t *p, uint64_t *seen)
{
    for (;;) {
        uint64_t w;
        memcpy(&w, p, sizeof(w));
        *seen |= w;
        uint64_t ends = run_ends(w);
        if (ends != 0)
            return p + (__builtin_ctzll(ends) >> 3);
        p += sizeof(w);
    }
}

/* Four hex digits as a number, or -1. */
static int32_t hex4(const uint8_t *p)
{
    int32_t v = 0;
    for (int i = 0; i < 4; i++) {
        uint8_t lower = p[i] | 0x20;
        if (p[i] >= '0' && p[i] <= '9')
            v = v << 4 | (p[i] - '0');
        else if (lower >= 'a' && lower <= 'f')
            v = v << 4 | (lower - 'a' + 10);
        else
            return -1;
    }
    return v;
}

/* A \u escape; *at stands on the 'u'. A high surrogate must be followed by a low one. */
static struct err take_unicode(uint8_t **at, uint8_t **to)
{
    int32_t c = hex4(*at + 1);
    if (c < 0)
        return FAIL(ERR_FORMAT, "four hex digits must follow \\u");
    *at += 5;
    if (c >= 0xdc00 && c <= 0xdfff)
        return FAIL(ERR_FORMAT, "a low surrogate without a high one");
    if (c >= 0xd800 && c <= 0xdbff) {
        int32_t low = (*at)[0] == '\\' && (*at)[1] == 'u' ? hex4(*at + 2) : -1;
        if (low < 0xdc00 || low > 0xdfff)
            return FAIL(ERR_FORMAT, "a high surrogate without a low one");
        *at += 6;
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }
    *to += bytes_encode_utf8((uint32_t)c, *to);
    return OK;
}

/* One escape; *at stands on the backslash. */
static struct err take_escape(uint8_t **at, uint8_t **to)
{
    static const char names[] = "\"\\/bfnrt";
    static const char meant[] = "\"\\/\b\f\n\r\t";
    uint8_t name = (*at)[1];
    (*at)++;
    if (name == 'u')
        return take_unicode(at, to);
    const char *found = name == 0 ? NULL : strchr(names, name);
    if (found == NULL)
        return FAIL(ERR_FORMAT, "an unknown escape");
    (*at)++;
    *(*to)++ = (uint8_t)meant[found - names];
    return OK;
}

struct err literal_take(uint8_t **at, struct bytes *out)
{
    uint8_t *start = *at;
    uint8_t *to = start; /* end of what is done; behind the first escape it lags behind *at */
    uint64_t seen = 0;
    for (;;) {
        uint8_t *run = *at;
        *at = skip_plain(run, &seen);
        if (to != run)
            memmove(to, run, (size_t)(*at - run));
        to += *at - run;
        if (**at == '"')
            break;
        if (**at != '\\')
            return FAIL(ERR_FORMAT, "a control character inside a string, or no end of it");
        TRY(take_escape(at, &to));
    }
    struct bytes text = bytes_of(start, (size_t)(to - start));
    if ((seen & EACH_BYTE(0x80)) != 0 && !bytes_is_utf8(text)) {
        *at = start;
        return FAIL(ERR_FORMAT, "a string is not UTF-8");
    }
    (*at)++;
    *out = text;
    return OK;
}

/* The escape of a character that needs one; others give NULL. */
static const char *escape_of(uint8_t c, char room[8])
{
    switch (c) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\b':
        return "\\b";
    case '\t':
        return "\\t";
    case '\n':
        return "\\n";
    case '\f':
        return "\\f";
    case '\r':
        return "\\r";
    default:
        if (c >= 0x20)
            return NULL;
        (void)snprintf(room, 8, "\\u%04x", c);
        return room;
    }
}

static bool needs_escape(uint8_t c)
{
    return c < 0x20 || c == '"' || c == '\\';
}

/* Eight characters, if none of them needs an escape. */
static bool put_eight(const uint8_t *from, uint8_t *to)
{
    uint64_t w;
    memcpy(&w, from, sizeof(w));
    memcpy(to, &w, sizeof(w));
    return run_ends(w) == 0;
}

/* Most strings have nothing to escape: they are copied as they are looked through. A rest behind eight or more
 * characters is looked at together with the ones before it. */
static bool put_plain(struct bytes text, struct buf *out)
{
    uint8_t *p;
    size_t i = 0;
    if (failed(buf_space(out, text.n + 2, &p)))
        return true; /* out remembers */
    *p++ = '"';
    for (; text.n - i >= 8; i += 8)
        if (!put_eight(text.p + i, p + i))
            return false;
    if (i > 0 && i < text.n) {
        if (!put_eight(text.p + text.n - 8, p + text.n - 8))
            return false;
        i = text.n;
    }
    for (; i < text.n; i++) {
        if (needs_escape(text.p[i]))
            return false;
        p[i] = text.p[i];
    }
    p[text.n] = '"';
    buf_commit(out, text.n + 2);
    return true;
}

void literal_put(struct bytes text, struct buf *out)
{
    if (put_plain(text, out))
        return;
    buf_text(out, "\"");
    size_t done = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (!needs_escape(text.p[i]))
            continue;
        char room[8];
        buf_add(out, bytes_of(text.p + done, i - done));
        buf_text(out, escape_of(text.p[i], room));
        done = i + 1;
    }
    buf_add(out, bytes_of(text.p + done, text.n - done));
    buf_text(out, "\"");
}

/* How many bytes at the start are one well-formed character: 0 if none. */
static size_t character_len(struct bytes text)
{
    for (size_t n = 1; n <= 4 && n <= text.n; n++)
        if (bytes_is_utf8(bytes_of(text.p, n)))
            return n;
    return 0;
}

void json_quote(struct bytes text, struct buf *out)
{
    if (bytes_is_utf8(text)) {
        literal_put(text, out);
        return;
    }
    struct buf clean;
    buf_init(&clean, out->max);
    while (text.n > 0) {
        size_t n = character_len(text);
        buf_add(&clean, n == 0 ? BYTES_LIT("\xef\xbf\xbd") : bytes_of(text.p, n));
        n = n == 0 ? 1 : n;
        text = bytes_of(text.p + n, text.n - n);
    }
    if (clean.bad != 0)
        out->bad = clean.bad;
    literal_put(buf_view(&clean), out);
    buf_clear(&clean);
}
