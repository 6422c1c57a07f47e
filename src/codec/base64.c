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

/*
 * Four characters as a number of 24 bits. *bad gets bits above the lowest six if one of them is foreign. No branch on a
 * value here or below, and no early exit: the text may be a secret.
 */
static inline uint32_t quad(const uint8_t table[256], const uint8_t *c, uint32_t *bad)
{
    uint32_t v0 = table[c[0]] - 1U, v1 = table[c[1]] - 1U, v2 = table[c[2]] - 1U, v3 = table[c[3]] - 1U;
    *bad |= v0 | v1 | v2 | v3;
    return v0 << 18 | v1 << 12 | v2 << 6 | v3;
}

/* The last one to three characters as if zero bits followed; 0 for none. */
static uint32_t last_quad(enum base64_form form, struct bytes text, uint32_t *bad)
{
    uint8_t c[4] = {'A', 'A', 'A', 'A'};
    size_t n = text.n % 4;
    for (size_t i = 0; i < n; i++)
        c[i] = text.p[text.n - n + i];
    return quad(values[form], c, bad);
}

/* Whether measured text can be converted. */
static struct err check(enum base64_form form, struct bytes text)
{
    uint32_t bad = 0;
    const uint8_t *c = text.p;
    for (size_t left = text.n / 4; left > 0; left--, c += 4)
        (void)quad(values[form], c, &bad);
    uint32_t last = last_quad(form, text, &bad);
    if (bad > 0x3f)
        return FAIL(ERR_FORMAT, "a character that is not of the base64 alphabet");
    if (text.n % 4 != 0 && (last & (text.n % 4 == 2 ? 0xffff : 0xff)) != 0)
        return FAIL(ERR_FORMAT, "bits behind the last byte are not zero");
    return OK;
}

/* Writes the n bytes that checked text stands for. */
static void convert(enum base64_form form, struct bytes text, uint8_t *out, size_t n)
{
    uint32_t bad = 0;
    const uint8_t *c = text.p;
    for (size_t left = text.n / 4; left > 0; left--, c += 4, out += 3) {
        uint32_t v = quad(values[form], c, &bad);
        out[0] = (uint8_t)(v >> 16);
        out[1] = (uint8_t)(v >> 8);
        out[2] = (uint8_t)v;
    }
    uint32_t v = last_quad(form, text, &bad);
    for (size_t k = 0; k < n % 3; k++, v <<= 8)
        out[k] = (uint8_t)(v >> 16);
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

static inline void put_quad(const char *alphabet, uint32_t v, uint8_t out[4])
{
    out[0] = (uint8_t)alphabet[v >> 18];
    out[1] = (uint8_t)alphabet[v >> 12 & 0x3f];
    out[2] = (uint8_t)alphabet[v >> 6 & 0x3f];
    out[3] = (uint8_t)alphabet[v & 0x3f];
}

static void put_text(enum base64_form form, struct bytes in, uint8_t *out, size_t out_n)
{
    const uint8_t *p = in.p;
    size_t rest = in.n % 3, at = 0;
    for (size_t left = in.n / 3; left > 0; left--, p += 3, at += 4)
        put_quad(alphabets[form], (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2], out + at);
    if (rest == 0)
        return;
    uint8_t last[4];
    put_quad(alphabets[form], (uint32_t)p[0] << 16 | (rest == 2 ? (uint32_t)p[1] << 8 : 0), last);
    for (size_t k = 0; at + k < out_n; k++)
        out[at + k] = k <= rest ? last[k] : '=';
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
