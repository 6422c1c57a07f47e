/*
 * io.jwt.encode_sign and io.jwt.encode_sign_raw. The key stands in the policy or its data. Signatures with RSA-PSS and
 * ECDSA are random: they are the one place where an evaluation is not a function of its inputs alone.
 */
#include "rego/builtins/jwt.h"
#include "rego/value.h"

#include "base/limits.h"
#include "codec/base64.h"

/* The algorithm that a header names. The texts are those of OPA. */
static struct err read_alg(struct call *c, const struct json *header, const struct jwt_alg **out)
{
    const struct json *alg = json_at(header, "alg");
    if (!json_is(alg, JSON_STRING))
        return builtin_error(c, "missing or invalid 'alg' header: jwsbb: header \"alg\" not found");
    *out = jwt_alg_named(alg->text);
    return *out != NULL ? OK : builtin_error(c, "unknown JWS algorithm: %.*s", NOTE_TEXT(alg->text));
}

static struct err sign_mac(struct call *c, const struct jwt_alg *alg, const struct json *jwk, struct bytes text,
                           struct buf *out)
{
    SCOPED(secret) struct secret key = {0};
    struct bytes kty;
    struct bytes k = BYTES_EMPTY;
    struct digest d;
    struct err e = json_need_string(jwk, "kty", &kty);
    if (!failed(e))
        e = bytes_is(kty, "oct") ? json_need_string(jwk, "k", &k) : FAIL(ERR_FORMAT, "another kind of key");
    if (!failed(e))
        e = base64_decode_secret(BASE64_URL, k, &key);
    TRY(builtin_settle(c, e, "failed to parse a symmetric JWK"));
    TRY(builtin_cost(c, 1024 + text.n + 2 * k.n));
    TRY(hmac_of(alg->mac, secret_borrow(&key), &text, 1, &d));
    buf_add(out, digest_view(&d));
    return OK;
}

static struct err sign_text(struct call *c, const struct jwt_alg *alg, const struct json *jwk, struct bytes text,
                            struct buf *out)
{
    SCOPED_KEY struct key *k = NULL;
    if (alg->mac != HASH_NONE)
        return sign_mac(c, alg, jwk, text, out);
    TRY(jwt_pair(c, jwk, &k));
    TRY(builtin_cost(c, JWT_COST_SIGN + text.n));
    return builtin_settle(c, key_sign(k, alg->sig, text, out), "the key does not fit the algorithm %s", alg->name);
}

/* header.payload.signature */
static struct err sign_token(struct call *c, const struct jwt_alg *alg, const struct json *jwk, struct bytes header,
                             struct bytes payload, const struct json **out)
{
    SCOPED(buf) struct buf token = {0};
    SCOPED(buf) struct buf sig = {0};
    struct bytes text;
    struct bytes made;
    buf_init(&token, 4 * MIB);
    buf_init(&sig, 2 * KIB);
    TRY(builtin_cost(c, header.n + payload.n));
    base64_encode(BASE64_URL, header, &token);
    buf_text(&token, ".");
    base64_encode(BASE64_URL, payload, &token);
    TRY(buf_end(&token, &text));
    TRY(sign_text(c, alg, jwk, text, &sig));
    TRY(buf_end(&sig, &made));
    buf_text(&token, ".");
    base64_encode(BASE64_URL, made, &token);
    TRY(buf_end(&token, &text));
    return json_new_string(c->arena, text, out);
}

static struct err bi_encode_sign(struct call *c, const struct json **out)
{
    SCOPED(buf) struct buf header = {0};
    SCOPED(buf) struct buf payload = {0};
    struct bytes header_text;
    struct bytes payload_text;
    const struct jwt_alg *alg;
    for (size_t i = 1; i <= 3; i++) {
        TRY(builtin_need(c, i, JSON_OBJECT));
        TRY(builtin_cost(c, json_weight(c->args[i - 1])));
    }
    TRY(read_alg(c, c->args[0], &alg));
    buf_init(&header, MIB);
    buf_init(&payload, MIB);
    json_encode(c->args[0], &header);
    json_encode(c->args[1], &payload);
    TRY(buf_end(&header, &header_text));
    TRY(buf_end(&payload, &payload_text));
    return sign_token(c, alg, c->args[2], header_text, payload_text, out);
}

static struct err read_raw_header(struct call *c, struct bytes text, const struct json **out)
{
    static const char bad[] = "missing or invalid 'alg' header: cannot parse JSON";
    *out = NULL;
    if (text.n == 0)
        return builtin_error(c, "%s: cannot parse empty string", bad);
    if (text.p[0] != '{')
        return OK; /* then it has no algorithm */
    return builtin_settle(c, json_decode(c->arena, text, NULL, NULL, out), "%s", bad);
}

static struct err bi_encode_sign_raw(struct call *c, const struct json **out)
{
    const struct json *header;
    const struct json *payload;
    const struct json *jwk;
    const struct jwt_alg *alg;
    TRY(builtin_need_strings(c, 3));
    TRY(jwt_object(c, c->args[2]->text, true, "JWK", &jwk));
    TRY(read_raw_header(c, c->args[0]->text, &header));
    TRY(read_alg(c, header, &alg));
    const struct json *typ = json_at(header, "typ");
    if (json_is(typ, JSON_STRING) && bytes_is(typ->text, "JWT"))
        TRY(builtin_settle(c, json_decode(c->arena, c->args[1]->text, NULL, NULL, &payload),
                           "type is JWT but payload is not JSON"));
    return sign_token(c, alg, jwk, c->args[0]->text, c->args[1]->text, out);
}

const struct builtin builtins_jwt_sign[] = {
    {"io.jwt.encode_sign", 3, false, bi_encode_sign},
    {"io.jwt.encode_sign_raw", 3, false, bi_encode_sign_raw},
};
BUILTIN_ROWS(jwt_sign)
