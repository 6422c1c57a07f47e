/*
 * The making of the broker's own server certificate. No input here is hostile; a malformed name is a slip of the
 * operator and refused.
 */
#include "base/arena.h"
#include "crypto/cert_object.h"
#include "crypto/key_object.h"

#include <openssl/pem.h>

#define NAME_LEN_MAX  253
#define LABEL_LEN_MAX 63
#define CN_LEN_MAX    64 /* upper bound of X.520 */
#define DAYS_MAX      3650
#define SERIAL_LEN    16

LIB_SCOPE(X509, x509, X509_free)
LIB_SCOPE(GENERAL_NAMES, general_names, GENERAL_NAMES_free)
LIB_SCOPE(ASN1_OCTET_STRING, octets, ASN1_OCTET_STRING_free)

static bool is_label_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

/* Labels of letters, digits and inner hyphens (RFC 1123 2.1); no wildcard. */
static bool is_dns_name(const char *name)
{
    size_t whole = strlen(name), label = 0;
    if (whole == 0 || whole > NAME_LEN_MAX)
        return false;
    for (size_t i = 0; i <= whole; i++) {
        char c = name[i];
        if (c != '.' && c != '\0') {
            if (!is_label_char(c) || (label == 0 && c == '-') || ++label > LABEL_LEN_MAX)
                return false;
            continue;
        }
        if (label == 0 || name[i - 1] == '-')
            return false;
        label = 0;
    }
    return true;
}

/* One name of the list: an address if it reads as one, else a host name. */
static struct err add_name(GENERAL_NAMES *names, const char *name)
{
    LIB_SCOPED(octets) ASN1_OCTET_STRING *address = a2i_IPADDRESS(name);
    ERR_clear_error();
    if (address == NULL && !is_dns_name(name))
        return FAIL(ERR_FORMAT, "neither a host name nor an address");
    GENERAL_NAME *entry = GENERAL_NAME_new();
    ASN1_IA5STRING *text = address == NULL ? ASN1_IA5STRING_new() : NULL;
    bool good = entry != NULL && (address != NULL || (text != NULL && ASN1_STRING_set(text, name, -1) == 1));
    if (good && address != NULL) {
        GENERAL_NAME_set0_value(entry, GEN_IPADD, address);
        address = NULL;
    } else if (good) {
        GENERAL_NAME_set0_value(entry, GEN_DNS, text);
        text = NULL;
    }
    if (!good || sk_GENERAL_NAME_push(names, entry) <= 0) {
        ASN1_IA5STRING_free(text);
        GENERAL_NAME_free(entry);
        return LIB_FAIL(ERR_NOMEM, "no memory for a name");
    }
    return OK;
}

static struct err add_names(X509 *x, const char *const *names, size_t count)
{
    LIB_SCOPED(general_names) GENERAL_NAMES *list = GENERAL_NAMES_new();
    if (list == NULL)
        return LIB_FAIL(ERR_NOMEM, "no memory for names");
    for (size_t i = 0; i < count; i++)
        TRY(add_name(list, names[i]));
    LIB_TRY(X509_add1_ext_i2d(x, NID_subject_alt_name, list, 0, X509V3_ADD_DEFAULT), ERR_BUG, "no names");
    return OK;
}

static struct err add_extension(X509 *x, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
    X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    bool good = ext != NULL && X509_add_ext(x, ext, -1) == 1;
    X509_EXTENSION_free(ext);
    return good ? OK : LIB_FAIL(ERR_BUG, "an extension is not made");
}

static struct err set_subject(X509 *x, const char *name)
{
    X509_NAME *subject = X509_get_subject_name(x);
    const char *shown = strlen(name) <= CN_LEN_MAX ? name : "casemate broker";
    LIB_TRY(X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_ASC, (const unsigned char *)shown, -1, -1, 0),
            ERR_BUG, "no subject");
    LIB_TRY(X509_set_issuer_name(x, subject), ERR_BUG, "no issuer");
    return OK;
}

static struct err set_serial(X509 *x)
{
    uint8_t serial[SERIAL_LEN];
    TRY(random_bytes(serial, sizeof(serial)));
    serial[0] = (uint8_t)((serial[0] & 0x7f) | 0x40); /* positive, and always of full length */
    LIB_SCOPED(bignum) BIGNUM *n = BN_bin2bn(serial, sizeof(serial), NULL);
    if (n == NULL || BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x)) == NULL)
        return LIB_FAIL(ERR_NOMEM, "no serial number");
    return OK;
}

static struct err set_times(X509 *x, int64_t at_sec, int days)
{
    if (ASN1_TIME_set(X509_getm_notBefore(x), at_sec) == NULL ||
        ASN1_TIME_adj(X509_getm_notAfter(x), at_sec, days, 0) == NULL)
        return LIB_FAIL(ERR_FORMAT, "a validity that cannot be written");
    return OK;
}

static struct err build(X509 *x, const struct key *k, const char *const *names, size_t count)
{
    LIB_TRY(X509_set_version(x, X509_VERSION_3), ERR_BUG, "no version");
    TRY(set_serial(x));
    TRY(add_names(x, names, count));
    TRY(set_subject(x, names[0]));
    LIB_TRY(X509_set_pubkey(x, k->pkey), ERR_BUG, "no public key");
    /* Not a CA: a client that pins it as its root takes it as the server's certificate only. */
    TRY(add_extension(x, NID_basic_constraints, "critical,CA:FALSE"));
    TRY(add_extension(x, NID_key_usage, "critical,digitalSignature"));
    TRY(add_extension(x, NID_ext_key_usage, "serverAuth"));
    TRY(add_extension(x, NID_subject_key_identifier, "hash"));
    return OK;
}

struct err cert_self_signed(const struct key *k, const char *const *names, size_t count, int64_t at_sec, int days,
                            struct buf *out)
{
    if (k->kind != KEY_EC_P256 || !k->is_private)
        return FAIL(ERR_STATE, "not a P-256 pair");
    if (count == 0 || count > 64 || days < 1 || days > DAYS_MAX)
        return FAIL(ERR_FORMAT, "no name, too many, or no validity");
    LIB_SCOPED(x509) X509 *x = X509_new();
    LIB_SCOPED(bio) BIO *bio = BIO_new(BIO_s_mem());
    if (x == NULL || bio == NULL)
        return LIB_FAIL(ERR_NOMEM, "no memory for a certificate");
    TRY(build(x, k, names, count));
    TRY(set_times(x, at_sec, days));
    if (X509_sign(x, k->pkey, hash_md(HASH_SHA256)) <= 0)
        return LIB_FAIL(ERR_BUG, "the certificate is not signed");
    LIB_TRY(PEM_write_bio_X509(bio, x), ERR_BUG, "the certificate is not written");
    char *text = NULL;
    long n = BIO_get_mem_data(bio, &text);
    if (text == NULL || n <= 0)
        return LIB_FAIL(ERR_BUG, "the certificate is not written");
    buf_add(out, bytes_of(text, (size_t)n));
    struct bytes whole;
    return buf_end(out, &whole);
}
