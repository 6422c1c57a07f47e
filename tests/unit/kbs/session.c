/* proves: R9 R14 R15 M-JWE M-NONCE M-TLS T-ATT-02 T-SEC-08 */
/* The client side of the protocol against a broker that lies in one point: a scripted one in a forked child. */
#include "kbs/kbs.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "codec/base64.h"
#include "jose/jwe.h"
#include "jose/jwk.h"
#include "net/server.h"

#define PATH "default/demo/secret"

enum lie {
    LIE_NONE,
    LIE_NO_NONCE,
    LIE_LONG_NONCE,
    LIE_NONCE,
    LIE_NO_PARTS,
    LIE_NO_SIGNATURE,
    LIE_PATH,
    LIE_VERSION,
    LIE_UNBOUND,
    LIE_KEY,
    LIE_NO_JWE,
    LIE_DENY
};

struct script {
    enum lie lie;
    struct key *key; /* of the guest */
};

static const char nonce[] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

static void answer_attest(struct script *s, struct exchange *x, struct bytes body)
{
    struct arena *a = exchange_arena(x);
    const struct json *v;
    struct buf payload, token;
    buf_init(&payload, 4096);
    buf_init(&token, 8192);
    if (failed(json_decode(a, body, NULL, NULL, &v)) ||
        failed(jwk_decode(json_at(json_at(v, "runtime-data"), "tee-pubkey"), &s->key, NULL)))
        _exit(2);
    buf_text(&payload,
             "{\"submods\":{\"cpu0\":{\"ear.veraison.annotated-evidence\":{\"runtime_data_claims\":{\"nonce\":\"");
    buf_text(&payload, s->lie == LIE_NONCE ? "another" : nonce);
    buf_text(&payload, "\"}}}}}");
    buf_text(&token, s->lie == LIE_NO_PARTS ? "{\"token\":\"e30" : "{\"token\":\"e30.");
    base64_encode(BASE64_URL, buf_view(&payload), &token);
    buf_text(&token, s->lie == LIE_NO_PARTS || s->lie == LIE_NO_SIGNATURE ? "\"}" : ".c2ln\"}");
    server_answer(x, 200, "application/json", NULL, buf_view(&token));
    buf_clear(&payload);
    buf_clear(&token);
}

static void answer_resource(struct script *s, struct exchange *x)
{
    const struct jwe_extra extra[] = {
        {"casemate.path", s->lie == LIE_PATH ? BYTES_LIT("default/other/secret") : BYTES_LIT(PATH)},
        {"casemate.version", s->lie == LIE_VERSION ? BYTES_LIT("3x") : BYTES_LIT("3")}};
    struct key *key = s->key;
    struct buf jwe;
    buf_init(&jwe, 8192);
    if (s->lie == LIE_KEY && failed(key_generate(KEY_EC_P256, &key)))
        _exit(2);
    if (failed(jwe_encrypt(key, BYTES_LIT("ECDH-ES+A256KW"), extra, s->lie == LIE_UNBOUND ? 0 : 2,
                           BYTES_LIT("the secret"), &jwe)))
        _exit(2);
    if (s->lie == LIE_NO_JWE)
        buf_reset(&jwe);
    server_answer(x, 200, "application/json", NULL, buf_view(&jwe));
    buf_clear(&jwe);
}

static void answer(void *context, struct exchange *x, const struct http_request *r, struct bytes body)
{
    struct script *s = context;
    if (bytes_is(r->path, "/kbs/v0/auth")) {
        struct buf b;
        buf_init(&b, 1024);
        buf_text(&b, "{\"nonce\":\"");
        for (int i = s->lie == LIE_NO_NONCE ? 9 : s->lie == LIE_LONG_NONCE ? 0 : 8; i < 9; i++)
            buf_text(&b, nonce);
        buf_text(&b, "\",\"extra-params\":\"\"}");
        server_answer(x, 200, "application/json", NULL, buf_view(&b));
        buf_clear(&b);
    } else if (bytes_is(r->path, "/kbs/v0/attest")) {
        answer_attest(s, x, body);
    } else if (s->lie == LIE_DENY) {
        server_answer(x, 401, NULL, NULL,
                      BYTES_LIT("{\"type\":\"https://x/errors/PolicyDeny\",\"detail\":\"Access denied by policy\"}"));
    } else {
        answer_resource(s, x);
    }
}

