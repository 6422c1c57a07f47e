/*
 * Where a guest's services are told to find their broker, and by which certificate they know it.
 */
#pragma once

#include "json/json.h"

struct endpoint {
    struct bytes scheme; /* "https" */
    struct bytes host;   /* without brackets; lower or upper case as written */
    unsigned port;       /* the scheme's own where none is named; 0 unknown */
    bool is_loopback;
    bool is_cluster_name; /* a service of the cluster: *.svc, *.cluster.local, or a single label */
};

/*
 * endpoint_parse - the parts of a URL.
 *
 * in       url: hostile
 * out      *out only on success; views into url
 * errors   FORMAT  no scheme, no host, or a port that is none
 * source: RFC 3986 3
 */
MUST_CHECK struct err endpoint_parse(struct bytes url, struct endpoint *out);

/*
 * endpoint_certificate - facts about the PEM text that a service trusts: {"state", "not_before", "not_after",
 * "names"[]}; state is "absent", "valid", "malformed", "expired", "not-yet" or "other-name".
 *
 * in       pem: hostile; host: that the URL names, or empty; at_sec: the first second of the day
 *          that is assessed
 * out      *out only on success
 * errors   NOMEM, BUG
 * cost     at most CERT_CHAIN_MAX certificates
 * source: RFC 5280 4.1.2.5, 4.2.1.6; RFC 6125 6.4
 */
MUST_CHECK struct err endpoint_certificate(struct arena *a, struct bytes pem, struct bytes host, int64_t at_sec,
                                           const struct json **out);
