/* proves: R15 M-TLS T-SEC-08 */
/* The client against servers that misbehave: each is a child that plays one script per connection. */
#include "net/client.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "crypto/x509.h"
#include "net/server.h"

struct peer {
    pid_t pid;
    uint16_t port;
};

/* A server whose n-th connection sends replies[n] after it has read something, and then closes (or hangs). */
static struct peer play(const char *const *replies, bool hangs)
{
    struct peer p = {0};
    int fd;
    assert_ok(server_listen_tcp("127.0.0.1:0", &fd, &p.port));
    assert_int_equal(fcntl(fd, F_SETFL, 0), 0);
    p.pid = fork();
    if (p.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* nothing outlives a failed test */
        for (; *replies != NULL; replies++) {
            char request[4096];
            int c = accept(fd, NULL, NULL);
            if (read(c, request, sizeof(request)) <= 0 || write(c, *replies, strlen(*replies)) < 0)
                _exit(1);
            if (hangs)
                pause();
            close(c);
        }
        _exit(0);
    }
    close(fd);
    return p;
}

static void stop(struct peer *p)
{
    kill(p->pid, SIGKILL);
    waitpid(p->pid, NULL, 0);
}

static struct client *dial(uint16_t port, const char *host, struct tls_client *tls)
{
    char url[300];
    struct client *c = NULL;
    snprintf(url, sizeof(url), "%s://%s:%u/", tls != NULL ? "https" : "http", host, port);
    assert_ok(client_open(bytes_of_text(url), tls, tls == NULL, &c));
    return c;
}

static void refuses_malformed_urls(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "host",
                                      "ftp://host",
                                      "http://",
                                      "http://:80",
                                      "http://host:",
                                      "http://host:x",
                                      "http://host:80x",
                                      "http://host:123456789",
                                      "http://user@host",
                                      "http://host/path",
                                      "http://host?x",
                                      "http://host#x",
                                      "http://ho st",
                                      "http://host\r\nX: y",
                                      "http://host\\x",
                                      "http://h\xc3\xa9",
                                      "unix:"};
    struct client *c = NULL;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ROW(bad[i]);
        assert_code(client_open(bytes_of_text(bad[i]), NULL, true, &c), ERR_FORMAT);
        assert_null(c);
    }
    assert_code(client_open(BYTES_LIT("http://h\0ost"), NULL, true, &c), ERR_FORMAT);
    assert_code(client_open(BYTES_LIT("http://host"), NULL, false, &c), ERR_DENIED);
    assert_code(client_open(BYTES_LIT("https://host"), NULL, true, &c), ERR_DENIED);
    char longer[400] = "http://";
    memset(longer + 7, 'a', 300);
    assert_code(client_open(bytes_of_text(longer), NULL, true, &c), ERR_FORMAT);
    assert_null(c);
    client_close(NULL);
}

static void refuses_answers_that_are_cut_or_malformed(void **state)
{
    (void)state;
    static const struct {
        const char *reply;
        enum err_code want;
    } rows[] = {
        {"", ERR_PEER},
        {"HTTP/1.1 200 OK\r\n", ERR_PEER},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", ERR_PEER},
        {"HTTP/1.1 200 OK\r\n\r\nno length", ERR_PEER},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", ERR_PEER},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n0\r\n\r\n", ERR_FORMAT},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello", ERR_FORMAT},
        {"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n12345678901", ERR_LIMIT},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nB\r\n12345678901\r\n0\r\n\r\n", ERR_LIMIT},
        {"\x15\x03\x03\x00\x02\x02\x46", ERR_PEER},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].reply);
        struct peer p = play((const char *const[]){rows[i].reply, NULL}, false);
        struct client *c = dial(p.port, "127.0.0.1", NULL);
        struct client_reply reply = {.status = 7};
        assert_code(client_exchange(c, "GET", "/", NULL, BYTES_EMPTY, 10, 5000, &reply), rows[i].want);
        assert_int_equal(reply.status, 7);
        client_close(c);
        stop(&p);
    }
}

