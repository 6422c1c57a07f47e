/*
 * The extensions of certificates as documents. The bytes are hostile; one that we know and that is malformed refuses
 * the whole certificate.
 */
#include "rego/builtins/ip.h"
#include "rego/builtins/x509.h"
#include "rego/value.h"

#define NAME_EMAIL 0x81
#define NAME_DNS   0x82
#define NAME_URI   0x86
#define NAME_IP    0x87

/* What the known extensions said. */
struct found {
    struct arena *arena;
    bool request;
    int64_t key_usage;
    bool has_constraints;
    bool is_ca;
    int64_t path_len; /* -1: without bound */
    struct bytes subject_key;
    struct bytes authority_key;
    struct values all, usages, unknown_usages, ocsp, issuers, dns, emails, ips, uris, crls, policies, unhandled;
};

static struct err add_text(struct values *list, struct bytes text)
{
    const struct json *v;
    TRY(value_string(list->arena, text, &v));
    return values_add(list, v);
}

static struct err add_oid(struct values *list, struct bytes oid)
{
    const struct json *v;
    TRY(x509_oid(list->arena, oid, &v));
    return values_add(list, v);
}

/* The one value that an extension holds. */
static struct err only(struct bytes value, enum der_tag tag, struct rd *out)
{
    struct rd r = rd_of(value);
    TRY(der_sub(&r, tag, out));
    return rd_end(&r);
}

static struct err read_key_usage(struct found *f, struct bytes value)
{
    struct rd r;
    uint8_t unused;
    TRY(only(value, DER_BIT_STRING, &r));
    TRY(rd_u8(&r, &unused));
    struct bytes bits = rd_rest(&r);
    if (unused > 7 || bits.n > 2)
        return FAIL(ERR_FORMAT, "a key usage of another form");
    for (size_t i = 0; i < 8 * bits.n; i++)
        if ((bits.p[i / 8] >> (7 - i % 8) & 1) != 0)
            f->key_usage |= 1LL << i;
    return OK;
}

static struct err read_constraints(struct found *f, struct bytes value)
{
    struct rd r;
    struct bytes flag;
    uint64_t len;
    TRY(only(value, DER_SEQUENCE, &r));
    f->has_constraints = true;
    f->path_len = -1;
    if (rd_left(&r) > 0 && r.at[0] == DER_BOOLEAN) {
        TRY(der_take(&r, DER_BOOLEAN, &flag));
        f->is_ca = flag.n == 1 && flag.p[0] == 0xff;
    }
    if (rd_left(&r) > 0) {
        TRY(der_uint(&r, &len));
        f->path_len = len > INT32_MAX ? INT32_MAX : (int64_t)len;
    }
    return rd_end(&r);
}

static struct err read_subject_key(struct found *f, struct bytes value)
{
    struct rd r;
    TRY(only(value, DER_OCTET_STRING, &r));
    f->subject_key = rd_rest(&r);
    return OK;
}

static struct err read_authority_key(struct found *f, struct bytes value)
{
    struct rd r;
    struct bytes part;
    uint8_t tag;
    TRY(only(value, DER_SEQUENCE, &r));
    while (rd_left(&r) > 0) {
        TRY(der_any(&r, &tag, &part));
        if (tag == 0x80)
            f->authority_key = part;
    }
    return OK;
}

/* Go's numbers for extended key usages, by place. */
static const char *const USAGES[] = {
    "\x55\x1d\x25",
    "\x2b\x06\x01\x05\x05\x07\x03\x01",
    "\x2b\x06\x01\x05\x05\x07\x03\x02",
    "\x2b\x06\x01\x05\x05\x07\x03\x03",
    "\x2b\x06\x01\x05\x05\x07\x03\x04",
    "\x2b\x06\x01\x05\x05\x07\x03\x05",
    "\x2b\x06\x01\x05\x05\x07\x03\x06",
    "\x2b\x06\x01\x05\x05\x07\x03\x07",
    "\x2b\x06\x01\x05\x05\x07\x03\x08",
    "\x2b\x06\x01\x05\x05\x07\x03\x09",
    "\x2b\x06\x01\x04\x01\x82\x37\x0a\x03\x03",
    "\x60\x86\x48\x01\x86\xf8\x42\x04\x01",
    "\x2b\x06\x01\x04\x01\x82\x37\x02\x01\x16",
    "\x2b\x06\x01\x04\x01\x82\x37\x3d\x01\x01",
};

