/* The commands of this house run as a user runs them, in a directory of their own. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/audit.h"
#include "crypto/x509.h"
#include "jose/jwk.h"
#include "run.h"
#include "settings/settings.h"
#include "sys/file.h"

static unsigned mode_of(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0)
        fail_msg("%s is not there", path);
    return st.st_mode & 0777;
}

static struct key *load_key(const char *path, bool is_private)
{
    SCOPED(buf) struct buf pem;
    buf_init(&pem, 65536);
    struct key *k = NULL;
    assert_ok(file_read(path, &pem));
    assert_ok(key_from_pem(buf_view(&pem), is_private, &k));
    return k;
}

static void keygen_makes_a_pair_and_replaces_nothing(void **state)
{
    (void)state;
    static const char *const types[] = {"ed25519", "p256"};
    for (size_t i = 0; i < 2; i++) {
        ROW(types[i]);
        assert_int_equal(RUN("keygen", "--out", "a.key", "--type", types[i]), 0);
        assert_int_equal(mode_of("a.key"), 0600);
        SCOPED_KEY struct key *pair = load_key("a.key", true), *public_key = NULL;
        SCOPED(buf) struct buf text, one, two;
        buf_init(&text, 65536);
        buf_init(&one, 65536);
        buf_init(&two, 65536);
        struct arena a;
        arena_init(&a, 1 << 20);
        const struct json *jwk;
        struct bytes alg, kid, want;
        assert_ok(file_read("a.key.jwk", &text));
        assert_ok(json_decode(&a, buf_view(&text), NULL, NULL, &jwk));
        assert_ok(jwk_decode(jwk, &public_key, &alg));
        assert_text(alg, i == 0 ? "EdDSA" : "ES256");
        assert_ok(key_spki(pair, &one));
        assert_ok(key_spki(public_key, &two));
        assert_bytes(buf_view(&one), buf_view(&two));
        assert_ok(json_need_string(jwk, "kid", &kid));
        assert_ok(jwk_thumbprint(&a, pair, &want));
        assert_bytes(kid, want);
        assert_non_null(memmem(out_text, strlen(out_text), kid.p, kid.n));
        arena_clear(&a);
        assert_int_equal(RUN("keygen", "--out", "a.key"), 1);
        assert_non_null(strstr(err_text, "nothing is replaced"));
        unlink("a.key");
        ROW("the public file is there");
        assert_int_equal(RUN("keygen", "--out", "a.key"), 1);
        assert_int_equal(access("a.key", F_OK), -1);
        unlink("a.key.jwk");
    }
    assert_int_equal(RUN("keygen", "--out", "b.key", "--type", "rsa"), 2);
    assert_int_equal(access("b.key", F_OK), -1);
    assert_int_equal(RUN("keygen", "--out", "nowhere/b.key"), 3);
}

/* Each result in JSON says its format and holds its facts. */
static void assert_json(const char *format, const char *member, const char *want)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    const struct json *v;
    struct bytes text;
    assert_ok(json_decode(&a, bytes_of_text(out_text), NULL, NULL, &v));
    assert_ok(json_need_string(v, "format", &text));
    assert_text(text, format);
    assert_ok(json_need_string(v, member, &text));
    if (want != NULL)
        assert_text(text, want);
    arena_clear(&a);
}

static void results_come_as_json_too(void **state)
{
    (void)state;
    assert_int_equal(RUN("keygen", "--out", "j.key", "--public", "j.pub", "--format", "json"), 0);
    assert_json("casemate-keygen/1", "public_key", "j.pub");
    assert_json("casemate-keygen/1", "kid", NULL);
    assert_int_equal(RUN("broker", "init", "j", "--name", "localhost", "--format", "json"), 0);
    assert_json("casemate-broker-init/1", "admin_kid", NULL);
    ROW("a file in the way of another");
    char long_name[5000];
    memset(long_name, 'x', sizeof(long_name));
    long_name[sizeof(long_name) - 1] = '\0';
    assert_int_equal(RUN("keygen", "--out", long_name), 4);
    assert_int_equal(RUN("audit", "show", long_name), 4);
}

static void audit_log(const char *path, const char *key_path)
{
    static const uint8_t root[32];
    SCOPED_KEY struct key *k = load_key(key_path, true);
    struct audit *a;
    assert_ok(audit_open(path, k, 1 << 20, &a));
    for (int i = 0; i < 3; i++) {
        struct audit_event e = {.kind = "release",
                                .session = i == 1 ? BYTES_LIT("5f2b") : BYTES_LIT("aaaa"),
                                .subject = BYTES_LIT("x\033[2J"),
                                .reason = REASON_RELEASE_POLICY,
                                .root = root};
        assert_ok(audit_append(a, &e, 1790000000, NULL));
    }
    assert_ok(audit_sync(a, 1790000000));
    audit_close(a);
}

