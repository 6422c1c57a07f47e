/*
 * A public key infrastructure for one test run: certificates and revocation lists made on the spot, each as good or as
 * bad as its plan says. No test key is kept in a file.
 */
#pragma once

#include "crypto/cert_object.h"
#include "crypto/key_object.h"

#include <openssl/rsa.h>

#include "sample.h"

#define PKI_NOW 1750000000 /* 2025-06-15 */
#define PKI_DAY 86400

struct plan { /* the zero value is a good end entity, signed with SHA-256, valid a day before and after PKI_NOW */
    const char *subject;
    const char *issuer;
    bool ca;
    bool no_constraints;  /* no basicConstraints at all */
    int path_len;         /* of a CA; 0 means none stated, else path_len - 1 */
    const char *critical; /* dotted OID of one more critical extension */
    const char *plain;    /* dotted OID of one more extension, value 04 02 01 02 */
    bool twice;           /* the extension `plain` twice */
    const char *usage;    /* keyUsage, as libcrypto spells it */
    const char *eku;
    int64_t from, to; /* 0: the default */
    long serial;      /* as it is */
    const char *md;   /* "SHA256" if NULL */
    int pss_salt;     /* not 0: RSA-PSS with this salt and hash */
    const char *mgf;  /* the mask's hash, as md if NULL */
    const char *san;  /* subjectAltName, as libcrypto spells it */
};

static inline void pki_extension(X509 *x, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
    X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    assert_non_null(ext);
    assert_int_equal(X509_add_ext(x, ext, -1), 1);
    X509_EXTENSION_free(ext);
}

static inline void pki_foreign(X509 *x, const char *oid, int critical)
{
    static const unsigned char value[] = {4, 2, 1, 2};
    ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
    ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new();
    assert_int_equal(ASN1_OCTET_STRING_set(octets, value, sizeof(value)), 1);
    X509_EXTENSION *ext = X509_EXTENSION_create_by_OBJ(NULL, object, critical, octets);
    assert_int_equal(X509_add_ext(x, ext, -1), 1);
    X509_EXTENSION_free(ext);
    ASN1_OCTET_STRING_free(octets);
    ASN1_OBJECT_free(object);
}

static inline void pki_name(X509_NAME *name, const char *cn)
{
    X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_ASC, (const unsigned char *)cn, -1, -1, 0);
}

/* A signing context for the plan's algorithm; NULL pointers of libcrypto end the test. */
static inline EVP_MD_CTX *pki_signer(const struct plan *p, const struct key *by)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *pctx = NULL;
    const EVP_MD *md = by->kind == KEY_ED25519 ? NULL : EVP_get_digestbyname(p->md == NULL ? "SHA256" : p->md);
    assert_int_equal(EVP_DigestSignInit(ctx, &pctx, md, NULL, by->pkey), 1);
    if (p->pss_salt != 0) {
        EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING);
        EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, p->pss_salt);
        if (p->mgf != NULL)
            EVP_PKEY_CTX_set_rsa_mgf1_md(pctx, EVP_get_digestbyname(p->mgf));
    }
    return ctx;
}

static inline void pki_extensions(X509 *x, const struct plan *p)
{
    char text[64];
    if (p->ca && p->path_len != 0)
        (void)snprintf(text, sizeof(text), "critical,CA:TRUE,pathlen:%d", p->path_len - 1);
    else
        (void)snprintf(text, sizeof(text), "critical,CA:%s", p->ca ? "TRUE" : "FALSE");
    if (!p->no_constraints)
        pki_extension(x, NID_basic_constraints, text);
    if (p->usage != NULL)
        pki_extension(x, NID_key_usage, p->usage);
    if (p->eku != NULL)
        pki_extension(x, NID_ext_key_usage, p->eku);
    if (p->san != NULL)
        pki_extension(x, NID_subject_alt_name, p->san);
    if (p->critical != NULL)
        pki_foreign(x, p->critical, 1);
    if (p->plain != NULL)
        pki_foreign(x, p->plain, 0);
    if (p->twice)
        pki_foreign(x, p->plain, 0);
}