static struct err add_usage(struct found *f, struct bytes oid)
{
    const struct json *number;
    /* anyExtendedKeyUsage ends in a zero byte, which a C string cannot hold. */
    bool any = oid.n == 4 && oid.p[3] == 0 && bytes_is(bytes_of(oid.p, 3), USAGES[0]);
    size_t i = any ? 0 : 1;
    while (!any && i < sizeof(USAGES) / sizeof(USAGES[0]) && !bytes_is(oid, USAGES[i]))
        i++;
    if (i == sizeof(USAGES) / sizeof(USAGES[0]))
        return add_oid(&f->unknown_usages, oid);
    TRY(value_int(f->arena, (int64_t)i, &number));
    return values_add(&f->usages, number);
}

static struct err read_usages(struct found *f, struct bytes value)
{
    struct rd r;
    struct bytes oid;
    TRY(only(value, DER_SEQUENCE, &r));
    while (rd_left(&r) > 0) {
        TRY(der_take(&r, DER_OID, &oid));
        TRY(add_usage(f, oid));
    }
    return OK;
}

static struct err add_ip(struct found *f, struct bytes v)
{
    SCOPED(buf) struct buf b = {0};
    struct bytes text;
    struct wide w = {0, 0};
    if (v.n != 4 && v.n != 16)
        return FAIL(ERR_FORMAT, "an address of another length");
    for (size_t i = 0; i < v.n; i++) {
        w.high = w.high << 8 | w.low >> 56;
        w.low = w.low << 8 | v.p[i];
    }
    buf_init(&b, 64);
    ip_print(w, v.n == 4 ? 32 : 128, &b);
    TRY(buf_end(&b, &text));
    return add_text(&f->ips, text);
}

static struct err read_alternatives(struct found *f, struct bytes value)
{
    struct rd r;
    struct bytes name;
    uint8_t tag;
    TRY(only(value, DER_SEQUENCE, &r));
    while (rd_left(&r) > 0) {
        TRY(der_any(&r, &tag, &name));
        if (tag == NAME_EMAIL)
            TRY(add_text(&f->emails, name));
        else if (tag == NAME_DNS)
            TRY(add_text(&f->dns, name));
        else if (tag == NAME_URI)
            TRY(add_text(&f->uris, name));
        else if (tag == NAME_IP)
            TRY(add_ip(f, name));
    }
    return OK;
}

static struct err read_access(struct found *f, struct bytes value)
{
    struct rd r;
    struct rd one;
    struct bytes method;
    struct bytes place;
    uint8_t tag;
    TRY(only(value, DER_SEQUENCE, &r));
    while (rd_left(&r) > 0) {
        TRY(der_sub(&r, DER_SEQUENCE, &one));
        TRY(der_take(&one, DER_OID, &method));
        TRY(der_any(&one, &tag, &place));
        TRY(rd_end(&one));
        if (tag == NAME_URI && bytes_is(method, "\x2b\x06\x01\x05\x05\x07\x30\x01"))
            TRY(add_text(&f->ocsp, place));
        if (tag == NAME_URI && bytes_is(method, "\x2b\x06\x01\x05\x05\x07\x30\x02"))
            TRY(add_text(&f->issuers, place));
    }
    return OK;
}

/* DistributionPoint: only [0] fullName [0] URIs are shown. */
static struct err read_crl_point(struct found *f, struct rd *point)
{
    struct bytes name;
    struct bytes full;
    struct bytes uri;
    uint8_t tag;
    if (rd_left(point) == 0)
        return OK;
    TRY(der_any(point, &tag, &name));
    if (tag != 0xa0)
        return OK;
    struct rd inner = rd_of(name);
    TRY(der_any(&inner, &tag, &full));
    if (tag != 0xa0)
        return OK;
    inner = rd_of(full);
    while (rd_left(&inner) > 0) {
        TRY(der_any(&inner, &tag, &uri));
        if (tag == NAME_URI)
            TRY(add_text(&f->crls, uri));
    }
    return OK;
}

static struct err read_crls(struct found *f, struct bytes value)
{
    struct rd r;
    struct rd point;
    TRY(only(value, DER_SEQUENCE, &r));
    while (rd_left(&r) > 0) {
        TRY(der_sub(&r, DER_SEQUENCE, &point));
        TRY(read_crl_point(f, &point));
    }
    return OK;
}

static struct err read_policies(struct found *f, struct bytes value)
{
    struct rd r;
    struct rd one;
    struct bytes oid;
    TRY(only(value, DER_SEQUENCE, &r));
    while (rd_left(&r) > 0) {
        TRY(der_sub(&r, DER_SEQUENCE, &one));
        TRY(der_take(&one, DER_OID, &oid));
        TRY(add_oid(&f->policies, oid));
    }
    return OK;
}

