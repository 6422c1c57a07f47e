/*
 * io.jwt.decode, io.jwt.verify_* and io.jwt.decode_verify. Tokens are hostile. An answer "holds" needs a signature that
 * was checked with a key of the right kind under the algorithm that the token's header names: the header can neither
 * choose a key of another kind nor do without one.
 */
#include "rego/builtins/jwt.h"
#include "rego/arith.h"
#include "rego/eval.h"

#include "codec/hex.h"

static const struct jwt_alg ALGS[] = {
    {"HS256", "io.jwt.verify_hs256", HASH_SHA256, SIG_NONE},
    {"HS384", "io.jwt.verify_hs384", HASH_SHA384, SIG_NONE},
    {"HS512", "io.jwt.verify_hs512", HASH_SHA512, SIG_NONE},
    {"RS256", "io.jwt.verify_rs256", HASH_NONE, SIG_RSA_PKCS1_SHA256},
    {"RS384", "io.jwt.verify_rs384", HASH_NONE, SIG_RSA_PKCS1_SHA384},
    {"RS512", "io.jwt.verify_rs512", HASH_NONE, SIG_RSA_PKCS1_SHA512},
    {"PS256", "io.jwt.verify_ps256", HASH_NONE, SIG_RSA_PSS_SHA256},
    {"PS384", "io.jwt.verify_ps384", HASH_NONE, SIG_RSA_PSS_SHA384},
    {"PS512", "io.jwt.verify_ps512", HASH_NONE, SIG_RSA_PSS_SHA512},
    {"ES256", "io.jwt.verify_es256", HASH_NONE, SIG_ECDSA_SHA256},
    {"ES384", "io.jwt.verify_es384", HASH_NONE, SIG_ECDSA_SHA384},
    {"ES512", "io.jwt.verify_es512", HASH_NONE, SIG_ECDSA_SHA512},
    {"EdDSA", "io.jwt.verify_eddsa", HASH_NONE, SIG_ED25519},
};

#define ALG_COUNT (sizeof(ALGS) / sizeof(ALGS[0]))

const struct jwt_alg *jwt_alg_named(struct bytes name)
{
    for (size_t i = 0; i < ALG_COUNT; i++)
        if (bytes_is(name, ALGS[i].name))
            return &ALGS[i];
    return NULL;
}

const struct jwt_alg *jwt_alg_verified_by(const char *builtin)
{
    for (size_t i = 0; i < ALG_COUNT; i++)
        if (strcmp(builtin, ALGS[i].builtin) == 0)
            return &ALGS[i];
    return NULL;
}

static bool names_alg(const struct jwt_token *t, const char *name)
{
    const struct json *v = json_at(t->header, "alg");
    return json_is(v, JSON_STRING) && bytes_is(v->text, name);
}

/* A key that says what it is for is used for nothing else (RFC 7517 4.4). */
static struct err verify_under(struct call *c, const struct jwt_alg *alg, const struct jwt_token *t,
                               const struct jwt_key *k, bool *holds)
{
    *holds = false;
    if (k->alg.n > 0 && !bytes_is(k->alg, alg->name))
        return OK;
    TRY(builtin_cost(c, JWT_COST_VERIFY + t->signed_part.n));
    struct err e = key_verify(k->key, alg->sig, t->signed_part, t->signature);
    if (failed(e) && e.code != ERR_UNVERIFIED && e.code != ERR_UNSUPPORTED && e.code != ERR_FORMAT)
        return e;
    *holds = !failed(e);
    return OK;
}

struct err jwt_verify(struct call *c, const struct jwt_alg *alg, const struct jwt_token *t, const struct jwt_keys *keys,
                      bool *holds)
{
    const struct json *kid = json_at(t->header, "kid");
    *holds = false;
    if (alg->sig == SIG_NONE || !names_alg(t, alg->name))
        return OK;
    for (size_t i = 0; json_is(kid, JSON_STRING) && kid->text.n > 0 && i < keys->count; i++)
        if (bytes_equal(kid->text, keys->items[i].kid))
            return verify_under(c, alg, t, &keys->items[i], holds);
    for (size_t i = 0; !*holds && i < keys->count; i++)
        TRY(verify_under(c, alg, t, &keys->items[i], holds));
    return OK;
}

struct err jwt_verify_mac(struct call *c, const struct jwt_alg *alg, const struct jwt_token *t, struct bytes secret,
                          bool *holds)
{
    struct digest d;
    *holds = false;
    if (alg->mac == HASH_NONE || !names_alg(t, alg->name))
        return OK;
    TRY(builtin_cost(c, 1024 + t->signed_part.n + secret.n));
    TRY(hmac_of(alg->mac, secret, &t->signed_part, 1, &d));
    *holds = bytes_equal_ct(digest_view(&d), t->signature);
    return OK;
}

