/*
 * Keys for tokens: from certificates, PEM and JWK. Public ones may come with a request; private ones stand in the
 * policy that signs with them, so they are no secret to whoever reads the policy, but their numbers are still kept out
 * of the arena.
 */
#include "rego/builtins/jwt.h"
#include "rego/value.h"

#include "codec/base64.h"
#include "codec/pem.h"
#include "crypto/key_pair.h"
#include "crypto/x509.h"

#define RSA_MAX 1024

static const struct {
    const char *crv;
    enum key_kind kind;
} CURVES[] = {{"P-256", KEY_EC_P256}, {"P-384", KEY_EC_P384}, {"P-521", KEY_EC_P521}};

static enum key_kind curve_named(struct bytes crv)
{
    for (size_t i = 0; i < sizeof(CURVES) / sizeof(CURVES[0]); i++)
        if (bytes_is(crv, CURVES[i].crv))
            return CURVES[i].kind;
    return KEY_NONE;
}

static struct err take_member(struct call *c, const struct json *jwk, const char *name, struct bytes *out)
{
    struct bytes text;
    TRY(json_need_string(jwk, name, &text));
    return base64_decode(c->arena, BASE64_URL, text, out);
}

static struct err decode_public(struct call *c, const struct json *jwk, struct key **out)
{
    struct bytes kty;
    struct bytes crv;
    struct bytes x;
    struct bytes y;
    TRY(json_need_string(jwk, "kty", &kty));
    if (bytes_is(kty, "RSA")) {
        TRY(take_member(c, jwk, "n", &x));
        TRY(take_member(c, jwk, "e", &y));
        return key_from_rsa(x, y, out);
    }
    if (!bytes_is(kty, "EC") && !bytes_is(kty, "OKP"))
        return FAIL(ERR_UNSUPPORTED, "another kind of key");
    TRY(json_need_string(jwk, "crv", &crv));
    TRY(take_member(c, jwk, "x", &x));
    if (bytes_is(kty, "OKP"))
        return bytes_is(crv, "Ed25519") ? key_from_ed25519(x, out) : FAIL(ERR_UNSUPPORTED, "another curve");
    TRY(take_member(c, jwk, "y", &y));
    return key_from_point(curve_named(crv), x, y, out);
}

static struct bytes text_member(const struct json *jwk, const char *name)
{
    const struct json *v = json_at(jwk, name);
    return json_is(v, JSON_STRING) ? v->text : BYTES_EMPTY;
}

static struct err add_jwk(struct call *c, const struct json *jwk, struct jwt_keys *out)
{
    struct jwt_key k = {.alg = text_member(jwk, "alg"), .kid = text_member(jwk, "kid")};
    TRY(builtin_cost(c, JWT_COST_KEY));
    if (out->count == JWT_KEYS_MAX)
        return builtin_error(c, "more than %d keys in a JWK set", JWT_KEYS_MAX);
    TRY(decode_public(c, jwk, &k.key));
    out->items[out->count++] = k;
    return OK;
}

/* One key, which must be good, or a set, of which those are left out that are of another kind (RFC 7517 5). */
static struct err read_jwks(struct call *c, struct bytes text, struct jwt_keys *out)
{
    static const char bad[] = "failed to parse a JWK key (set)";
    const struct json *doc;
    TRY(builtin_settle(c, json_decode(c->arena, text, NULL, NULL, &doc), "%s: not JSON", bad));
    const struct json *list = json_at(doc, "keys");
    if (list == NULL)
        return builtin_settle(c, add_jwk(c, doc, out), "%s", bad);
    if (list->type != JSON_ARRAY)
        return builtin_error(c, "%s: keys is not an array", bad);
    for (size_t i = 0; i < list->count; i++) {
        struct err e = add_jwk(c, list->items[i], out);
        if (failed(e) && e.code != ERR_UNSUPPORTED)
            return builtin_settle(c, e, "%s", bad);
    }
    return OK;
}

static struct err read_certificate(struct call *c, struct bytes der, struct key **out)
{
    SCOPED_CERT struct cert *cert = NULL;
    struct err e = cert_decode(der, &cert);
    if (!failed(e))
        e = cert_key(cert, out);
    return builtin_settle(c, e, "failed to parse a PEM certificate");
}

