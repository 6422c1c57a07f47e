/* proves: R20 M-ASS */
#include "trust/redact.h"
#include "trust/tree.h"

#include "check.h"

struct row {
    const char *name;
    const char *value;
    enum secret_kind want;
};

static const struct row rows[] = {
    {"DB_PASSWORD", "h4rm0nic-otter-77", SECRET_BY_NAME},
    {"db-password", "h4rm0nic-otter-77", SECRET_BY_NAME},
    {"API_KEY", "live_pk_5b1c7e0f9a", SECRET_BY_NAME},
    {"PAY_KEY", "live_pk_5b1c7e0f9a", SECRET_BY_NAME},
    {"KEY", "live_pk_5b1c7e0f9a", SECRET_BY_NAME},
    {"AUTH_TOKEN", "abcdef123", SECRET_BY_NAME},
    {"ANY", "-----BEGIN EC PRIVATE KEY-----\nMIGH\n", SECRET_PEM},
    {"DB_URL", "postgres://app:hunter22@db.example.org/x", SECRET_IN_URL},
    {"ANY", "see https://user:pass@host/ for more", SECRET_IN_URL},
    {"PASSWORD_FILE", "/run/secrets/password", SECRET_NONE},
    {"TOKEN_URL", "https://id.example.org/token", SECRET_NONE},
    {"KEY_URL", "something-long", SECRET_NONE},
    {"DB_PASSWORD", "sealed.eyJhbGciOiJFUzI1NiJ9.e30.AA", SECRET_NONE},
    {"SECRET", "kbs:///default/web/secret", SECRET_NONE},
    {"PASSWORD", "short", SECRET_NONE},
    {"TOKEN_TTL", "3600000", SECRET_NONE},
    {"TOKEN_CHECK", "disabled", SECRET_NONE},
    {"MONKEY", "h4rm0nic-otter-77", SECRET_NONE},
    {"KEYBOARD", "h4rm0nic-otter-77", SECRET_NONE},
    {"SHOP_MODE", "live-and-public", SECRET_NONE},
    {"CA_KEY", "-----BEGIN CERTIFICATE-----\nMIIB\n", SECRET_NONE},
    {"", "http://host:8080/path@x", SECRET_NONE},
};

static void test_kinds(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].value);
        assert_int_equal(redact_kind(bytes_of_text(rows[i].name), bytes_of_text(rows[i].value)), rows[i].want);
    }
}

#define CANARY "c4nary-otter-77"

static const char *const trees[][2] = {
    {"by key", "{\"password\":\"" CANARY "\"}"},
    {"by a name beside it", "{\"name\":\"DB_PASSWORD\",\"value\":\"" CANARY "\"}"},
    {"in a list under a key", "{\"tokens\":[\"" CANARY "\"]}"},
    {"in an argument", "{\"args\":[\"--password=" CANARY "\"]}"},
    {"behind an option", "{\"args\":[\"--password\",\"" CANARY "\"]}"},
    {"in a URL", "{\"x\":{\"y\":[\"amqp://u:" CANARY "@h/\"]}}"},
    {"in a file", "{\"app.yaml\":\"db:\\n  password: " CANARY "\\n  x: 1\"}"},
    {"in properties", "{\"app.properties\":\"db.password=" CANARY "\\n\"}"},
    {"in JSON in a text", "{\"CFG\":\"{\\\"api-key\\\" : \\\"" CANARY "\\\"}\"}"},
    {"in a connection", "{\"c\":\"Server=h;Password=" CANARY ";X=1\"}"},
    {"in a script", "{\"args\":[\"sh\",\"-c\",\"PGPASSWORD=" CANARY " run\"]}"},
    {"in a header", "{\"exec\":{\"command\":[\"curl\",\"-H\",\"Authorization: Bearer " CANARY "\"]}}"},
    {"in a query", "{\"u\":\"https://h/?token=" CANARY "&x=1\"}"},
    {"twice", "{\"u\":\"secret=" CANARY " token='" CANARY "'\"}"},
    {"in a private key", "[\"-----BEGIN PRIVATE KEY-----\\n" CANARY "\"]"},
};

static void test_trees(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
        struct arena a;
        const struct json *v, *out;
        struct bytes text;
        ROW(trees[i][0]);
        arena_init(&a, 1 << 20);
        assert_ok(json_decode(&a, bytes_of_text(trees[i][1]), NULL, NULL, &v));
        assert_ok(redact_tree(&a, v, &out));
        assert_ok(tree_encode(&a, out, &text));
        assert_null(memmem(text.p, text.n, CANARY, strlen(CANARY)));
        assert_non_null(memmem(text.p, text.n, "(cut)", 5));
        arena_clear(&a);
    }
}

static void test_rest_stays(void **state)
{
    struct arena a;
    const struct json *v, *out;
    (void)state;
    arena_init(&a, 1 << 20);
    assert_ok(
        json_decode(&a,
                    BYTES_LIT("{\"name\":\"MODE\",\"value\":\"live-and-public\",\"args\":[\"--mode\",\"x\"],\"n\":1,"
                              "\"note\":\"token: off; the secret of kbs:///a/b/c\"}"),
                    NULL, NULL, &v));
    assert_ok(redact_tree(&a, v, &out));
    assert_true(json_equal(v, out));
    FAULT_PASS(redact_tree(&a, v, &out), (void)0);
    arena_clear(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_kinds), cmocka_unit_test(test_trees),
                                       cmocka_unit_test(test_rest_stays)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
