/*
 * JSON Web Keys: the public key of a TEE, of the token signer, of an administrator.
 */
#pragma once

#include "crypto/key.h"
#include "json/json.h"

/*
 * jwk_decode - a public key from a JWK object: EC (P-256, P-384, P-521), RSA, OKP Ed25519. Unknown members are ignored,
 * a private member ("d") is refused.
 *
 * in       jwk: hostile
 * out      *out only on success, owned; *alg: the "alg" member, borrowed from the tree, empty if absent (may be NULL)
 * errors   FORMAT  malformed, off the curve; UNSUPPORTED  kty or crv
 * source: RFC 7517 4; RFC 7518 6; RFC 8037 2
 */
MUST_CHECK struct err jwk_decode(const struct json *jwk, struct key **out, struct bytes *alg);

/*
 * jwk_encode - the public JWK of a key as an object with kty, the key's members and, unless NULL, alg.
 * jwk_typed - a copy of a TEE public key's JWK with only the members that take part in the runtime-data hash: EC: alg,
 * crv, kty, x, y; RSA: alg, e, kty, n. All of them must be strings.
 * jwk_thumbprint - base64url SHA-256 thumbprint, as a view in the arena: our "kid".
 *
 * out      *out only on success, in the arena
 * errors   FORMAT, UNSUPPORTED, NOMEM
 * source: RFC 7638 3; spec/kbs.md 1.7, 1.9
 */
MUST_CHECK struct err jwk_encode(struct arena *a, const struct key *k, const char *alg, const struct json **out);
MUST_CHECK struct err jwk_typed(struct arena *a, const struct json *jwk, const struct json **out);
MUST_CHECK struct err jwk_thumbprint(struct arena *a, const struct key *k, struct bytes *out);