static void broker_init_makes_what_a_broker_needs(void **state)
{
    (void)state;
    assert_int_equal(RUN("broker", "init", "b", "--name", "not a name"), 2);
    assert_int_equal(access("b", F_OK), -1);
    assert_int_equal(RUN("broker", "init", "nowhere/b", "--name", "localhost"), 3);
    assert_int_equal(RUN("broker", "init", "b", "--name", "localhost", "--name", "127.0.0.1"), 0);
    assert_non_null(strstr(out_text, "releases nothing"));
    static const char *const folders[] = {"b", "b/keys", "b/tls", "b/admin", "b/data", "b/audit"};
    static const char *const secrets[] = {"b/broker.toml", "b/keys/master.key", "b/keys/token.key",  "b/keys/audit.key",
                                          "b/tls/key.pem", "b/admin/admin.key", "b/admin/admin.toml"};
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        assert_int_equal(mode_of(folders[i]), 0700);
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
        assert_int_equal(mode_of(secrets[i]), 0600);
    SCOPED(secret) struct secret master = {0};
    assert_ok(file_read_secret("b/keys/master.key", &master));
    assert_int_equal(master.n, 32);
    assert_false(bytes_all(secret_borrow(&master), 0));
    SCOPED_KEY struct key *token = load_key("b/keys/token.key", true), *audit = load_key("b/keys/audit.pub", false);
    assert_int_equal(key_kind_of(token), KEY_EC_P256);
    assert_int_equal(key_kind_of(audit), KEY_EC_P256);

    ROW("the certificate is for the key");
    SCOPED(buf) struct buf text, one, two;
    buf_init(&text, 65536);
    buf_init(&one, 65536);
    buf_init(&two, 65536);
    struct cert *cert = NULL;
    size_t count;
    assert_ok(file_read("b/tls/cert.pem", &text));
    assert_ok(cert_decode_pem(buf_view(&text), &cert, 1, &count));
    SCOPED_KEY struct key *tls = load_key("b/tls/key.pem", true), *certified = NULL;
    assert_ok(cert_key(cert, &certified));
    cert_free(cert);
    assert_ok(key_spki(tls, &one));
    assert_ok(key_spki(certified, &two));
    assert_bytes(buf_view(&one), buf_view(&two));

    ROW("a second time");
    assert_int_equal(RUN("broker", "init", "b", "--name", "localhost"), 1);
    assert_non_null(strstr(err_text, "nothing is replaced"));
    SCOPED(secret) struct secret again = {0};
    assert_ok(file_read_secret("b/keys/master.key", &again));
    assert_bytes(secret_borrow(&again), secret_borrow(&master));
    assert_int_equal(mkdir("c", 0700), 0);
    assert_int_equal(mkdir("c/keys", 0700), 0);
    assert_int_equal(RUN("broker", "init", "c", "--name", "localhost"), 1);
    assert_int_equal(access("c/keys/master.key", F_OK), -1);
}

static void the_configuration_it_makes_is_accepted(void **state)
{
    (void)state;
    SCOPED(buf) struct buf text;
    buf_init(&text, 65536);
    struct arena a;
    arena_init(&a, 1 << 20);
    const struct settings *s;
    struct settings_fault fault;
    assert_ok(file_read("b/broker.toml", &text));
    assert_ok(settings_decode(&a, buf_view(&text), "b", &fault, &s));
    static const enum setting files[] = {
        SETTING_SERVER_CERTIFICATE,   SETTING_SERVER_PRIVATE_KEY,  SETTING_ADMIN_FIRST_KEY,    SETTING_AUDIT_DIRECTORY,
        SETTING_KEYS_MASTER_KEY_FILE, SETTING_KEYS_TOKEN_KEY_FILE, SETTING_KEYS_AUDIT_KEY_FILE};
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        if (access(settings_text(s, files[i]), F_OK) != 0)
            fail_msg("%s is not there", settings_text(s, files[i]));
    assert_null(settings_insecure(s)[0]);
    arena_clear(&a);
}

