/*
 * SubjectPublicKeyInfo. The encodings of nearly all keys are constants around a point or a modulus: those are read and
 * written here, because libcrypto collects its decoders anew for every key, at many times the price of the key itself.
 * Any other form goes through libcrypto and must come out as it went in. The input is hostile.
 */
#include "base/buf.h"
#include "base/rd.h"
#include "crypto/key.h"
#include "crypto/key_object.h"
#include "crypto/key_pair.h"

#include <openssl/core_names.h>

#define SPKI_MAX       (64 * 1024)
#define COORD_MAX      66
#define RSA_2048_BYTES 256
#define ED25519_LEN    32

struct form { /* what stands before and behind the variable part */
    enum key_kind kind;
    const char *before;
    size_t before_n;
    size_t n; /* of the variable part: both coordinates, the modulus, or the key as it is */
    const char *behind;
    size_t behind_n;
};

#define TEXT(lit_) lit_, sizeof(lit_) - 1

/* source: RFC 5480 2, named curves and uncompressed points; RFC 8017 A.1.1, 2048 bits and the exponent 65537;
 * RFC 8410 4 */
static const struct form FORMS[] = {
    {KEY_EC_P256,
     TEXT("\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"
          "\x03\x42\x00\x04"),
     64, TEXT("")},
    {KEY_EC_P384,
     TEXT("\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22\x03\x62\x00"
          "\x04"),
     96, TEXT("")},
    {KEY_EC_P521,
     TEXT("\x30\x81\x9b\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x23\x03\x81"
          "\x86\x00\x04"),
     132, TEXT("")},
    {KEY_RSA,
     TEXT("\x30\x82\x01\x22\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x03\x82\x01\x0f\x00"
          "\x30\x82\x01\x0a\x02\x82\x01\x01\x00"),
     RSA_2048_BYTES, TEXT("\x02\x03\x01\x00\x01")},
    {KEY_ED25519, TEXT("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"), ED25519_LEN, TEXT("")},
};

#define FORM_COUNT (sizeof(FORMS) / sizeof(FORMS[0]))

static const struct form *form_of_kind(enum key_kind kind)
{
    for (size_t i = 0; i < FORM_COUNT; i++)
        if (FORMS[i].kind == kind)
            return &FORMS[i];
    return NULL;
}

/* Whether the input has exactly this form; *part is then what is variable in it. */
static bool form_fits(const struct form *f, struct bytes der, struct bytes *part)
{
    if (der.n != f->before_n + f->n + f->behind_n)
        return false;
    struct rd r = rd_of(der);
    struct bytes before, behind;
    if (failed(rd_take(&r, f->before_n, &before)) || failed(rd_take(&r, f->n, part)) ||
        failed(rd_take(&r, f->behind_n, &behind)) || failed(rd_end(&r)))
        return false;
    if (!bytes_equal(before, bytes_of(f->before, f->before_n)) ||
        !bytes_equal(behind, bytes_of(f->behind, f->behind_n)))
        return false;
    /* The modulus stands behind a zero byte: DER has that only where the next bit is set. */
    return f->kind != KEY_RSA || part->p[0] >= 0x80;
}

static struct err key_of_form(const struct form *f, struct bytes part, struct key **out)
{
    if (f->kind == KEY_RSA)
        return key_from_rsa(part, BYTES_LIT("\x01\x00\x01"), out);
    if (f->kind == KEY_ED25519)
        return key_from_ed25519(part, out);
    return key_from_point(f->kind, bytes_of(part.p, f->n / 2), bytes_of(part.p + f->n / 2, f->n / 2), out);
}

static void put_form(const struct form *f, struct bytes part, struct buf *out)
{
    buf_add(out, bytes_of(f->before, f->before_n));
    buf_add(out, part);
    buf_add(out, bytes_of(f->behind, f->behind_n));
}

