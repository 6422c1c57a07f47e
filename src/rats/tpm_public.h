/*
 * A TPM's public area: what a key is, what it may do, and its Name. The bytes are hostile: they come from a guest, or
 * from a software TPM that the host runs.
 */
#pragma once

#include "crypto/key.h"

/* objectAttributes of a key. source: TPM 2.0 Library Part 2 8.3 */
#define TPM_ATTR_FIXED_TPM             (1U << 1)
#define TPM_ATTR_FIXED_PARENT          (1U << 4)
#define TPM_ATTR_SENSITIVE_DATA_ORIGIN (1U << 5)
#define TPM_ATTR_RESTRICTED            (1U << 16)
#define TPM_ATTR_DECRYPT               (1U << 17)
#define TPM_ATTR_SIGN                  (1U << 18)

struct tpm_public {
    struct bytes area; /* TPMT_PUBLIC, what the Name is over */
    enum hash_alg name_alg;
    uint32_t attributes;
    enum key_kind kind;   /* KEY_RSA (2048 bits), KEY_EC_P256, KEY_EC_P384 */
    struct bytes modulus; /* KEY_RSA */
    uint32_t exponent;    /* KEY_RSA */
    struct bytes x, y;    /* KEY_EC_*: as in the area, at most the width of the curve */
};

/*
 * tpm_public_decode - a TPM2B_PUBLIC that fills the input; verifies nothing.
 *
 * in       in: hostile; borrowed
 * out      only on success; views into `in`
 * errors   FORMAT  malformed, bytes left; UNSUPPORTED  another kind, curve, size, scheme or Name algorithm
 * cost     one pass, no allocation
 * source: TPM 2.0 Library Part 2 12.2.4, 12.2.5
 */
MUST_CHECK struct err tpm_public_decode(struct bytes in, struct tpm_public *out);

/*
 * tpm_public_name - the Name: algorithm and digest of the public area (34 bytes with SHA-256).
 * tpm_public_key - the key itself, owned by the caller.
 * tpm_public_check_ak - whether it is an attestation key that only its TPM can use: restricted, sign, fixedTPM,
 * fixedParent, sensitiveDataOrigin, not decrypt, Name by SHA-256.
 *
 * out      only on success
 * errors   tpm_public_key: FORMAT, UNSUPPORTED, NOMEM; tpm_public_check_ak: UNVERIFIED with reason tpm.ak-attributes;
 *          BUG
 * source: TPM 2.0 Library Part 1 16, Part 2 8.3.3
 */
MUST_CHECK struct err tpm_public_name(const struct tpm_public *p, struct digest *out);
MUST_CHECK struct err tpm_public_key(const struct tpm_public *p, struct key **out);
MUST_CHECK struct err tpm_public_check_ak(const struct tpm_public *p);
