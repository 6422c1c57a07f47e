/* Algorithm numbers of the TPM. source: TCG Algorithm Registry 6.10, 6.4 */
#pragma once

#include "crypto/hash.h"

enum tpm_alg {
    TPM_ALG_RSA = 0x0001,
    TPM_ALG_SHA1 = 0x0004,
    TPM_ALG_AES = 0x0006,
    TPM_ALG_SHA256 = 0x000b,
    TPM_ALG_SHA384 = 0x000c,
    TPM_ALG_SHA512 = 0x000d,
    TPM_ALG_NULL = 0x0010,
    TPM_ALG_SM3 = 0x0012,
    TPM_ALG_RSASSA = 0x0014,
    TPM_ALG_RSAPSS = 0x0016,
    TPM_ALG_OAEP = 0x0017,
    TPM_ALG_ECDSA = 0x0018,
    TPM_ALG_ECC = 0x0023
};

enum tpm_curve { TPM_CURVE_P256 = 0x0003, TPM_CURVE_P384 = 0x0004 };

/* tpm_alg_hash - the hash of a TPM number, HASH_NONE if it is none. out: the answer. errors: none */
static inline enum hash_alg tpm_alg_hash(uint16_t alg)
{
    switch (alg) {
    case TPM_ALG_SHA1:
        return HASH_SHA1;
    case TPM_ALG_SHA256:
        return HASH_SHA256;
    case TPM_ALG_SHA384:
        return HASH_SHA384;
    case TPM_ALG_SHA512:
        return HASH_SHA512;
    case TPM_ALG_SM3:
        return HASH_SM3;
    default:
        return HASH_NONE;
    }
}
