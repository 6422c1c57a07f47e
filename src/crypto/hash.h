/*
 * Hashes and MACs. Algorithms are fetched once per process and kept.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"
#include "base/secret.h"

enum hash_alg { HASH_NONE = 0, HASH_SHA1, HASH_SHA256, HASH_SHA384, HASH_SHA512, HASH_SM3 };

#define HASH_SIZE_MAX 64

struct digest { /* bytes behind n are zero */
    uint8_t p[HASH_SIZE_MAX];
    size_t n;
};

static inline struct bytes digest_view(const struct digest *d)
{
    return bytes_of(d->p, d->n);
}

/* hash_size - bytes of a digest, 0 for HASH_NONE. hash_named - "sha256".. -> alg, HASH_NONE if unknown. hash_name -
 * the reverse, "" for HASH_NONE. errors: none. out: the answer */
size_t hash_size(enum hash_alg alg);
enum hash_alg hash_named(struct bytes name);
const char *hash_name(enum hash_alg alg);

/*
 * hash_of - the digest of bytes; hash_of_parts - of several views in a row; hash_extend - H(register ‖ digest), in
 * place, as a PCR or RTMR is extended.
 *
 * out      only on success
 * errors   UNSUPPORTED HASH_NONE; BUG when libcrypto fails; NOMEM
 */
MUST_CHECK struct err hash_of(enum hash_alg alg, struct bytes in, struct digest *out);
MUST_CHECK struct err hash_of_parts(enum hash_alg alg, const struct bytes *parts, size_t count, struct digest *out);
MUST_CHECK struct err hash_extend(enum hash_alg alg, struct digest *reg, struct bytes digest);

/*
 * hmac_of - HMAC over several views in a row. hkdf - RFC 5869 extract and expand with SHA-256 into a secret of n bytes.
 * kdfa - the TPM's KDFa with SHA-256 (SP 800-108 counter mode): label, two contexts, n bytes.
 * concat_kdf - the single-step KDF of NIST SP 800-56A with SHA-256, for JWE.
 *
 * in       key: borrowed; label: C string of our own
 * out      only on success; secrets are owned by the caller
 * errors   BUG, NOMEM, IO as secret_new
 * source: RFC 2104; RFC 5869; TPM 2.0 Library Part 1 11.4.10.2; NIST SP 800-56A 5.8.2.1
 */
MUST_CHECK struct err hmac_of(enum hash_alg alg, struct bytes key, const struct bytes *parts, size_t count,
                              struct digest *out);
MUST_CHECK struct err hkdf(struct bytes key, struct bytes salt, struct bytes info, size_t n, struct secret *out);
MUST_CHECK struct err kdfa(struct bytes key, const char *label, struct bytes context_u, struct bytes context_v,
                           size_t n, struct secret *out);
MUST_CHECK struct err concat_kdf(struct bytes z, struct bytes other_info, size_t n, struct secret *out);

/*
 * random_bytes - n bytes from the kernel's generator through libcrypto's.
 *
 * errors   IO  no randomness
 * out      filled only on success
 */
MUST_CHECK struct err random_bytes(uint8_t *out, size_t n);
