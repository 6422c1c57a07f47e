/*
 * One connection of the server. Internal to net.
 */
#pragma once

#include "net/rate.h"
#include "net/server.h"
#include "net/stream.h"

struct connection;

struct exchange {
    struct connection *connection; /* NULL: the peer went away */
    struct server *server;
    struct arena arena;
    struct http_request request; /* views into head */
    struct bytes head;           /* a copy in the arena */
    struct buf body;
    char peer[64];
    bool answered;
};

enum connection_state {
    CONNECTION_HEAD = 0,
    CONNECTION_BODY,
    CONNECTION_WAITING,
    CONNECTION_WRITING,
    CONNECTION_LINGERING
};

struct connection {
    struct server *server;
    struct connection *next, **back;
    struct stream *stream;
    struct loop_watch *watch;
    struct loop_watch *deadline;
    struct rate_slot *slot;
    enum connection_state state;
    struct buf in;
    struct buf out;
    size_t out_done;
    struct exchange *exchange;
    bool close_after; /* the answer is the last */
    bool begun;       /* a byte of the current request is here */
    int64_t begun_ms; /* since when */
    size_t scanned;   /* bytes of `in` that hold no whole head: not looked at again before a line ends behind them */
    bool paused;      /* the peer sent more while its request was served: not read before the answer is out */
    bool driven;      /* drive() is running: an answer from inside the handler must not start another */
    bool lingers;     /* refused before the whole request came: read on, so that the peer sees the answer */
    size_t discarded;
    char peer[64];
};

struct server {
    struct loop *loop;
    struct tls_server *tls;
    struct server_limits limits;
    server_handler *handler;
    void *context;
    struct loop_watch *listeners[16];
    int listener_fds[16];
    size_t listener_count;
    struct connection *first;
    size_t count;
    struct rate *rate;
    struct loop_watch *pause; /* no descriptor was left: accepting goes on when it fires */
    bool drains;
};

/*
 * connection_open - take over an accepted descriptor. connection_close - end it; an exchange that waits stays until its
 * answer. connection_send - what is in `out` goes out, then the next request.
 *
 * out      a connection on the server's list
 * errors   NOMEM, IO: the descriptor is closed
 */
MUST_CHECK struct err connection_open(struct server *s, int fd, const struct sockaddr_storage *peer);
void connection_close(struct connection *c);
void connection_send(struct connection *c);

/* connections_drain - end the idle connections; the others end behind their answer. errors: none. out: nothing */
void connections_drain(struct server *s);

/* exchange_free - gives back an exchange that was answered. errors: none. out: nothing */
void exchange_free(struct exchange *x);
