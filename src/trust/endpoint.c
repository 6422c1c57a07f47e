#include "trust/endpoint.h"

#include "base/clock.h"
#include "base/limits.h"
#include "codec/der.h"
#include "crypto/x509.h"
#include "trust/tree.h"
#include "trust/words.h"

#define DAY_SEC     86400
#define SAN_OID     "2.5.29.17"
#define SAN_DNS     0x82
#define SAN_ADDRESS 0x87

static bool has_dot_or_colon(struct bytes host)
{
    return memchr(host.p, '.', host.n) != NULL || memchr(host.p, ':', host.n) != NULL;
}

/* Digits and dots alone: an address, and no name that begins like one. */
static bool is_numeric(struct bytes host)
{
    for (size_t i = 0; i < host.n; i++)
        if (host.p[i] != '.' && (host.p[i] < '0' || host.p[i] > '9'))
            return false;
    return true;
}

static unsigned own_port(struct bytes scheme)
{
    return bytes_is(scheme, "https") ? 443 : bytes_is(scheme, "http") ? 80 : 0;
}

static struct err take_port(struct bytes text, unsigned *out)
{
    unsigned v = 0;
    if (text.n == 0 || text.n > 5)
        return FAIL(ERR_FORMAT, "a port that is none");
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return FAIL(ERR_FORMAT, "a port that is none");
        v = v * 10 + (unsigned)(text.p[i] - '0');
    }
    *out = v;
    return v <= 65535 ? OK : FAIL(ERR_FORMAT, "a port that is none");
}

static struct err take_host(struct bytes authority, struct endpoint *out)
{
    size_t at = 0, end;
    for (size_t i = 0; i < authority.n; i++)
        at = authority.p[i] == '@' ? i + 1 : at;
    struct bytes rest = bytes_of(authority.p + at, authority.n - at);
    bool is_bracketed = rest.n > 0 && rest.p[0] == '[';
    for (end = 0; end < rest.n && rest.p[end] != (is_bracketed ? ']' : ':');)
        end++;
    if (is_bracketed && end == rest.n)
        return FAIL(ERR_FORMAT, "a bracket that does not close");
    out->host = is_bracketed ? bytes_of(rest.p + 1, end - 1) : bytes_of(rest.p, end);
    end += is_bracketed;
    if (out->host.n == 0 || (end < rest.n && rest.p[end] != ':'))
        return FAIL(ERR_FORMAT, "a URL without a host");
    out->port = own_port(out->scheme);
    return end < rest.n ? take_port(bytes_of(rest.p + end + 1, rest.n - end - 1), &out->port) : OK;
}

struct err endpoint_parse(struct bytes url, struct endpoint *out)
{
    struct endpoint e = {0};
    size_t at = 0, end;
    while (at + 2 < url.n && !words_at(url, at, "://"))
        at++;
    if (at == 0 || at + 3 >= url.n)
        return FAIL(ERR_FORMAT, "a URL without a scheme");
    e.scheme = bytes_of(url.p, at);
    for (end = at + 3; end < url.n && url.p[end] != '/' && url.p[end] != '?' && url.p[end] != '#';)
        end++;
    TRY(take_host(bytes_of(url.p + at + 3, end - at - 3), &e));
    e.is_loopback = bytes_is(e.host, "localhost") || bytes_is(e.host, "::1") ||
                    (bytes_starts(e.host, BYTES_LIT("127.")) && is_numeric(e.host));
    e.is_cluster_name = !e.is_loopback &&
                        (words_end(e.host, ".svc") || words_end(e.host, ".cluster.local") || !has_dot_or_colon(e.host));
    *out = e;
    return OK;
}