/* Append what libcrypto's encoder makes of a key in any form. */
static struct err encode_by_library(const struct key *k, struct buf *out)
{
    unsigned char *der = NULL;
    int n = i2d_PUBKEY(k->pkey, &der);
    if (der == NULL || n <= 0)
        return LIB_FAIL(ERR_BUG, "the key is not encoded");
    buf_add(out, bytes_of(der, (size_t)n));
    OPENSSL_free(der);
    struct bytes whole;
    return buf_end(out, &whole);
}

static struct err encode_ec(const struct key *k, const struct form *f, struct buf *out)
{
    uint8_t point[1 + 2 * COORD_MAX];
    size_t n = 0;
    LIB_TRY(EVP_PKEY_get_octet_string_param(k->pkey, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, point, sizeof(point), &n),
            ERR_BUG, "the point cannot be read");
    if (n != 1 + f->n || point[0] != 4)
        return FAIL(ERR_BUG, "the point has another form");
    put_form(f, bytes_of(point + 1, f->n), out);
    struct bytes whole;
    return buf_end(out, &whole);
}

static struct err encode_rsa(const struct key *k, const struct form *f, struct buf *out)
{
    SCOPED(buf) struct buf n = {0};
    SCOPED(buf) struct buf e = {0};
    buf_init(&n, SPKI_MAX);
    buf_init(&e, SPKI_MAX);
    TRY(key_rsa(k, &n, &e));
    if (n.n != f->n || n.p[0] < 0x80 || !bytes_equal(buf_view(&e), BYTES_LIT("\x01\x00\x01")))
        return encode_by_library(k, out);
    put_form(f, buf_view(&n), out);
    struct bytes whole;
    return buf_end(out, &whole);
}

static struct err encode_ed25519(const struct key *k, const struct form *f, struct buf *out)
{
    uint8_t x[ED25519_LEN];
    size_t n = sizeof(x);
    LIB_TRY(EVP_PKEY_get_raw_public_key(k->pkey, x, &n), ERR_BUG, "the key cannot be read");
    put_form(f, bytes_of(x, n), out);
    struct bytes whole;
    return buf_end(out, &whole);
}

struct err key_spki(const struct key *k, struct buf *out)
{
    const struct form *f = form_of_kind(k->kind);
    if (f == NULL)
        return FAIL(ERR_BUG, "a kind of key without its form");
    if (k->kind == KEY_ED25519)
        return encode_ed25519(k, f, out);
    return k->kind == KEY_RSA ? encode_rsa(k, f, out) : encode_ec(k, f, out);
}

/* Only one encoding of a key is taken: trailing bytes, BER forms, compressed points and odd parameters differ from
 * ours.
 */
static struct err decode_by_library(struct bytes der, struct key **out)
{
    const unsigned char *at = der.p;
    EVP_PKEY *pkey = d2i_PUBKEY(NULL, &at, (long)der.n);
    if (pkey == NULL)
        return LIB_FAIL(ERR_FORMAT, "no SubjectPublicKeyInfo");
    ERR_clear_error();
    SCOPED_KEY struct key *k = NULL;
    TRY(key_adopt(pkey, false, &k));
    SCOPED(buf) struct buf again = {0};
    buf_init(&again, SPKI_MAX);
    TRY(key_spki(k, &again));
    if (!bytes_equal(buf_view(&again), der))
        return FAIL(ERR_FORMAT, "not the one encoding of this key");
    *out = k;
    k = NULL;
    return OK;
}

struct err key_from_spki(struct bytes der, struct key **out)
{
    if (der.n == 0 || der.n > SPKI_MAX)
        return FAIL(ERR_FORMAT, "no SubjectPublicKeyInfo");
    for (size_t i = 0; i < FORM_COUNT; i++) {
        struct bytes part;
        if (form_fits(&FORMS[i], der, &part))
            return key_of_form(&FORMS[i], part, out);
    }
    return decode_by_library(der, out);
}
