/*
 * Compact JWS (JWT). The algorithm is the one that belongs to the trusted key, never the one that the header asks for.
 */
#pragma once

#include "crypto/key.h"
#include "json/json.h"

struct jws {                    /* a token, split and decoded, not yet believed */
    struct bytes signing_input; /* view into the token */
    const struct json *header;
    const struct json *payload; /* NULL until jws_verify succeeded */
    struct bytes payload_text;  /* base64url text, view into the token */
    struct bytes signature;
};

/* jws_alg - the JWS name for a key kind ("ES256", "ES384", "ES512", "EdDSA", "RS256"), and its sig_alg. */
const char *jws_alg_name(enum key_kind kind);

/*
 * jws_decode - split a compact token and decode its header and signature; the payload stays undecoded.
 *
 * in       token: hostile, at most TOKEN_MAX bytes; a: owns the header
 * out      only on success; views into token
 * errors   FORMAT  not three parts, wrong base64url, header no object, "crit" present; LIMIT too long; NOMEM
 * source: RFC 7515 5.2, 4.1.11
 */
MUST_CHECK struct err jws_decode(struct arena *a, struct bytes token, struct jws *out);

/*
 * jws_verify - check the signature with a trusted key, then decode the payload. The header's alg must be exactly the
 * name that belongs to the key's kind.
 *
 * out      jws->payload
 * errors   UNVERIFIED  signature or alg; FORMAT payload no JSON object; NOMEM
 * source: RFC 7515 5.2; RFC 8725 3.1
 */
MUST_CHECK struct err jws_verify(struct arena *a, struct jws *jws, const struct key *k);

/*
 * jws_sign - append the compact token for a header object (its alg is set by us: pass one without) and a payload.
 *
 * in       k: a pair of kind P-256, P-384, P-521, Ed25519 or RSA; header_rest: an object or NULL, without "alg"; its
 *          members follow typ ("JWT" unless it has one) and alg, sorted by name
 * out      appended to out; nothing stays appended on failure
 * errors   sticky in out; STATE no private key; BUG, NOMEM
 * source: RFC 7515 5.1
 */
MUST_CHECK struct err jws_sign(const struct key *k, const struct json *header_rest, struct bytes payload_text,
                               struct buf *out);

/*
 * jwt_check_times - exp must be there and in the future, nbf and iat (if there) not in the future, within leeway.
 *
 * in       now_sec, leeway_sec: seconds
 * out      nothing
 * errors   STALE; FORMAT a claim is no integer or exp is missing
 * source: RFC 7519 4.1.4-4.1.6
 */
MUST_CHECK struct err jwt_check_times(const struct json *payload, int64_t now_sec, int64_t leeway_sec);
