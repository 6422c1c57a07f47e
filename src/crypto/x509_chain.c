/*
 * Whether certificates and revocation lists hold: signatures, paths, times. Leaf, intermediates and lists are hostile,
 * the roots are the operator's or pinned in the program. No certificate store of the machine is ever looked at, and the
 * instant is the caller's.
 */
#include "base/buf.h"
#include "base/limits.h"
#include "crypto/cert_object.h"

#include <openssl/rsa.h>

/* Security level 2 of libcrypto: 112 bits, so no SHA-1 and no RSA below 2048 bits anywhere in a path. */
#define AUTH_LEVEL 2

LIB_SCOPE(X509_STORE, x509_store, X509_STORE_free)
LIB_SCOPE(X509_STORE_CTX, x509_store_ctx, X509_STORE_CTX_free)
LIB_SCOPE(X509_CRL, x509_crl, X509_CRL_free)
LIB_SCOPE(RSA_PSS_PARAMS, pss_params, RSA_PSS_PARAMS_free)
/* The stack borrows: its certificates belong to the caller. */
LIB_SCOPE(STACK_OF(X509), x509_stack, sk_X509_free)

static int oid_of(const X509_ALGOR *alg)
{
    const ASN1_OBJECT *oid = NULL;
    X509_ALGOR_get0(&oid, NULL, NULL, alg);
    return OBJ_obj2nid(oid);
}

static bool pss_params_are_sha384(const X509_ALGOR *alg)
{
    int type = V_ASN1_UNDEF;
    const void *value = NULL;
    X509_ALGOR_get0(NULL, &type, &value, alg);
    if (type != V_ASN1_SEQUENCE)
        return false;
    LIB_SCOPED(pss_params) RSA_PSS_PARAMS *pss = ASN1_item_unpack(value, ASN1_ITEM_rptr(RSA_PSS_PARAMS));
    if (pss == NULL || pss->hashAlgorithm == NULL || pss->maskGenAlgorithm == NULL || pss->saltLength == NULL)
        return false;
    if (oid_of(pss->hashAlgorithm) != NID_sha384 || oid_of(pss->maskGenAlgorithm) != NID_mgf1)
        return false;
    if (ASN1_INTEGER_get(pss->saltLength) != 48)
        return false;
    if (pss->trailerField != NULL && ASN1_INTEGER_get(pss->trailerField) != 1)
        return false;
    X509_ALGOR_get0(NULL, &type, &value, pss->maskGenAlgorithm);
    if (type != V_ASN1_SEQUENCE)
        return false;
    X509_ALGOR *mask = ASN1_item_unpack(value, ASN1_ITEM_rptr(X509_ALGOR));
    bool good = mask != NULL && oid_of(mask) == NID_sha384;
    X509_ALGOR_free(mask);
    return good;
}

bool signature_algorithm_ok(const X509_ALGOR *alg, bool pss_sha384)
{
    int nid = oid_of(alg), hash = NID_undef, kind = NID_undef;
    if (pss_sha384) {
        bool good = nid == NID_rsassaPss && pss_params_are_sha384(alg);
        ERR_clear_error();
        return good;
    }
    if (nid == NID_rsassaPss || nid == NID_ED25519)
        return true;
    if (OBJ_find_sigid_algs(nid, &hash, &kind) != 1)
        return false;
    return hash == NID_sha256 || hash == NID_sha384 || hash == NID_sha512;
}

struct err cert_issued_by(const struct cert *c, const struct cert *issuer, bool pss_sha384)
{
    if (X509_NAME_cmp(X509_get_issuer_name(c->x), X509_get_subject_name(issuer->x)) != 0)
        return FAIL(ERR_UNVERIFIED, "another issuer");
    if (!signature_algorithm_ok(X509_get0_tbs_sigalg(c->x), pss_sha384))
        return FAIL(ERR_UNVERIFIED, "a signature algorithm that we refuse");
    EVP_PKEY *key = X509_get0_pubkey(issuer->x);
    /* X509_verify also compares the algorithm inside the signed part with the one beside the signature. */
    if (key == NULL || X509_verify(c->x, key) != 1)
        return LIB_FAIL(ERR_UNVERIFIED, "the certificate's signature does not hold");
    return OK;
}