static void the_deadline_is_absolute(void **state)
{
    (void)state;
    static const char *const starts[] = {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe"};
    for (size_t i = 0; i < 3; i++) {
        ROW(starts[i]);
        struct peer p = play((const char *const[]){starts[i], NULL}, true);
        struct client *c = dial(p.port, "127.0.0.1", NULL);
        struct client_reply reply;
        assert_code(client_exchange(c, "GET", "/", NULL, BYTES_EMPTY, 10, 150, &reply), ERR_STALE);
        client_close(c);
        stop(&p);
    }
}

static void says_when_nobody_is_there(void **state)
{
    (void)state;
    int fd;
    uint16_t port;
    struct client_reply reply;
    struct client *c = NULL;
    assert_ok(server_listen_tcp("127.0.0.1:0", &fd, &port));
    close(fd);
    c = dial(port, "127.0.0.1", NULL);
    assert_code(client_exchange(c, "GET", "/", NULL, BYTES_EMPTY, 10, 5000, &reply), ERR_PEER);
    client_close(c);
    assert_ok(client_open(BYTES_LIT("unix:/tmp/casemate-no-such-socket"), NULL, false, &c));
    assert_code(client_exchange(c, "GET", "/", NULL, BYTES_EMPTY, 10, 5000, &reply), ERR_PEER);
    client_close(c);
}

#define REPLY(body_) "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" body_

/* Once more on a new connection, never twice, and never after a byte of an answer. */
static void connects_again_once(void **state)
{
    (void)state;
    struct client_reply reply;
    struct peer p =
        play((const char *const[]){REPLY("c1"), REPLY("c2"), "", "", "HTTP/1.1 2", REPLY("c6"), NULL}, false);
    struct client *c = dial(p.port, "127.0.0.1", NULL);
    assert_ok(client_exchange(c, "GET", "/", NULL, BYTES_EMPTY, 10, 5000, &reply));
    assert_text(reply.body, "c1");
    assert_ok(client_exchange(c, "GET", "/", NULL, BYTES_EMPTY, 10, 5000, &reply));
    assert_text(reply.body, "c2"); /* the first was closed behind its answer */
    assert_code(client_exchange(c, "GET", "/", NULL, BYTES_EMPTY, 10, 5000, &reply), ERR_PEER);
    assert_code(client_exchange(c, "GET", "/", NULL, BYTES_EMPTY, 10, 5000, &reply), ERR_PEER);
    assert_code(client_exchange(c, "GET", "/", NULL, BYTES_EMPTY, 10, 5000, &reply), ERR_PEER);
    assert_ok(client_exchange(c, "GET", "/", NULL, BYTES_EMPTY, 10, 5000, &reply));
    assert_text(reply.body, "c6");
    client_close(c);
    stop(&p);
}

static void bytes_behind_an_answer_are_no_next_answer(void **state)
{
    (void)state;
    struct client_reply reply;
    struct peer p = play((const char *const[]){REPLY("ok") REPLY("no"), REPLY("c2"), NULL}, false);
    struct client *c = dial(p.port, "127.0.0.1", NULL);
    assert_ok(client_exchange(c, "GET", "/", NULL, BYTES_EMPTY, 10, 5000, &reply));
    assert_text(reply.body, "ok");
    assert_ok(client_exchange(c, "GET", "/", NULL, BYTES_EMPTY, 10, 5000, &reply));
    assert_text(reply.body, "c2");
    client_close(c);
    stop(&p);
}

static void takes_every_legal_answer(void **state)
{
    (void)state;
    static const struct {
        const char *method;
        const char *reply;
        int status;
        const char *body;
        const char *cookie;
    } rows[] = {
        {"GET", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nA: b\r\n\r\n" REPLY("ok"), 200, "ok", ""},
        {"GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", 200, "abc", ""},
        {"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n", 200, "", ""},
        {"GET", "HTTP/1.1 204 No Content\r\n\r\n", 204, "", ""},
        {"GET", "HTTP/1.1 401 \r\nSet-Cookie: s=1; Path=/\r\nSet-Cookie: t=2\r\nContent-Length: 0\r\n\r\n", 401, "",
         "s=1"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].reply);
        struct peer p = play((const char *const[]){rows[i].reply, NULL}, false);
        struct client *c = dial(p.port, "127.0.0.1", NULL);
        struct client_reply reply;
        assert_ok(client_exchange(c, rows[i].method, "/", NULL, BYTES_EMPTY, 10, 5000, &reply));
        assert_int_equal(reply.status, rows[i].status);
        assert_text(reply.body, rows[i].body);
        assert_text(reply.set_cookie, rows[i].cookie);
        client_close(c);
        stop(&p);
    }
}

/* From here on with TLS. */

struct identity {
    struct key *key;
    struct secret pem;
    struct buf cert;
};

static void make_identity(struct identity *i, const char *name, int64_t at_sec)
{
    assert_ok(key_generate(KEY_EC_P256, &i->key));
    assert_ok(key_pem_private(i->key, &i->pem));
    buf_init(&i->cert, 64 * KIB);
    assert_ok(cert_self_signed(i->key, (const char *const[]){name}, 1, at_sec, 1, &i->cert));
}

static void clear_identity(struct identity *i)
{
    key_free(i->key);
    secret_clear(&i->pem);
    buf_clear(&i->cert);
}

static void answer(void *context, struct exchange *x, const struct http_request *r, struct bytes body)
{
    (void)context;
    (void)r;
    server_answer(x, 200, NULL, NULL, body);
}

static const struct server_limits limits = {.body_max = 1000,
                                            .connections_max = 2000,
                                            .per_peer_max = 2000,
                                            .head_ms = 30000,
                                            .request_ms = 30000,
                                            .idle_ms = 30000};

static struct peer serve(const struct identity *id)
{
    struct peer p = {0};
    struct tls_server *tls = NULL;
    int fd;
    assert_ok(server_listen_tcp("127.0.0.1:0", &fd, &p.port));
    assert_ok(tls_server_new(buf_view(&id->cert), &id->pem, false, &tls));
    p.pid = fork();
    if (p.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* nothing outlives a failed test */
        struct loop *l;
        struct server *s;
        if (failed(loop_new(&l)) || failed(server_new(l, &fd, 1, tls, &limits, answer, NULL, &s)) ||
            failed(loop_run(l)))
            _exit(1);
        _exit(0);
    }
    close(fd);
    tls_server_free(tls);
    return p;
}

static void trusts_only_what_it_was_given(void **state)
{
    (void)state;
    const int64_t now = time(NULL);
    static const struct {
        const char *name;
        const char *cert_for;
        const char *asked;
        int64_t made_at;
        bool is_pinned;
        enum err_code want;
    } rows[] = {
        {"address", "127.0.0.1", "127.0.0.1", 0, true, ERR_OK},
        {"name", "localhost", "localhost", 0, true, ERR_OK},
        {"another certificate of that name", "127.0.0.1", "127.0.0.1", 0, false, ERR_UNVERIFIED},
        {"another address", "127.0.0.9", "127.0.0.1", 0, true, ERR_UNVERIFIED},
        {"name in place of address", "localhost", "127.0.0.1", 0, true, ERR_UNVERIFIED},
        {"another name", "localhost.example", "localhost", 0, true, ERR_UNVERIFIED},
        {"expired", "127.0.0.1", "127.0.0.1", -3 * 86400, true, ERR_UNVERIFIED},
        {"not yet valid", "127.0.0.1", "127.0.0.1", 3 * 86400, true, ERR_UNVERIFIED},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].name);
        struct identity id = {0};
        struct identity other = {0};
        struct tls_client *tls = NULL;
        struct client_reply reply;
        make_identity(&id, rows[i].cert_for, now + rows[i].made_at);
        make_identity(&other, rows[i].cert_for, now);
        struct peer p = serve(&id);
        assert_ok(tls_client_new(buf_view(rows[i].is_pinned ? &id.cert : &other.cert), &tls));
        struct client *c = dial(p.port, rows[i].asked, tls);
        assert_code(client_exchange(c, "POST", "/", NULL, BYTES_LIT("hi"), 10, 5000, &reply), rows[i].want);
        client_close(c);
        tls_client_free(tls);
        stop(&p);
        clear_identity(&id);
        clear_identity(&other);
    }
}

