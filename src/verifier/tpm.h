/*
 * The parts of the verifier of TPM evidence: what the envelope holds, who made the quote, what was measured.
 */
#pragma once

#include "rats/eventlog.h"
#include "rats/tpm_attest.h"
#include "rats/tpm_public.h"
#include "verifier/verifier.h"

extern const struct verifier verifier_tpm;

struct tpm_evidence { /* the envelope, decoded; nothing of it is verified */
    struct bytes signature;
    struct bytes message;
    struct digest values[TPM_PCR_COUNT]; /* in the order sent */
    size_t value_count;
    struct bytes ak_spki_text; /* as sent: a claim */
    struct bytes ak_spki;
    bool has_ak, has_ek_cert, has_activation, has_event_log;
    struct bytes ak; /* TPM2B_PUBLIC */
    struct bytes ek_cert;
    struct bytes activation;
    struct bytes event_log;
};

/*
 * tpm_evidence_decode - the JSON envelope: {"tpm_quote":{"signature","message","pcrs"},"ak_public"} and our "ak",
 * "ek_cert", "activation", "event_log".
 *
 * in       evidence: hostile; a: owns the bytes
 * out      only on success
 * errors   FORMAT, LIMIT, with reason evidence.malformed; NOMEM
 * source: spec/evidence.md 10; DESIGN.md section 9, handshake
 */
MUST_CHECK struct err tpm_evidence_decode(struct arena *a, const struct json *evidence, struct tpm_evidence *out);

enum tpm_ek_chain { TPM_EK_NO_CHAIN = 0, TPM_EK_SOFTWARE_ROOT, TPM_EK_ROOT };

struct tpm_identity_facts {
    bool has_ak_name;
    struct digest ak_name;
    bool has_ek;
    struct digest ek; /* SHA-256 of the EK's SubjectPublicKeyInfo */
    enum tpm_ek_chain chain;
    bool enrolled;
    bool activated; /* the proof holds: the AK lives in the TPM of this EK */
};

/*
 * tpm_identity_verify - who made the quote: AK attributes, Name and key, EK certificate and chain, enrolment, proof of
 * activation. Fills out->identity, out->identity_reason and the checks.
 *
 * in       e: decoded; ak: the key that the quote verified under; others as for `verify`
 * out      *facts and *out only on success
 * errors   UNVERIFIED, FORMAT, UNSUPPORTED with reason tpm.ak-attributes, tpm.ak-name, tpm.ak-unbound,
 *          tpm.ek-malformed: something is there and does not hold. What is absent bounds the identity instead. NOMEM
 * source: DESIGN.md section 9
 */
MUST_CHECK struct err tpm_identity_verify(const struct tpm_evidence *e, const struct key *ak,
                                          const struct endorsements *trust, const struct session_binding *binding,
                                          int64_t now_sec, struct tpm_identity_facts *facts, struct verified *out);

/*
 * tpm_log_verify - the event log against the registers that the TPM signed.
 *
 * in       log: hostile; pcrs: by number; mask: those that were signed
 * out      *decoded only on success
 * errors   FORMAT, LIMIT with reason tpm.eventlog-format; UNVERIFIED with reason tpm.eventlog-replay or
 *          tpm.eventlog-event; NOMEM
 * source: spec/testbed.md 3.3; spec/evidence.md 6
 */
MUST_CHECK struct err tpm_log_verify(struct arena *a, struct bytes log, const struct digest pcrs[TPM_PCR_COUNT],
                                     uint32_t mask, struct eventlog *decoded);
