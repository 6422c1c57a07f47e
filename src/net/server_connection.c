#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/connection.h"

#define READ_STEP  (16 * KIB)
#define OUT_MAX    (16 * MIB)
#define ANSWER_MS  60000 /* for sending an answer to a peer that reads slowly */
#define LINGER_MS  2000
#define SERVE_MS   (24 * 3600 * 1000) /* the handler keeps its own time */
#define LINGER_MAX (32 * MIB)

void exchange_free(struct exchange *x)
{
    if (x == NULL)
        return;
    arena_clear(&x->arena);
    buf_clear(&x->body);
    mem_free(x);
}

void connection_close(struct connection *c)
{
    struct server *s = c->server;
    if (c->exchange != NULL && c->exchange->request.method_text.p != NULL && c->state == CONNECTION_WAITING)
        c->exchange->connection = NULL; /* the handler still holds it: freed with its answer */
    else
        exchange_free(c->exchange);
    if (c->slot != NULL)
        c->slot->open--;
    loop_unwatch(c->watch);
    loop_unwatch(c->deadline);
    stream_free(c->stream);
    buf_clear(&c->in);
    buf_clear(&c->out);
    *c->back = c->next;
    if (c->next != NULL)
        c->next->back = c->back;
    s->count--;
    mem_free(c);
}

/* An answer without a handler: the request is refused, and the connection ends behind it. */
static void refuse(struct connection *c, int status, const char *text)
{
    char head[160];
    int n = snprintf(head, sizeof(head),
                     "HTTP/1.1 %d Refused\r\ncontent-length: %zu\r\ncontent-type: text/plain; charset=utf-8\r\n"
                     "connection: close\r\n\r\n",
                     status, strlen(text));
    exchange_free(c->exchange);
    c->exchange = NULL;
    c->close_after = true;
    c->lingers = true;
    buf_add(&c->out, bytes_of(head, n > 0 ? (size_t)n : 0));
    buf_text(&c->out, text);
    c->state = CONNECTION_WRITING;
}

static void refuse_error(struct connection *c, struct err e, bool is_body)
{
    if (e.code == ERR_NOMEM)
        refuse(c, 503, "");
    else if (e.code == ERR_LIMIT && is_body)
        refuse(c, 413, "payload reached size limit");
    else
        refuse(c, e.code == ERR_UNSUPPORTED ? 505 : e.code == ERR_LIMIT ? 431 : 400, "");
}

static struct err begin_exchange(struct connection *c, const struct http_request *r)
{
    struct exchange *x = mem_new(sizeof(*x));
    if (x == NULL)
        return FAIL(ERR_NOMEM, "no memory for a request");
    c->exchange = x;
    x->connection = c;
    x->server = c->server;
    memcpy(x->peer, c->peer, sizeof(x->peer));
    arena_init(&x->arena, REQUEST_ARENA_MAX);
    buf_init(&x->body, c->server->limits.body_max);
    /* The head moves to the exchange: the connection's buffer goes on with the body. */
    TRY(arena_copy(&x->arena, bytes_of(c->in.p, r->head_len), &x->head));
    bool complete;
    TRY(http_request_decode(x->head, &x->request, &complete));
    buf_drop(&c->in, r->head_len);
    return OK;
}

/* Without this a peer that sends byte by byte would make us read its head again for each of them. */
static bool may_hold_a_head(struct connection *c)
{
    struct bytes fresh = bytes_of(c->in.p + c->scanned, c->in.n - c->scanned);
    c->scanned = c->in.n;
    return memchr(fresh.p, '\n', fresh.n) != NULL || c->in.n > HTTP_HEAD_MAX;
}

static struct err read_head(struct connection *c, bool *moved)
{
    struct http_request r;
    bool complete;
    if (!may_hold_a_head(c))
        return OK;
    TRY(http_request_decode(buf_view(&c->in), &r, &complete));
    if (!complete)
        return OK;
    c->scanned = 0;
    if (!rate_take(c->slot, c->server->limits.rate_per_sec, loop_now_ms(c->server->loop))) {
        refuse(c, 429, "");
        *moved = true;
        return OK;
    }
    TRY(begin_exchange(c, &r));
    if (r.content_length > c->server->limits.body_max) {
        refuse(c, 413, "payload reached size limit");
        *moved = true;
        return OK;
    }
    if (r.expect_continue && c->in.n == 0)
        buf_text(&c->out, "HTTP/1.1 100 Continue\r\n\r\n");
    int64_t now = loop_now_ms(c->server->loop);
    loop_timer_set(c->deadline, c->server->limits.request_ms - (c->begun ? now - c->begun_ms : 0));
    c->state = CONNECTION_BODY;
    *moved = true;
    return OK;
}

static struct err read_body(struct connection *c, bool *whole)
{
    struct exchange *x = c->exchange;
    size_t used = 0;
    if (x->request.chunked) {
        TRY(http_chunk_decode(buf_view(&c->in), &x->body, &used, whole));
    } else {
        size_t missing = (size_t)x->request.content_length - x->body.n;
        used = c->in.n < missing ? c->in.n : missing;
        buf_add(&x->body, bytes_of(c->in.p, used));
        struct bytes unused;
        TRY(buf_end(&x->body, &unused));
        *whole = x->body.n == x->request.content_length;
    }
    buf_drop(&c->in, used);
    return OK;
}