static bool is_listed(const X509_EXTENSION *ext, const char *const *known)
{
    char oid[128];
    int n = OBJ_obj2txt(oid, sizeof(oid), X509_EXTENSION_get_object((X509_EXTENSION *)(uintptr_t)ext), 1);
    if (n <= 0 || (size_t)n >= sizeof(oid))
        return false;
    for (; known != NULL && *known != NULL; known++) {
        if (strcmp(oid, *known) == 0)
            return true;
    }
    return false;
}

/* Whether every critical extension that libcrypto does not handle is one that the caller handles. */
static bool critical_are_listed(const X509 *x, const char *const *known)
{
    if (x == NULL)
        return false;
    for (int i = 0; i < X509_get_ext_count(x); i++) {
        X509_EXTENSION *ext = X509_get_ext(x, i);
        if (X509_EXTENSION_get_critical(ext) && !X509_supported_extension(ext) && !is_listed(ext, known))
            return false;
    }
    return true;
}

/* Overrides exactly one of libcrypto's refusals. */
static int on_verify(int ok, X509_STORE_CTX *ctx)
{
    if (ok == 1)
        return 1;
    if (X509_STORE_CTX_get_error(ctx) != X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION)
        return 0;
    const char *const *known = X509_STORE_CTX_get_app_data(ctx);
    if (!critical_are_listed(X509_STORE_CTX_get_current_cert(ctx), known))
        return 0;
    X509_STORE_CTX_set_error(ctx, X509_V_OK);
    return 1;
}

static struct err explain(int error)
{
    switch (error) {
    case X509_V_ERR_CERT_NOT_YET_VALID:
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return LIB_FAIL(ERR_STALE, "a certificate of the path is out of its time");
    case X509_V_ERR_OUT_OF_MEM:
        return LIB_FAIL(ERR_NOMEM, "no memory to verify a path");
    case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
        return LIB_FAIL(ERR_UNVERIFIED, "a critical extension that nobody handles");
    default:
        return LIB_FAIL(ERR_UNVERIFIED, "no path to a trusted root");
    }
}

static struct err fill(X509_STORE *store, STACK_OF(X509) * stack, struct cert *const *intermediates,
                       size_t intermediate_count, struct cert *const *roots, size_t root_count)
{
    if (store == NULL || stack == NULL)
        return LIB_FAIL(ERR_NOMEM, "no memory to verify a path");
    for (size_t i = 0; i < root_count; i++)
        LIB_TRY(X509_STORE_add_cert(store, roots[i]->x), ERR_NOMEM, "no memory for a root");
    for (size_t i = 0; i < intermediate_count; i++) {
        if (sk_X509_push(stack, intermediates[i]->x) <= 0)
            return LIB_FAIL(ERR_NOMEM, "no memory for an intermediate");
    }
    return OK;
}

/* The time that all certificates of a path have in common. */
static struct err path_time(const STACK_OF(X509) * path, int64_t *from_sec, int64_t *to_sec)
{
    int64_t from = INT64_MIN, to = INT64_MAX;
    if (sk_X509_num(path) <= 0)
        return FAIL(ERR_BUG, "a path without certificates");
    for (int i = 0; i < sk_X509_num(path); i++) {
        const X509 *x = sk_X509_value(path, i);
        int64_t not_before, not_after;
        TRY(cert_instant(X509_get0_notBefore(x), &not_before));
        TRY(cert_instant(X509_get0_notAfter(x), &not_after));
        from = not_before > from ? not_before : from;
        to = not_after < to ? not_after : to;
    }
    *from_sec = from;
    *to_sec = to;
    return OK;
}

struct err cert_verify_chain(const struct cert *leaf, struct cert *const *intermediates, size_t intermediate_count,
                             struct cert *const *roots, size_t root_count, int64_t at_sec,
                             const char *const *known_critical)
{
    int64_t from_sec, to_sec;
    return cert_verify_chain_time(leaf, intermediates, intermediate_count, roots, root_count, at_sec, known_critical,
                                  &from_sec, &to_sec);
}

