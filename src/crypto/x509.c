/*
 * Certificates as data: decoding and reading. The bytes are hostile until a chain was verified (x509_chain.c), and most
 * of what is read here is asked before that. libcrypto decodes; what it lets pass is refused here: trailing bytes,
 * encodings other than DER, doubled extensions, times that are none.
 */
#include "crypto/x509.h"

#include <time.h>

#include "base/limits.h"
#include "base/mem.h"
#include "crypto/cert_object.h"
#include "crypto/key_object.h"

#include <openssl/pem.h>

#define EXTENSIONS_MAX 64 /* a VCEK has 12 */

LIB_SCOPE(X509, x509, X509_free)
LIB_SCOPE(ASN1_OBJECT, asn1_object, ASN1_OBJECT_free)
LIB_SCOPE(EXTENDED_KEY_USAGE, eku, EXTENDED_KEY_USAGE_free)

static struct err check_extensions(const X509 *x)
{
    int count = X509_get_ext_count(x);
    if (count > EXTENSIONS_MAX)
        return FAIL(ERR_LIMIT, "too many extensions");
    for (int i = 0; i < count; i++) {
        const ASN1_OBJECT *oid = X509_EXTENSION_get_object(X509_get_ext(x, i));
        if (oid == NULL || X509_get_ext_by_OBJ(x, oid, i) >= 0)
            return FAIL(ERR_FORMAT, "an extension stands twice");
    }
    return OK;
}

struct err cert_instant(const ASN1_TIME *t, int64_t *out)
{
    struct tm tm = {0};
    LIB_TRY(ASN1_TIME_to_tm(t, &tm), ERR_FORMAT, "a time that is none");
    *out = timegm(&tm);
    return OK;
}

/* Whether libcrypto writes the certificate as it stands in the input: DER has one encoding, BER many. */
static struct err check_encoding(const X509 *x, struct bytes der)
{
    unsigned char *again = NULL;
    int n = i2d_X509(x, &again);
    bool same = n > 0 && bytes_equal(bytes_of(again, (size_t)n), der);
    OPENSSL_free(again);
    return same ? OK : LIB_FAIL(ERR_FORMAT, "the certificate is not in DER");
}

/* A certificate around x, which is taken over also on failure. */
static struct err cert_adopt(X509 *x, struct bytes der, struct cert **out)
{
    LIB_SCOPED(x509) X509 *mine = x;
    int64_t not_before, not_after;
    TRY(check_encoding(mine, der));
    TRY(check_extensions(mine));
    TRY(cert_instant(X509_get0_notBefore(mine), &not_before));
    TRY(cert_instant(X509_get0_notAfter(mine), &not_after));
    /* Decodes the extensions that libcrypto knows; one that does not decode makes the certificate invalid. */
    LIB_TRY(X509_check_purpose(mine, -1, 0), ERR_FORMAT, "an extension is malformed");
    struct cert *c = mem_new(sizeof(*c) + der.n);
    if (c == NULL)
        return FAIL(ERR_NOMEM, "no memory for a certificate");
    uint8_t *copy = (uint8_t *)(c + 1);
    memcpy(copy, der.p, der.n);
    *c = (struct cert){mine, bytes_of(copy, der.n), not_before, not_after};
    mine = NULL;
    *out = c;
    return OK;
}

struct err cert_decode(struct bytes der, struct cert **out)
{
    if (der.n > CERT_SIZE_MAX)
        return FAIL(ERR_LIMIT, "the certificate is too large");
    const unsigned char *at = der.p;
    X509 *x = d2i_X509(NULL, &at, (long)der.n);
    if (x == NULL)
        return LIB_FAIL(ERR_FORMAT, "no certificate");
    ERR_clear_error();
    return cert_adopt(x, der, out);
}

void cert_free(struct cert *c)
{
    if (c == NULL)
        return;
    X509_free(c->x);
    mem_free(c);
}

void cert_cleanup(struct cert **c)
{
    cert_free(*c);
    *c = NULL;
}

/* The next block of a PEM text; false at its end. */
static struct err pem_next(BIO *bio, struct cert **out, bool *more)
{
    char *name = NULL, *header = NULL;
    unsigned char *data = NULL;
    long n = 0;
    if (PEM_read_bio(bio, &name, &header, &data, &n) != 1) {
        unsigned long why = ERR_peek_last_error();
        ERR_clear_error();
        *more = false;
        if (ERR_GET_LIB(why) == ERR_LIB_PEM && ERR_GET_REASON(why) == PEM_R_NO_START_LINE)
            return OK;
        return FAIL(ERR_FORMAT, "a malformed PEM block");
    }
    struct err e = FAIL(ERR_FORMAT, "a PEM block that is no certificate");
    if (strcmp(name, PEM_STRING_X509) == 0 && header[0] == '\0')
        e = cert_decode(bytes_of(data, (size_t)n), out);
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(data);
    return e;
}

