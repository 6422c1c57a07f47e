/*
 * The fields of certificates and requests as documents. The bytes are hostile; the readers of codec/der refuse every
 * encoding but DER.
 */
#include "rego/builtins/x509.h"

#include "codec/base64.h"
#include "rego/big.h"
#include "rego/value.h"

#define TAG_VERSION    0xa0
#define TAG_EXTENSIONS 0xa3
#define TAG_ATTRIBUTES 0xa0
#define TAG_UTC_TIME   0x17
#define TAG_LONG_TIME  0x18

struct err x509_raw(struct rd *r, uint8_t *tag, struct bytes *raw, struct bytes *content)
{
    const uint8_t *start = r->at;
    TRY(der_any(r, tag, content));
    *raw = bytes_of(start, (size_t)(r->at - start));
    return OK;
}

struct err x509_bytes(struct json_object *o, const char *key, struct bytes v)
{
    struct bytes text;
    if (v.n == 0) {
        json_object_null(o, key);
        return OK;
    }
    TRY(base64_encode_arena(o->arena, BASE64_PADDED, v, &text));
    json_object_string(o, key, text);
    return OK;
}

struct err x509_strings(struct json_object *o, const char *key, const struct values *list)
{
    const struct json *v = &value_null;
    if (list->count > 0)
        TRY(value_array(o->arena, list->items, list->count, &v));
    json_object_add(o, key, v);
    return OK;
}

struct err x509_uint(struct arena *a, struct bytes digits, const struct json **out)
{
    SCOPED(big) struct big v = {0};
    struct bytes text;
    *out = NULL;
    if (digits.n == 0 || digits.p[0] >= 0x80)
        return FAIL(ERR_FORMAT, "an integer that is empty or negative");
    if (digits.n > BIG_BITS_MAX / 8)
        return FAIL(ERR_LIMIT, "an integer that is too long");
    TRY(big_init(&v));
    BIG(mp_from_ubin(&v.v, digits.p, digits.n));
    TRY(big_text(a, &v, 10, &text));
    struct err e = json_new_number(a, text, out);
    if (e.code != ERR_LIMIT && e.code != ERR_FORMAT)
        return e;
    *out = NULL;
    return OK;
}