static struct err read_pem(struct call *c, const struct pem_block *b, struct jwt_keys *out)
{
    struct jwt_key k = {.alg = BYTES_EMPTY, .kid = BYTES_EMPTY};
    if (bytes_is(b->label, "CERTIFICATE"))
        TRY(read_certificate(c, b->der, &k.key));
    else if (bytes_is(b->label, "PUBLIC KEY"))
        TRY(builtin_settle(c, key_from_spki(b->der, &k.key), "failed to parse a PEM public key"));
    else
        return builtin_error(c, "failed to extract a Key from the PEM certificate");
    out->items[out->count++] = k;
    return OK;
}

struct err jwt_keys_read(struct call *c, struct bytes text, struct jwt_keys *out)
{
    struct pem_block block;
    bool found;
    out->count = 0;
    TRY(builtin_cost(c, JWT_COST_KEY + 2 * text.n));
    TRY(builtin_settle(c, pem_next(c->arena, &text, &block, &found), "failed to parse a PEM text"));
    if (!found)
        return read_jwks(c, text, out);
    if (text.n > 0)
        return builtin_error(c, "extra data after a PEM certificate block");
    return read_pem(c, &block, out);
}

void jwt_keys_clear(struct jwt_keys *keys)
{
    for (size_t i = 0; i < keys->count; i++)
        key_free(keys->items[i].key);
    keys->count = 0;
}

/* The private numbers of a JWK, read into memory that is wiped. */
struct numbers {
    struct secret parts[8];
    struct bytes views[8];
};

static void numbers_clear(struct numbers *n)
{
    for (size_t i = 0; i < 8; i++)
        secret_clear(&n->parts[i]);
}

/* An absent member leaves an empty view. */
static struct err read_numbers(const struct json *jwk, const char *const *names, size_t count, struct numbers *out)
{
    for (size_t i = 0; i < count; i++) {
        struct bytes text;
        out->views[i] = BYTES_EMPTY;
        if (json_at(jwk, names[i]) == NULL)
            continue;
        TRY(json_need_string(jwk, names[i], &text));
        if (text.n == 0 || text.n > 2 * RSA_MAX)
            return FAIL(ERR_FORMAT, "a number of a key is empty or too long");
        TRY(base64_decode_secret(BASE64_URL, text, &out->parts[i]));
        out->views[i] = secret_borrow(&out->parts[i]);
    }
    return OK;
}

static struct err rsa_pair(const struct json *jwk, struct key **out)
{
    static const char *const names[] = {"n", "e", "d", "p", "q", "dp", "dq", "qi"};
    SCOPED(numbers) struct numbers v = {0};
    TRY(read_numbers(jwk, names, 8, &v));
    const struct rsa_numbers parts = {v.views[0], v.views[1], v.views[2], v.views[3],
                                      v.views[4], v.views[5], v.views[6], v.views[7]};
    return key_pair_from_rsa(&parts, out);
}

static struct err curve_pair(const struct json *jwk, struct key **out)
{
    static const char *const names[] = {"d", "x", "y"};
    SCOPED(numbers) struct numbers v = {0};
    struct bytes kty;
    struct bytes crv;
    TRY(json_need_string(jwk, "kty", &kty));
    TRY(json_need_string(jwk, "crv", &crv));
    TRY(read_numbers(jwk, names, 3, &v));
    if (bytes_is(kty, "EC"))
        return key_pair_from_ec(curve_named(crv), v.views[0], v.views[1], v.views[2], out);
    if (bytes_is(kty, "OKP") && bytes_is(crv, "Ed25519"))
        return key_pair_from_ed25519(v.views[0], out);
    return FAIL(ERR_UNSUPPORTED, "another kind of key");
}

struct err jwt_pair(struct call *c, const struct json *jwk, struct key **out)
{
    TRY(builtin_cost(c, JWT_COST_SIGN));
    struct bytes kty = text_member(jwk, "kty");
    struct err e = bytes_is(kty, "RSA") ? rsa_pair(jwk, out) : curve_pair(jwk, out);
    return builtin_settle(c, e, "failed to parse a private JWK");
}
