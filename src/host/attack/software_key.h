/*
 * An attestation key that lives in no TPM, dressed as one.
 */
#pragma once

#include "base/arena.h"
#include "crypto/key.h"
#include "tpm/tpm.h"

/*
 * software_key_make - a new P-256 pair, and the public area of `like` with its point: the attributes claim a TPM.
 * software_key_sign - a TPMT_SIGNATURE over a message.
 *
 * in       like: TPM2B_PUBLIC of a real ECC P-256 AK; a: owns the texts
 * out      *key, owned; *identity: the EK of `like` stays; *signature
 * errors   FORMAT, NOMEM, BUG
 * source: TPM 2.0 Library Part 2 11.3.2, 12.2.4
 */
MUST_CHECK struct err software_key_make(struct arena *a, const struct tpm_identity *like, struct key **key,
                                        struct tpm_identity *identity);
MUST_CHECK struct err software_key_sign(struct arena *a, const struct key *key, struct bytes message,
                                        struct bytes *signature);
