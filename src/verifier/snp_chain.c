/*
 * AMD's certificates: ARK signs ASK and ASVK, the ASK signs VCEKs, the ASVK signs VLEKs. The root is pinned by its
 * digest for each product line; whatever calls itself a root in the evidence is only a candidate.
 */
#include "base/limits.h"
#include "codec/der.h"
#include "verifier/snp.h"

#define CN_VCEK     "SEV-VCEK"
#define CN_VLEK     "SEV-VLEK"

#define OID_AMD     "1.3.6.1.4.1.3704.1"
#define OID_PRODUCT OID_AMD ".2"

/* SHA-256 of the DER of each ARK, computed from AMD's own certificates. */
static const uint8_t pinned[][32] = {
    [SNP_MILAN] = {0x69, 0xd0, 0x63, 0xb4, 0x53, 0x44, 0xd2, 0x6a, 0x2e, 0x94, 0xe1, 0xf4, 0x21, 0x0d, 0xe4, 0x9e,
                   0xf5, 0x55, 0x30, 0x82, 0x87, 0xd4, 0xc1, 0x74, 0x44, 0x5c, 0x95, 0x63, 0x9a, 0x54, 0x0b, 0xcd},
    [SNP_GENOA] = {0x4c, 0x65, 0x98, 0xd1, 0x9c, 0x18, 0x71, 0x9c, 0x5d, 0xfd, 0x4a, 0x7d, 0x33, 0x5f, 0x67, 0x4e,
                   0x5b, 0xfe, 0x1d, 0x8f, 0x80, 0x0c, 0xea, 0x2c, 0xf2, 0x70, 0xc1, 0x0d, 0x10, 0x3d, 0xb2, 0xf1},
    [SNP_TURIN] = {0x1f, 0x08, 0x41, 0x61, 0xa4, 0x4b, 0xb6, 0xd9, 0x37, 0x78, 0xa9, 0x04, 0x87, 0x7d, 0x48, 0x19,
                   0xca, 0xfa, 0x5d, 0x05, 0xef, 0x41, 0x93, 0xb2, 0xde, 0xd9, 0xdd, 0x9c, 0x73, 0xdd, 0x3f, 0x6a},
};

static bool has_name(const struct cert *c, const char *prefix, enum snp_product product)
{
    char name[32];
    (void)snprintf(name, sizeof(name), "%s%s", prefix, product == SNP_NONE ? "" : snp_product_name(product));
    return bytes_is(cert_common_name(c), name);
}

bool snp_role(const struct snp_report *report, enum snp_signing_key *role)
{
    uint32_t key = report->key_info >> 2 & 7;
    if (key != SNP_KEY_VCEK && key != SNP_KEY_VLEK)
        return false;
    *role = key == SNP_KEY_VCEK ? SNP_KEY_VCEK : SNP_KEY_VLEK;
    return true;
}

static struct err key_fits(const struct cert *c, const struct snp_report *report, bool *fits)
{
    SCOPED_KEY struct key *k = NULL;
    *fits = false;
    struct err e = cert_key(c, &k);
    if (failed(e))
        return e.code == ERR_NOMEM ? e : OK;
    if (key_kind_of(k) != KEY_EC_P384)
        return OK;
    e = key_verify(k, SIG_ECDSA_SHA384, report->signed_part, BYTES_OF(report->signature));
    *fits = !failed(e);
    return e.code == ERR_NOMEM || e.code == ERR_BUG ? e : OK;
}

struct err snp_leaf_find(const struct snp_pool *pool, const struct snp_report *report, const struct cert **leaf)
{
    enum snp_signing_key role;
    if (!snp_role(report, &role))
        return REFUSE(ERR_UNSUPPORTED, REASON_SNP_CERT_ROLE, "a signing key that is neither VCEK nor VLEK");
    size_t in_role = 0;
    size_t in_other = 0;
    for (size_t i = 0; i < pool->count; i++) {
        bool fits = false;
        in_other += has_name(pool->certs[i], role == SNP_KEY_VCEK ? CN_VLEK : CN_VCEK, SNP_NONE);
        if (!has_name(pool->certs[i], role == SNP_KEY_VCEK ? CN_VCEK : CN_VLEK, SNP_NONE))
            continue;
        in_role++;
        TRY(key_fits(pool->certs[i], report, &fits));
        if (fits) {
            *leaf = pool->certs[i];
            return OK;
        }
    }
    if (in_role > 0)
        return REFUSE(ERR_UNVERIFIED, REASON_SNP_SIGNATURE, "no certificate's key made the report's signature");
    if (in_other > 0)
        return REFUSE(ERR_UNVERIFIED, REASON_SNP_CERT_ROLE, "the certificate is for the other kind of signing key");
    return REFUSE(ERR_ABSENT, REASON_SNP_ENDORSEMENT_ABSENT, "no certificate of the chip's key");
}

struct issuers { /* where issuers may be looked for; test roots replace AMD's */
    struct cert *const *certs;
    size_t count;
    bool test;
};

static struct err is_root(const struct issuers *from, const struct cert *c, enum snp_product product, bool *out)
{
    struct digest d;
    *out = false;
    if (!has_name(c, "ARK-", product))
        return OK;
    TRY(cert_digest(c, &d));
    *out = from->test || bytes_equal_ct(digest_view(&d), BYTES_OF(pinned[product]));
    return OK;
}

