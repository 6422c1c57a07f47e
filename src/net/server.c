#include "net/server.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/connection.h"

#define ACCEPT_PAUSE_MS 100

static void on_pause_over(void *context, int ready)
{
    (void)ready;
    struct server *s = context;
    loop_unwatch(s->pause);
    s->pause = NULL;
    for (size_t i = 0; i < s->listener_count; i++)
        loop_watch_change(s->listeners[i], LOOP_READ);
}

/* No descriptor is left. The listeners stay ready, so without a pause the loop would spin until one is free. */
static void pause_accepting(struct server *s)
{
    if (s->pause != NULL || failed(loop_timer(s->loop, ACCEPT_PAUSE_MS, on_pause_over, s, &s->pause)))
        return;
    for (size_t i = 0; i < s->listener_count; i++)
        loop_watch_change(s->listeners[i], 0);
}

static void on_accept(void *context, int ready)
{
    (void)ready;
    struct server *s = context;
    /* A bounded number per round and listener: those that are connected come first. */
    for (size_t l = 0; l < s->listener_count; l++)
        for (int i = 0; i < 16; i++) {
            struct sockaddr_storage peer = {0};
            socklen_t len = sizeof(peer);
            int fd = accept4(s->listener_fds[l], (struct sockaddr *)&peer, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
                pause_accepting(s);
                return;
            }
            if (fd < 0)
                break;
            int on = 1;
            if (peer.ss_family != AF_UNIX)
                (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); /* a failure costs time only */
            if (failed(connection_open(s, fd, &peer)))
                continue;
        }
}

struct err server_new(struct loop *l, const int *listen_fds, size_t count, struct tls_server *tls,
                      const struct server_limits *limits, server_handler *handler, void *context, struct server **out)
{
    if (count > sizeof(((struct server *)0)->listener_fds) / sizeof(int))
        return FAIL(ERR_LIMIT, "too many listeners");
    struct server *s = mem_new(sizeof(*s));
    if (s == NULL)
        return FAIL(ERR_NOMEM, "no memory for a server");
    signal(SIGPIPE, SIG_IGN); /* a peer that leaves is an error of its connection, not the end of the process */
    *s = (struct server){.loop = l, .tls = tls, .limits = *limits, .handler = handler, .context = context};
    s->rate = mem_new(sizeof(*s->rate));
    struct err e = s->rate == NULL ? FAIL(ERR_NOMEM, "no memory for a server") : rate_init(s->rate);
    for (size_t i = 0; i < count && !failed(e); i++) {
        s->listener_fds[i] = listen_fds[i];
        e = loop_watch_fd(l, listen_fds[i], LOOP_READ, on_accept, s, &s->listeners[i]);
        if (!failed(e))
            s->listener_count = i + 1;
    }
    if (failed(e)) {
        server_free(s);
        return e;
    }
    *out = s;
    return OK;
}

static void stop_listening(struct server *s)
{
    loop_unwatch(s->pause);
    s->pause = NULL;
    for (size_t i = 0; i < s->listener_count; i++) {
        loop_unwatch(s->listeners[i]);
        close(s->listener_fds[i]);
    }
    s->listener_count = 0;
}

void server_drain(struct server *s)
{
    stop_listening(s);
    s->drains = true;
    connections_drain(s);
}

void server_free(struct server *s)
{
    if (s == NULL)
        return;
    stop_listening(s);
    while (s->first != NULL)
        connection_close(s->first);
    mem_free(s->rate);
    mem_free(s);
}

void server_set_tls(struct server *s, struct tls_server *tls)
{
    s->tls = tls;
}

size_t server_connections(const struct server *s)
{
    return s->count;
}

struct bytes exchange_peer(const struct exchange *x)
{
    return bytes_of_text(x->peer);
}

struct arena *exchange_arena(struct exchange *x)
{
    return &x->arena;
}

static const char *phrase_of(int status)
{
    static const struct {
        int status;
        const char *phrase;
    } rows[] = {{200, "OK"},
                {400, "Bad Request"},
                {401, "Unauthorized"},
                {404, "Not Found"},
                {405, "Method Not Allowed"},
                {408, "Request Timeout"},
                {413, "Payload Too Large"},
                {429, "Too Many Requests"},
                {500, "Internal Server Error"},
                {503, "Service Unavailable"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].status == status)
            return rows[i].phrase;
    return "Unknown";
}

static void put_head(struct buf *out, int status, const char *content_type, const struct http_header *headers,
                     size_t body_n, bool close)
{
    char line[128];
    snprintf(line, sizeof(line), "HTTP/1.1 %d %s\r\ncontent-length: %zu\r\n", status, phrase_of(status), body_n);
    buf_text(out, line);
    if (content_type != NULL) {
        buf_text(out, "content-type: ");
        buf_text(out, content_type);
        buf_text(out, "\r\n");
    }
    for (size_t i = 0; headers != NULL && headers[i].name.p != NULL; i++) {
        buf_add(out, headers[i].name);
        buf_text(out, ": ");
        buf_add(out, headers[i].value);
        buf_text(out, "\r\n");
    }
    buf_text(out, close ? "connection: close\r\n\r\n" : "\r\n");
}

void server_answer(struct exchange *x, int status, const char *content_type, const struct http_header *headers,
                   struct bytes body)
{
    struct connection *c = x->connection;
    x->answered = true;
    if (c != NULL) {
        c->exchange = NULL;
        c->close_after = c->close_after || !x->request.keep_alive || c->server->drains;
        put_head(&c->out, status, content_type, headers, body.n, c->close_after);
        if (x->request.method != HTTP_HEAD)
            buf_add(&c->out, body);
    }
    exchange_free(x);
    if (c != NULL)
        connection_send(c);
}