static const struct algorithm {
    const char *oid; /* DER, as a C string: none holds a NUL */
    int number;      /* Go's */
} SIGNATURES[] =
    {
        {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04", 2},
        {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05", 3},
        {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b", 4},
        {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c", 5},
        {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d", 6},
        {"\x2a\x86\x48\xce\x38\x04\x03", 7},
        {"\x2a\x86\x48\xce\x3d\x04\x01", 9},
        {"\x2a\x86\x48\xce\x3d\x04\x03\x02", 10},
        {"\x2a\x86\x48\xce\x3d\x04\x03\x03", 11},
        {"\x2a\x86\x48\xce\x3d\x04\x03\x04", 12},
        {"\x2b\x65\x70", 16},
},
  PSS_HASHES[] =
      {
          {"\x60\x86\x48\x01\x65\x03\x04\x02\x01", 13},
          {"\x60\x86\x48\x01\x65\x03\x04\x02\x02", 14},
          {"\x60\x86\x48\x01\x65\x03\x04\x02\x03", 15},
},
  KEYS[] = {
      {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", 1},
      {"\x2a\x86\x48\xce\x38\x04\x01", 2},
      {"\x2a\x86\x48\xce\x3d\x02\x01", 3},
      {"\x2b\x65\x70", 4},
};
#define KEY_NUMBER_RSA 1
#define KEY_NUMBER_EC  3
#define KEY_NUMBER_ED  4
#define RSA_PSS        "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"

static int number_of(struct bytes oid, const struct algorithm *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (bytes_is(oid, list[i].oid))
            return list[i].number;
    return 0;
}

static struct err read_signature_algorithm(struct bytes content, int *out)
{
    struct rd r = rd_of(content);
    struct bytes oid;
    TRY(der_take(&r, DER_OID, &oid));
    *out = number_of(oid, SIGNATURES, sizeof(SIGNATURES) / sizeof(SIGNATURES[0]));
    if (!bytes_is(oid, RSA_PSS))
        return OK;
    /* The hash stands behind [0] of the parameters; anything else is left unnamed. */
    struct rd params;
    struct rd tagged;
    struct rd alg;
    uint8_t tag;
    struct bytes first;
    TRY(der_sub(&r, DER_SEQUENCE, &params));
    if (rd_left(&params) == 0)
        return OK;
    TRY(der_any(&params, &tag, &first));
    if (tag != 0xa0)
        return OK;
    tagged = rd_of(first);
    TRY(der_sub(&tagged, DER_SEQUENCE, &alg));
    TRY(der_take(&alg, DER_OID, &oid));
    *out = number_of(oid, PSS_HASHES, sizeof(PSS_HASHES) / sizeof(PSS_HASHES[0]));
    return OK;
}

static struct err add_number(struct json_object *o, const char *key, struct bytes digits)
{
    const struct json *v;
    TRY(x509_uint(o->arena, digits, &v));
    if (v != NULL)
        json_object_add(o, key, v);
    return OK;
}

static struct err read_rsa_key(struct json_object *o, struct bytes bits)
{
    struct rd outer = rd_of(bits);
    struct rd r;
    struct bytes n;
    struct bytes e;
    TRY(der_sub(&outer, DER_SEQUENCE, &r));
    TRY(rd_end(&outer));
    TRY(der_take(&r, DER_INTEGER, &n));
    TRY(der_take(&r, DER_INTEGER, &e));
    TRY(rd_end(&r));
    TRY(add_number(o, "N", n));
    return add_number(o, "E", e);
}

/* The coordinates of a point; their top bit may be set, so they are read behind a zero byte. */
static struct err read_point(struct json_object *o, struct bytes bits)
{
    uint8_t padded[128] = {0};
    size_t width = bits.n / 2;
    if (bits.n % 2 != 1 || bits.p[0] != 4 || width == 0 || width >= sizeof(padded))
        return FAIL(ERR_FORMAT, "a point of another form");
    for (size_t i = 0; i < 2; i++) {
        memcpy(padded + 1, bits.p + 1 + i * width, width);
        TRY(add_number(o, i == 0 ? "X" : "Y", bytes_of(padded, width + 1)));
    }
    json_object_add(o, "Curve", &value_empty_object);
    return OK;
}

static struct err bit_string(struct bytes content, struct bytes *out)
{
    if (content.n == 0 || content.p[0] != 0)
        return FAIL(ERR_FORMAT, "a bit string that is not of whole bytes");
    *out = bytes_of(content.p + 1, content.n - 1);
    return OK;
}

static struct err read_key(struct json_object *o, struct bytes content)
{
    struct rd r = rd_of(content);
    struct rd alg;
    struct bytes oid;
    struct bytes bits;
    struct json_object k;
    const struct json *key;
    TRY(der_sub(&r, DER_SEQUENCE, &alg));
    TRY(der_take(&alg, DER_OID, &oid));
    TRY(der_take(&r, DER_BIT_STRING, &bits));
    TRY(rd_end(&r));
    TRY(bit_string(bits, &bits));
    int number = number_of(oid, KEYS, sizeof(KEYS) / sizeof(KEYS[0]));
    json_object_int(o, "PublicKeyAlgorithm", number);
    if (number == KEY_NUMBER_ED)
        return x509_bytes(o, "PublicKey", bits);
    json_object_init(&k, o->arena);
    if (number == KEY_NUMBER_RSA)
        TRY(read_rsa_key(&k, bits));
    if (number == KEY_NUMBER_EC)
        TRY(read_point(&k, bits));
    TRY(json_object_end(&k, &key));
    json_object_add(o, "PublicKey", number == KEY_NUMBER_RSA || number == KEY_NUMBER_EC ? key : &value_null);
    return OK;
}

/* RFC 5280 4.1.2.5: seconds are there, and the zone is Z. */
static struct err add_time(struct json_object *o, const char *key, struct rd *r)
{
    uint8_t tag;
    struct bytes v;
    char text[24];
    TRY(der_any(r, &tag, &v));
    size_t year = tag == TAG_UTC_TIME ? 2 : 4;
    if ((tag != TAG_UTC_TIME && tag != TAG_LONG_TIME) || v.n != year + 11 || v.p[v.n - 1] != 'Z')
        return FAIL(ERR_FORMAT, "a time of another form");
    for (size_t i = 0; i + 1 < v.n; i++)
        if (v.p[i] < '0' || v.p[i] > '9')
            return FAIL(ERR_FORMAT, "a time of another form");
    const char *p = (const char *)v.p + year;
    const char *century = tag == TAG_LONG_TIME ? "" : v.p[0] >= '5' ? "19" : "20";
    (void)snprintf(text, sizeof(text), "%s%.*s-%.2s-%.2sT%.2s:%.2s:%.2sZ", century, (int)year, (const char *)v.p, p,
                   p + 2, p + 4, p + 6, p + 8);
    json_object_text(o, key, text);
    return OK;
}

static struct err add_name(struct json_object *o, const char *key, const char *raw_key, struct rd *r)
{
    uint8_t tag;
    struct bytes raw;
    struct bytes content;
    const struct json *name;
    TRY(x509_raw(r, &tag, &raw, &content));
    if (tag != DER_SEQUENCE)
        return FAIL(ERR_FORMAT, "a name of another form");
    TRY(x509_name(o->arena, content, &name));
    json_object_add(o, key, name);
    return x509_bytes(o, raw_key, raw);
}

static struct err add_key(struct json_object *o, struct rd *r)
{
    uint8_t tag;
    struct bytes raw;
    struct bytes content;
    TRY(x509_raw(r, &tag, &raw, &content));
    if (tag != DER_SEQUENCE)
        return FAIL(ERR_FORMAT, "a key of another form");
    TRY(x509_bytes(o, "RawSubjectPublicKeyInfo", raw));
    return read_key(o, content);
}

/* The three parts that certificates and requests have in common: what is signed, the algorithm, the signature. */
static struct err add_signed(struct json_object *o, struct bytes der, const char *tbs_key, struct bytes *tbs)
{
    struct rd outer = rd_of(der);
    struct rd r;
    struct bytes raw;
    struct bytes alg;
    struct bytes sig;
    uint8_t tag;
    int number;
    TRY(der_sub(&outer, DER_SEQUENCE, &r));
    TRY(rd_end(&outer));
    TRY(x509_raw(&r, &tag, &raw, tbs));
    TRY(der_take(&r, DER_SEQUENCE, &alg));
    TRY(der_take(&r, DER_BIT_STRING, &sig));
    TRY(rd_end(&r));
    if (tag != DER_SEQUENCE)
        return FAIL(ERR_FORMAT, "what is signed is no sequence");
    TRY(bit_string(sig, &sig));
    TRY(read_signature_algorithm(alg, &number));
    TRY(x509_bytes(o, "Raw", der));
    TRY(x509_bytes(o, tbs_key, raw));
    TRY(x509_bytes(o, "Signature", sig));
    json_object_int(o, "SignatureAlgorithm", number);
    return OK;
}

static struct err add_version(struct json_object *o, struct rd *r)
{
    struct rd ahead = *r;
    struct bytes content;
    uint8_t tag;
    uint64_t v = 0;
    TRY(der_any(&ahead, &tag, &content));
    if (tag == TAG_VERSION) {
        struct rd inner = rd_of(content);
        TRY(der_uint(&inner, &v));
        TRY(rd_end(&inner));
        *r = ahead;
    }
    if (v > 2)
        return FAIL(ERR_FORMAT, "a version that does not exist");
    json_object_int(o, "Version", (int64_t)v + 1);
    return OK;
}

static struct err add_extensions(struct json_object *o, struct rd *r)
{
    struct bytes content;
    struct bytes list = BYTES_EMPTY;
    uint8_t tag = 0;
    while (rd_left(r) > 0 && tag != TAG_EXTENSIONS)
        TRY(der_any(r, &tag, &content));
    TRY(rd_end(r));
    if (tag == TAG_EXTENSIONS) {
        struct rd inner = rd_of(content);
        TRY(der_take(&inner, DER_SEQUENCE, &list));
        TRY(rd_end(&inner));
    }
    return x509_extensions(o, list, false);
}

struct err x509_certificate(struct arena *a, struct bytes der, const struct json **out)
{
    struct json_object o;
    struct bytes tbs;
    struct bytes part;
    struct rd times;
    json_object_init(&o, a);
    TRY(add_signed(&o, der, "RawTBSCertificate", &tbs));
    struct rd r = rd_of(tbs);
    TRY(add_version(&o, &r));
    TRY(der_take(&r, DER_INTEGER, &part));
    TRY(add_number(&o, "SerialNumber", part));
    TRY(der_take(&r, DER_SEQUENCE, &part));
    TRY(add_name(&o, "Issuer", "RawIssuer", &r));
    TRY(der_sub(&r, DER_SEQUENCE, &times));
    TRY(add_time(&o, "NotBefore", &times));
    TRY(add_time(&o, "NotAfter", &times));
    TRY(rd_end(&times));
    TRY(add_name(&o, "Subject", "RawSubject", &r));
    TRY(add_key(&o, &r));
    TRY(add_extensions(&o, &r));
    return json_object_end(&o, out);
}

/* The extensions that a request asks for stand in one of its attributes (RFC 2985 5.4.2). */
static struct err find_request(struct bytes attributes, struct bytes *out)
{
    static const uint8_t EXTENSION_REQUEST[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x0e};
    struct rd r = rd_of(attributes);
    struct rd one;
    struct rd set;
    struct bytes oid;
    *out = BYTES_EMPTY;
    while (rd_left(&r) > 0) {
        TRY(der_sub(&r, DER_SEQUENCE, &one));
        TRY(der_take(&one, DER_OID, &oid));
        if (!bytes_equal(oid, BYTES_OF(EXTENSION_REQUEST)))
            continue;
        TRY(der_sub(&one, DER_SET, &set));
        TRY(der_take(&set, DER_SEQUENCE, out));
        TRY(rd_end(&set));
    }
    return OK;
}

struct err x509_request(struct arena *a, struct bytes der, const struct json **out)
{
    struct json_object o;
    struct bytes info;
    struct bytes attributes;
    struct bytes list = BYTES_EMPTY;
    uint64_t version;
    uint8_t tag;
    json_object_init(&o, a);
    TRY(add_signed(&o, der, "RawTBSCertificateRequest", &info));
    struct rd r = rd_of(info);
    TRY(der_uint(&r, &version));
    if (version > 2)
        return FAIL(ERR_FORMAT, "a version that does not exist");
    json_object_int(&o, "Version", (int64_t)version);
    TRY(add_name(&o, "Subject", "RawSubject", &r));
    TRY(add_key(&o, &r));
    if (rd_left(&r) > 0) {
        TRY(der_any(&r, &tag, &attributes));
        if (tag != TAG_ATTRIBUTES)
            return FAIL(ERR_FORMAT, "attributes of another form");
        TRY(find_request(attributes, &list));
    }
    TRY(rd_end(&r));
    TRY(x509_extensions(&o, list, true));
    return json_object_end(&o, out);
}
