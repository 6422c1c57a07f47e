#include "net/client.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/stream.h"
#include "sys/file.h"

#define READ_STEP      (16 * KIB)
#define HOST_MAX       256
#define REPLY_HEAD_MAX (64 * KIB)

struct client {
    char host[HOST_MAX]; /* or the path of a unix socket */
    char port[8];
    bool is_unix;
    struct tls_client *tls; /* borrowed; NULL: plain */
    struct stream *stream;  /* NULL: not connected */
    struct buf in;
    struct buf body;
    struct buf kept; /* headers of the last reply */
};

struct deadline {
    int64_t at_ms;
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct err copy_text(char *out, size_t room, struct bytes in)
{
    if (in.n == 0 || in.n >= room || memchr(in.p, 0, in.n) != NULL)
        return FAIL(ERR_FORMAT, "a URL with an empty or too long part");
    memcpy(out, in.p, in.n);
    out[in.n] = '\0';
    return OK;
}

/* host[:port], with [..] around an IPv6 address; no user, no path but "/". */
static struct err parse_authority(struct client *c, struct bytes rest, const char *default_port)
{
    while (rest.n != 0 && rest.p[rest.n - 1] == '/')
        rest.n--;
    for (size_t i = 0; i < rest.n; i++)
        if (rest.p[i] <= 0x20 || rest.p[i] >= 0x7f || memchr("/?#@\\", rest.p[i], 5) != NULL)
            return FAIL(ERR_FORMAT, "a URL with more than a host and a port");
    struct bytes host = rest;
    struct bytes port = bytes_of_text(default_port);
    size_t colon = rest.n;
    for (size_t i = rest.n; i > 0; i--)
        if (rest.p[i - 1] == ':' || rest.p[i - 1] == ']') {
            colon = rest.p[i - 1] == ':' ? i - 1 : rest.n;
            break;
        }
    if (colon < rest.n) {
        host = bytes_of(rest.p, colon);
        port = bytes_of(rest.p + colon + 1, rest.n - colon - 1);
    }
    if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
        host = bytes_of(host.p + 1, host.n - 2);
    for (size_t i = 0; i < port.n; i++)
        if (port.p[i] < '0' || port.p[i] > '9')
            return FAIL(ERR_FORMAT, "a port that is no number");
    TRY(copy_text(c->host, sizeof(c->host), host));
    return copy_text(c->port, sizeof(c->port), port);
}

static struct err parse_url(struct client *c, struct bytes url, bool allow_plain)
{
    struct bytes https = BYTES_LIT("https://");
    struct bytes http = BYTES_LIT("http://");
    struct bytes sock = BYTES_LIT("unix:");
    if (bytes_starts(url, https)) {
        if (c->tls == NULL)
            return FAIL(ERR_DENIED, "https without roots to trust");
        return parse_authority(c, bytes_of(url.p + https.n, url.n - https.n), "443");
    }
    if (bytes_starts(url, http)) {
        if (!allow_plain)
            return FAIL(ERR_DENIED, "plain HTTP is not allowed here");
        c->tls = NULL;
        return parse_authority(c, bytes_of(url.p + http.n, url.n - http.n), "80");
    }
    if (bytes_starts(url, sock)) {
        c->tls = NULL;
        c->is_unix = true;
        return copy_text(c->host, sizeof(((struct sockaddr_un *)0)->sun_path),
                         bytes_of(url.p + sock.n, url.n - sock.n));
    }
    return FAIL(ERR_FORMAT, "a URL that is neither https, http nor unix");
}

struct err client_open(struct bytes url, struct tls_client *tls, bool allow_plain, struct client **out)
{
    struct client *c = mem_new(sizeof(*c));
    if (c == NULL)
        return FAIL(ERR_NOMEM, "no memory for a client");
    c->tls = tls;
    signal(SIGPIPE, SIG_IGN); /* a peer that leaves is an error of the exchange, not the end of the process */
    struct err e = parse_url(c, url, allow_plain);
    if (failed(e)) {
        mem_free(c);
        return e;
    }
    *out = c;
    return OK;
}

static void disconnect(struct client *c)
{
    stream_free(c->stream);
    c->stream = NULL;
}

void client_close(struct client *c)
{
    if (c == NULL)
        return;
    disconnect(c);
    buf_clear(&c->in);
    buf_clear(&c->body);
    buf_clear(&c->kept);
    mem_free(c);
}

static struct err wait_for(int fd, short what, struct deadline d)
{
    for (;;) {
        int64_t left = d.at_ms - now_ms();
        if (left <= 0)
            return FAIL(ERR_STALE, "the deadline passed");
        struct pollfd p = {.fd = fd, .events = what};
        int n = poll(&p, 1, left > INT32_MAX ? INT32_MAX : (int)left);
        if (n > 0)
            return OK;
        if (n < 0 && errno != EINTR)
            return FAIL_SYS(errno, "waiting for the peer failed");
    }
}

static struct err finish_connect(int fd, const struct sockaddr *address, socklen_t len, struct deadline d)
{
    if (connect(fd, address, len) == 0)
        return OK;
    if (errno != EINPROGRESS)
        return FAIL(ERR_PEER, "no connection to the peer");
    TRY(wait_for(fd, POLLOUT, d));
    int why = 0;
    socklen_t size = sizeof(why);
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &size) != 0 || why != 0)
        return FAIL(ERR_PEER, "no connection to the peer");
    return OK;
}

