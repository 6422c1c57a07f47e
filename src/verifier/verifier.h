/*
 * Verification: evidence and endorsements in, claims out. One file per TEE and one row in the table of verifiers; pure,
 * no I/O, no clock. Claims exist only after every check passed.
 */
#pragma once

#include "base/verdict.h"
#include "crypto/x509.h"
#include "rats/tee.h"
#include "json/json.h"

#define VERIFIER_DEVICES_MAX 8

struct tpm_eks;

/* Who vouches for the hardware. Everything here is trusted configuration of the operator. */
struct endorsements {
    struct cert *const *tpm_roots; /* roots of TPM manufacturers for EK certificates */
    size_t tpm_root_count;
    struct cert *const *insecure_software_tpm_roots; /* roots of software TPMs: shown in the claims */
    size_t insecure_software_tpm_root_count;
    const struct bytes *enrolled_eks; /* SHA-256 of an EK's SubjectPublicKeyInfo, 32 bytes each */
    size_t enrolled_ek_count;
    const struct bytes *snp_certs; /* VCEK and VLEK certificates, DER, hostile: they must chain to a pinned root */
    size_t snp_cert_count;
    const struct bytes *snp_crls; /* DER, hostile */
    size_t snp_crl_count;
    struct cert *const *snp_test_roots; /* test PKI: ARK, ASK, ASVK in place of the pinned ones; NULL in production */
    size_t snp_test_root_count;
    struct tpm_eks *known_eks; /* tpm: certificates that came before (tpm_ek.h), for these roots; NULL: none are kept */
};

/* What the operator allows beyond the default; zero denies. */
struct verifier_options {
    bool snp_allow_v2;          /* report version 2, product line from snp_v2_product */
    const char *snp_v2_product; /* "Milan", ... */
    uint8_t snp_vmpl_max;
    bool insecure_snp_allow_debug;
    bool insecure_snp_allow_migration;
    bool insecure_snp_allow_masked_chip;
    bool snp_require_alias_check;
    uint8_t snp_min_bootloader, snp_min_tee, snp_min_snp, snp_min_microcode;
};

/* What the handshake knows about this session. An absent expectation is not checked, and the claims say so. */
struct session_binding {
    bool has_report_data;
    struct bytes report_data; /* unpadded digest of the runtime data */
    bool has_init_data;
    struct bytes init_data;             /* digest of the initdata document */
    struct bytes nonce;                 /* tpm: nonce text of the session, for the activation proof; empty offline */
    struct bytes tpm_ak_name;           /* tpm: Name of the AK that the credential was made for; empty offline */
    struct bytes tpm_credential_secret; /* tpm: secret of the credential; empty offline */
    struct bytes tpm_ek_digest;         /* tpm: SHA-256 of the SPKI of the EK that it was made for; empty offline */
};

struct verifier_check { /* one thing that was looked at, for people */
    const char *name;   /* "quote signature" */
    const char *result; /* "holds", "not checked: no expected value given" */
};

#define VERIFIER_CHECKS_MAX 24

struct verified {                   /* what a verifier says; valid only when it returned OK */
    const struct json *claims;      /* the object under the TEE's key in the policy input */
    const struct json *report_data; /* top-level claim, NULL if the evidence has none */
    const struct json *init_data;
    /* whether hardware identity was established: AFFIRMING an enrolled or vendor-rooted identity, WARNING a chain to a
     * root without enrolment, CONTRAINDICATED nothing */
    enum verdict identity;
    uint16_t identity_reason; /* why identity is not AFFIRMING; REASON_NONE if it is */
    struct verifier_check checks[VERIFIER_CHECKS_MAX];
    size_t check_count;
};

struct verifier {
    enum tee tee;
    MUST_CHECK struct err (*verify)(struct arena *a, const struct json *evidence, const struct endorsements *trust,
                                    const struct verifier_options *options, const struct session_binding *binding,
                                    int64_t now_sec, struct verified *out);
};

/*
 * verifier_find - the verifier of a TEE that this build has, or NULL. The table stands in verifier/verifiers.c.
 *
 * out      borrowed
 * errors   none
 */
const struct verifier *verifier_find(enum tee tee);

/*
 * Each `verify`:
 *
 * in       evidence: hostile; a: owns the claims; binding, trust: of our own; now_sec: the instant that counts
 * out      only on success
 * errors   FORMAT, UNVERIFIED, STALE, UNSUPPORTED, DENIED, each with the reason of the check that failed; LIMIT, NOMEM
 * source: spec/evidence.md, the section of the TEE
 */
