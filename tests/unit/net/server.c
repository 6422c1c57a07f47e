/* proves: R4 M-TLS M-SBX T-GST-04 */
/*
 * The server against raw peers: server and peers run in this process on one loop, so that nothing here depends on
 * timing beyond "it was closed".
 */
#include "net/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"

#define ROUNDS_MAX 4000

struct fixture {
    struct loop *l;
    struct server *s;
    uint16_t port;
    struct exchange *held; /* an exchange whose answer comes later */
    int served;
    char log[512]; /* paths and bodies in the order of arrival */
};

static void on_request(void *context, struct exchange *x, const struct http_request *r, struct bytes body)
{
    struct fixture *f = context;
    static uint8_t big[3 << 20];
    size_t n = strlen(f->log);
    f->served++;
    snprintf(f->log + n, sizeof(f->log) - n, "%.*s:%.*s;", (int)r->path.n, (const char *)r->path.p, (int)body.n,
             (const char *)body.p);
    if (bytes_is(r->path, "/later"))
        f->held = x;
    else if (bytes_is(r->path, "/big"))
        server_answer(x, 200, NULL, NULL, BYTES_OF(big));
    else if (bytes_is(r->path, "/peer"))
        server_answer(x, 200, "text/plain", NULL, exchange_peer(x));
    else
        server_answer(x, 200, "text/plain", NULL, body);
}

static const struct server_limits usual = {
    .body_max = 64, .connections_max = 100, .per_peer_max = 100, .head_ms = 300, .request_ms = 300, .idle_ms = 60000};

static void open_server(struct fixture *f, const struct server_limits *limits)
{
    int fd;
    *f = (struct fixture){0};
    assert_ok(loop_new(&f->l));
    assert_ok(server_listen_tcp("127.0.0.1:0", &fd, &f->port));
    assert_ok(server_new(f->l, &fd, 1, NULL, limits, on_request, f, &f->s));
}

static void close_server(struct fixture *f)
{
    server_free(f->s);
    loop_free(f->l);
}

static int dial(const struct fixture *f)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(f->port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof(to)), 0);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return fd;
}

static void say(int fd, struct bytes text)
{
    assert_int_equal(send(fd, text.p, text.n, MSG_NOSIGNAL), text.n);
}

/* Serve until the peer's end has `want` in its input or is closed. Returns whether it is closed. */
static bool hear(struct fixture *f, int fd, const char *want, char *out, size_t room)
{
    size_t n = strlen(out);
    for (int i = 0; i < ROUNDS_MAX; i++) {
        ssize_t got = recv(fd, out + n, room - 1 - n, 0);
        if (got == 0 || (got < 0 && errno != EAGAIN))
            return true;
        n += got > 0 ? (size_t)got : 0;
        out[n] = '\0';
        if (want != NULL && strstr(out, want) != NULL)
            return false;
        assert_ok(loop_once(f->l, 10));
    }
    fail_msg("row '%s': neither '%s' nor the end came", check_row, want == NULL ? "" : want);
    return true;
}

/* One connection: everything is sent, then heard until it is closed. */
static void talk(struct fixture *f, struct bytes text, char *out, size_t room)
{
    int fd = dial(f);
    out[0] = '\0';
    say(fd, text);
    assert_true(hear(f, fd, NULL, out, room));
    close(fd);
}

/* A connection that was refused is read on for a while, until its peer has closed too. */
static void wait_until_empty(struct fixture *f)
{
    for (int i = 0; i < ROUNDS_MAX && server_connections(f->s) != 0; i++)
        assert_ok(loop_once(f->l, 10));
    assert_int_equal(server_connections(f->s), 0);
}

#define POST "POST /x HTTP/1.1\r\nHost: a\r\n"

