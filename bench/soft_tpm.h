/*
 * A TPM in software for the benchmark's client: it opens credentials and signs quotes like a real one, without a
 * process or a socket in the way. Its keys are the throw-away vectors of tests/vectors/tpm.
 */
#pragma once

#include "base/arena.h"
#include "base/secret.h"
#include "crypto/key.h"

struct soft_tpm { /* texts in the arena given to soft_tpm_open */
    struct bytes ek_cert, ak_public, ak_name, event_log, initdata;
    struct digest pcrs[24];
    struct key *ak;
    void *ek; /* EVP_PKEY */
};

/*
 * soft_tpm_open - read the vectors of a directory. `ek`: "rsa" (what most TPMs have) or "ec".
 * soft_tpm_activate - TPM2_ActivateCredential. soft_tpm_quote - TPM2_Quote over all PCRs of the SHA-256 bank.
 *
 * in       credential: TPM2B_ID_OBJECT ‖ TPM2B_ENCRYPTED_SECRET of our own broker; qualifying: at most 32 bytes
 * out      only on success
 * errors   IO, FORMAT, UNVERIFIED, NOMEM, BUG
 * source: TPM 2.0 Library Part 1 24, B.10.4, C.6.4; Part 2 10.12.12
 */
MUST_CHECK struct err soft_tpm_open(struct arena *a, const char *dir, const char *ek, struct soft_tpm *out);
MUST_CHECK struct err soft_tpm_activate(const struct soft_tpm *t, struct bytes credential, struct secret *out);
MUST_CHECK struct err soft_tpm_quote(const struct soft_tpm *t, struct arena *a, struct bytes qualifying,
                                     struct bytes *message, struct bytes *signature);