struct err cert_verify_chain_time(const struct cert *leaf, struct cert *const *intermediates, size_t intermediate_count,
                                  struct cert *const *roots, size_t root_count, int64_t at_sec,
                                  const char *const *known_critical, int64_t *from_sec, int64_t *to_sec)
{
    if (intermediate_count > CERT_CHAIN_MAX)
        return FAIL(ERR_LIMIT, "too many certificates");
    LIB_SCOPED(x509_store) X509_STORE *store = X509_STORE_new();
    LIB_SCOPED(x509_stack) STACK_OF(X509) *stack = sk_X509_new_null();
    TRY(fill(store, stack, intermediates, intermediate_count, roots, root_count));
    LIB_SCOPED(x509_store_ctx) X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    if (ctx == NULL || X509_STORE_CTX_init(ctx, store, leaf->x, stack) != 1)
        return LIB_FAIL(ERR_NOMEM, "no memory to verify a path");
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
    X509_VERIFY_PARAM_set_time(param, at_sec);
    X509_VERIFY_PARAM_set_auth_level(param, AUTH_LEVEL);
    X509_VERIFY_PARAM_set_depth(param, CERT_CHAIN_MAX);
    LIB_TRY(X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_ANY), ERR_BUG, "the purpose is not taken");
    /* libcrypto hands the pointer back to on_verify untouched. */
    LIB_TRY(X509_STORE_CTX_set_app_data(ctx, (void *)(uintptr_t)known_critical), ERR_NOMEM, "no memory for a list");
    X509_STORE_CTX_set_verify_cb(ctx, on_verify);
    if (X509_verify_cert(ctx) == 1)
        return path_time(X509_STORE_CTX_get0_chain(ctx), from_sec, to_sec);
    return explain(X509_STORE_CTX_get_error(ctx));
}

/* A list that covers only a part, or changes another list, or says something critical, is none that we understand. */
static bool crl_is_plain(const X509_CRL *crl)
{
    if (X509_CRL_get_ext_by_NID(crl, NID_delta_crl, -1) >= 0)
        return false;
    if (X509_CRL_get_ext_by_NID(crl, NID_issuing_distribution_point, -1) >= 0)
        return false;
    return X509_CRL_get_ext_by_critical(crl, 1, -1) < 0;
}

static struct err crl_decode(struct bytes der, X509_CRL **out)
{
    if (der.n > CRL_SIZE_MAX)
        return FAIL(ERR_FORMAT, "the revocation list is too large");
    const unsigned char *at = der.p;
    LIB_SCOPED(x509_crl) X509_CRL *crl = d2i_X509_CRL(NULL, &at, (long)der.n);
    if (crl == NULL || at != der.p + der.n)
        return LIB_FAIL(ERR_FORMAT, "no revocation list");
    ERR_clear_error();
    *out = crl;
    crl = NULL;
    return OK;
}

static struct err crl_check_time(const X509_CRL *crl, int64_t at_sec)
{
    time_t at = at_sec;
    const ASN1_TIME *from = X509_CRL_get0_lastUpdate(crl), *to = X509_CRL_get0_nextUpdate(crl);
    if (from == NULL || to == NULL)
        return FAIL(ERR_STALE, "the revocation list does not say until when it holds");
    int before = X509_cmp_time(from, &at), after = X509_cmp_time(to, &at);
    if (before == 0 || after == 0)
        return LIB_FAIL(ERR_FORMAT, "the revocation list has a time that is none");
    if (before > 0 || after < 0)
        return FAIL(ERR_STALE, "the revocation list is out of its time");
    return OK;
}

struct err crl_check(struct bytes der, const struct cert *issuer, bool pss_sha384, int64_t at_sec,
                     struct cert *const *certs, size_t count)
{
    LIB_SCOPED(x509_crl) X509_CRL *crl = NULL;
    TRY(crl_decode(der, &crl));
    if (X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(issuer->x)) != 0)
        return FAIL(ERR_UNVERIFIED, "the revocation list has another issuer");
    const X509_ALGOR *alg = NULL;
    X509_CRL_get0_signature(crl, NULL, &alg);
    if (alg == NULL || !signature_algorithm_ok(alg, pss_sha384) || !crl_is_plain(crl))
        return FAIL(ERR_UNVERIFIED, "a revocation list of a form that we refuse");
    EVP_PKEY *key = X509_get0_pubkey(issuer->x);
    if (key == NULL || X509_CRL_verify(crl, key) != 1)
        return LIB_FAIL(ERR_UNVERIFIED, "the revocation list's signature does not hold");
    TRY(crl_check_time(crl, at_sec));
    for (size_t i = 0; i < count; i++) {
        X509_REVOKED *entry = NULL;
        if (X509_CRL_get0_by_serial(crl, &entry, X509_get0_serialNumber(certs[i]->x)) != 0)
            return FAIL(ERR_UNVERIFIED, "the certificate is revoked");
    }
    return OK;
}