static struct err connect_unix(const struct client *c, struct deadline d, int *out)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    memcpy(a.sun_path, c->host, strlen(c->host));
    SCOPED(fd) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return FAIL_SYS(errno, "no socket");
    TRY(finish_connect(fd, (const struct sockaddr *)&a, sizeof(a), d));
    *out = fd_take(&fd);
    return OK;
}

static struct err connect_tcp(const struct client *c, struct deadline d, int *out)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *list = NULL;
    if (getaddrinfo(c->host, c->port, &hints, &list) != 0)
        return FAIL(ERR_PEER, "the peer's name is not known");
    struct err e = FAIL(ERR_PEER, "the peer has no address");
    for (const struct addrinfo *a = list; a != NULL && failed(e); a = a->ai_next) {
        SCOPED(fd) int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        int on = 1;
        if (fd < 0)
            continue;
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        e = finish_connect(fd, a->ai_addr, a->ai_addrlen, d);
        if (!failed(e))
            *out = fd_take(&fd);
    }
    freeaddrinfo(list);
    return e;
}

static struct err connect_now(struct client *c, struct deadline d)
{
    int fd = -1;
    TRY(c->is_unix ? connect_unix(c, d, &fd) : connect_tcp(c, d, &fd));
    return stream_client(c->tls, fd, c->host, &c->stream);
}

/* Waits until the stream can go on, or says why it cannot. */
static struct err go_on(struct client *c, enum stream_state s, struct deadline d)
{
    if (s == STREAM_WANTS_READ)
        return wait_for(stream_fd(c->stream), POLLIN, d);
    if (s == STREAM_WANTS_WRITE)
        return wait_for(stream_fd(c->stream), POLLOUT, d);
    if (stream_certificate_failed(c->stream))
        return FAIL(ERR_UNVERIFIED, "the server's certificate does not hold");
    return FAIL(ERR_PEER, "the peer closed the connection");
}

static struct err send_all(struct client *c, struct bytes data, struct deadline d)
{
    size_t done = 0;
    while (done < data.n) {
        size_t n = 0;
        enum stream_state s = stream_write(c->stream, bytes_of(data.p + done, data.n - done), &n);
        if (s == STREAM_DONE)
            done += n;
        else
            TRY(go_on(c, s, d));
    }
    return OK;
}

/* One more piece of the answer. *ended: the peer ended the stream properly. */
static struct err receive(struct client *c, struct deadline d, bool *ended)
{
    for (;;) {
        uint8_t *to;
        size_t n = 0;
        TRY(buf_space(&c->in, READ_STEP, &to));
        enum stream_state s = stream_read(c->stream, to, READ_STEP, &n);
        if (s == STREAM_DONE) {
            buf_commit(&c->in, n);
            return OK;
        }
        if (s == STREAM_CLOSED) {
            *ended = true;
            return OK;
        }
        TRY(go_on(c, s, d));
    }
}

static struct err receive_head(struct client *c, struct deadline d, struct http_response *r)
{
    for (;;) {
        bool complete = false;
        bool ended = false;
        if (c->in.n != 0)
            TRY(http_response_decode(buf_view(&c->in), r, &complete));
        if (complete && r->status / 100 != 1)
            return OK;
        if (complete) {
            buf_drop(&c->in, r->head_len);
            continue;
        }
        TRY(receive(c, d, &ended));
        if (ended)
            return FAIL(ERR_PEER, "the peer closed the connection before its answer");
    }
}

static struct err receive_body(struct client *c, struct deadline d, const struct http_response *r, bool is_head)
{
    bool last = is_head || r->status == 204 || r->status == 304;
    buf_drop(&c->in, r->head_len);
    /* Without a length only the end of the connection ends the body, and whoever is on the way can cause that. */
    if (!last && !r->chunked && !r->has_length)
        return FAIL(ERR_PEER, "an answer that does not say how long it is");
    while (!last) {
        size_t used = 0;
        bool ended = false;
        struct bytes unused;
        if (r->chunked) {
            TRY(http_chunk_decode(buf_view(&c->in), &c->body, &used, &last));
        } else {
            uint64_t missing = r->content_length - c->body.n;
            used = c->in.n < missing ? c->in.n : (size_t)missing;
            buf_add(&c->body, bytes_of(c->in.p, used));
            TRY(buf_end(&c->body, &unused));
            last = c->body.n == r->content_length;
        }
        buf_drop(&c->in, used);
        if (last)
            break;
        TRY(receive(c, d, &ended));
        if (ended)
            return FAIL(ERR_PEER, "the answer is cut");
    }
    return OK;
}