/* Name constraints are checked when a path is verified, and not shown. */
static struct err read_nothing(struct found *f, struct bytes value)
{
    (void)f;
    (void)value;
    return OK;
}

static const struct {
    const char *oid;
    struct err (*read)(struct found *f, struct bytes value);
} KNOWN[] = {
    {"\x55\x1d\x0f", read_key_usage},   {"\x55\x1d\x13", read_constraints},
    {"\x55\x1d\x0e", read_subject_key}, {"\x55\x1d\x23", read_authority_key},
    {"\x55\x1d\x25", read_usages},      {"\x55\x1d\x11", read_alternatives},
    {"\x55\x1d\x1f", read_crls},        {"\x55\x1d\x20", read_policies},
    {"\x55\x1d\x1e", read_nothing},     {"\x2b\x06\x01\x05\x05\x07\x01\x01", read_access},
};

static struct err show_extension(struct found *f, struct bytes oid, bool critical, struct bytes value)
{
    struct json_object o;
    const struct json *id;
    const struct json *v;
    TRY(x509_oid(f->arena, oid, &id));
    json_object_init(&o, f->arena);
    json_object_add(&o, "Id", id);
    json_object_bool(&o, "Critical", critical);
    TRY(x509_bytes(&o, "Value", value));
    TRY(json_object_end(&o, &v));
    return values_add(&f->all, v);
}

static struct err read_extension(struct found *f, struct rd *one)
{
    struct bytes oid;
    struct bytes flag = BYTES_EMPTY;
    struct bytes value;
    TRY(der_take(one, DER_OID, &oid));
    if (rd_left(one) > 0 && one->at[0] == DER_BOOLEAN)
        TRY(der_take(one, DER_BOOLEAN, &flag));
    TRY(der_take(one, DER_OCTET_STRING, &value));
    TRY(rd_end(one));
    bool critical = flag.n == 1 && flag.p[0] != 0;
    TRY(show_extension(f, oid, critical, value));
    for (size_t i = 0; i < sizeof(KNOWN) / sizeof(KNOWN[0]); i++)
        if (bytes_is(oid, KNOWN[i].oid))
            return KNOWN[i].read(f, value);
    return critical ? add_oid(&f->unhandled, oid) : OK;
}

static struct err put_found(const struct found *f, struct json_object *o)
{
    TRY(x509_strings(o, "Extensions", &f->all));
    TRY(x509_strings(o, "DNSNames", &f->dns));
    TRY(x509_strings(o, "EmailAddresses", &f->emails));
    TRY(x509_strings(o, "IPAddresses", &f->ips));
    TRY(x509_strings(o, "URIStrings", &f->uris));
    if (f->request)
        return OK;
    json_object_int(o, "KeyUsage", f->key_usage);
    json_object_bool(o, "BasicConstraintsValid", f->has_constraints);
    json_object_bool(o, "IsCA", f->is_ca);
    json_object_int(o, "MaxPathLen", f->path_len);
    json_object_bool(o, "MaxPathLenZero", f->has_constraints && f->path_len == 0);
    TRY(x509_bytes(o, "SubjectKeyId", f->subject_key));
    TRY(x509_bytes(o, "AuthorityKeyId", f->authority_key));
    TRY(x509_strings(o, "ExtKeyUsage", &f->usages));
    TRY(x509_strings(o, "UnknownExtKeyUsage", &f->unknown_usages));
    TRY(x509_strings(o, "OCSPServer", &f->ocsp));
    TRY(x509_strings(o, "IssuingCertificateURL", &f->issuers));
    TRY(x509_strings(o, "CRLDistributionPoints", &f->crls));
    TRY(x509_strings(o, "PolicyIdentifiers", &f->policies));
    return x509_strings(o, "UnhandledCriticalExtensions", &f->unhandled);
}

struct err x509_extensions(struct json_object *o, struct bytes list, bool request)
{
    struct values none = {.arena = o->arena};
    struct found f = {.arena = o->arena, .request = request, .subject_key = BYTES_EMPTY, .authority_key = BYTES_EMPTY};
    struct values *const lists[] = {&f.all,    &f.usages, &f.unknown_usages, &f.ocsp, &f.issuers,  &f.dns,
                                    &f.emails, &f.ips,    &f.uris,           &f.crls, &f.policies, &f.unhandled};
    struct rd r = rd_of(list);
    struct rd one;
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        *lists[i] = none;
    while (rd_left(&r) > 0) {
        TRY(der_sub(&r, DER_SEQUENCE, &one));
        TRY(read_extension(&f, &one));
    }
    return put_found(&f, o);
}