static void refuses_and_closes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *text;
        const char *want;
    } rows[] = {
        {"both framings", POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "HTTP/1.1 400 "},
        {"two lengths", POST "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "HTTP/1.1 400 "},
        {"hidden second request", POST "Content-Length : 5\r\n\r\nGET /hidden HTTP/1.1\r\nHost: a\r\n\r\n",
         "HTTP/1.1 400 "},
        {"unknown coding", POST "Transfer-Encoding: x\r\n\r\nGET /hidden HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400 "},
        {"bad chunk", POST "Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n", "HTTP/1.1 400 "},
        {"garbage behind a chunk", POST "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n0\r\n\r\n", "HTTP/1.1 400 "},
        {"body over the limit", POST "Content-Length: 65\r\n\r\n", "HTTP/1.1 413 "},
        {"chunks over the limit", POST "Transfer-Encoding: chunked\r\n\r\n41\r\n", "HTTP/1.1 413 "},
        {"over the limit, with 100", POST "Expect: 100-continue\r\nContent-Length: 65\r\n\r\n", "HTTP/1.1 413 "},
        {"other version", "GET /x HTTP/9.9\r\nHost: a\r\n\r\n", "HTTP/1.1 505 "},
        {"bare LF", "GET /x HTTP/1.1\nHost: a\n\n", "HTTP/1.1 400 "},
    };
    struct fixture f;
    open_server(&f, &usual);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].name);
        char out[2048];
        talk(&f, bytes_of_text(rows[i].text), out, sizeof(out));
        assert_ptr_equal(strstr(out, rows[i].want), out);
        assert_non_null(strstr(out, "\r\nconnection: close\r\n"));
        assert_null(strstr(out + 1, "HTTP/1.1 ")); /* one answer, nothing behind it */
    }
    assert_int_equal(f.served, 0);
    wait_until_empty(&f);
    close_server(&f);
}

static void refuses_a_head_over_the_bound(void **state)
{
    (void)state;
    static char text[HTTP_HEAD_MAX + 2];
    struct fixture f;
    open_server(&f, &usual);
    char out[2048];
    memset(text, 'a', sizeof(text));
    memcpy(text, "GET /", 5);
    talk(&f, bytes_of(text, sizeof(text) - 1), out, sizeof(out));
    assert_ptr_equal(strstr(out, "HTTP/1.1 431 "), out);
    close_server(&f);
}

/* Sends a byte per round: each would have restarted a deadline that is not absolute. */
static void drip(struct fixture *f, const char *start, const char *want)
{
    char out[2048] = "";
    int fd = dial(f);
    say(fd, bytes_of_text(start));
    bool closed = false;
    for (int i = 0; i < ROUNDS_MAX && !closed; i++) {
        send(fd, "a", 1, MSG_NOSIGNAL);
        assert_ok(loop_once(f->l, 10));
        usleep(1000);
        size_t n = strlen(out);
        ssize_t got = recv(fd, out + n, sizeof(out) - 1 - n, 0);
        closed = got == 0 || (got < 0 && errno != EAGAIN);
        if (got > 0)
            out[n + (size_t)got] = '\0';
    }
    assert_true(closed);
    assert_ptr_equal(strstr(out, want), out);
    close(fd);
}

static void cuts_slow_peers(void **state)
{
    (void)state;
    struct server_limits limits = usual;
    limits.body_max = 1 * MIB;
    limits.idle_ms = 200;
    struct fixture f;
    open_server(&f, &limits);
    ROW("slow request line");
    drip(&f, "GET /", "HTTP/1.1 408 ");
    ROW("slow header");
    drip(&f, "GET / HTTP/1.1\r\nHost: a\r\nx: ", "HTTP/1.1 408 ");
    ROW("slow body");
    drip(&f, POST "Content-Length: 100000\r\n\r\n", "HTTP/1.1 408 ");
    ROW("silent from the start");
    char out[64] = "";
    int fd = dial(&f);
    assert_true(hear(&f, fd, NULL, out, sizeof(out)));
    assert_string_equal(out, "");
    close(fd);
    ROW("silent between requests");
    char reply[512] = "";
    fd = dial(&f);
    say(fd, BYTES_LIT("GET /x HTTP/1.1\r\nHost: a\r\n\r\n"));
    assert_true(hear(&f, fd, NULL, reply, sizeof(reply)));
    assert_ptr_equal(strstr(reply, "HTTP/1.1 200 "), reply);
    assert_null(strstr(reply, " 408 "));
    close(fd);
    wait_until_empty(&f);
    close_server(&f);
}