/* Hands a whole request over. The answer may come during the call. */
static void serve(struct connection *c)
{
    struct exchange *x = c->exchange;
    c->state = CONNECTION_WAITING;
    c->begun = false;
    loop_timer_set(c->deadline, SERVE_MS);
    c->server->handler(c->server->context, x, &x->request, buf_view(&x->body));
}

/* As far as the bytes that are here allow; true if the connection has something to send or is served. */
static void advance(struct connection *c)
{
    for (;;) {
        bool moved = false;
        bool whole = false;
        struct err e = OK;
        if (c->state == CONNECTION_HEAD && c->in.n != 0)
            e = read_head(c, &moved);
        if (failed(e)) {
            refuse_error(c, e, false);
            return;
        }
        if (c->state == CONNECTION_BODY) {
            e = read_body(c, &whole);
            if (failed(e)) {
                refuse_error(c, e, true);
                return;
            }
            if (whole) {
                serve(c);
                return;
            }
        }
        if (!moved || c->state != CONNECTION_BODY)
            return;
    }
}

/* An idle connection holds no buffer. */
static void give_back_idle_memory(struct connection *c)
{
    if (c->state != CONNECTION_HEAD || c->in.n != 0 || c->in.p == NULL)
        return;
    buf_clear(&c->in);
    buf_init(&c->in, HTTP_HEAD_MAX + c->server->limits.body_max + READ_STEP);
}

static void after_answer(struct connection *c)
{
    buf_clear(&c->out);
    buf_init(&c->out, OUT_MAX);
    c->out_done = 0;
    c->scanned = 0;
    c->state = CONNECTION_HEAD;
    c->begun = c->in.n != 0; /* of the next request, sent behind this one */
    c->begun_ms = loop_now_ms(c->server->loop);
    loop_timer_set(c->deadline, c->begun ? c->server->limits.head_ms : c->server->limits.idle_ms);
}

enum flushed { FLUSH_GONE = 0, FLUSH_WAITS, FLUSH_DONE };

static enum flushed flush(struct connection *c)
{
    if (c->out.bad != 0) {
        connection_close(c);
        return FLUSH_GONE;
    }
    while (c->out_done < c->out.n) {
        size_t n = 0;
        enum stream_state s = stream_write(c->stream, bytes_of(c->out.p + c->out_done, c->out.n - c->out_done), &n);
        if (s == STREAM_DONE) {
            c->out_done += n;
        } else if (s == STREAM_WANTS_WRITE || s == STREAM_WANTS_READ) {
            loop_watch_change(c->watch, s == STREAM_WANTS_WRITE ? LOOP_WRITE : LOOP_READ);
            c->paused = true; /* watched for something else than the next request */
            return FLUSH_WAITS;
        } else {
            connection_close(c);
            return FLUSH_GONE;
        }
    }
    return FLUSH_DONE;
}

/* Reads what is there. false: the connection is gone. */
static bool fill(struct connection *c)
{
    for (int i = 0; i < 8 && (c->state == CONNECTION_HEAD || c->state == CONNECTION_BODY); i++) {
        uint8_t *to;
        size_t n = 0;
        if (failed(buf_space(&c->in, READ_STEP, &to))) {
            refuse(c, 413, "payload reached size limit");
            return true;
        }
        enum stream_state s = stream_read(c->stream, to, READ_STEP, &n);
        if (s == STREAM_WANTS_READ || s == STREAM_WANTS_WRITE) {
            give_back_idle_memory(c);
            if (c->paused || s == STREAM_WANTS_WRITE)
                loop_watch_change(c->watch, s == STREAM_WANTS_READ ? LOOP_READ : LOOP_WRITE);
            c->paused = s == STREAM_WANTS_WRITE;
            return true;
        }
        if (s != STREAM_DONE) {
            connection_close(c);
            return false;
        }
        if (!c->begun && c->state == CONNECTION_HEAD) {
            c->begun = true;
            c->begun_ms = loop_now_ms(c->server->loop);
            loop_timer_set(c->deadline, c->server->limits.head_ms);
        }
        buf_commit(&c->in, n);
        advance(c);
        if (c->state == CONNECTION_WAITING)
            return true;
    }
    return true;
}

/* The request was refused before all of it came. Closing now would make the kernel drop the answer: what still comes is
 * read and thrown away, for a short time and a bounded number of bytes. */
static void linger(struct connection *c)
{
    if (c->state != CONNECTION_LINGERING) {
        c->state = CONNECTION_LINGERING;
        shutdown(stream_fd(c->stream), SHUT_WR);
        buf_clear(&c->in);
        loop_timer_set(c->deadline, LINGER_MS);
        loop_watch_change(c->watch, LOOP_READ);
    }
    for (int i = 0; i < 16; i++) {
        uint8_t waste[4096];
        ssize_t n = recv(stream_fd(c->stream), waste, sizeof(waste), MSG_DONTWAIT);
        if (n < 0 && errno == EAGAIN)
            return;
        c->discarded += n > 0 ? (size_t)n : 0;
        if (n <= 0 || c->discarded > LINGER_MAX) {
            connection_close(c);
            return;
        }
    }
}

