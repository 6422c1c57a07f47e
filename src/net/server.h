/*
 * The HTTP(S) server of a process: non-blocking, on the loop, with absolute deadlines and per-peer limits. It hands
 * whole requests to one handler and takes the answer later, in any order.
 */
#pragma once

#include "net/http.h"
#include "sys/loop.h"

struct server;
struct exchange; /* one request that waits for its answer */
struct tls_server;

struct server_limits {
    size_t body_max;          /* bytes */
    unsigned connections_max; /* in all */
    unsigned per_peer_max;    /* connections of one address */
    unsigned rate_per_sec;    /* requests of one address, bursts of ten times that; 0 = unbounded */
    int head_ms;              /* from the first byte of a request to its last header byte */
    int request_ms;           /* from the first byte to the last byte of the body */
    int idle_ms;              /* between requests */
};

/* Called once per request. `request` and `body` are valid until server_answer. */
typedef void server_handler(void *context, struct exchange *x, const struct http_request *request, struct bytes body);

/*
 * server_new - a server on listening sockets that the caller opened; tls may be NULL for plain HTTP (insecure_http, or
 * a unix socket). server_free - closes everything. server_set_tls - new certificates for new connections. server_drain
 * - stop listening, let running requests end.
 *
 * out      *out only on success; owned
 * errors   NOMEM, IO
 */
MUST_CHECK struct err server_new(struct loop *l, const int *listen_fds, size_t count, struct tls_server *tls,
                                 const struct server_limits *limits, server_handler *handler, void *context,
                                 struct server **out);
void server_free(struct server *s);
void server_set_tls(struct server *s, struct tls_server *tls);
void server_drain(struct server *s);
size_t server_connections(const struct server *s);

/*
 * server_answer - send the answer and forget the exchange. Exactly once per exchange; if the peer went away meanwhile
 * nothing is sent.
 * exchange_peer - textual address of the peer ("127.0.0.1", "unix"), valid until the answer.
 * exchange_arena - memory that lives until the answer.
 *
 * in       status; content_type: NULL for none; headers: extra lines, {0}-terminated, of our own; body: copied
 * out      bytes on the wire
 * errors   none: a connection that fails is closed
 */
void server_answer(struct exchange *x, int status, const char *content_type, const struct http_header *headers,
                   struct bytes body);
struct bytes exchange_peer(const struct exchange *x);
struct arena *exchange_arena(struct exchange *x);

/*
 * server_listen_tcp - a listening socket ("127.0.0.1:8443", "[::1]:8443"; port 0 picks one); server_listen_unix - the
 * same at a path (mode 0600, an old socket is replaced).
 *
 * out      *fd owned; *port the bound port (may be NULL)
 * errors   FORMAT a malformed address; IO
 */
MUST_CHECK struct err server_listen_tcp(const char *address, int *fd, uint16_t *port);
MUST_CHECK struct err server_listen_unix(const char *path, int *fd);
