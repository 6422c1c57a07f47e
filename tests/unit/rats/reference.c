#include "rats/reference.h"

#include "base/limits.h"
#include "check.h"

static struct arena arena;

static int clear(void **state)
{
    (void)state;
    arena_clear(&arena);
    arena_init(&arena, MIB);
    return 0;
}

static void refuses_a_foreign_message(void **state)
{
    (void)state;
    const struct {
        const char *text;
        enum err_code code;
    } rows[] = {
        {"", ERR_FORMAT},
        {"[]", ERR_FORMAT},
        {"{\"type\":\"sample\"}", ERR_FORMAT},
        {"{\"payload\":\"e30=\"}", ERR_FORMAT},
        {"{\"version\":\"0.1.1\",\"type\":\"sample\",\"payload\":\"e30=\"}", ERR_UNSUPPORTED},
        {"{\"version\":1,\"type\":\"sample\",\"payload\":\"e30=\"}", ERR_FORMAT},
        {"{\"type\":\"swid\",\"payload\":\"e30=\"}", ERR_UNSUPPORTED},
        {"{\"type\":\"sample\",\"payload\":\"e30\"}", ERR_FORMAT},
        {"{\"type\":\"sample\",\"payload\":\"W10=\"}", ERR_FORMAT}, /* [] */
        {"{\"type\":\"sample\",\"payload\":\"eyI=\"}", ERR_FORMAT}, /* {" */
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].text);
        const struct json *out = NULL;
        assert_code(reference_message_decode(&arena, bytes_of_text(rows[i].text), &out), rows[i].code);
        assert_null(out);
    }
}

static void takes_the_map(void **state)
{
    (void)state;
    const struct json *out;
    /* {"a":["x"]} */
    assert_ok(reference_message_decode(
        &arena, BYTES_LIT("{\"version\":\"0.1.0\",\"type\":\"sample\",\"payload\":\"eyJhIjpbIngiXX0=\"}"), &out));
    bool registered;
    assert_true(reference_holds(out, "a", BYTES_LIT("x"), &registered));
    assert_true(registered);
}

static void holds_only_what_is_registered(void **state)
{
    (void)state;
    const struct json *refs;
    assert_ok(json_decode(&arena,
                          BYTES_LIT("{\"one\":\"x\",\"list\":[\"x\",\"y\",7],\"empty\":[],\"null\":null,\"text\":\"\","
                                    "\"number\":3,\"deep\":[[\"x\"]],\"object\":{\"x\":\"x\"}}"),
                          NULL, NULL, &refs));
    const struct {
        const char *name, *value;
        bool holds, registered;
    } rows[] = {
        {"one", "x", true, true},    {"one", "X", false, true},    {"one", "", false, true},
        {"list", "x", true, true},   {"list", "y", true, true},    {"list", "7", false, true},
        {"list", "xy", false, true}, {"empty", "x", false, false}, {"empty", "", false, false},
        {"null", "", false, false},  {"text", "", false, false},   {"number", "3", false, true},
        {"deep", "x", false, true},  {"object", "x", false, true}, {"absent", "x", false, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].name);
        bool registered = !rows[i].registered;
        assert_int_equal(reference_holds(refs, rows[i].name, bytes_of_text(rows[i].value), &registered), rows[i].holds);
        assert_int_equal(registered, rows[i].registered);
        assert_false(reference_holds(NULL, rows[i].name, bytes_of_text(rows[i].value), &registered));
        assert_false(registered);
        assert_false(reference_holds_value(refs, rows[i].name, NULL, &registered));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(refuses_a_foreign_message, clear, clear),
        cmocka_unit_test_setup_teardown(takes_the_map, clear, clear),
        cmocka_unit_test_setup_teardown(holds_only_what_is_registered, clear, clear),
    };
    return cmocka_run_group_tests_name("rats/reference", tests, NULL, NULL);
}