static uint8_t folded(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static bool same_name(struct bytes a, struct bytes b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (folded(a.p[i]) != folded(b.p[i]))
            return false;
    return true;
}

/* A name of a certificate: equal, or "*." in place of the first label. source: RFC 6125 6.4.3 */
static bool name_covers(struct bytes name, struct bytes host)
{
    if (name.n > 2 && name.p[0] == '*' && name.p[1] == '.') {
        size_t dot = 0;
        while (dot < host.n && host.p[dot] != '.')
            dot++;
        return dot > 0 && same_name(bytes_of(name.p + 1, name.n - 1), bytes_of(host.p + dot, host.n - dot));
    }
    return same_name(name, host);
}

static struct err address_text(struct arena *a, struct bytes value, struct bytes *out)
{
    *out = BYTES_EMPTY;
    if (value.n == 4)
        return tree_format(a, out, "%u.%u.%u.%u", value.p[0], value.p[1], value.p[2], value.p[3]);
    return OK; /* addresses of the sixth version have many texts: they are not compared */
}

static struct err alternative_names(struct arena *a, const struct cert *c, struct tree_list *out)
{
    struct bytes der, content;
    struct rd whole, r;
    uint8_t tag;
    struct err found = cert_extension(c, SAN_OID, &der);
    if (failed(found))
        return found.code == ERR_ABSENT ? OK : found;
    whole = rd_of(der);
    TRY(der_sub(&whole, DER_SEQUENCE, &r));
    while (rd_left(&r) > 0) {
        TRY(der_any(&r, &tag, &content));
        if (tag == SAN_ADDRESS)
            TRY(address_text(a, content, &content));
        if ((tag == SAN_DNS || tag == SAN_ADDRESS) && content.n > 0 && bytes_is_utf8(content))
            tree_list_text(out, content);
    }
    return out->bad;
}

static const char *state_of(const struct cert *c, const struct tree_list *names, struct bytes host, int64_t at_sec)
{
    int64_t from, until;
    cert_times(c, &from, &until);
    if (at_sec > until)
        return "expired";
    if (at_sec + DAY_SEC - 1 < from) /* an assessment is for a day: what begins on it is valid */
        return "not-yet";
    bool compares = host.n > 0 && !cert_is_ca(c) && names->count > 0;
    for (size_t i = 0; compares && i < names->count; i++)
        if (name_covers(names->items[i]->text, host))
            return "valid";
    return compares ? "other-name" : "valid";
}

static struct err describe(struct arena *a, const struct cert *c, struct bytes host, int64_t at_sec,
                           struct json_object *o)
{
    struct tree_list names;
    const struct json *list;
    int64_t from, until;
    char text[RFC3339_LEN + 1];
    tree_list_init(&names, a);
    struct err e = alternative_names(a, c, &names);
    if (failed(e) && e.code != ERR_FORMAT)
        return e;
    if (names.count == 0 && cert_common_name(c).n > 0)
        tree_list_text(&names, cert_common_name(c));
    json_object_text(o, "state", failed(e) ? "malformed" : state_of(c, &names, host, at_sec));
    cert_times(c, &from, &until);
    clock_format(from, text);
    json_object_text(o, "not_before", text);
    clock_format(until, text);
    json_object_text(o, "not_after", text);
    TRY(tree_list_end(&names, &list));
    json_object_add(o, "names", list);
    return OK;
}

struct err endpoint_certificate(struct arena *a, struct bytes pem, struct bytes host, int64_t at_sec,
                                const struct json **out)
{
    struct json_object o;
    struct cert *chain[CERT_CHAIN_MAX] = {0};
    size_t count = 0;
    json_object_init(&o, a);
    struct err e = pem.n == 0 ? OK : cert_decode_pem(pem, chain, CERT_CHAIN_MAX, &count);
    if (failed(e) && (e.code == ERR_NOMEM || e.code == ERR_BUG))
        return e;
    if (pem.n == 0)
        json_object_text(&o, "state", "absent");
    else if (failed(e) || count == 0)
        json_object_text(&o, "state", "malformed");
    else
        e = describe(a, chain[0], host, at_sec, &o);
    for (size_t i = 0; i < count; i++)
        cert_free(chain[i]);
    if (count > 0)
        TRY(e);
    return json_object_end(&o, out);
}
