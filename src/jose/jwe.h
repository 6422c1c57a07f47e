/*
 * Flattened JWE JSON, as the KBS protocol has it: A256GCM content, key by ECDH-ES+A256KW or RSA-OAEP-256.
 */
#pragma once

#include "base/secret.h"
#include "crypto/key.h"
#include "json/json.h"

struct jwe_extra { /* members of the protected header behind the standard ones; names ascending, C strings of our own */
    const char *name;
    struct bytes value;
};

/*
 * jwe_key_usable - whether a TEE key with this "alg" can be encrypted to: "ECDH-ES+A256KW" with P-256, P-384 or P-521,
 * "RSA-OAEP-256" with RSA >= 2048.
 *
 * out      nothing
 * errors   UNSUPPORTED  any other pair
 */
MUST_CHECK struct err jwe_key_usable(const struct key *k, struct bytes alg);

/*
 * jwe_encrypt - append the flattened JSON of a JWE to the key. The protected header is compact JSON with alg, enc, then
 * epk and the extras in alphabetical order (a client re-serialises it to compute the AAD).
 *
 * in       k: the attested public key; alg: as in its JWK; plain: borrowed, never copied outside the ciphertext
 * out      appended to out
 * errors   UNSUPPORTED as jwe_key_usable; BUG, NOMEM, IO
 * cost     one ephemeral key and one agreement, or one RSA encryption
 * source: RFC 7516 5.1; RFC 7518 4.6, 4.3, 5.3; spec/kbs.md 1.10
 */
MUST_CHECK struct err jwe_encrypt(const struct key *k, struct bytes alg, const struct jwe_extra *extra,
                                  size_t extra_count, struct bytes plain, struct buf *out);

/*
 * jwe_decrypt - open one with the key pair; *header: the protected header, to be compared by the caller.
 *
 * in       text: hostile; a: owns the header
 * out      only on success; plain: owned
 * errors   FORMAT  malformed; UNVERIFIED  does not open with this key; NOMEM, IO
 *          UNSUPPORTED  an alg that is not the one of the key's kind, another enc, crit, zip, apu, apv, aad, headers
 *                       beside the protected one, several recipients
 * source: RFC 7516 5.2
 */
MUST_CHECK struct err jwe_decrypt(struct arena *a, const struct key *k, struct bytes text, const struct json **header,
                                  struct secret *plain);
