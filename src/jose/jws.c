/*
 * Compact JWS. A token is hostile until jws_verify succeeded; its payload is not even decoded before. The key decides
 * which algorithm is used: the header's "alg" is compared, never obeyed.
 */
#include "jose/jws.h"

#include "base/limits.h"
#include "base/rd.h"
#include "codec/base64.h"

#define TIME_MAX 253402300799 /* 9999-12-31T23:59:59Z */

struct alg_row {
    enum key_kind kind;
    const char *name;
    enum sig_alg alg;
};

static const struct alg_row ROWS[] = {
    {KEY_EC_P256, "ES256", SIG_ECDSA_SHA256}, {KEY_EC_P384, "ES384", SIG_ECDSA_SHA384},
    {KEY_EC_P521, "ES512", SIG_ECDSA_SHA512}, {KEY_ED25519, "EdDSA", SIG_ED25519},
    {KEY_RSA, "RS256", SIG_RSA_PKCS1_SHA256},
};

static const struct alg_row *row_find(enum key_kind kind)
{
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        if (ROWS[i].kind == kind)
            return &ROWS[i];
    }
    return NULL;
}

const char *jws_alg_name(enum key_kind kind)
{
    const struct alg_row *row = row_find(kind);
    return row == NULL ? "" : row->name;
}

/* The bytes before the next dot, and the cursor behind it. */
static struct err until_dot(struct rd *r, struct bytes *out)
{
    const uint8_t *dot = memchr(r->at, '.', rd_left(r));
    if (dot == NULL)
        return FAIL(ERR_FORMAT, "a token has three parts");
    TRY(rd_take(r, (size_t)(dot - r->at), out));
    struct bytes skipped;
    return rd_take(r, 1, &skipped);
}

static struct err decode_object(struct arena *a, struct bytes text, const struct json **out)
{
    struct bytes plain;
    const struct json *v;
    TRY(base64_decode(a, BASE64_URL, text, &plain));
    TRY(json_decode(a, plain, NULL, NULL, &v));
    if (!json_is(v, JSON_OBJECT))
        return FAIL(ERR_FORMAT, "a part of a token is no object");
    *out = v;
    return OK;
}

static struct err check_header(const struct json *header)
{
    /* We understand no extension, so every critical one is refused (RFC 7515 4.1.11). */
    if (json_at(header, "crit") != NULL)
        return FAIL(ERR_FORMAT, "a token with critical extensions");
    /* RFC 7797: anything but true changes what was signed; upstream's sealed secrets say true. */
    const struct json *b64 = json_at(header, "b64");
    if (b64 != NULL && !(json_is(b64, JSON_BOOL) && b64->as_bool))
        return FAIL(ERR_FORMAT, "a token with an unencoded payload");
    return OK;
}

struct err jws_decode(struct arena *a, struct bytes token, struct jws *out)
{
    if (token.n > TOKEN_MAX)
        return FAIL(ERR_LIMIT, "the token is too long");
    struct rd r = rd_of(token);
    struct bytes header_text;
    struct jws made = {0};
    TRY(until_dot(&r, &header_text));
    TRY(until_dot(&r, &made.payload_text));
    struct bytes signature_text = rd_rest(&r);
    made.signing_input = bytes_of(token.p, header_text.n + 1 + made.payload_text.n);
    TRY(decode_object(a, header_text, &made.header));
    TRY(check_header(made.header));
    /* Another dot is no character of base64url: a fourth part is refused here. */
    TRY(base64_decode(a, BASE64_URL, signature_text, &made.signature));
    *out = made;
    return OK;
}

