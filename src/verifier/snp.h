/*
 * The parts of the verifier of SEV-SNP reports: the envelope, the certificates, what a certificate says of its chip.
 */
#pragma once

#include "rats/snp_report.h"
#include "verifier/verifier.h"

extern const struct verifier verifier_snp;

#define SNP_CANDIDATES_MAX 32

/* Certificates that may be the leaf or an issuer: endorsements and what the guest sent. All hostile. */
struct snp_pool {
    struct cert *certs[SNP_CANDIDATES_MAX];
    size_t count;
};
void snp_pool_clear(struct snp_pool *pool);

struct snp_evidence {
    struct bytes report; /* raw */
    struct snp_pool pool;
};

/*
 * snp_evidence_decode - {"attestation_report_raw":b64} or {"attestation_report":{…}}, with or without "cert_chain"; the
 * endorsements' certificates join the pool. What a certificate is called in the list does not count.
 *
 * in       evidence: hostile; a: owns the report; trust: certificates hostile
 * out      only on success; owned: clear the pool with snp_pool_clear
 * errors   FORMAT, LIMIT with reason evidence.malformed or snp.format; NOMEM
 * source: spec/evidence.md 1.1
 */
MUST_CHECK struct err snp_evidence_decode(struct arena *a, const struct json *evidence,
                                          const struct endorsements *trust, struct snp_evidence *out);

/*
 * snp_leaf_find - the certificate whose key made the report's signature, in the role that the report names.
 *
 * out      *leaf, borrowed from the pool, not yet trusted
 * errors   ABSENT  no certificate in this role, reason snp.endorsement-absent, or snp.cert-role if only one in the
 * other role is there; UNVERIFIED no key fits, reason snp.signature; NOMEM source: spec/evidence.md 1.5 steps 3, 5
 */
MUST_CHECK struct err snp_leaf_find(const struct snp_pool *pool, const struct snp_report *report,
                                    const struct cert **leaf);

/*
 * snp_chain_verify - the leaf up to the pinned ARK of the product line, or to the test roots where there are any:
 * RSA-PSS signatures, roles, CA bits, times, product name, revocation.
 *
 * out      nothing
 * errors   UNVERIFIED, STALE, FORMAT with reason snp.chain, snp.cert-role, snp.cert-time, snp.product, snp.revoked;
 *          NOMEM
 * source: spec/evidence.md 1.4, 1.5 step 4
 */
MUST_CHECK struct err snp_chain_verify(const struct snp_pool *pool, const struct cert *leaf, enum snp_product product,
                                       enum snp_signing_key role, const struct endorsements *trust, int64_t now_sec);

/*
 * snp_cert_check - whether the certificate is for the report's firmware level and chip.
 *
 * in       masked_ok: whether a report that hides its chip passes; *masked says that it does
 * out      *csp_id: of a VLEK, borrowed; empty for a VCEK
 * errors   UNVERIFIED, FORMAT with reason snp.tcb-mismatch, snp.chip-id
 * source: spec/evidence.md 1.4, 1.5 steps 6, 7
 */
MUST_CHECK struct err snp_cert_check(const struct cert *leaf, const struct snp_report *report, enum snp_product product,
                                     enum snp_signing_key role, bool masked_ok, bool *masked, struct bytes *csp_id);

/* snp_role - the signing key that a report names; false for one that we do not know. out: *role. errors: none */
bool snp_role(const struct snp_report *report, enum snp_signing_key *role);
