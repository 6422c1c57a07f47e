/*
 * JSON Web Keys, public ones only. Runs in keys (the TEE's key inside a verdict), in appraise and in the guest; the
 * object is hostile until the key in it was checked by crypto/key.
 */
#include "jose/jwk.h"

#include "codec/base64.h"
#include "crypto/key_pair.h"

#define COORD_MAX   66
#define RSA_MAX     1024
#define ED25519_LEN 32

struct curve {
    const char *crv;
    enum key_kind kind;
    size_t width;
};

static const struct curve CURVES[] = {
    {"P-256", KEY_EC_P256, 32}, {"P-384", KEY_EC_P384, 48}, {"P-521", KEY_EC_P521, 66}};

#define CURVE_COUNT (sizeof(CURVES) / sizeof(CURVES[0]))

static struct err need_fixed(const struct json *jwk, const char *name, uint8_t *out, size_t n)
{
    struct bytes text;
    TRY(json_need_string(jwk, name, &text));
    return base64_decode_fixed(BASE64_URL, text, out, n);
}

/* An unsigned integer of any length up to RSA_MAX bytes. */
static struct err need_integer(const struct json *jwk, const char *name, uint8_t out[RSA_MAX], size_t *n)
{
    struct bytes text;
    TRY(json_need_string(jwk, name, &text));
    *n = text.n / 4 * 3 + text.n % 4 * 3 / 4;
    if (*n > RSA_MAX)
        return FAIL(ERR_UNSUPPORTED, "an integer of a key is too long");
    return base64_decode_fixed(BASE64_URL, text, out, *n);
}

static struct err decode_ec(const struct json *jwk, struct bytes crv, struct key **out)
{
    uint8_t x[COORD_MAX], y[COORD_MAX];
    for (size_t i = 0; i < CURVE_COUNT; i++) {
        if (!bytes_is(crv, CURVES[i].crv))
            continue;
        TRY(need_fixed(jwk, "x", x, CURVES[i].width));
        TRY(need_fixed(jwk, "y", y, CURVES[i].width));
        return key_from_point(CURVES[i].kind, bytes_of(x, CURVES[i].width), bytes_of(y, CURVES[i].width), out);
    }
    return FAIL(ERR_UNSUPPORTED, "another curve");
}

static struct err decode_okp(const struct json *jwk, struct bytes crv, struct key **out)
{
    if (!bytes_is(crv, "Ed25519"))
        return FAIL(ERR_UNSUPPORTED, "another curve");
    uint8_t x[ED25519_LEN];
    TRY(need_fixed(jwk, "x", x, sizeof(x)));
    return key_from_ed25519(BYTES_OF(x), out);
}

static struct err decode_rsa(const struct json *jwk, struct key **out)
{
    uint8_t n[RSA_MAX], e[RSA_MAX];
    size_t n_len, e_len;
    TRY(need_integer(jwk, "n", n, &n_len));
    TRY(need_integer(jwk, "e", e, &e_len));
    return key_from_rsa(bytes_of(n, n_len), bytes_of(e, e_len), out);
}

static struct err decode_kind(const struct json *jwk, struct key **out)
{
    struct bytes kty, crv;
    TRY(json_need_string(jwk, "kty", &kty));
    if (bytes_is(kty, "RSA"))
        return decode_rsa(jwk, out);
    if (!bytes_is(kty, "EC") && !bytes_is(kty, "OKP"))
        return FAIL(ERR_UNSUPPORTED, "another kind of key");
    TRY(json_need_string(jwk, "crv", &crv));
    return bytes_is(kty, "EC") ? decode_ec(jwk, crv, out) : decode_okp(jwk, crv, out);
}

struct err jwk_decode(const struct json *jwk, struct key **out, struct bytes *alg)
{
    if (!json_is(jwk, JSON_OBJECT))
        return FAIL(ERR_FORMAT, "a JWK is an object");
    /* Who sends us a private key has a fault that must not go unseen; "k" is a shared secret. */
    if (json_at(jwk, "d") != NULL || json_at(jwk, "k") != NULL)
        return FAIL(ERR_FORMAT, "a JWK with a private member");
    struct bytes named = BYTES_EMPTY;
    if (json_at(jwk, "alg") != NULL)
        TRY(json_need_string(jwk, "alg", &named));
    TRY(decode_kind(jwk, out));
    if (alg != NULL)
        *alg = named;
    return OK;
}