/* Ends or goes on after an answer is out. false: the connection is gone or lingers. */
static bool answered(struct connection *c)
{
    if (c->lingers) {
        linger(c);
        return false;
    }
    if (c->close_after) {
        connection_close(c);
        return false;
    }
    after_answer(c);
    advance(c);
    return true;
}

/* Moves the connection as far as it goes without blocking. It may be gone afterwards. */
static void drive(struct connection *c)
{
    c->driven = true;
    for (;;) {
        if (c->out_done < c->out.n || c->out.bad != 0) {
            enum flushed f = flush(c);
            if (f == FLUSH_GONE)
                return;
            if (f == FLUSH_WAITS)
                break;
            if (c->state == CONNECTION_BODY) { /* 100 Continue is out */
                buf_reset(&c->out);
                c->out_done = 0;
            }
        }
        if (c->state == CONNECTION_WRITING) {
            if (!answered(c))
                return;
            if (c->state == CONNECTION_WAITING)
                break;
            if (c->state == CONNECTION_WRITING)
                continue;
        }
        if (c->state != CONNECTION_HEAD && c->state != CONNECTION_BODY)
            break;
        if (!fill(c))
            return;
        if (c->state == CONNECTION_WRITING || c->out_done < c->out.n)
            continue;
        break;
    }
    c->driven = false;
}

static void on_ready(void *context, int ready)
{
    (void)ready;
    struct connection *c = context;
    if (c->state == CONNECTION_LINGERING) {
        linger(c);
    } else if (c->state == CONNECTION_WAITING) {
        /* Only a peer that sends ahead or leaves pays for the pause; the others save two calls to the kernel. */
        loop_watch_change(c->watch, 0);
        c->paused = true;
    } else {
        drive(c);
    }
}

/* Absolute deadlines: one that passed inside a request says so, any other just ends the connection. */
static void on_deadline(void *context, int ready)
{
    (void)ready;
    struct connection *c = context;
    bool is_cut = c->out.n == 0 && (c->state == CONNECTION_BODY || (c->state == CONNECTION_HEAD && c->begun));
    if (!is_cut) {
        connection_close(c);
        return;
    }
    refuse(c, 408, "");
    loop_timer_set(c->deadline, LINGER_MS);
    drive(c);
}

void connections_drain(struct server *s)
{
    for (struct connection *c = s->first; c != NULL;) {
        struct connection *next = c->next;
        c->close_after = true;
        if (c->state == CONNECTION_HEAD && !c->begun)
            connection_close(c);
        c = next;
    }
}

void connection_send(struct connection *c)
{
    c->state = CONNECTION_WRITING;
    loop_timer_set(c->deadline, ANSWER_MS);
    if (!c->driven)
        drive(c);
}

static void name_peer(struct connection *c, const struct sockaddr_storage *peer)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    if (peer->ss_family == AF_INET) {
        memcpy(&in, peer, sizeof(in));
        inet_ntop(AF_INET, &in.sin_addr, c->peer, sizeof(c->peer));
    } else if (peer->ss_family == AF_INET6) {
        memcpy(&in6, peer, sizeof(in6));
        inet_ntop(AF_INET6, &in6.sin6_addr, c->peer, sizeof(c->peer));
    } else {
        memcpy(c->peer, "unix", 5);
    }
}

static bool has_room(const struct server *s, const struct rate_slot *slot)
{
    return s->count < s->limits.connections_max && (slot == NULL || slot->open < s->limits.per_peer_max);
}

static struct err watch(struct connection *c)
{
    struct server *s = c->server;
    TRY(loop_watch_fd(s->loop, stream_fd(c->stream), LOOP_READ, on_ready, c, &c->watch));
    return loop_timer(s->loop, s->limits.head_ms, on_deadline, c, &c->deadline);
}

struct err connection_open(struct server *s, int fd, const struct sockaddr_storage *peer)
{
    struct rate_slot *slot = rate_slot_of(s->rate, peer);
    struct connection *c = has_room(s, slot) ? mem_new(sizeof(*c)) : NULL;
    if (c == NULL) {
        close(fd);
        return FAIL(ERR_LIMIT, "no room for another connection");
    }
    *c = (struct connection){.server = s, .next = s->first, .back = &s->first};
    struct err e = stream_server(s->tls, fd, &c->stream);
    if (failed(e)) {
        mem_free(c);
        return e;
    }
    if (s->first != NULL)
        s->first->back = &c->next;
    s->first = c;
    s->count++;
    c->slot = slot;
    if (slot != NULL)
        slot->open++;
    name_peer(c, peer);
    buf_init(&c->in, HTTP_HEAD_MAX + s->limits.body_max + READ_STEP);
    buf_init(&c->out, OUT_MAX);
    e = watch(c);
    if (failed(e))
        connection_close(c);
    return e;
}
