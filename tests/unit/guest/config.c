/* proves: R15 M-TLS M-FAIL T-SEC-08 */
/* What the initdata may ask of the guest: which broker, and where secrets go. */
#include <stdio.h>

#include "base/limits.h"
#include "check.h"
#include "guest/secrets/config.h"

#define BROKER           "[kbc]\nname = \"cc_kbc\"\nurl = \"https://10.0.2.2:8443\"\nkbs_cert = \"PEM\"\n"
#define ONE(uri_, path_) BROKER "[[credentials]]\nresource_uri = \"" uri_ "\"\npath = \"" path_ "\"\n"

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 4 * MIB);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_clear(&arena);
    return 0;
}

static struct err read(const char *cdh, const char *aa, struct secrets_config *out)
{
    char text[8192];
    struct initdata d;
    (void)snprintf(text, sizeof(text),
                   "version = \"0.1.0\"\nalgorithm = \"sha256\"\n[data]\n\"cdh.toml\" = '''\n%s'''\n%s%s%s", cdh,
                   aa != NULL ? "\"aa.toml\" = '''\n" : "", aa != NULL ? aa : "", aa != NULL ? "'''\n" : "");
    TRY(initdata_decode(&arena, bytes_of_text(text), &d));
    return secrets_config_read(&arena, &d, out);
}

static void a_broker_that_cannot_be_trusted_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *cdh, *aa;
    } rows[] = {
        {"", NULL},
        {"[kbc]\nurl = \"https://a\"\n", NULL},
        {"[kbc]\nkbs_cert = \"PEM\"\n", NULL},
        {"[kbc]\nurl = 5\nkbs_cert = \"PEM\"\n", NULL},
        {"[kbc]\nurl = \"http://10.0.2.2\"\nkbs_cert = \"PEM\"\n", NULL},
        {"[kbc]\nurl = \"HTTPS://10.0.2.2\"\nkbs_cert = \"PEM\"\n", NULL},
        {"[kbc]\nurl = \"file:///x\"\nkbs_cert = \"PEM\"\n", NULL},
        {"[kbc]\nurl = \"\"\nkbs_cert = \"PEM\"\n", NULL},
        {BROKER, "[token_configs.kbs]\nurl = \"https://10.0.2.3:8443\"\n"},
        {BROKER, "[token_configs.kbs]\nurl = \"https://10.0.2.2:8443/\"\n"},
        {BROKER, "[token_configs.kbs]\nurl = 7\n"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct secrets_config c;
        ROW(rows[i].cdh);
        assert_refused(read(rows[i].cdh, rows[i].aa, &c), REASON_GUEST_BROKER);
    }
}

static void a_secret_goes_nowhere_but_beneath_run(void **state)
{
    (void)state;
    static const char *const rows[] = {
        ONE("kbs:///a/b/c", "/etc/passwd"),
        ONE("kbs:///a/b/c", "/run"),
        ONE("kbs:///a/b/c", "/run/"),
        ONE("kbs:///a/b/c", "run/x"),
        ONE("kbs:///a/b/c", ""),
        ONE("kbs:///a/b/c", "/run/../etc/x"),
        ONE("kbs:///a/b/c", "/run/x/.."),
        ONE("kbs:///a/b/c", "/run//x"),
        ONE("kbs:///a/b/c", "/run/x/"),
        ONE("kbs:///a/b/c", "/runaway/x"),
        ONE("kbs:///a/b/c", "/run/a\\u0000b"),
        ONE("kbs:///", "/run/x"),
        ONE("kbs://host/a/b/c", "/run/x"),
        ONE("http:///a/b/c", "/run/x"),
        ONE("a/b/c", "/run/x"),
        BROKER "[[credentials]]\npath = \"/run/x\"\n",
        BROKER "[[credentials]]\nresource_uri = \"kbs:///a/b/c\"\n",
        BROKER "[[credentials]]\nresource_uri = 5\npath = \"/run/x\"\n",
        BROKER "[credentials]\nresource_uri = \"kbs:///a/b/c\"\npath = \"/run/x\"\n",
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct secrets_config c;
        ROW(rows[i]);
        struct err e = read(rows[i], NULL, &c);
        if (!failed(e))
            fail_msg("row %zu passed: %s", i, rows[i]);
    }
}

static void too_many_secrets_are_refused(void **state)
{
    (void)state;
    char text[8192] = BROKER;
    struct secrets_config c;
    for (int i = 0; i <= CREDENTIALS_MAX; i++) {
        size_t n = strlen(text);
        (void)snprintf(text + n, sizeof(text) - n,
                       "[[credentials]]\nresource_uri=\"kbs:///a/b/%d\"\npath=\"/run/%d\"\n", i, i);
    }
    assert_refused(read(text, NULL, &c), REASON_GUEST_INITDATA);
}

static void a_sound_document_is_read(void **state)
{
    (void)state;
    struct secrets_config c;
    assert_ok(read(BROKER, NULL, &c));
    assert_int_equal(c.credential_count, 0);
    assert_ok(read(ONE("kbs:///default/demo/secret", "/run/secrets/one"),
                   "[token_configs.kbs]\nurl = \"https://10.0.2.2:8443\"\n", &c));
    assert_text(c.url, "https://10.0.2.2:8443");
    assert_text(c.cert, "PEM");
    assert_int_equal(c.credential_count, 1);
    assert_string_equal(c.credentials[0].resource, "default/demo/secret");
    assert_string_equal(c.credentials[0].path, "/run/secrets/one");
}

static struct err again(void)
{
    struct secrets_config c;
    arena_reset(&arena);
    return read(ONE("kbs:///a/b/c", "/run/x"), NULL, &c);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    FAULT_PASS(again(), (arena_clear(&arena), arena_init(&arena, 4 * MIB)));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_broker_that_cannot_be_trusted_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_secret_goes_nowhere_but_beneath_run, setup, teardown),
        cmocka_unit_test_setup_teardown(too_many_secrets_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_sound_document_is_read, setup, teardown),
        cmocka_unit_test_setup_teardown(every_allocation_may_fail, setup, teardown),
    };
    return cmocka_run_group_tests_name("guest/config", tests, NULL, NULL);
}
