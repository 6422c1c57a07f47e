/*
 * A TPM's quote and its signature. Hostile bytes: decoded here, believed only once the signature holds.
 */
#pragma once

#include "crypto/key.h"

#define TPM_PCR_COUNT 24
#define TPM_PCR_SIZE  32 /* SHA-256 bank */

struct tpm_attest { /* TPMS_ATTEST of type quote; views into the input */
    struct bytes qualified_signer;
    struct bytes extra_data;
    uint64_t clock;
    uint32_t reset_count;
    uint32_t restart_count;
    bool safe;
    uint64_t firmware_version;
    uint32_t pcr_mask; /* bit n: PCR n of the SHA-256 bank is in the digest; never zero */
    struct bytes pcr_digest;
};

struct tpm_signature {
    enum sig_alg alg; /* SIG_ECDSA_SHA256 or SIG_RSA_PKCS1_SHA256 */
    uint8_t p[256];   /* r ‖ s, or the RSA signature */
    size_t n;
};

/*
 * tpm_attest_decode - a TPMS_ATTEST of type quote that fills the input.
 *
 * in       in: hostile; borrowed
 * out      only on success
 * errors   FORMAT  not a quote made by a TPM, malformed, bytes left, reason tpm.quote-format; or a selection that is
 *          not exactly one, of SHA-256, of PCRs 0..23, reason tpm.pcr-selection
 * cost     one pass, no allocation
 * source: TPM 2.0 Library Part 2 10.12.8, 10.6.2; spec/evidence.md 7
 */
MUST_CHECK struct err tpm_attest_decode(struct bytes in, struct tpm_attest *out);

/*
 * tpm_signature_decode - a TPMT_SIGNATURE that fills the input: ECDSA P-256 or RSASSA-2048, both with SHA-256.
 *
 * in       in: hostile
 * out      only on success
 * errors   FORMAT, UNSUPPORTED, with reason tpm.quote-signature
 * source: TPM 2.0 Library Part 2 11.3.4
 */
MUST_CHECK struct err tpm_signature_decode(struct bytes in, struct tpm_signature *out);

/*
 * tpm_quote_verify - whether `signature` (TPMT_SIGNATURE) over `message` (TPMS_ATTEST) holds under `ak`.
 *
 * in       hostile, all of it
 * out      nothing
 * errors   UNVERIFIED, FORMAT, UNSUPPORTED, with reason tpm.quote-signature; NOMEM, BUG
 * source: spec/evidence.md 10
 */
MUST_CHECK struct err tpm_quote_verify(const struct key *ak, struct bytes message, struct bytes signature);