static pid_t serve(enum lie lie, uint16_t *port)
{
    int fd;
    assert_ok(server_listen_tcp("127.0.0.1:0", &fd, port));
    pid_t pid = fork();
    if (pid == 0) {
        const struct server_limits limits = {.body_max = 1 << 20,
                                             .connections_max = 8,
                                             .per_peer_max = 8,
                                             .head_ms = 5000,
                                             .request_ms = 5000,
                                             .idle_ms = 5000};
        struct script s = {.lie = lie};
        struct loop *l;
        struct server *server;
        if (failed(loop_new(&l)) || failed(server_new(l, &fd, 1, NULL, &limits, answer, &s, &server)) ||
            failed(loop_run(l)))
            _exit(1);
        _exit(0);
    }
    close(fd);
    return pid;
}

/* The whole way against such a broker: the error that ends it, and what was opened. */
static struct err run(enum lie lie, bool allow_unbound, struct bytes expected)
{
    uint16_t port;
    char url[64];
    struct arena a;
    struct client *c;
    struct kbs_session s;
    const struct json *evidence;
    struct secret secret = {0};
    uint64_t version = 0;
    pid_t pid = serve(lie, &port);
    arena_init(&a, 8 << 20);
    int n = snprintf(url, sizeof(url), "http://127.0.0.1:%u", port);
    assert_ok(client_open(bytes_of(url, (size_t)n), NULL, true, &c));
    kbs_open(&s, c, &a);
    assert_ok(json_new_object(&a, NULL, 0, &evidence));
    struct err e = kbs_auth(&s, "tpm", NULL);
    if (!failed(e))
        e = kbs_attest(&s, evidence, BYTES_EMPTY);
    if (!failed(e))
        e = kbs_resource(&s, PATH, allow_unbound, &secret, &version);
    if (!failed(e))
        assert_bytes(secret_borrow(&secret), expected);
    if (lie == LIE_DENY)
        assert_text(s.error_type, "PolicyDeny");
    secret_clear(&secret);
    kbs_close(&s);
    client_close(c);
    arena_clear(&a);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    return e;
}

static void a_lie_in_one_point_is_refused(void **state)
{
    (void)state;
    assert_code(run(LIE_NO_NONCE, false, BYTES_EMPTY), ERR_FORMAT);
    assert_code(run(LIE_LONG_NONCE, false, BYTES_EMPTY), ERR_FORMAT);
    assert_refused(run(LIE_NONCE, false, BYTES_EMPTY), REASON_GUEST_TOKEN_NONCE);
    assert_code(run(LIE_NO_PARTS, false, BYTES_EMPTY), ERR_FORMAT);
    assert_code(run(LIE_NO_SIGNATURE, false, BYTES_EMPTY), ERR_FORMAT);
    assert_refused(run(LIE_PATH, false, BYTES_EMPTY), REASON_JWE_HEADER);
    assert_refused(run(LIE_VERSION, false, BYTES_EMPTY), REASON_JWE_HEADER);
    assert_refused(run(LIE_UNBOUND, false, BYTES_EMPTY), REASON_JWE_HEADER);
    assert_refused(run(LIE_KEY, false, BYTES_EMPTY), REASON_JWE_KEY_MISMATCH);
    assert_refused(run(LIE_NO_JWE, false, BYTES_EMPTY), REASON_JWE_MALFORMED);
    assert_code(run(LIE_DENY, false, BYTES_EMPTY), ERR_DENIED);
}

static void an_honest_broker_is_believed(void **state)
{
    (void)state;
    assert_ok(run(LIE_NONE, false, BYTES_LIT("the secret")));
    assert_ok(run(LIE_UNBOUND, true, BYTES_LIT("the secret")));
}

static void nothing_is_asked_for_before_its_turn(void **state)
{
    (void)state;
    struct kbs_session s;
    struct arena a;
    struct digest d;
    struct secret secret = {0};
    uint64_t version;
    arena_init(&a, 1 << 20);
    kbs_open(&s, NULL, &a);
    assert_code(kbs_report_data(&s, &d), ERR_STATE);
    assert_code(kbs_resource(&s, PATH, false, &secret, &version), ERR_STATE);
    assert_code(kbs_resource(&s, "a/b/c?x", false, &secret, &version), ERR_FORMAT);
    char path[700];
    memset(path, 'a', sizeof(path));
    path[sizeof(path) - 1] = '\0';
    assert_code(kbs_resource(&s, path, false, &secret, &version), ERR_LIMIT);
    kbs_close(&s);
    arena_clear(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lie_in_one_point_is_refused),
        cmocka_unit_test(an_honest_broker_is_believed),
        cmocka_unit_test(nothing_is_asked_for_before_its_turn),
    };
    return cmocka_run_group_tests_name("kbs/session", tests, NULL, NULL);
}
