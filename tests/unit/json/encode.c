#include "base/limits.h"
#include "check.h"
#include "json/json.h"

static const struct json *parse(struct arena *a, const char *text)
{
    const struct json *v = NULL;
    assert_ok(json_decode(a, bytes_of_text(text), NULL, NULL, &v));
    return v;
}

static void a_full_buffer_is_sticky(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    const struct json *v = parse(&a, "{\"a\":[1,2,3],\"b\":\"text\"}");
    for (size_t max = 0; max < 24; max++) {
        SCOPED(buf) struct buf b;
        buf_init(&b, max);
        json_encode(v, &b);
        struct bytes out;
        assert_code(buf_end(&b, &out), ERR_LIMIT);
        buf_reset(&b);
        assert_code(json_encode_jcs(v, &b), ERR_LIMIT);
    }
    arena_clear(&a);
}

static void numbers_keep_their_text_and_keys_their_byte_order(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {" [ 1.0 , 1e400 , -0 , 123456789012345678901234567890 ] ", "[1.0,1e400,-0,123456789012345678901234567890]"},
        {"{\"b\":{ },\"a\":[ ],\"B\":null}", "{\"B\":null,\"a\":[],\"b\":{}}"},
        {"\"\\u0000\\u001f\\b\\t\\n\\f\\r\\\"\\\\\\/\x7f\xe2\x80\xa8\"",
         "\"\\u0000\\u001f\\b\\t\\n\\f\\r\\\"\\\\/\x7f\xe2\x80\xa8\""},
        {"{\"\\ud83d\\ude00\":1,\"\\ufb33\":2}", "{\"\xef\xac\xb3\":2,\"\xf0\x9f\x98\x80\":1}"},
        {"[true,false,null]", "[true,false,null]"},
    };
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i][0]);
        SCOPED(buf) struct buf b;
        buf_init(&b, 4096);
        json_encode(parse(&a, rows[i][0]), &b);
        assert_text(buf_view(&b), rows[i][1]);
    }
    arena_clear(&a);
}

static void sets_print_as_arrays(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    const struct json *list = parse(&a, "[3,1,2,1]");
    const struct json *set;
    assert_ok(json_new_set(&a, list->items, list->count, &set));
    SCOPED(buf) struct buf b;
    buf_init(&b, 4096);
    json_encode(set, &b);
    assert_text(buf_view(&b), "[1,2,3]");
    arena_clear(&a);
}

static void pretty_is_indented(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    SCOPED(buf) struct buf b;
    buf_init(&b, 4096);
    json_encode_pretty(parse(&a, "{\"b\":[1,{\"c\":2}],\"a\":[],\"o\":{}}"), &b);
    assert_text(buf_view(&b),
                "{\n  \"a\": [],\n  \"b\": [\n    1,\n    {\n      \"c\": 2\n    }\n  ],\n  \"o\": {}\n}\n");
    arena_clear(&a);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    const struct json *v = parse(&a, "{\"\\ud83d\\ude00\":1,\"\\ufb33\":2}");
    struct buf b;
    buf_init(&b, 4096);
    FAULT_PASS(json_encode_jcs(v, &b), (buf_clear(&b), buf_init(&b, 4096)));
    buf_clear(&b);
    arena_clear(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_buffer_is_sticky),
        cmocka_unit_test(numbers_keep_their_text_and_keys_their_byte_order),
        cmocka_unit_test(sets_print_as_arrays),
        cmocka_unit_test(pretty_is_indented),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("json/encode", tests, NULL, NULL);
}