static void audit_verify_tells_whole_cut_and_broken(void **state)
{
    (void)state;
    assert_int_equal(RUN("audit", "verify", "b/audit", "--key", "b/keys/audit.pub"), 3);
    audit_log("b/audit", "b/keys/audit.key");
    assert_int_equal(RUN("audit", "verify", "b/audit", "--key", "b/keys/audit.pub"), 0);
    assert_string_equal(out_text, "complete to 4, tail unanchored\n");
    assert_int_equal(RUN("audit", "verify", "b/audit", "--key", "b/keys/audit.pub", "--format", "json"), 0);
    assert_non_null(strstr(out_text, "\"casemate-audit/1\""));
    assert_ok(file_create("head.json", bytes_of_text(out_text), 0644));
    assert_int_equal(RUN("audit", "verify", "b/audit", "--key", "b/keys/audit.pub", "--expect-head", "head.json"), 0);
    assert_string_equal(out_text, "complete to 4, anchored at 4\n");

    ROW("unreadable");
    assert_ok(file_create("no-head.json", BYTES_LIT("{\"seq\":1}"), 0644));
    assert_int_equal(RUN("audit", "verify", "b/audit", "--key", "b/keys/audit.pub", "--expect-head", "no-head.json"),
                     3);
    assert_int_equal(RUN("audit", "verify", "b/audit", "--key", "b/keys/audit.pub", "--expect-head", "none"), 3);
    assert_int_equal(RUN("audit", "verify", "b/audit", "--key", "head.json"), 3);
    assert_int_equal(RUN("audit", "verify", "nowhere", "--key", "b/keys/audit.pub"), 3);

    ROW("longer than the head");
    audit_log("b/audit", "b/keys/audit.key");
    assert_int_equal(RUN("audit", "verify", "b/audit", "--key", "b/keys/audit.pub", "--expect-head", "head.json"), 0);
    assert_string_equal(out_text, "complete to 8, anchored at 4\n");
    assert_int_equal(RUN("audit", "verify", "b/audit", "--key", "b/keys/audit.pub", "--expect-head", "head.json",
                         "--format", "json"),
                     0);
    assert_json("casemate-audit/1", "result", "ok");
    assert_non_null(strstr(out_text, "\"anchored_at\": 4"));
    assert_int_equal(RUN("audit", "verify", "b/audit", "--key", "b/keys/audit.pub", "--format", "json"), 0);
    assert_ok(file_create("head8.json", bytes_of_text(out_text), 0644));

    ROW("cut and broken");
    SCOPED(buf) struct buf log;
    buf_init(&log, 65536);
    assert_ok(file_read("b/audit/audit-00000001.jsonl", &log));
    const uint8_t *end = log.p;
    for (int line = 0; line < 4; line++)
        end = (const uint8_t *)memchr(end, '\n', log.n) + 1;
    assert_int_equal(truncate("b/audit/audit-00000001.jsonl", end - log.p), 0);
    assert_int_equal(RUN("audit", "verify", "b/audit", "--key", "b/keys/audit.pub"), 0);
    assert_int_equal(RUN("audit", "verify", "b/audit", "--key", "b/keys/audit.pub", "--expect-head", "head8.json"), 1);
    assert_non_null(strstr(out_text, "broken: "));
    assert_int_equal(truncate("b/audit/audit-00000001.jsonl", end - log.p - 10), 0);
    assert_int_equal(RUN("audit", "verify", "b/audit", "--key", "b/keys/audit.pub"), 1);
    assert_non_null(strstr(out_text, "broken at line 4: "));
    assert_int_equal(RUN("audit", "verify", "b/audit", "--key", "b/keys/audit.pub", "--format", "json"), 1);
    assert_non_null(strstr(out_text, "\"audit.broken\""));
    assert_ok(file_write("b/audit/audit-00000001.jsonl", buf_view(&log), 0600));
}

static void audit_show_prints_lines_without_their_tricks(void **state)
{
    (void)state;
    assert_int_equal(RUN("audit", "show", "b/audit"), 0);
    assert_non_null(strstr(out_text, "release x?[2J reason=release.policy threat=T-SEC-02 session=5f2b\n"));
    assert_null(strchr(out_text, '\033'));
    assert_int_equal(RUN("audit", "show", "b/audit", "--session", "5f2b", "--format", "json"), 0);
    struct arena a;
    arena_init(&a, 1 << 20);
    const struct json *v, *lines;
    assert_ok(json_decode(&a, bytes_of_text(out_text), NULL, NULL, &v));
    assert_ok(json_need_array(v, "lines", &lines));
    assert_int_equal(lines->count, 2);
    bool verified = false;
    assert_ok(json_need_bool(v, "verified", &verified));
    assert_true(verified);
    assert_int_equal(RUN("audit", "show", "b/audit", "--session", "none", "--format", "json"), 0);
    assert_ok(json_decode(&a, bytes_of_text(out_text), NULL, NULL, &v));
    arena_clear(&a);
    assert_int_equal(RUN("audit", "show", "b/data"), 3);
    assert_int_equal(RUN("audit", "show", "b/audit", "--key", "b/tls/key.pem"), 3);
    assert_int_equal(truncate("b/audit/audit-00000001.jsonl", 700), 0);
    assert_int_equal(RUN("audit", "show", "b/audit"), 1);
    assert_non_null(strstr(err_text, "broken at line"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keygen_makes_a_pair_and_replaces_nothing),
        cmocka_unit_test(results_come_as_json_too),
        cmocka_unit_test(broker_init_makes_what_a_broker_needs),
        cmocka_unit_test(the_configuration_it_makes_is_accepted),
        cmocka_unit_test(audit_verify_tells_whole_cut_and_broken),
        cmocka_unit_test(audit_show_prints_lines_without_their_tricks),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}