static struct err find_root(const struct issuers *from, enum snp_product product, const struct cert **root)
{
    for (size_t i = 0; i < from->count; i++) {
        bool found = false;
        TRY(is_root(from, from->certs[i], product, &found));
        if (found) {
            *root = from->certs[i];
            return OK;
        }
    }
    return REFUSE(ERR_UNVERIFIED, REASON_SNP_CHAIN, "the pinned root of the product line is not at hand");
}

/* An issuer that the root signed, under its name for this role. */
static bool is_issuer(const struct cert *c, const struct cert *root, const char *prefix, enum snp_product product)
{
    return has_name(c, prefix, product) && cert_is_ca(c) && !failed(cert_issued_by(c, root, true));
}

static struct err find_issuer(const struct issuers *from, const struct cert *root, const struct cert *leaf,
                              enum snp_product product, enum snp_signing_key role, const struct cert **issuer)
{
    const char *mine = role == SNP_KEY_VCEK ? "SEV-" : "SEV-VLEK-";
    const char *other = role == SNP_KEY_VCEK ? "SEV-VLEK-" : "SEV-";
    for (size_t i = 0; i < from->count; i++) {
        const struct cert *c = from->certs[i];
        if (failed(cert_issued_by(leaf, c, true)))
            continue;
        if (is_issuer(c, root, mine, product)) {
            *issuer = c;
            return OK;
        }
        if (is_issuer(c, root, other, product))
            return REFUSE(ERR_UNVERIFIED, REASON_SNP_CERT_ROLE, "the certificate's issuer signs the other kind of key");
    }
    return REFUSE(ERR_UNVERIFIED, REASON_SNP_CHAIN, "no issuer under the pinned root signed the certificate");
}

static struct err check_time(const struct cert *c, int64_t now_sec)
{
    int64_t from = 0;
    int64_t until = 0;
    cert_times(c, &from, &until);
    if (now_sec < from || now_sec > until)
        return REFUSE(ERR_STALE, REASON_SNP_CERT_TIME, "a certificate is out of its time");
    return OK;
}

/* Whether a revocation list names this product line's root as its issuer. */
static struct err names_root(struct bytes der, enum snp_product product, bool *out)
{
    struct rd r = rd_of(der);
    struct rd list;
    struct rd tbs;
    struct bytes field;
    uint8_t tag = 0;
    char name[32];
    (void)snprintf(name, sizeof(name), "ARK-%s", snp_product_name(product));
    TRY(der_sub(&r, DER_SEQUENCE, &list));
    TRY(der_sub(&list, DER_SEQUENCE, &tbs));
    TRY(der_any(&tbs, &tag, &field)); /* version, or the algorithm where the list is of version 1 */
    if (tag == DER_INTEGER)
        TRY(der_any(&tbs, &tag, &field));
    TRY(der_any(&tbs, &tag, &field));
    size_t n = strlen(name);
    *out = false;
    for (size_t i = 0; i + n <= field.n && !*out; i++)
        *out = memcmp(field.p + i, name, n) == 0;
    return OK;
}

static struct err check_revocation(const struct endorsements *trust, const struct cert *root, struct cert *const *certs,
                                   size_t count, enum snp_product product, int64_t now_sec)
{
    for (size_t i = 0; i < trust->snp_crl_count; i++) {
        bool ours = false;
        TRY_AS(REASON_SNP_REVOKED, names_root(trust->snp_crls[i], product, &ours));
        if (ours)
            TRY_AS(REASON_SNP_REVOKED, crl_check(trust->snp_crls[i], root, true, now_sec, certs, count));
    }
    return OK;
}

static struct err check_product(const struct cert *leaf, enum snp_product product)
{
    struct bytes value;
    struct bytes name;
    TRY_AS(REASON_SNP_PRODUCT, cert_extension(leaf, OID_PRODUCT, &value));
    struct rd r = rd_of(value);
    TRY_AS(REASON_SNP_PRODUCT, der_take(&r, DER_IA5_STRING, &name));
    TRY_AS(REASON_SNP_PRODUCT, rd_end(&r));
    if (snp_product_named(name) != product)
        return REFUSE(ERR_UNVERIFIED, REASON_SNP_PRODUCT, "the certificate is of another product line");
    return OK;
}

struct err snp_chain_verify(const struct snp_pool *pool, const struct cert *leaf, enum snp_product product,
                            enum snp_signing_key role, const struct endorsements *trust, int64_t now_sec)
{
    struct issuers from = {pool->certs, pool->count, false};
    if (trust->snp_test_root_count > 0)
        from = (struct issuers){trust->snp_test_roots, trust->snp_test_root_count, true};
    const struct cert *root = NULL;
    const struct cert *issuer = NULL;
    if (cert_is_ca(leaf))
        return REFUSE(ERR_UNVERIFIED, REASON_SNP_CERT_ROLE, "the chip's certificate is one of a CA");
    TRY(find_root(&from, product, &root));
    if (!cert_is_ca(root) || failed(cert_issued_by(root, root, true)))
        return REFUSE(ERR_UNVERIFIED, REASON_SNP_CHAIN, "the root is no root");
    TRY(find_issuer(&from, root, leaf, product, role, &issuer));
    TRY(check_time(root, now_sec));
    TRY(check_time(issuer, now_sec));
    TRY(check_time(leaf, now_sec));
    TRY(check_product(leaf, product));
    /* crl_check takes a list of plain pointers and changes nothing. */
    struct cert *certs[] = {(struct cert *)(uintptr_t)issuer, (struct cert *)(uintptr_t)leaf};
    return check_revocation(trust, root, certs, 2, product, now_sec);
}
