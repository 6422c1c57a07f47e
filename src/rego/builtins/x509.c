/*
 * crypto.x509.parse_certificates, parse_and_verify_certificates(_with_options), parse_certificate_request. The texts
 * are hostile. A path is verified at the instant of the call or the one that the options name, up to the first
 * certificate of the list and no other root.
 */
#include "rego/builtins/x509.h"
#include "rego/builtins/ip.h"
#include "rego/eval.h"

#include "codec/base64.h"
#include "codec/pem.h"

#define COST_SIGNATURE (8 * 20000UL)
#define NANOSECONDS    1000000000

bool x509_is_pem(struct bytes text)
{
    return bytes_starts(text, BYTES_LIT("-----BEGIN"));
}

/* Where base64 text has its first foreign character; line ends are none. */
static size_t foreign_at(struct bytes text)
{
    size_t i = 0;
    for (; i < text.n; i++) {
        uint8_t ch = text.p[i];
        bool letter = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9');
        if (!letter && ch != '+' && ch != '/' && ch != '\n' && ch != '\r')
            break;
    }
    return i;
}

struct err x509_unwrap(struct call *c, struct bytes text, struct bytes *out)
{
    uint8_t *packed;
    size_t n = 0;
    *out = text;
    TRY(builtin_cost(c, 4 * text.n));
    if (x509_is_pem(text))
        return OK;
    TRY(arena_array(c->arena, text.n, &packed));
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != '\n' && text.p[i] != '\r')
            packed[n++] = text.p[i];
    struct err e = base64_decode(c->arena, BASE64_PADDED, bytes_of(packed, n), out);
    return builtin_settle(c, e, "illegal base64 data at input byte %zu", foreign_at(text));
}

/* The next certificate of PEM blocks or of values in a row. */
static struct err next_der(struct call *c, struct bytes *rest, bool pem, const char *label, struct bytes *out,
                           bool *found)
{
    struct pem_block b;
    *found = rest->n > 0;
    if (!pem) {
        struct rd r = rd_of(*rest);
        struct bytes content;
        uint8_t tag;
        if (*found)
            TRY(x509_raw(&r, &tag, out, &content));
        *rest = rd_rest(&r);
        return OK;
    }
    TRY(pem_next(c->arena, rest, &b, found));
    if (*found && !bytes_is(b.label, label))
        return builtin_error(c, "PEM data contains '%.*s', expected %s", NOTE_TEXT(b.label), label);
    *out = b.der;
    return OK;
}

void x509_list_clear(struct x509_list *l)
{
    for (size_t i = 0; i < l->count; i++)
        cert_free(l->items[i]);
    l->count = 0;
}

static struct err read_list(struct call *c, struct bytes rest, struct x509_list *out)
{
    bool pem = x509_is_pem(rest);
    bool found = true;
    while (found) {
        struct bytes der = BYTES_EMPTY;
        TRY(next_der(c, &rest, pem, "CERTIFICATE", &der, &found));
        if (!found)
            break;
        if (out->count == CERT_CHAIN_MAX)
            return builtin_error(c, "more than %d certificates", CERT_CHAIN_MAX);
        TRY(builtin_cost(c, X509_COST));
        TRY(cert_decode(der, &out->items[out->count]));
        out->count++;
    }
    return OK;
}

struct err x509_list(struct call *c, struct bytes text, struct x509_list *out)
{
    struct bytes raw;
    out->count = 0;
    TRY(x509_unwrap(c, text, &raw));
    return builtin_settle(c, read_list(c, raw, out), "x509: malformed certificate");
}

static struct err show(struct call *c, struct cert *const *certs, size_t count, const struct json **out)
{
    struct values all = {.arena = c->arena};
    for (size_t i = 0; i < count; i++) {
        const struct json *v;
        TRY(builtin_settle(c, x509_certificate(c->arena, cert_der(certs[i]), &v), "x509: malformed certificate"));
        TRY(values_add(&all, v));
    }
    return value_array(c->arena, all.items, all.count, out);
}

static struct err bi_parse(struct call *c, const struct json **out)
{
    SCOPED(x509_list) struct x509_list list = {0};
    TRY(builtin_need(c, 1, JSON_STRING));
    TRY(x509_list(c, c->args[0]->text, &list));
    return show(c, list.items, list.count, out);
}

