/*
 * The commands of a TPM 2.0 that an attester needs, on tpm2-tss. The device is host hardware or host software: its
 * answers are hostile bytes. Used by the guest's attester, and by the host's attack driver against a software TPM.
 */
#pragma once

#include <tss2/tss2_tcti.h>

#include "base/arena.h"
#include "base/secret.h"
#include "crypto/hash.h"

struct tpm;

struct tpm_identity {       /* views in the arena given */
    struct bytes ek_cert;   /* DER from NV; empty if the TPM has none */
    struct bytes ak_public; /* TPM2B_PUBLIC of the AK */
    struct bytes ak_name;   /* its Name */
};

struct tpm_quote {          /* views in the arena given */
    struct bytes message;   /* TPMS_ATTEST */
    struct bytes signature; /* TPMT_SIGNATURE */
    struct digest pcrs[24]; /* SHA-256 bank, read until they match the message's digest */
};

/*
 * tpm_open_device - "/dev/tpmrm0"; tpm_open_tcti - over a context that the caller made and keeps (software TPM).
 * tpm_close - flushes what was made; NULL is fine.
 *
 * out      *out, owned
 * errors   ABSENT  no such device, reason guest.no-tee; IO; NOMEM
 */
MUST_CHECK struct err tpm_open_device(const char *path, struct tpm **out);
MUST_CHECK struct err tpm_open_tcti(TSS2_TCTI_CONTEXT *tcti, struct tpm **out);
void tpm_close(struct tpm *t);

/*
 * tpm_identity_make - read the EK certificate (RSA-2048 at NV 0x1c00002, else P-256 at 0x1c0000a), make the EK it
 * belongs to (persistent handle, else from the default template) and a fresh AK below it: ECC P-256, ECDSA SHA-256,
 * restricted, fixedTPM, fixedParent, sensitiveDataOrigin.
 * tpm_credential_activate - open a credential (TPM2B_ID_OBJECT ‖ TPM2B_ENCRYPTED_SECRET) made for that AK.
 * tpm_quote_make - quote PCR 0..23 of the SHA-256 bank over qualifying data (at most 32 bytes).
 * tpm_pcr_extend, tpm_pcr_read - one PCR of the SHA-256 bank.
 *
 * in       credential: hostile (from the broker)
 * out      only on success
 * errors   PEER  the TPM answers with an error or nonsense; UNVERIFIED the credential is not for this AK; STATE no
 *          identity made yet; NOMEM
 * source: TPM 2.0 Library Part 3; TCG EK Credential Profile 2.2, B.3
 */
MUST_CHECK struct err tpm_identity_make(struct tpm *t, struct arena *a, struct tpm_identity *out);
MUST_CHECK struct err tpm_credential_activate(struct tpm *t, struct bytes credential, struct secret *out);
MUST_CHECK struct err tpm_quote_make(struct tpm *t, struct arena *a, struct bytes qualifying, struct tpm_quote *out);
MUST_CHECK struct err tpm_pcr_extend(struct tpm *t, unsigned pcr, const struct digest *digest);
MUST_CHECK struct err tpm_pcr_read(struct tpm *t, unsigned pcr, struct digest *out);