static void encode_request(const struct client *c, const char *method, const char *target,
                           const struct http_header *headers, struct bytes body, struct buf *out)
{
    char length[64];
    buf_text(out, method);
    buf_text(out, " ");
    buf_text(out, target);
    buf_text(out, " HTTP/1.1\r\nHost: ");
    bool is_v6 = !c->is_unix && strchr(c->host, ':') != NULL;
    buf_text(out, c->is_unix ? "localhost" : is_v6 ? "[" : "");
    buf_text(out, c->is_unix ? "" : c->host);
    buf_text(out, is_v6 ? "]" : "");
    if (!c->is_unix) {
        buf_text(out, ":");
        buf_text(out, c->port);
    }
    snprintf(length, sizeof(length), "\r\nContent-Length: %zu\r\n", body.n);
    buf_text(out, length);
    for (size_t i = 0; headers != NULL && headers[i].name.p != NULL; i++) {
        buf_add(out, headers[i].name);
        buf_text(out, ": ");
        buf_add(out, headers[i].value);
        buf_text(out, "\r\n");
    }
    buf_text(out, "\r\n");
    buf_add(out, body);
}

/* The headers that a reply names, kept for as long as the reply: the head's own bytes go when the body comes. */
static struct err keep_headers(struct client *c, const struct http_response *r, struct client_reply *out)
{
    struct bytes type = BYTES_EMPTY;
    struct bytes cookie = BYTES_EMPTY;
    if (failed(http_header_find(r->headers, r->header_count, "Content-Type", &type)))
        type = BYTES_EMPTY;
    for (size_t i = 0; i < r->header_count && cookie.n == 0; i++)
        if (failed(http_header_find(&r->headers[i], 1, "Set-Cookie", &cookie)))
            cookie = BYTES_EMPTY;
    const uint8_t *semi = memchr(cookie.p, ';', cookie.n);
    if (semi != NULL)
        cookie.n = (size_t)(semi - cookie.p);
    buf_clear(&c->kept);
    buf_init(&c->kept, REPLY_HEAD_MAX);
    buf_add(&c->kept, type);
    buf_add(&c->kept, cookie);
    struct bytes kept;
    TRY(buf_end(&c->kept, &kept));
    out->content_type = bytes_of(kept.p, type.n);
    out->set_cookie = bytes_of(kept.p + type.n, cookie.n);
    return OK;
}

static struct err take_reply(struct client *c, struct deadline d, const struct http_response *r, bool is_head,
                             struct client_reply *out)
{
    out->status = r->status;
    TRY(keep_headers(c, r, out));
    TRY(receive_body(c, d, r, is_head));
    out->body = buf_view(&c->body);
    return OK;
}

static struct err ask(struct client *c, struct bytes request, struct deadline d, struct http_response *r)
{
    if (c->stream == NULL)
        TRY(connect_now(c, d));
    TRY(send_all(c, request, d));
    return receive_head(c, d, r);
}

struct err client_exchange(struct client *c, const char *method, const char *target, const struct http_header *headers,
                           struct bytes body, size_t body_max, int deadline_ms, struct client_reply *out)
{
    struct deadline d = {.at_ms = now_ms() + deadline_ms};
    struct http_response r = {0};
    struct client_reply reply = {0};
    struct bytes text;
    SCOPED(buf) struct buf request;
    buf_init(&request, body.n + REPLY_HEAD_MAX);
    encode_request(c, method, target, headers, body, &request);
    TRY(buf_end(&request, &text));
    buf_clear(&c->in);
    buf_clear(&c->body);
    buf_init(&c->in, REPLY_HEAD_MAX + body_max + READ_STEP);
    buf_init(&c->body, body_max);
    bool kept = c->stream != NULL;
    struct err e = ask(c, text, d, &r);
    /* A kept connection that the peer closed meanwhile: once more on a new one, if no byte of an answer came. */
    if (e.code == ERR_PEER && kept && c->in.n == 0) {
        disconnect(c);
        e = ask(c, text, d, &r);
    }
    if (!failed(e))
        e = take_reply(c, d, &r, strcmp(method, "HEAD") == 0, &reply);
    /* Bytes behind the answer would be taken for the answer to the next request. */
    if (failed(e) || !r.keep_alive || c->in.n != 0)
        disconnect(c);
    if (failed(e))
        return e;
    *out = reply;
    return OK;
}
