#include "codec/base64.h"

/* The value of each character plus one; 0: not of the alphabet. */
#define LETTERS                                                                                                        \
    ['A'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, ['a'] = 27, \
    28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, ['0'] = 53,    \
    54, 55, 56, 57, 58, 59, 60, 61, 62
static const uint8_t values[2][256] = {
    [BASE64_PADDED] = {LETTERS, ['+'] = 63, ['/'] = 64},
    [BASE64_URL] = {LETTERS, ['-'] = 63, ['_'] = 64},
};

static const char alphabets[2][65] = {
    [BASE64_PADDED] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    [BASE64_URL] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
};

/* Takes the padding off the text, where the form has it, and counts the bytes that the rest stands for. */
static struct err measure(enum base64_form form, struct bytes *text, size_t *n)
{
    if (form == BASE64_PADDED) {
        if (text->n % 4 != 0)
            return FAIL(ERR_FORMAT, "base64 of a wrong length");
        for (int pads = 0; pads < 2 && text->n > 0 && text->p[text->n - 1] == '='; pads++)
            text->n--;
    }
    if (text->n % 4 == 1)
        return FAIL(ERR_FORMAT, "base64 of a wrong length");
    *n = text->n / 4 * 3 + (text->n % 4 == 0 ? 0 : text->n % 4 - 1);
    return OK;
}

/* Up to four characters as a number of 24 bits, absent ones as zero; a foreign one sets bits in *bad. */
static uint32_t quad(enum base64_form form, const uint8_t *chars, size_t count, uint8_t *bad)
{
    uint32_t v = 0;
    for (size_t i = 0; i < 4; i++) {
        uint8_t value = i < count ? (uint8_t)(values[form][chars[i]] - 1) : 0;
        *bad |= value & 0xc0;
        v = v << 6 | (value & 0x3f);
    }
    return v;
}

/* Whether measured text can be converted. No early exit, no branch on a value: it may be a secret. */
static struct err check(enum base64_form form, struct bytes text)
{
    uint8_t bad = 0;
    uint32_t last = 0;
    for (size_t i = 0; i < text.n; i += 4)
        last = quad(form, text.p + i, text.n - i, &bad);
    if (bad != 0)
        return FAIL(ERR_FORMAT, "a character that is not of the base64 alphabet");
    if (text.n % 4 != 0 && (last & (text.n % 4 == 2 ? 0xffff : 0xff)) != 0)
        return FAIL(ERR_FORMAT, "bits behind the last byte are not zero");
    return OK;
}

/* Writes the n bytes that checked text stands for. */
static void convert(enum base64_form form, struct bytes text, uint8_t *out, size_t n)
{
    uint8_t bad = 0;
    for (size_t i = 0; i < text.n; i += 4) {
        uint32_t v = quad(form, text.p + i, text.n - i, &bad);
        for (size_t k = i / 4 * 3; k < n && k < i / 4 * 3 + 3; k++, v <<= 8)
            out[k] = (uint8_t)(v >> 16);
    }
}

struct err base64_decode(struct arena *a, enum base64_form form, struct bytes text, struct bytes *out)
{
    size_t n;
    uint8_t *p;
    TRY(measure(form, &text, &n));
    TRY(check(form, text));
    TRY(arena_array(a, n, &p));
    convert(form, text, p, n);
    *out = bytes_of(p, n);
    return OK;
}

struct err base64_decode_fixed(enum base64_form form, struct bytes text, uint8_t *out, size_t n)
{
    size_t have;
    TRY(measure(form, &text, &have));
    if (have != n)
        return FAIL(ERR_FORMAT, "base64 of a wrong number of bytes");
    TRY(check(form, text));
    convert(form, text, out, n);
    return OK;
}

struct err base64_decode_secret(enum base64_form form, struct bytes text, struct secret *out)
{
    size_t n;
    TRY(measure(form, &text, &n));
    if (n == 0)
        return FAIL(ERR_FORMAT, "no secret in the text");
    TRY(check(form, text));
    struct secret s;
    TRY(secret_new(n, &s));
    convert(form, text, s.p, n);
    *out = s;
    return OK;
}

static size_t text_len(enum base64_form form, size_t n)
{
    size_t rest = n % 3 == 0 ? 0 : n % 3 + 1;
    if (form == BASE64_PADDED && rest != 0)
        rest = 4;
    return n / 3 * 4 + rest;
}

static void put_text(enum base64_form form, struct bytes in, uint8_t *out, size_t out_n)
{
    for (size_t i = 0, at = 0; i < in.n; i += 3, at += 4) {
        uint32_t v = 0;
        for (size_t k = 0; k < 3; k++)
            v = v << 8 | (i + k < in.n ? in.p[i + k] : 0U);
        for (size_t k = 0; k < 4 && at + k < out_n; k++, v <<= 6)
            out[at + k] = i + k <= in.n ? (uint8_t)alphabets[form][v >> 18 & 0x3f] : '=';
    }
}

void base64_encode(enum base64_form form, struct bytes in, struct buf *out)
{
    uint8_t *p;
    size_t n = text_len(form, in.n);
    if (failed(buf_space(out, n, &p)))
        return; /* out remembers */
    put_text(form, in, p, n);
    buf_commit(out, n);
}

struct err base64_encode_arena(struct arena *a, enum base64_form form, struct bytes in, struct bytes *out)
{
    uint8_t *p;
    size_t n = text_len(form, in.n);
    TRY(arena_array(a, n, &p));
    put_text(form, in, p, n);
    *out = bytes_of(p, n);
    return OK;
}
