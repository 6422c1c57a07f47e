/*
 * What the hardware signs: the digest over nonce, TEE public key and additional evidence.
 */
#pragma once

#include "crypto/hash.h"
#include "json/json.h"

/*
 * runtime_data_claims - the object {"additional-evidence","nonce","tee-pubkey"} with the JWK reduced to its typed
 * members; for a device (additional == NULL) without the first member.
 * runtime_data_digest - its digest over the RFC 8785 text.
 *
 * in       nonce, jwk: hostile; additional: the additional_evidence string, "" when none
 * out      in the arena; only on success
 * errors   FORMAT, UNSUPPORTED (JWK), NOMEM
 * source: spec/kbs.md 1.7
 */
MUST_CHECK struct err runtime_data_claims(struct arena *a, struct bytes nonce, const struct json *jwk,
                                          const struct bytes *additional, const struct json **out);
MUST_CHECK struct err runtime_data_digest(const struct json *claims, enum hash_alg alg, struct digest *out);

/*
 * report_data_fit - the digest fitted to a field of `size` bytes: padded with zeros on the right, or cut.
 *
 * out      size bytes in out (room for 64)
 * errors   LIMIT  size over 64
 * source: spec/evidence.md 0.2
 */
MUST_CHECK struct err report_data_fit(struct bytes digest, size_t size, struct digest *out);
