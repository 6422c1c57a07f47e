/*
 * The proof that an attestation key lives in the TPM of an endorsement key: the broker encrypts a secret to the EK, for
 * one AK Name; only that TPM gives the secret back, and only if it holds that AK. The guest then proves that it has it,
 * over this quote and this session.
 */
#pragma once

#include "base/buf.h"
#include "crypto/x509.h"

#define TPM_CREDENTIAL_SECRET 32   /* bytes of the secret */
#define TPM_CREDENTIAL_MAX    1024 /* bytes of a credential; about 340 for RSA-2048 */
#define TPM_ACTIVATION_LABEL  "casemate-tpm-activation-v1"

/*
 * tpm_credential_make - TPM2_MakeCredential in software: TPM2B_ID_OBJECT ‖ TPM2B_ENCRYPTED_SECRET.
 *
 * in       ek: public key from the EK's certificate, RSA-2048 or EC P-256 with the default template (AES-128-CFB,
 *          SHA-256); ak_name: 34 bytes; secret: TPM_CREDENTIAL_SECRET bytes
 * out      appended to out
 * errors   UNSUPPORTED  another kind of EK, reason tpm.ek-malformed; FORMAT ak_name or secret of a wrong size; BUG,
 *          NOMEM, IO
 * source: TPM 2.0 Library Part 1 24, B.10.4, C.6.4; Part 3 12.6
 */
MUST_CHECK struct err tpm_credential_make(const struct key *ek, struct bytes ak_name, struct bytes secret,
                                          struct buf *out);

struct tpm_enrolment { /* what the session keeps of the handshake's first half */
    struct digest ak_name;
    struct digest ek_digest; /* SHA-256 of the EK's SubjectPublicKeyInfo */
};

/*
 * tpm_credential_for - the broker's half of `auth`: check the AK's attributes, compute its Name, and make a credential
 * for the EK of this certificate. Says nothing about who vouches for the EK: that is appraised with the evidence.
 * tpm_credential_for_key - the same where the certificate is decoded already.
 *
 * in       ek_cert: DER, hostile; ak: TPM2B_PUBLIC, hostile; secret: TPM_CREDENTIAL_SECRET random bytes
 * out      *session only on success; the credential appended to out
 * errors   FORMAT, UNSUPPORTED, UNVERIFIED with reason tpm.ek-malformed or tpm.ak-attributes; BUG, NOMEM, IO
 * source: DESIGN.md section 9, handshake
 */
MUST_CHECK struct err tpm_credential_for(struct bytes ek_cert, struct bytes ak, struct bytes secret,
                                         struct tpm_enrolment *session, struct buf *out);

MUST_CHECK struct err tpm_credential_for_key(const struct key *ek, const struct digest *ek_digest, struct bytes ak,
                                             struct bytes secret, struct tpm_enrolment *session, struct buf *out);

/*
 * tpm_activation_proof - HMAC-SHA-256(secret, TPM_ACTIVATION_LABEL ‖ nonce ‖ AK Name ‖ SHA-256(quote message)); both
 * sides compute it.
 *
 * in       secret: what the credential held; nonce: the text of the challenge; quote: TPMS_ATTEST
 * out      32 bytes, only on success
 * errors   FORMAT an empty secret, nonce or Name; BUG, NOMEM
 * source: DESIGN.md section 9, handshake
 */
MUST_CHECK struct err tpm_activation_proof(struct bytes secret, struct bytes nonce, struct bytes ak_name,
                                           struct bytes quote, struct digest *out);
