/*
 * Endorsement keys that came before. What a certificate says about its key is the same in every session, and decoding
 * it and following its path costs three times what all else in an appraisal costs. A certificate that is kept here
 * stands for exactly its bytes, one set of roots, and the time for which all of its path is valid: anything else is
 * looked at anew. Enrolment, session and quote are looked at every time.
 */
#pragma once

#include "verifier/tpm.h"

#define TPM_EKS_KEPT 64

struct tpm_ek {
    struct cert *cert;
    struct key *key;
    struct digest spki_digest;
    enum tpm_ek_chain chain;  /* to the roots of one struct endorsements */
    int64_t from_sec, to_sec; /* chain is what it is from here until before there */
};

struct tpm_eks; /* at most TPM_EKS_KEPT; a new one takes the place of the oldest */

/*
 * tpm_ek_decode - a certificate and its key; verifies nothing. tpm_ek_check_role - whether it is one of an EK at all:
 * no CA, and if it names its use, this one. tpm_ek_follow - the path to a root of `trust` at this instant.
 *
 * in       der: hostile; ek: decoded
 * out      *out owned, to be cleared with tpm_ek_clear; ek->chain and its time
 * errors   FORMAT, UNSUPPORTED, UNVERIFIED with reason tpm.ek-malformed; NOMEM, BUG. That no path exists is no error
 * source: TCG EK Credential Profile 2.2, 3.2; RFC 5280 6.1
 */
MUST_CHECK struct err tpm_ek_decode(struct bytes der, struct tpm_ek *out);
MUST_CHECK struct err tpm_ek_check_role(const struct tpm_ek *ek);
MUST_CHECK struct err tpm_ek_follow(struct tpm_ek *ek, const struct endorsements *trust, int64_t now_sec);
void tpm_ek_clear(struct tpm_ek *ek);

/*
 * tpm_eks_new, tpm_eks_free - for one set of roots; NULL is fine.
 * tpm_eks_find - the kept certificate with these bytes, or NULL; tpm_eks_is_current - whether its path still is what
 * was found. tpm_eks_keep - take over one whose role was checked and whose path was followed.
 *
 * in       der: hostile
 * out      borrowed until the next tpm_eks_keep; *ek moved
 * errors   NOMEM
 */
MUST_CHECK struct err tpm_eks_new(struct tpm_eks **out);
void tpm_eks_free(struct tpm_eks *eks);
const struct tpm_ek *tpm_eks_find(const struct tpm_eks *eks, struct bytes der);
bool tpm_ek_is_current(const struct tpm_ek *ek, int64_t now_sec);
void tpm_eks_keep(struct tpm_eks *eks, struct tpm_ek *ek);