static struct err bi_parse_request(struct call *c, const struct json **out)
{
    struct bytes raw;
    struct bytes der = BYTES_EMPTY;
    bool found;
    TRY(builtin_need(c, 1, JSON_STRING));
    TRY(x509_unwrap(c, c->args[0]->text, &raw));
    TRY(builtin_cost(c, X509_COST));
    struct err e = next_der(c, &raw, x509_is_pem(raw), "CERTIFICATE REQUEST", &der, &found);
    if (!failed(e) && (!found || raw.n > 0))
        e = FAIL(ERR_FORMAT, "not exactly one certificate request");
    if (!failed(e))
        e = x509_request(c->arena, der, out);
    return builtin_settle(c, e, "asn1: structure error: not a certificate request");
}

/* What a path must answer to. */
struct wanted {
    int64_t at_sec;
    struct bytes dns_name; /* empty: any */
    uint32_t usages;       /* bits of Go's numbers; any of them is enough */
};
#define USAGE_ANY    1U
#define USAGE_SERVER 2U

static const char *const USAGE_NAMES[] = {
    "KeyUsageAny",
    "KeyUsageServerAuth",
    "KeyUsageClientAuth",
    "KeyUsageCodeSigning",
    "KeyUsageEmailProtection",
    "KeyUsageIPSECEndSystem",
    "KeyUsageIPSECTunnel",
    "KeyUsageIPSECUser",
    "KeyUsageTimeStamping",
    "KeyUsageOCSPSigning",
    "KeyUsageMicrosoftServerGatedCrypto",
    "KeyUsageNetscapeServerGatedCrypto",
    "KeyUsageMicrosoftCommercialCodeSigning",
    "KeyUsageMicrosoftKernelCodeSigning",
};

static struct err take_usage(struct call *c, const struct json *v, struct wanted *w)
{
    for (size_t i = 0; i < sizeof(USAGE_NAMES) / sizeof(USAGE_NAMES[0]); i++)
        if (v->type == JSON_STRING && bytes_is(v->text, USAGE_NAMES[i])) {
            w->usages |= 1U << i;
            return OK;
        }
    return builtin_error(c, "invalid entries for 'KeyUsages' found");
}

static struct err take_option(struct call *c, const struct json_member *m, struct wanted *w)
{
    const struct json *v = m->value;
    if (bytes_is(m->key, "DNSName") && v->type == JSON_STRING) {
        w->dns_name = v->text;
        return OK;
    }
    if (bytes_is(m->key, "CurrentTime") && v->type == JSON_NUMBER && v->is_int) {
        w->at_sec = v->as_int / NANOSECONDS;
        return OK;
    }
    /* libcrypto bounds these comparisons itself. */
    if (bytes_is(m->key, "MaxConstraintComparisons") && v->type == JSON_NUMBER)
        return OK;
    if (bytes_is(m->key, "KeyUsages") && (v->type == JSON_ARRAY || v->type == JSON_SET)) {
        for (size_t i = 0; i < v->count; i++)
            TRY(take_usage(c, v->items[i], w));
        return OK;
    }
    return builtin_error(c, "invalid option or type of it: %.*s", NOTE_TEXT(m->key));
}

static struct err read_options(struct call *c, struct wanted *w)
{
    const struct json *o = c->count < 2 ? &value_empty_object : c->args[1];
    *w = (struct wanted){.at_sec = c->eval->call->now_ns / NANOSECONDS, .dns_name = BYTES_EMPTY};
    if (c->count == 2)
        TRY(builtin_need(c, 2, JSON_OBJECT));
    for (size_t i = 0; i < o->count; i++)
        TRY(take_option(c, &o->members[i], w));
    if (w->usages == 0)
        w->usages = USAGE_SERVER;
    return OK;
}

static bool same_letters(struct bytes a, struct bytes b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++) {
        uint8_t x = a.p[i] >= 'A' && a.p[i] <= 'Z' ? (uint8_t)(a.p[i] + 32) : a.p[i];
        uint8_t y = b.p[i] >= 'A' && b.p[i] <= 'Z' ? (uint8_t)(b.p[i] + 32) : b.p[i];
        if (x != y)
            return false;
    }
    return a.n > 0;
}

/* RFC 6125 6.4.3, strictly: a star is the whole of the leftmost label, and there are labels behind it. */
static bool matches_dns(struct bytes pattern, struct bytes name)
{
    if (same_letters(pattern, name))
        return memchr(pattern.p, '*', pattern.n) == NULL;
    if (!bytes_starts(pattern, BYTES_LIT("*.")))
        return false;
    const uint8_t *dot = name.n == 0 ? NULL : memchr(name.p, '.', name.n);
    if (dot == NULL || dot == name.p)
        return false;
    size_t first = (size_t)(dot - name.p);
    return same_letters(bytes_of(pattern.p + 1, pattern.n - 1), bytes_of(dot, name.n - first));
}

