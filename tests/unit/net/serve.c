/* Server and client over real loopback, with TLS and without: a server in a forked child, the client here. */
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "crypto/x509.h"
#include "net/client.h"
#include "net/server.h"

struct fixture {
    pid_t server;
    uint16_t port;
    struct buf cert;
    struct secret key;
};

static void echo(void *context, struct exchange *x, const struct http_request *r, struct bytes body)
{
    (void)context;
    struct http_header headers[] = {{BYTES_LIT("Set-Cookie"), BYTES_LIT("a=b; Path=/")}, {{NULL, 0}, {NULL, 0}}};
    if (bytes_is(r->path, "/close"))
        _exit(0);
    server_answer(x, bytes_is(r->path, "/missing") ? 404 : 200, "text/plain", headers, body);
}

static void serve(int fd, struct tls_server *tls)
{
    struct loop *l;
    struct server *s;
    const struct server_limits limits = {.body_max = 1 * MIB,
                                         .connections_max = 10,
                                         .per_peer_max = 10,
                                         .head_ms = 300,
                                         .request_ms = 300,
                                         .idle_ms = 5000};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (failed(loop_new(&l)) || failed(server_new(l, &fd, 1, tls, &limits, echo, NULL, &s)))
        _exit(1);
    struct err e = loop_run(l);
    _exit(failed(e) ? 1 : 0);
}

static int start(void **state, bool with_tls)
{
    static struct fixture f;
    static const char *const names[] = {"localhost", "127.0.0.1"};
    struct key *key;
    struct tls_server *tls = NULL;
    int fd;
    buf_init(&f.cert, 64 * KIB);
    if (failed(key_generate(KEY_EC_P256, &key)) ||
        failed(cert_self_signed(key, names, 2, (int64_t)time(NULL), 1, &f.cert)) ||
        failed(key_pem_private(key, &f.key)) || failed(server_listen_tcp("127.0.0.1:0", &fd, &f.port)))
        return -1;
    key_free(key);
    if (with_tls && failed(tls_server_new(buf_view(&f.cert), &f.key, false, &tls)))
        return -1;
    f.server = fork();
    if (f.server == 0)
        serve(fd, tls);
    close(fd);
    tls_server_free(tls);
    *state = &f;
    return 0;
}

static int start_tls(void **state)
{
    return start(state, true);
}

static int start_plain(void **state)
{
    return start(state, false);
}

static int stop(void **state)
{
    struct fixture *f = *state;
    kill(f->server, SIGKILL);
    waitpid(f->server, NULL, 0);
    buf_clear(&f->cert);
    secret_clear(&f->key);
    return 0;
}

static struct client *open_client(const struct fixture *f, const char *host, struct tls_client *tls)
{
    char url[64];
    struct client *c;
    int n = snprintf(url, sizeof(url), "%s://%s:%u", tls != NULL ? "https" : "http", host, f->port);
    assert_ok(client_open(bytes_of(url, (size_t)n), tls, tls == NULL, &c));
    return c;
}

static void refuses_a_server_that_is_not_trusted(void **state)
{
    const struct fixture *f = *state;
    static const char *const names[] = {"localhost"};
    struct key *key;
    struct buf other;
    struct tls_client *tls;
    struct client_reply reply;
    buf_init(&other, 64 * KIB);
    assert_ok(key_generate(KEY_EC_P256, &key));
    assert_ok(cert_self_signed(key, names, 1, (int64_t)time(NULL), 1, &other));
    assert_ok(tls_client_new(buf_view(&other), &tls));
    struct client *c = open_client(f, "localhost", tls);
    assert_code(client_exchange(c, "GET", "/", NULL, BYTES_EMPTY, 1000, 5000, &reply), ERR_UNVERIFIED);
    client_close(c);
    tls_client_free(tls);
    /* The right certificate, asked under a name that it is not for. */
    assert_ok(tls_client_new(buf_view(&f->cert), &tls));
    c = open_client(f, "127.0.0.2", tls);
    struct err e = client_exchange(c, "GET", "/", NULL, BYTES_EMPTY, 1000, 5000, &reply);
    assert_true(e.code == ERR_UNVERIFIED || e.code == ERR_PEER);
    client_close(c);
    tls_client_free(tls);
    key_free(key);
    buf_clear(&other);
}

static void exchanges_over_one_connection(void **state)
{
    const struct fixture *f = *state;
    static uint8_t big[700 * 1024];
    struct tls_client *tls;
    struct client_reply reply;
    memset(big, 'x', sizeof(big));
    assert_ok(tls_client_new(buf_view(&f->cert), &tls));
    struct client *c = open_client(f, "localhost", tls);
    for (int i = 0; i < 3; i++) {
        assert_ok(client_exchange(c, "POST", "/a?b=c", NULL, BYTES_LIT("hello"), 1000, 5000, &reply));
        assert_int_equal(reply.status, 200);
        assert_text(reply.body, "hello");
        assert_text(reply.set_cookie, "a=b");
        assert_text(reply.content_type, "text/plain");
    }
    assert_ok(client_exchange(c, "POST", "/missing", NULL, BYTES_OF(big), 1 * MIB, 5000, &reply));
    assert_int_equal(reply.status, 404);
    assert_bytes(reply.body, BYTES_OF(big));
    assert_code(client_exchange(c, "POST", "/", NULL, BYTES_OF(big), 1000, 5000, &reply), ERR_LIMIT);
    client_close(c);
    tls_client_free(tls);
}

static void refuses_a_body_over_the_limit(void **state)
{
    const struct fixture *f = *state;
    static uint8_t big[2 * 1024 * 1024];
    struct client_reply reply;
    struct client *c = open_client(f, "127.0.0.1", NULL);
    assert_ok(client_exchange(c, "POST", "/", NULL, BYTES_OF(big), 1000, 5000, &reply));
    assert_int_equal(reply.status, 413);
    assert_ok(client_exchange(c, "POST", "/", NULL, BYTES_LIT("small"), 1000, 5000, &reply));
    assert_int_equal(reply.status, 200);
    client_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(refuses_a_server_that_is_not_trusted, start_tls, stop),
        cmocka_unit_test_setup_teardown(exchanges_over_one_connection, start_tls, stop),
        cmocka_unit_test_setup_teardown(refuses_a_body_over_the_limit, start_plain, stop),
    };
    return cmocka_run_group_tests_name("net/serve", tests, NULL, NULL);
}