struct err jws_verify(struct arena *a, struct jws *jws, const struct key *k)
{
    const struct alg_row *row = row_find(key_kind_of(k));
    struct bytes alg;
    if (row == NULL)
        return FAIL(ERR_UNVERIFIED, "no algorithm for this kind of key");
    if (failed(json_need_string(jws->header, "alg", &alg)) || !bytes_is(alg, row->name))
        return FAIL(ERR_UNVERIFIED, "the token's algorithm is not the key's");
    struct err e = key_verify(k, row->alg, jws->signing_input, jws->signature);
    if (e.code == ERR_FORMAT)
        return FAIL(ERR_UNVERIFIED, "the token's signature has another length");
    TRY(e);
    const struct json *payload;
    TRY(decode_object(a, jws->payload_text, &payload));
    jws->payload = payload;
    return OK;
}

/* The header: typ, alg, then the rest as json_encode orders it. */
static struct err put_header(const struct json *rest, const char *alg, struct buf *out)
{
    const struct json *typ = json_at(rest, "typ");
    if (json_at(rest, "alg") != NULL || (typ != NULL && !json_is(typ, JSON_STRING)))
        return FAIL(ERR_BUG, "a header with an alg of its own");
    buf_text(out, "{\"typ\":");
    json_quote(typ == NULL ? BYTES_LIT("JWT") : typ->text, out);
    buf_text(out, ",\"alg\":");
    json_quote(bytes_of_text(alg), out);
    for (size_t i = 0; rest != NULL && i < rest->count; i++) {
        if (bytes_is(rest->members[i].key, "typ"))
            continue;
        buf_text(out, ",");
        json_quote(rest->members[i].key, out);
        buf_text(out, ":");
        json_encode(rest->members[i].value, out);
    }
    buf_text(out, "}");
    struct bytes whole;
    return buf_end(out, &whole);
}

static struct err put_signature(const struct key *k, enum sig_alg alg, struct bytes signing_input, struct buf *out)
{
    SCOPED(buf) struct buf sig = {0};
    buf_init(&sig, TOKEN_MAX);
    TRY(key_sign(k, alg, signing_input, &sig));
    buf_text(out, ".");
    base64_encode(BASE64_URL, buf_view(&sig), out);
    struct bytes whole;
    return buf_end(out, &whole);
}

struct err jws_sign(const struct key *k, const struct json *header_rest, struct bytes payload_text, struct buf *out)
{
    const struct alg_row *row = row_find(key_kind_of(k));
    if (row == NULL || (header_rest != NULL && !json_is(header_rest, JSON_OBJECT)))
        return FAIL(ERR_BUG, "no algorithm for this kind of key, or no object");
    if (!key_is_private(k))
        return FAIL(ERR_STATE, "no private key");
    SCOPED(buf) struct buf header = {0};
    buf_init(&header, JSON_TEXT_MAX);
    TRY(put_header(header_rest, row->name, &header));
    size_t start = out->n;
    base64_encode(BASE64_URL, buf_view(&header), out);
    buf_text(out, ".");
    base64_encode(BASE64_URL, payload_text, out);
    struct bytes whole;
    struct err e = buf_end(out, &whole);
    if (!failed(e))
        e = put_signature(k, row->alg, bytes_of(whole.p + start, whole.n - start), out);
    if (failed(e))
        out->n = start; /* an unsigned token never stays behind */
    return e;
}

/* A time claim that may be missing. */
static struct err time_claim(const struct json *payload, const char *name, int64_t missing, int64_t *out)
{
    *out = missing;
    return json_at(payload, name) == NULL ? OK : json_need_int(payload, name, 0, TIME_MAX, out);
}

struct err jwt_check_times(const struct json *payload, int64_t now_sec, int64_t leeway_sec)
{
    int64_t exp, nbf, iat;
    TRY(json_need_int(payload, "exp", 0, TIME_MAX, &exp));
    TRY(time_claim(payload, "nbf", 0, &nbf));
    TRY(time_claim(payload, "iat", 0, &iat));
    if (now_sec >= exp + leeway_sec)
        return FAIL(ERR_STALE, "the token has expired");
    if (nbf - leeway_sec > now_sec || iat - leeway_sec > now_sec)
        return FAIL(ERR_STALE, "the token is not yet valid");
    return OK;
}