static void refuses_contexts_that_do_not_fit(void **state)
{
    (void)state;
    static const char locked[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n"
                                 "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,"
                                 "00000000000000000000000000000000\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    struct identity id = {0};
    struct identity other = {0};
    struct tls_server *server = NULL;
    struct tls_client *client = NULL;
    SCOPED(secret) struct secret no_key = {0};
    SCOPED(buf) struct buf broken;
    make_identity(&id, "a", time(NULL));
    make_identity(&other, "a", time(NULL));
    assert_ok(secret_copy(bytes_of_text(locked), &no_key));
    buf_init(&broken, 64 * KIB);
    buf_add(&broken, buf_view(&id.cert));
    buf_text(&broken, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    assert_code(tls_server_new(buf_view(&id.cert), &other.pem, false, &server), ERR_FORMAT);
    assert_code(tls_server_new(buf_view(&id.cert), &no_key, false, &server), ERR_FORMAT);
    assert_code(tls_server_new(BYTES_EMPTY, &id.pem, false, &server), ERR_FORMAT);
    assert_code(tls_server_new(buf_view(&broken), &id.pem, false, &server), ERR_FORMAT);
    assert_code(tls_client_new(BYTES_LIT("nonsense"), &client), ERR_FORMAT);
    assert_code(tls_client_new(buf_view(&broken), &client), ERR_FORMAT);
    assert_null(server);
    assert_null(client);
    clear_identity(&id);
    clear_identity(&other);
}

/* OpenSSL 3.0 itself keeps 13.4 KiB for a connection: 7.4 the object, 2.2 the ciphers, the rest session and keys. */
#define IDLE_COUNT    200
#define IDLE_COST_MAX (15 * 1024)

/* The peers of the next test, in a process of their own: connect, ask once, stay. */
static void stay_connected(const struct identity *id, uint16_t port)
{
    struct tls_client *tls = NULL;
    struct client_reply reply;
    if (failed(tls_client_new(buf_view(&id->cert), &tls)))
        _exit(1);
    for (int i = 0; i < IDLE_COUNT; i++) {
        struct client *c = dial(port, "127.0.0.1", tls);
        if (failed(client_exchange(c, "POST", "/", NULL, BYTES_LIT("hi"), 10, 20000, &reply)))
            _exit(1);
    }
    pause();
    _exit(0);
}

static int served;

static void count_and_answer(void *context, struct exchange *x, const struct http_request *r, struct bytes body)
{
    served++;
    answer(context, x, r, body);
}

static void an_idle_connection_costs_little(void **state)
{
    (void)state;
#if defined(__SANITIZE_ADDRESS__)
    print_message("the sanitizer's allocator counts otherwise\n");
    skip();
#endif
    struct identity id = {0};
    struct loop *l;
    struct server *s;
    struct tls_server *tls;
    uint16_t port;
    int fd;
    make_identity(&id, "127.0.0.1", time(NULL));
    assert_ok(loop_new(&l));
    assert_ok(server_listen_tcp("127.0.0.1:0", &fd, &port));
    assert_ok(tls_server_new(buf_view(&id.cert), &id.pem, false, &tls));
    assert_ok(server_new(l, &fd, 1, tls, &limits, count_and_answer, NULL, &s));
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        stay_connected(&id, port);
    }
    size_t before = 0;
    for (int i = 0; i < 20000 && served < IDLE_COUNT; i++) {
        assert_ok(loop_once(l, 100));
        if (served == 1 && before == 0)
            before = mallinfo2().uordblks + mallinfo2().hblkhd; /* what is made once stands now */
    }
    assert_int_equal(served, IDLE_COUNT);
    assert_ok(loop_once(l, 50));
    size_t each = (mallinfo2().uordblks + mallinfo2().hblkhd - before) / (IDLE_COUNT - 1);
    print_message("an idle TLS connection costs %zu bytes\n", each);
    assert_in_range(each, 1, IDLE_COST_MAX);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    server_free(s);
    tls_server_free(tls);
    loop_free(l);
    clear_identity(&id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_malformed_urls),
        cmocka_unit_test(refuses_answers_that_are_cut_or_malformed),
        cmocka_unit_test(the_deadline_is_absolute),
        cmocka_unit_test(says_when_nobody_is_there),
        cmocka_unit_test(connects_again_once),
        cmocka_unit_test(bytes_behind_an_answer_are_no_next_answer),
        cmocka_unit_test(takes_every_legal_answer),
        cmocka_unit_test(trusts_only_what_it_was_given),
        cmocka_unit_test(refuses_contexts_that_do_not_fit),
        cmocka_unit_test(an_idle_connection_costs_little),
    };
    return cmocka_run_group_tests_name("net/client", tests, NULL, NULL);
}