/* The DER of a certificate over `k`, signed by `by`. */
static inline void pki_der(const struct plan *p, const struct key *k, const struct key *by, struct buf *out)
{
    X509 *x = X509_new();
    X509_set_version(x, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x), p->serial);
    ASN1_TIME_set(X509_getm_notBefore(x), p->from != 0 ? p->from : PKI_NOW - PKI_DAY);
    ASN1_TIME_set(X509_getm_notAfter(x), p->to != 0 ? p->to : PKI_NOW + PKI_DAY);
    pki_name(X509_get_subject_name(x), p->subject);
    X509_NAME *issuer = X509_NAME_new();
    pki_name(issuer, p->issuer == NULL ? p->subject : p->issuer);
    X509_set_issuer_name(x, issuer);
    X509_NAME_free(issuer);
    X509_set_pubkey(x, k->pkey);
    pki_extensions(x, p);
    EVP_MD_CTX *ctx = pki_signer(p, by);
    assert_true(X509_sign_ctx(x, ctx) > 0);
    EVP_MD_CTX_free(ctx);
    unsigned char *der = NULL;
    int n = i2d_X509(x, &der);
    assert_true(n > 0);
    buf_init(out, 16384);
    buf_add(out, bytes_of(der, (size_t)n));
    OPENSSL_free(der);
    X509_free(x);
}

static inline struct cert *pki_cert(const struct plan *p, const struct key *k, const struct key *by)
{
    SCOPED(buf) struct buf der = {0};
    pki_der(p, k, by, &der);
    struct cert *c = NULL;
    assert_ok(cert_decode(buf_view(&der), &c));
    return c;
}

struct crl_plan {
    const char *issuer;
    int64_t from, to; /* 0: as certificates; to -1: no nextUpdate */
    long revoked;     /* a serial number, -1 for none */
    int extra_nid;    /* an extension more (deltaCRLIndicator), or 0 */
    bool critical;    /* a critical extension that nobody knows */
};

static inline void pki_crl_extensions(X509_CRL *crl, const struct crl_plan *p)
{
    if (p->extra_nid != 0) {
        ASN1_INTEGER *n = ASN1_INTEGER_new();
        ASN1_INTEGER_set(n, 1);
        assert_int_equal(X509_CRL_add1_ext_i2d(crl, p->extra_nid, n, 1, 0), 1);
        ASN1_INTEGER_free(n);
    }
    if (p->critical) {
        static const unsigned char value[] = {5, 0};
        ASN1_OBJECT *object = OBJ_txt2obj("1.2.3.4", 1);
        ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new();
        ASN1_OCTET_STRING_set(octets, value, sizeof(value));
        X509_EXTENSION *ext = X509_EXTENSION_create_by_OBJ(NULL, object, 1, octets);
        assert_int_equal(X509_CRL_add_ext(crl, ext, -1), 1);
        X509_EXTENSION_free(ext);
        ASN1_OCTET_STRING_free(octets);
        ASN1_OBJECT_free(object);
    }
}

static inline void pki_set_time(X509_CRL *crl, int64_t at, int (*set)(X509_CRL *, const ASN1_TIME *))
{
    ASN1_TIME *t = ASN1_TIME_set(NULL, at);
    assert_int_equal(set(crl, t), 1);
    ASN1_TIME_free(t);
}

static inline void pki_crl(const struct crl_plan *p, const struct plan *algorithm, const struct key *by,
                           struct buf *out)
{
    X509_CRL *crl = X509_CRL_new();
    X509_CRL_set_version(crl, X509_CRL_VERSION_2);
    X509_NAME *issuer = X509_NAME_new();
    pki_name(issuer, p->issuer);
    X509_CRL_set_issuer_name(crl, issuer);
    X509_NAME_free(issuer);
    pki_set_time(crl, p->from != 0 ? p->from : PKI_NOW - PKI_DAY, X509_CRL_set1_lastUpdate);
    if (p->to != -1)
        pki_set_time(crl, p->to != 0 ? p->to : PKI_NOW + PKI_DAY, X509_CRL_set1_nextUpdate);
    if (p->revoked != -1) {
        X509_REVOKED *entry = X509_REVOKED_new();
        ASN1_INTEGER *n = ASN1_INTEGER_new();
        ASN1_TIME *t = ASN1_TIME_set(NULL, PKI_NOW - PKI_DAY);
        ASN1_INTEGER_set(n, p->revoked);
        X509_REVOKED_set_serialNumber(entry, n);
        X509_REVOKED_set_revocationDate(entry, t);
        X509_CRL_add0_revoked(crl, entry);
        ASN1_INTEGER_free(n);
        ASN1_TIME_free(t);
    }
    pki_crl_extensions(crl, p);
    EVP_MD_CTX *ctx = pki_signer(algorithm, by);
    assert_true(X509_CRL_sign_ctx(crl, ctx) > 0);
    EVP_MD_CTX_free(ctx);
    unsigned char *der = NULL;
    int n = i2d_X509_CRL(crl, &der);
    assert_true(n > 0);
    buf_init(out, 16384);
    buf_add(out, bytes_of(der, (size_t)n));
    OPENSSL_free(der);
    X509_CRL_free(crl);
}