static struct err bi_decode(struct call *c, const struct json **out)
{
    struct jwt_token t;
    const struct json *parts[3];
    struct bytes hex;
    TRY(builtin_need(c, 1, JSON_STRING));
    struct bytes text = c->args[0]->text;
    size_t depth = 0;
    do {
        if (depth++ == JWT_NESTED_MAX)
            return builtin_error(c, "JWT nested too deeply");
        TRY(jwt_split(c, text, false, &t));
    } while (jwt_is_nested(&t, &text));
    parts[0] = t.header;
    TRY(jwt_object(c, t.payload, false, "JWT payload", &parts[1]));
    TRY(hex_encode_arena(c->arena, t.signature, &hex));
    TRY(json_new_string(c->arena, hex, &parts[2]));
    return value_array(c->arena, parts, 3, out);
}

/* All functions io.jwt.verify_*: the name says which algorithm. */
static struct err bi_verify(struct call *c, const struct json **out)
{
    SCOPED(jwt_keys) struct jwt_keys keys = {0};
    const struct jwt_alg *alg = jwt_alg_verified_by(c->name);
    struct jwt_token t;
    bool holds;
    TRY(builtin_need(c, 1, JSON_STRING));
    TRY(builtin_need(c, 2, JSON_STRING));
    if (alg == NULL)
        return FAIL(ERR_BUG, "a function that verifies without an algorithm");
    TRY(jwt_split(c, c->args[0]->text, true, &t));
    if (alg->mac != HASH_NONE) {
        TRY(jwt_verify_mac(c, alg, &t, c->args[1]->text, &holds));
    } else {
        TRY(jwt_keys_read(c, c->args[1]->text, &keys));
        TRY(jwt_verify(c, alg, &t, &keys, &holds));
    }
    *out = value_bool(holds);
    return OK;
}

/* What the caller of decode_verify asks of a token. */
struct constraints {
    struct jwt_keys keys;
    const struct json *cert;
    const struct json *secret;
    const struct json *alg;
    const struct json *iss;
    const struct json *aud;
    const struct json *time; /* nanoseconds */
};

static void constraints_clear(struct constraints *w)
{
    jwt_keys_clear(&w->keys);
}

static struct err take_constraint(struct call *c, const struct json_member *m, struct constraints *w)
{
    const struct {
        const char *name;
        enum json_type type;
        const struct json **to;
    } rows[] = {{"cert", JSON_STRING, &w->cert}, {"secret", JSON_STRING, &w->secret}, {"alg", JSON_STRING, &w->alg},
                {"iss", JSON_STRING, &w->iss},   {"aud", JSON_STRING, &w->aud},       {"time", JSON_NUMBER, &w->time}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (m->name != NULL || !bytes_is(m->key, rows[i].name))
            continue;
        if (m->value->type != rows[i].type)
            return builtin_error(c, "token constraint %s must be a %s", rows[i].name, value_type_name(rows[i].type));
        *rows[i].to = m->value;
        return OK;
    }
    return builtin_error(c, "unknown token validation constraint: %.*s", NOTE_TEXT(m->key));
}

static struct err read_constraints(struct call *c, struct constraints *w)
{
    const struct json *o = c->args[1];
    TRY(builtin_need(c, 2, JSON_OBJECT));
    for (size_t i = 0; i < o->count; i++)
        TRY(take_constraint(c, &o->members[i], w));
    if (w->secret != NULL && w->secret->text.n == 0)
        return builtin_error(c, "no key constraint: the secret is empty");
    if (w->cert != NULL && w->secret != NULL)
        return builtin_error(c, "duplicate key constraints");
    if (w->cert == NULL && w->secret == NULL)
        return builtin_error(c, "no key constraint");
    if (w->cert != NULL)
        TRY(jwt_keys_read(c, w->cert->text, &w->keys));
    if (w->time == NULL)
        TRY(value_int(c->arena, c->eval->call->now_ns, &w->time));
    return OK;
}

/* Whether the header is one that we understand, of the wanted algorithm, and the signature holds. */
static struct err check_signature(struct call *c, const struct constraints *w, const struct jwt_token *t, bool *holds)
{
    const struct json *name = json_at(t->header, "alg");
    *holds = false;
    /* No extension is understood here, so every critical one refuses the token (RFC 7515 4.1.11). */
    if (!json_is(name, JSON_STRING) || json_at(t->header, "crit") != NULL)
        return OK;
    if (w->alg != NULL && !bytes_equal(w->alg->text, name->text))
        return OK;
    const struct jwt_alg *alg = jwt_alg_named(name->text);
    if (alg == NULL)
        return builtin_error(c, "unknown JWS algorithm: %.*s", NOTE_TEXT(name->text));
    if (w->secret != NULL)
        return jwt_verify_mac(c, alg, t, w->secret->text, holds);
    return jwt_verify(c, alg, t, &w->keys, holds);
}

