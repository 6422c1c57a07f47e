/*
 * Inside rego/builtins/: what the files of crypto.x509.* share. Certificates are shown as the JSON of Go's structs,
 * since that is what policies are written for: names as in RFC 5280, bytes as base64, algorithms and usages as Go's
 * numbers.
 */
#pragma once

#include "rego/builtins/builtin.h"

#include "base/limits.h"
#include "base/rd.h"
#include "codec/der.h"
#include "crypto/x509.h"

#define X509_COST (8 * 1000UL) /* work that decoding one certificate or key stands for */

/*
 * x509_unwrap - what stands in a policy's text: PEM, or base64 of PEM or DER. x509_is_pem - whether it is PEM.
 *
 * in       text: hostile
 * out      *out in the arena
 * errors   STATE with the call's report filled; NOMEM
 * source: RFC 7468
 */
MUST_CHECK struct err x509_unwrap(struct call *c, struct bytes text, struct bytes *out);
bool x509_is_pem(struct bytes text);

/*
 * x509_list - all certificates of a text, decoded. x509_clear - give them back.
 *
 * in       text: hostile
 * out      *out owned, also on failure to be cleared
 * errors   STATE with the call's report filled; NOMEM
 */
struct x509_list {
    struct cert *items[CERT_CHAIN_MAX];
    size_t count;
};
MUST_CHECK struct err x509_list(struct call *c, struct bytes text, struct x509_list *out);
void x509_list_clear(struct x509_list *l);

/*
 * x509_certificate - a certificate as a document; x509_request - a request as one.
 *
 * in       der: hostile, one value
 * out      *out
 * errors   FORMAT, LIMIT malformed; NOMEM
 * source: RFC 5280 4.1; RFC 2986 4
 */
MUST_CHECK struct err x509_certificate(struct arena *a, struct bytes der, const struct json **out);
MUST_CHECK struct err x509_request(struct arena *a, struct bytes der, const struct json **out);

/*
 * x509_extensions - the members that extensions give, added to an object; `request` leaves out what a request has not.
 *
 * in       list: the content of Extensions, hostile
 * out      added to o
 * errors   FORMAT, LIMIT malformed; NOMEM
 * source: RFC 5280 4.2
 */
MUST_CHECK struct err x509_extensions(struct json_object *o, struct bytes list, bool request);

/*
 * x509_name - a name as a document.
 *
 * in       rdns: the content of Name, hostile
 * out      *out
 * errors   FORMAT, LIMIT malformed; NOMEM
 * source: RFC 5280 4.1.2.4
 */
MUST_CHECK struct err x509_name(struct arena *a, struct bytes rdns, const struct json **out);

/* Small parts. x509_raw - the next value with its header. x509_bytes - a member of base64, null for empty bytes.
 * x509_oid - an OID as an array of numbers. x509_uint - an integer of any size as a number; NULL where it has more
 * digits than a document's number may have. x509_strings - a member that is a list of strings, null for an empty one.
 * errors: FORMAT, NOMEM, LIMIT. out: *out, or added to o */
MUST_CHECK struct err x509_raw(struct rd *r, uint8_t *tag, struct bytes *raw, struct bytes *content);
MUST_CHECK struct err x509_bytes(struct json_object *o, const char *key, struct bytes v);
MUST_CHECK struct err x509_oid(struct arena *a, struct bytes der, const struct json **out);
MUST_CHECK struct err x509_uint(struct arena *a, struct bytes digits, const struct json **out);
struct values;
MUST_CHECK struct err x509_strings(struct json_object *o, const char *key, const struct values *list);
