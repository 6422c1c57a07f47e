#include "host/outcome.h"

#include "base/limits.h"
#include "check.h"

static const char good[] = "{\"result\":\"refused\",\"by\":\"broker\",\"reason\":\"appraisal.kernel\",\"session\":"
                           "\"00ff\",\"resource\":\"a/b/c\","
                           "\"sha256\":\"\",\"steps\":[{\"name\":\"auth\",\"ms\":12}]}";

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *row;
        const char *text;
    } rows[] = {
        {"empty", ""},
        {"no object", "[]"},
        {"no result", "{\"by\":\"guest\"}"},
        {"no by", "{\"result\":\"ok\"}"},
        {"unknown result", "{\"result\":\"great\",\"by\":\"guest\"}"},
        {"result of another type", "{\"result\":1,\"by\":\"guest\"}"},
        {"reason of another type", "{\"result\":\"ok\",\"by\":\"guest\",\"reason\":{}}"},
        {"terminal sequence", "{\"result\":\"ok\",\"by\":\"guest\",\"reason\":\"\\u001b[2J\"}"},
        {"C1 control", "{\"result\":\"ok\",\"by\":\"guest\",\"reason\":\"\\u009b2J\"}"},
        {"doubled", "{\"result\":\"refused\",\"result\":\"ok\",\"by\":\"guest\"}"},
        {"trailing", "{\"result\":\"ok\",\"by\":\"guest\"}{}"},
        {"steps no list", "{\"result\":\"ok\",\"by\":\"guest\",\"steps\":{}}"},
        {"step without time", "{\"result\":\"ok\",\"by\":\"guest\",\"steps\":[{\"name\":\"a\"}]}"},
        {"step before time", "{\"result\":\"ok\",\"by\":\"guest\",\"steps\":[{\"name\":\"a\",\"ms\":-1}]}"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct arena a;
        struct outcome o = {.kind = OUTCOME_REFUSED};
        ROW(rows[i].row);
        arena_init(&a, MIB);
        assert_code(outcome_decode(&a, bytes_of_text(rows[i].text), &o), ERR_FORMAT);
        assert_int_equal(o.kind, OUTCOME_REFUSED);
        arena_clear(&a);
    }
}

static void test_truncated(void **state)
{
    (void)state;
    struct arena a;
    struct outcome o = {0};
    arena_init(&a, MIB);
    for (size_t n = 0; n < sizeof(good) - 1; n++)
        assert_true(failed(outcome_decode(&a, bytes_of(good, n), &o)));
    arena_clear(&a);
}

static void test_round(void **state)
{
    (void)state;
    struct arena a;
    struct outcome o = {0};
    char line[KIB] = {0};
    FILE *to = fmemopen(line, sizeof(line) - 1, "w");
    arena_init(&a, MIB);
    assert_ok(outcome_decode(&a, bytes_of_text(good), &o));
    assert_int_equal(outcome_status(&o), 1);
    o.attack = "kernel";
    o.threat = "T-BOOT-02";
    assert_ok(outcome_print(&o, to));
    assert_int_equal(fclose(to), 0);
    assert_string_equal(
        line, "{\"attack\":\"kernel\",\"by\":\"broker\",\"reason\":\"appraisal.kernel\",\"resource\":\"a/b/c\","
              "\"result\":\"refused\",\"session\":\"00ff\",\"sha256\":\"\",\"steps\":[{\"ms\":12,"
              "\"name\":\"auth\"}],\"threat\":\"T-BOOT-02\"}\n");
    FAULT_PASS(outcome_decode(&a, bytes_of_text(good), &o), arena_clear(&a));
    arena_clear(&a);
}

static void test_status(void **state)
{
    (void)state;
    struct outcome o = {0};
    assert_int_equal(outcome_status(&o), 3);
    o.timed_out = true;
    assert_int_equal(outcome_status(&o), 4);
    o = outcome_of_error(REFUSE(ERR_UNVERIFIED, REASON_JWE_KEY_MISMATCH, "x"), "guest");
    assert_int_equal(outcome_status(&o), 1);
    assert_text(o.reason, "jwe.key-mismatch");
    o = outcome_of_error(FAIL(ERR_PEER, "x"), "broker");
    assert_int_equal(outcome_status(&o), 3);
    o = (struct outcome){.kind = OUTCOME_OK};
    assert_int_equal(outcome_status(&o), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_round),
        cmocka_unit_test(test_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
