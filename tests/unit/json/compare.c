#include "json/json.h"

#include "base/limits.h"
#include "check.h"

static const struct json *parse(struct arena *a, const char *text)
{
    const struct json *v = NULL;
    assert_ok(json_decode(a, bytes_of_text(text), NULL, NULL, &v));
    return v;
}

static void needs_refuse_what_is_missing_or_of_another_type(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    const struct json *v =
        parse(&a, "{\"s\":\"x\",\"i\":7,\"f\":7.5,\"w\":7.0,\"e\":7e0,\"z\":-0,\"big\":9223372036854775808,"
                  "\"b\":true,\"o\":{},\"l\":[],\"n\":null}");
    struct bytes text = BYTES_LIT("untouched");
    int64_t number = 99;
    bool flag = true;
    const struct json *part = v;
    static const char *const not_int[] = {"s", "f", "w", "e", "z", "big", "b", "o", "l", "n", "missing"};
    for (size_t i = 0; i < sizeof(not_int) / sizeof(not_int[0]); i++) {
        ROW(not_int[i]);
        assert_code(json_need_int(v, not_int[i], INT64_MIN, INT64_MAX, &number), ERR_FORMAT);
    }
    assert_code(json_need_int(v, "i", 8, 10, &number), ERR_FORMAT);
    assert_code(json_need_int(v, "i", 0, 6, &number), ERR_FORMAT);
    assert_code(json_need_int(NULL, "i", 0, 100, &number), ERR_FORMAT);
    assert_code(json_need_string(v, "i", &text), ERR_FORMAT);
    assert_code(json_need_string(v, "missing", &text), ERR_FORMAT);
    assert_code(json_need_bool(v, "n", &flag), ERR_FORMAT);
    assert_code(json_need_object(v, "l", &part), ERR_FORMAT);
    assert_code(json_need_array(v, "o", &part), ERR_FORMAT);
    assert_text(text, "untouched");
    assert_true(number == 99 && part == v);
    assert_ok(json_need_int(v, "i", 7, 7, &number));
    assert_ok(json_need_string(v, "s", &text));
    assert_ok(json_need_bool(v, "b", &flag));
    assert_ok(json_need_object(v, "o", &part));
    assert_ok(json_need_array(v, "l", &part));
    assert_int_equal(number, 7);
    arena_clear(&a);
}

static void finding_is_quiet_about_what_is_not_there(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    const struct json *v = parse(&a, "{\"a\":{\"b\":{\"c\":1}},\"l\":[1],\"n\\u0000x\":2}");
    assert_null(json_at(NULL, "a"));
    assert_null(json_at(v, "b"));
    assert_null(json_at(v, "n"));
    assert_null(json_at(json_at(v, "l"), "0"));
    assert_null(json_path(v, "a", "x", "c", NULL));
    assert_null(json_path(v, "a", "b", "c", "d", NULL));
    assert_int_equal(json_path(v, "a", "b", "c", NULL)->as_int, 1);
    assert_int_equal(json_find(v, BYTES_LIT("n\0x"))->as_int, 2);
    assert_ptr_equal(json_path(v, NULL), v);
    assert_false(json_is(NULL, JSON_NULL));
    arena_clear(&a);
}

static void order_is_total(void **state)
{
    (void)state;
    /* ascending */
    static const char *const rows[] = {
        "null",         "false",       "true",
        "-1",           "0.5",         "1",
        "\"\"",         "\"\\u0000\"", "\"a\"",
        "\"a\\u0000\"", "\"aa\"",      "\"b\"",
        "\"\\u00e9\"",  "\"\\uffff\"", "\"\\ud800\\udc00\"",
        "[]",           "[null]",      "[1]",
        "[1,1]",        "[2]",         "[[]]",
        "{}",           "{\"a\":1}",   "{\"a\":1,\"b\":1}",
        "{\"a\":2}",    "{\"b\":0}",
    };
    const size_t count = sizeof(rows) / sizeof(rows[0]);
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            int order = json_compare(parse(&a, rows[i]), parse(&a, rows[j]));
            if ((order > 0) - (order < 0) != (i > j) - (i < j))
                fail_msg("%s against %s gave %d", rows[i], rows[j], order);
        }
    }
    const struct json *set;
    assert_ok(json_new_set(&a, NULL, 0, &set));
    assert_true(json_compare(parse(&a, "{\"z\":1}"), set) < 0);
    assert_true(json_equal(parse(&a, "{\"a\":1,\"b\":[1.0]}"), parse(&a, "{\"b\":[1],\"a\":1e0}")));
    arena_clear(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(needs_refuse_what_is_missing_or_of_another_type),
        cmocka_unit_test(finding_is_quiet_about_what_is_not_there),
        cmocka_unit_test(order_is_total),
    };
    return cmocka_run_group_tests_name("json/compare", tests, NULL, NULL);
}
