/*
 * Inside rego/builtins/: what the files of io.jwt.* share: tokens taken apart, keys, algorithms.
 */
#pragma once

#include "rego/builtins/builtin.h"

#include "crypto/key.h"

#define JWT_KEYS_MAX    64           /* keys of one set */
#define JWT_COST_KEY    (8 * 2000UL) /* work that decoding one key stands for */
#define JWT_COST_VERIFY (8 * 20000UL)
#define JWT_COST_SIGN   (8 * 200000UL)
#define JWT_NESTED_MAX  8 /* tokens inside of tokens */

struct jwt_alg {
    const char *name;    /* as a header spells it */
    const char *builtin; /* the function that verifies it */
    enum hash_alg mac;   /* of the ones with a shared secret */
    enum sig_alg sig;    /* of the others */
};

struct jwt_key {
    struct key *key;
    struct bytes alg; /* empty: not said */
    struct bytes kid;
};

struct jwt_keys {
    struct jwt_key items[JWT_KEYS_MAX];
    size_t count;
};

struct jwt_token {
    const struct json *header; /* an object */
    struct bytes payload;      /* decoded bytes */
    struct bytes signature;
    struct bytes signed_part; /* header and payload as they were signed */
};

/* jwt_alg_named - the row of an algorithm, or NULL. jwt_alg_verified_by - of a builtin, or NULL. errors: none. out: the
 * row */
const struct jwt_alg *jwt_alg_named(struct bytes name);
const struct jwt_alg *jwt_alg_verified_by(const char *builtin);

/*
 * jwt_split - take a token apart; verifies nothing. jwt_is_nested - whether its payload is a token itself, that is then
 * in *inner. jwt_object - a text that must be a JSON object.
 *
 * in       text: hostile; strict: to be verified, so doubled keys are refused (else the last one counts, RFC 7519 4),
 *          and a signature that is not canonical base64url is empty, so that it cannot hold
 * out      *out, views into the arena; only on success
 * errors   STATE with the call's report filled; NOMEM
 * source: RFC 7519 7.2; RFC 7515 5.2
 */
MUST_CHECK struct err jwt_split(struct call *c, struct bytes text, bool strict, struct jwt_token *out);
bool jwt_is_nested(const struct jwt_token *t, struct bytes *inner);
MUST_CHECK struct err jwt_object(struct call *c, struct bytes text, bool strict, const char *what,
                                 const struct json **out);

/*
 * jwt_keys_read - the public keys in a text: a PEM certificate, a PEM public key, a JWK or a set of them (of which keys
 * of unknown kinds are left out). jwt_keys_clear - give them back. jwt_pair - the pair of a private JWK.
 *
 * in       text: hostile
 * out      *out: owned; also on failure to be cleared
 * errors   STATE with the call's report filled; NOMEM, LIMIT
 * source: RFC 7517 4, 5; RFC 7518 6
 */
MUST_CHECK struct err jwt_keys_read(struct call *c, struct bytes text, struct jwt_keys *out);
void jwt_keys_clear(struct jwt_keys *keys);
MUST_CHECK struct err jwt_pair(struct call *c, const struct json *jwk, struct key **out);

/*
 * jwt_verify - whether a token's signature holds under one of the keys; the header names the algorithm, and it must be
 * `alg`. A key whose `kid` the header names is the only one asked. jwt_verify_mac - under a shared secret.
 *
 * out      *holds
 * errors   NOMEM, LIMIT, BUG
 * source: RFC 7515 5.2, 4.1.4
 */
MUST_CHECK struct err jwt_verify(struct call *c, const struct jwt_alg *alg, const struct jwt_token *t,
                                 const struct jwt_keys *keys, bool *holds);
MUST_CHECK struct err jwt_verify_mac(struct call *c, const struct jwt_alg *alg, const struct jwt_token *t,
                                     struct bytes secret, bool *holds);