/* A member whose value is the base64url text of bytes. */
static struct err add_bytes(struct arena *a, struct json_object *o, const char *name, struct bytes v)
{
    struct bytes text;
    TRY(base64_encode_arena(a, BASE64_URL, v, &text));
    json_object_string(o, name, text);
    return OK;
}

static struct err encode_ec(struct arena *a, const struct key *k, struct json_object *o)
{
    uint8_t x[COORD_MAX], y[COORD_MAX];
    size_t n;
    TRY(key_point(k, x, y, &n));
    json_object_text(o, "kty", "EC");
    for (size_t i = 0; i < CURVE_COUNT; i++) {
        if (CURVES[i].kind == key_kind_of(k))
            json_object_text(o, "crv", CURVES[i].crv);
    }
    TRY(add_bytes(a, o, "x", bytes_of(x, n)));
    return add_bytes(a, o, "y", bytes_of(y, n));
}

static struct err encode_rsa(struct arena *a, const struct key *k, struct json_object *o)
{
    SCOPED(buf) struct buf n = {0};
    SCOPED(buf) struct buf e = {0};
    buf_init(&n, RSA_MAX);
    buf_init(&e, RSA_MAX);
    TRY(key_rsa(k, &n, &e));
    json_object_text(o, "kty", "RSA");
    TRY(add_bytes(a, o, "n", buf_view(&n)));
    return add_bytes(a, o, "e", buf_view(&e));
}

static struct err encode_okp(struct arena *a, const struct key *k, struct json_object *o)
{
    SCOPED(buf) struct buf spki = {0};
    buf_init(&spki, 4 * ED25519_LEN);
    TRY(key_spki(k, &spki)); /* the key is its end */
    json_object_text(o, "kty", "OKP");
    json_object_text(o, "crv", "Ed25519");
    return add_bytes(a, o, "x", bytes_of(spki.p + spki.n - ED25519_LEN, ED25519_LEN));
}

struct err jwk_encode(struct arena *a, const struct key *k, const char *alg, const struct json **out)
{
    struct json_object o;
    json_object_init(&o, a);
    if (alg != NULL)
        json_object_text(&o, "alg", alg);
    switch (key_kind_of(k)) {
    case KEY_EC_P256:
    case KEY_EC_P384:
    case KEY_EC_P521:
        TRY(encode_ec(a, k, &o));
        break;
    case KEY_RSA:
        TRY(encode_rsa(a, k, &o));
        break;
    case KEY_ED25519:
        TRY(encode_okp(a, k, &o));
        break;
    case KEY_NONE:
        return FAIL(ERR_UNSUPPORTED, "no key");
    }
    return json_object_end(&o, out);
}

struct err jwk_typed(struct arena *a, const struct json *jwk, const struct json **out)
{
    static const char *const ec[] = {"alg", "crv", "kty", "x", "y", NULL};
    static const char *const rsa[] = {"alg", "e", "kty", "n", NULL};
    struct bytes kty;
    TRY(json_need_string(jwk, "kty", &kty));
    const char *const *names = bytes_is(kty, "EC") ? ec : bytes_is(kty, "RSA") ? rsa : NULL;
    if (names == NULL)
        return FAIL(ERR_UNSUPPORTED, "no kind of a TEE's key");
    struct json_object o;
    json_object_init(&o, a);
    for (; *names != NULL; names++) {
        struct bytes v;
        TRY(json_need_string(jwk, *names, &v));
        json_object_string(&o, *names, v);
    }
    return json_object_end(&o, out);
}

struct err jwk_thumbprint(struct arena *a, const struct key *k, struct bytes *out)
{
    /* The members that jwk_encode writes without "alg" are exactly the required ones, and json_encode sorts them. */
    const struct json *jwk;
    TRY(jwk_encode(a, k, NULL, &jwk));
    SCOPED(buf) struct buf text = {0};
    buf_init(&text, 4 * RSA_MAX);
    json_encode(jwk, &text);
    struct bytes whole;
    TRY(buf_end(&text, &whole));
    struct digest d;
    TRY(hash_of(HASH_SHA256, whole, &d));
    return base64_encode_arena(a, BASE64_URL, digest_view(&d), out);
}