static void answers_pipelined_requests_in_order(void **state)
{
    (void)state;
    struct fixture f;
    open_server(&f, &usual);
    char out[8192];
    talk(&f,
         BYTES_LIT("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\ntwo"
                   "POST /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nthree\r\n0\r\n\r\n"
                   "HEAD /4 HTTP/1.1\r\nHost: a\r\n\r\nGET /5 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                   "GET /never HTTP/1.1\r\nHost: a\r\n\r\n"),
         out, sizeof(out));
    assert_string_equal(f.log, "/1:;/2:two;/3:three;/4:;/5:;");
    const char *two = strstr(out, "\r\n\r\ntwo");
    const char *three = strstr(out, "\r\n\r\nthree");
    assert_true(two != NULL && three != NULL && two < three);
    int answers = 0;
    for (const char *at = out; (at = strstr(at, "HTTP/1.1 200 OK")) != NULL; at++)
        answers++;
    assert_int_equal(answers, 5);
    assert_null(strstr(out, "erver: "));
    close_server(&f);
}

static void a_thousand_pipelined_requests_need_no_stack(void **state)
{
    (void)state;
    static char text[60000];
    static char out[200000];
    struct fixture f;
    open_server(&f, &usual);
    size_t n = 0;
    for (int i = 0; i < 1500; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n",
                              i == 1499 ? "Connection: close\r\n" : "");
    talk(&f, bytes_of(text, n), out, sizeof(out));
    assert_int_equal(f.served, 1500);
    close_server(&f);
}

static void byte_by_byte_is_the_same_request(void **state)
{
    (void)state;
    struct server_limits limits = usual;
    limits.head_ms = limits.request_ms = 60000;
    struct fixture f;
    open_server(&f, &limits);
    struct bytes text = BYTES_LIT("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde"
                                  "\r\n0\r\n\r\nGET /y HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    char out[2048] = "";
    int fd = dial(&f);
    for (size_t i = 0; i < text.n; i++) {
        say(fd, bytes_of(text.p + i, 1));
        assert_ok(loop_once(f.l, 0));
    }
    assert_true(hear(&f, fd, NULL, out, sizeof(out)));
    close(fd);
    assert_string_equal(f.log, "/x:abcde;/y:;");
    close_server(&f);
}

static void continues_when_asked(void **state)
{
    (void)state;
    struct fixture f;
    open_server(&f, &usual);
    char out[1024] = "";
    int fd = dial(&f);
    say(fd, BYTES_LIT(POST "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
    assert_false(hear(&f, fd, "HTTP/1.1 100 Continue\r\n\r\n", out, sizeof(out)));
    assert_int_equal(f.served, 0);
    out[0] = '\0';
    say(fd, BYTES_LIT("ok"));
    assert_false(hear(&f, fd, "\r\n\r\nok", out, sizeof(out)));
    assert_string_equal(f.log, "/x:ok;");
    close(fd);
    close_server(&f);
}

static void an_answer_may_come_later(void **state)
{
    (void)state;
    struct fixture f;
    open_server(&f, &usual);
    char out[1024] = "";
    int fd = dial(&f);
    say(fd, BYTES_LIT("GET /later HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n"));
    for (int i = 0; i < 20 && f.held == NULL; i++)
        assert_ok(loop_once(f.l, 100));
    say(fd, BYTES_LIT("GET /third HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    for (int i = 0; i < 5; i++)
        assert_ok(loop_once(f.l, 0));
    assert_string_equal(f.log, "/later:;"); /* one at a time */
    server_answer(f.held, 404, NULL,
                  (const struct http_header[]){{BYTES_LIT("X-A"), BYTES_LIT("b")}, {{NULL, 0}, {NULL, 0}}},
                  BYTES_LIT("late"));
    assert_true(hear(&f, fd, NULL, out, sizeof(out)));
    assert_ptr_equal(strstr(out, "HTTP/1.1 404 Not Found\r\n"), out);
    assert_non_null(strstr(out, "X-A: b\r\n"));
    assert_string_equal(f.log, "/later:;/next:;/third:;");
    close(fd);
    close_server(&f);
}

static void a_peer_or_a_server_may_leave_before_the_answer(void **state)
{
    (void)state;
    struct fixture f;
    open_server(&f, &usual);
    for (int round = 0; round < 3; round++) {
        int fd = dial(&f);
        say(fd, BYTES_LIT("GET /later HTTP/1.1\r\nHost: a\r\n\r\n"));
        f.held = NULL;
        for (int i = 0; i < 20 && f.held == NULL; i++)
            assert_ok(loop_once(f.l, 100));
        assert_non_null(f.held);
        if (round == 0)
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger)); /* a reset */
        if (round == 2)
            server_free(f.s);
        close(fd);
        for (int i = 0; i < 5; i++)
            assert_ok(loop_once(f.l, 0));
        server_answer(f.held, 200, NULL, NULL, BYTES_LIT("nobody is there"));
        for (int i = 0; i < 5; i++)
            assert_ok(loop_once(f.l, 0));
    }
    loop_free(f.l);
}

static void a_peer_that_does_not_read_is_waited_for(void **state)
{
    (void)state;
    struct fixture f;
    open_server(&f, &usual);
    static char out[4 << 20];
    out[0] = '\0';
    int fd = dial(&f);
    say(fd, BYTES_LIT("GET /big HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    for (int i = 0; i < 20; i++)
        assert_ok(loop_once(f.l, 1));
    size_t n = 0;
    for (int i = 0; i < ROUNDS_MAX; i++) {
        ssize_t got = recv(fd, out, sizeof(out), 0);
        if (got == 0)
            break;
        n += got > 0 ? (size_t)got : 0;
        assert_ok(loop_once(f.l, 1));
    }
    assert_true(n > 3 << 20);
    assert_int_equal(server_connections(f.s), 0);
    close(fd);
    close_server(&f);
}

static void limits_connections(void **state)
{
    (void)state;
    struct server_limits limits = usual;
    limits.per_peer_max = 2;
    limits.head_ms = 60000;
    struct fixture f;
    open_server(&f, &limits);
    int kept[2] = {dial(&f), dial(&f)};
    char out[256] = "";
    for (int i = 0; i < 5; i++)
        assert_ok(loop_once(f.l, 0));
    assert_int_equal(server_connections(f.s), 2);
    int third = dial(&f);
    assert_true(hear(&f, third, NULL, out, sizeof(out)));
    close(third);
    close(kept[0]);
    for (int i = 0; i < 20 && server_connections(f.s) == 2; i++)
        assert_ok(loop_once(f.l, 50));
    int fourth = dial(&f);
    say(fourth, BYTES_LIT("GET /peer HTTP/1.1\r\nHost: a\r\n\r\n"));
    assert_false(hear(&f, fourth, "\r\n\r\n127.0.0.1", out, sizeof(out)));
    close(kept[1]);
    close(fourth);
    close_server(&f);
}

static void limits_the_rate_of_a_peer(void **state)
{
    (void)state;
    struct server_limits limits = usual;
    limits.rate_per_sec = 1;
    struct fixture f;
    open_server(&f, &limits);
    char out[1024];
    int refused = 0;
    for (int i = 0; i < 13; i++) {
        talk(&f, BYTES_LIT("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), out, sizeof(out));
        refused += strncmp(out, "HTTP/1.1 429 ", 13) == 0;
    }
    assert_true(refused >= 1 && refused <= 3); /* bursts of ten */
    close_server(&f);
}

static void no_descriptor_left_is_no_busy_loop(void **state)
{
    (void)state;
    struct fixture f;
    struct rlimit before;
    open_server(&f, &usual);
    int fd = dial(&f);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    struct rlimit none = {(rlim_t)fd + 1, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_ok(loop_once(f.l, 50));
    int again = 0;
    struct pollfd p = {.fd = fd, .events = POLLIN};
    for (int i = 0; i < 3; i++)
        again += failed(loop_once(f.l, 0));
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(again, 0);
    assert_int_equal(poll(&p, 1, 0), 0);
    char out[512] = "";
    say(fd, BYTES_LIT("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    assert_false(hear(&f, fd, "\r\n\r\n", out, sizeof(out)));
    close(fd);
    close_server(&f);
}

static void drains(void **state)
{
    (void)state;
    struct fixture f;
    open_server(&f, &usual);
    char out[512] = "";
    int idle = dial(&f);
    int busy = dial(&f);
    say(busy, BYTES_LIT("GET /later HTTP/1.1\r\nHost: a\r\n\r\n"));
    for (int i = 0; i < 20 && f.held == NULL; i++)
        assert_ok(loop_once(f.l, 100));
    server_drain(f.s);
    assert_true(hear(&f, idle, NULL, out, sizeof(out)));
    assert_int_equal(server_connections(f.s), 1);
    server_answer(f.held, 200, NULL, NULL, BYTES_EMPTY);
    out[0] = '\0';
    assert_true(hear(&f, busy, NULL, out, sizeof(out)));
    assert_non_null(strstr(out, "connection: close\r\n"));
    assert_int_equal(server_connections(f.s), 0);
    close(idle);
    close(busy);
    close_server(&f);
}

static void listens_on_a_unix_socket(void **state)
{
    (void)state;
    struct fixture f = {0};
    char path[64];
    int fd;
    snprintf(path, sizeof(path), "/tmp/casemate-server-%d", (int)getpid());
    assert_ok(server_listen_unix(path, &fd));
    close(fd);
    assert_ok(server_listen_unix(path, &fd)); /* an old socket is replaced */
    assert_ok(loop_new(&f.l));
    assert_ok(server_new(f.l, &fd, 1, NULL, &usual, on_request, &f, &f.s));
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    memcpy(to.sun_path, path, strlen(path));
    int peer = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(connect(peer, (const struct sockaddr *)&to, sizeof(to)), 0);
    assert_int_equal(fcntl(peer, F_SETFL, O_NONBLOCK), 0);
    char out[512] = "";
    say(peer, BYTES_LIT("GET /peer HTTP/1.1\r\nHost: a\r\n\r\n"));
    assert_false(hear(&f, peer, "\r\n\r\nunix", out, sizeof(out)));
    close(peer);
    close_server(&f);
    unlink(path);
}

static void refuses_malformed_addresses(void **state)
{
    (void)state;
    static const char *const bad[] = {"",        "8443",        ":8443",        "localhost:8443", "127.0.0.1",
                                      "1.2.3:4", "::1:8443",    "[::1:8443",    "127.0.0.1:",     "127.0.0.1:65536",
                                      "[]:1",    "127.0.0.1:x", "127.0.0.1:-1", "127.0.0.1: 1"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ROW(bad[i]);
        int fd = -7;
        assert_code(server_listen_tcp(bad[i], &fd, NULL), ERR_FORMAT);
        assert_int_equal(fd, -7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_and_closes),
        cmocka_unit_test(refuses_a_head_over_the_bound),
        cmocka_unit_test(cuts_slow_peers),
        cmocka_unit_test(limits_connections),
        cmocka_unit_test(limits_the_rate_of_a_peer),
        cmocka_unit_test(refuses_malformed_addresses),
        cmocka_unit_test(answers_pipelined_requests_in_order),
        cmocka_unit_test(a_thousand_pipelined_requests_need_no_stack),
        cmocka_unit_test(byte_by_byte_is_the_same_request),
        cmocka_unit_test(continues_when_asked),
        cmocka_unit_test(an_answer_may_come_later),
        cmocka_unit_test(a_peer_or_a_server_may_leave_before_the_answer),
        cmocka_unit_test(a_peer_that_does_not_read_is_waited_for),
        cmocka_unit_test(no_descriptor_left_is_no_busy_loop),
        cmocka_unit_test(drains),
        cmocka_unit_test(listens_on_a_unix_socket),
    };
    return cmocka_run_group_tests_name("net/server", tests, NULL, NULL);
}