static struct err pem_all(BIO *bio, struct cert **out, size_t max, size_t *count)
{
    for (;;) {
        struct cert *c = NULL;
        bool more = true;
        TRY(pem_next(bio, &c, &more));
        if (!more)
            return *count == 0 ? FAIL(ERR_FORMAT, "no certificate in the PEM text") : OK;
        if (*count == max) {
            cert_free(c);
            return FAIL(ERR_LIMIT, "too many certificates");
        }
        out[(*count)++] = c;
    }
}

struct err cert_decode_pem(struct bytes pem, struct cert **out, size_t max, size_t *count)
{
    if (max > CERT_CHAIN_MAX)
        max = CERT_CHAIN_MAX;
    if (pem.n > CERT_CHAIN_MAX * CERT_SIZE_MAX * 2)
        return FAIL(ERR_LIMIT, "the PEM text is too large");
    LIB_SCOPED(bio) BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
    if (bio == NULL)
        return LIB_FAIL(ERR_NOMEM, "no memory to read a PEM text");
    struct cert *made[CERT_CHAIN_MAX] = {NULL};
    size_t n = 0;
    struct err e = pem_all(bio, made, max, &n);
    for (size_t i = 0; i < n; i++) {
        if (failed(e))
            cert_free(made[i]);
        else
            out[i] = made[i];
    }
    if (!failed(e))
        *count = n;
    return e;
}

struct err cert_key(const struct cert *c, struct key **out)
{
    EVP_PKEY *pkey = X509_get0_pubkey(c->x);
    if (pkey == NULL || EVP_PKEY_up_ref(pkey) != 1)
        return LIB_FAIL(ERR_UNSUPPORTED, "a public key of another kind");
    return key_adopt(pkey, false, out);
}

struct bytes cert_der(const struct cert *c)
{
    return c->der;
}

struct err cert_digest(const struct cert *c, struct digest *out)
{
    return hash_of(HASH_SHA256, c->der, out);
}

struct err cert_spki_digest(const struct cert *c, struct digest *out)
{
    /* As it stands in the certificate, not as a key would be written anew. */
    unsigned char *der = NULL;
    int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(c->x), &der);
    if (n <= 0)
        return LIB_FAIL(ERR_BUG, "the key is not encoded");
    struct err e = hash_of(HASH_SHA256, bytes_of(der, (size_t)n), out);
    OPENSSL_free(der);
    return e;
}

struct bytes cert_common_name(const struct cert *c)
{
    const X509_NAME *subject = X509_get_subject_name(c->x);
    int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (at < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, at) >= 0)
        return BYTES_EMPTY;
    const ASN1_STRING *text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
    int type = ASN1_STRING_type(text);
    if (type != V_ASN1_UTF8STRING && type != V_ASN1_PRINTABLESTRING && type != V_ASN1_IA5STRING)
        return BYTES_EMPTY;
    return bytes_of(ASN1_STRING_get0_data(text), (size_t)ASN1_STRING_length(text));
}

bool cert_is_ca(const struct cert *c)
{
    return (X509_get_extension_flags(c->x) & (EXFLAG_BCONS | EXFLAG_CA)) == (EXFLAG_BCONS | EXFLAG_CA);
}

void cert_times(const struct cert *c, int64_t *not_before, int64_t *not_after)
{
    *not_before = c->not_before;
    *not_after = c->not_after;
}

struct err cert_extension(const struct cert *c, const char *oid, struct bytes *out)
{
    LIB_SCOPED(asn1_object) ASN1_OBJECT *wanted = OBJ_txt2obj(oid, 1);
    if (wanted == NULL)
        return LIB_FAIL(ERR_BUG, "no such OID");
    int at = X509_get_ext_by_OBJ(c->x, wanted, -1);
    if (at < 0)
        return FAIL(ERR_ABSENT, "no such extension");
    const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(X509_get_ext(c->x, at));
    *out = bytes_of(ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value));
    return OK;
}

bool cert_has_eku(const struct cert *c, const char *oid)
{
    LIB_SCOPED(asn1_object) ASN1_OBJECT *wanted = OBJ_txt2obj(oid, 1);
    LIB_SCOPED(eku) EXTENDED_KEY_USAGE *usages = X509_get_ext_d2i(c->x, NID_ext_key_usage, NULL, NULL);
    for (int i = 0; wanted != NULL && usages != NULL && i < sk_ASN1_OBJECT_num(usages); i++) {
        if (OBJ_cmp(sk_ASN1_OBJECT_value(usages, i), wanted) == 0)
            return true;
    }
    ERR_clear_error();
    return false;
}