/* Seconds as nanoseconds, exactly. */
static struct err to_nanoseconds(struct call *c, const struct json *v, const char *name, const struct json **out)
{
    if (v->type != JSON_NUMBER)
        return builtin_error(c, "%s value must be a number", name);
    return builtin_settle(c, arith_scale10(c->arena, v, 9, out), "%s value is too large", name);
}

static bool names_audience(const struct json *aud, struct bytes wanted)
{
    if (aud->type == JSON_STRING)
        return bytes_equal(aud->text, wanted);
    for (size_t i = 0; aud->type == JSON_ARRAY && i < aud->count; i++)
        if (aud->items[i]->type == JSON_STRING && bytes_equal(aud->items[i]->text, wanted))
            return true;
    return false;
}

static struct err check_claims(struct call *c, const struct constraints *w, const struct json *claims, bool *holds)
{
    const struct json *iss = json_at(claims, "iss");
    const struct json *aud = json_at(claims, "aud");
    const struct json *until = json_at(claims, "exp");
    const struct json *from = json_at(claims, "nbf");
    *holds = false;
    if (w->iss != NULL && (!json_is(iss, JSON_STRING) || !bytes_equal(iss->text, w->iss->text)))
        return OK;
    /* A token made for somebody must be checked as that somebody. */
    if ((aud == NULL) != (w->aud == NULL) || (aud != NULL && !names_audience(aud, w->aud->text)))
        return OK;
    if (until != NULL) {
        TRY(to_nanoseconds(c, until, "exp", &until));
        if (json_compare(w->time, until) >= 0)
            return OK;
    }
    if (from != NULL) {
        TRY(to_nanoseconds(c, from, "nbf", &from));
        if (json_compare(w->time, from) < 0)
            return OK;
    }
    *holds = true;
    return OK;
}

/* Every token that is wrapped in another is verified as well. */
static struct err check_token(struct call *c, const struct constraints *w, const struct json *parts[3], bool *holds)
{
    struct jwt_token t;
    struct bytes text = c->args[0]->text;
    size_t depth = 0;
    do {
        if (depth++ == JWT_NESTED_MAX)
            return builtin_error(c, "JWT nested too deeply");
        TRY(jwt_split(c, text, true, &t));
        TRY(check_signature(c, w, &t, holds));
        if (!*holds)
            return OK;
    } while (jwt_is_nested(&t, &text));
    *holds = false;
    parts[1] = t.header;
    TRY(jwt_object(c, t.payload, true, "JWT payload", &parts[2]));
    return check_claims(c, w, parts[2], holds);
}

static struct err bi_decode_verify(struct call *c, const struct json **out)
{
    SCOPED(constraints) struct constraints w = {0};
    const struct json *parts[3] = {value_bool(true), NULL, NULL};
    const struct json *const refused[3] = {value_bool(false), &value_empty_object, &value_empty_object};
    bool holds;
    TRY(builtin_need(c, 1, JSON_STRING));
    TRY(read_constraints(c, &w));
    TRY(check_token(c, &w, parts, &holds));
    return value_array(c->arena, holds ? parts : refused, 3, out);
}

const struct builtin builtins_jwt[] = {
    {"io.jwt.decode", 1, false, bi_decode},       {"io.jwt.decode_verify", 2, false, bi_decode_verify},
    {"io.jwt.verify_hs256", 2, false, bi_verify}, {"io.jwt.verify_hs384", 2, false, bi_verify},
    {"io.jwt.verify_hs512", 2, false, bi_verify}, {"io.jwt.verify_rs256", 2, false, bi_verify},
    {"io.jwt.verify_rs384", 2, false, bi_verify}, {"io.jwt.verify_rs512", 2, false, bi_verify},
    {"io.jwt.verify_ps256", 2, false, bi_verify}, {"io.jwt.verify_ps384", 2, false, bi_verify},
    {"io.jwt.verify_ps512", 2, false, bi_verify}, {"io.jwt.verify_es256", 2, false, bi_verify},
    {"io.jwt.verify_es384", 2, false, bi_verify}, {"io.jwt.verify_es512", 2, false, bi_verify},
    {"io.jwt.verify_eddsa", 2, false, bi_verify},
};
BUILTIN_ROWS(jwt)