static bool matches_name(const struct json *leaf, struct bytes name)
{
    struct ip_range address;
    bool is_ip = ip_parse(name, &address);
    const struct json *list = json_at(leaf, is_ip ? "IPAddresses" : "DNSNames");
    for (size_t i = 0; json_is(list, JSON_ARRAY) && i < list->count; i++) {
        struct ip_range other;
        if (is_ip && ip_parse(list->items[i]->text, &other) && ip_contains(&other, &address))
            return true;
        if (!is_ip && matches_dns(list->items[i]->text, name))
            return true;
    }
    return false;
}

/* One of the wanted usages must be allowed by every certificate of the path that names any. */
static bool usages_hold(const struct json *path, uint32_t wanted)
{
    for (size_t i = 0; i < path->count; i++) {
        const struct json *known = json_at(path->items[i], "ExtKeyUsage");
        const struct json *unknown = json_at(path->items[i], "UnknownExtKeyUsage");
        uint32_t here = 0;
        if (known->type != JSON_ARRAY && unknown->type != JSON_ARRAY)
            continue;
        for (size_t k = 0; known->type == JSON_ARRAY && k < known->count; k++)
            here |= 1U << known->items[k]->as_int;
        if ((here & USAGE_ANY) == 0 && (wanted & USAGE_ANY) == 0)
            wanted &= here;
    }
    return wanted != 0;
}

/* A path from the last certificate of the list to the first. */
struct path {
    struct cert *steps[CERT_CHAIN_MAX];
    size_t count;
    bool used[CERT_CHAIN_MAX];
};

static struct err holds_at(struct call *c, const struct path *p, const struct wanted *w, bool *holds)
{
    TRY(builtin_cost(c, COST_SIGNATURE * p->count));
    struct err e =
        cert_verify_chain(p->steps[0], &p->steps[1], p->count - 2, &p->steps[p->count - 1], 1, w->at_sec, NULL);
    *holds = !failed(e);
    return e.code == ERR_NOMEM || e.code == ERR_BUG ? e : OK;
}

/* Looks for an issuer of the last step, the root first. Depth: the list's length. */
static struct err extend(struct call *c, const struct x509_list *list, struct path *p, const struct wanted *w,
                         bool *holds)
{
    for (size_t i = 0; i + 1 < list->count && !*holds; i++) {
        if (p->used[i])
            continue;
        TRY(builtin_cost(c, COST_SIGNATURE));
        struct err e = cert_issued_by(p->steps[p->count - 1], list->items[i], false);
        if (e.code == ERR_NOMEM || e.code == ERR_BUG)
            return e;
        if (failed(e))
            continue;
        p->used[i] = true;
        p->steps[p->count++] = list->items[i];
        TRY(i == 0 ? holds_at(c, p, w, holds) : extend(c, list, p, w, holds));
        if (*holds)
            return OK;
        p->count--;
        p->used[i] = false;
    }
    return OK;
}

static struct err verify(struct call *c, const struct x509_list *list, const struct wanted *w, bool *holds,
                         const struct json **chain)
{
    struct path p = {0};
    *holds = false;
    if (list->count < 2)
        return OK;
    p.steps[p.count++] = list->items[list->count - 1];
    TRY(extend(c, list, &p, w, holds));
    if (!*holds)
        return OK;
    TRY(show(c, p.steps, p.count, chain));
    *holds = usages_hold(*chain, w->usages);
    if (w->dns_name.n > 0)
        *holds = *holds && matches_name((*chain)->items[0], w->dns_name);
    return OK;
}

static struct err bi_verify(struct call *c, const struct json **out)
{
    SCOPED(x509_list) struct x509_list list = {0};
    struct wanted w;
    bool holds = false;
    const struct json *pair[2] = {value_bool(false), &value_empty_array};
    TRY(builtin_need(c, 1, JSON_STRING));
    TRY(read_options(c, &w));
    /* A list that cannot be read is one that does not hold. */
    struct err e = x509_list(c, c->args[0]->text, &list);
    if (failed(e) && e.code != ERR_STATE)
        return e;
    if (!failed(e))
        TRY(verify(c, &list, &w, &holds, &pair[1]));
    pair[0] = value_bool(holds);
    if (!holds)
        pair[1] = &value_empty_array;
    c->message[0] = '\0';
    return value_array(c->arena, pair, 2, out);
}

const struct builtin builtins_x509[] = {
    {"crypto.x509.parse_certificates", 1, false, bi_parse},
    {"crypto.x509.parse_and_verify_certificates", 1, false, bi_verify},
    {"crypto.x509.parse_and_verify_certificates_with_options", 2, false, bi_verify},
    {"crypto.x509.parse_certificate_request", 1, false, bi_parse_request},
};
BUILTIN_ROWS(x509)
