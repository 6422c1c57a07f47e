/*
 * The HTTP(S) client of the guest and of the owner's tools: blocking, one connection, absolute deadline per exchange.
 */
#pragma once

#include "net/http.h"
#include "net/tls.h"

struct client;

struct client_reply {
    int status;
    struct bytes body;       /* valid until the next exchange */
    struct bytes set_cookie; /* "name=value" of the first Set-Cookie, or empty */
    struct bytes content_type;
};

/*
 * client_open - remember where to connect: "https://host:port" (tls must be given), "http://host:port" (only with
 * allow_plain) or "unix:/path". Connects at the first exchange, again after the peer closed.
 * client_close - NULL is fine.
 *
 * in       url: hostile (it comes from initdata)
 * out      *out only on success; owned
 * errors   FORMAT a malformed URL; DENIED http without allow_plain; NOMEM
 * source: RFC 3986 3
 */
MUST_CHECK struct err client_open(struct bytes url, struct tls_client *tls, bool allow_plain, struct client **out);
void client_close(struct client *c);

/*
 * client_exchange - one request, one reply.
 *
 * in       method, target: of our own; headers: {0}-terminated; body may be empty; deadline_ms: for all of it
 * out      *out, views valid until the next exchange
 * errors   PEER   no connection, closed, or not HTTP; UNVERIFIED  the server's certificate does not hold;
 *          STALE  the deadline passed; LIMIT  the reply is larger than body_max
 */
MUST_CHECK struct err client_exchange(struct client *c, const char *method, const char *target,
                                      const struct http_header *headers, struct bytes body, size_t body_max,
                                      int deadline_ms, struct client_reply *out);
