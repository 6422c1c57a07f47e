#include "json/json.h"

#include "base/limits.h"
#include "check.h"

static struct err decode(struct arena *a, struct bytes text, const struct json **out)
{
    return json_decode(a, text, NULL, NULL, out);
}

static void refuses_what_is_no_json(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t offset;
    } rows[] = {
        {"", 0},
        {" ", 1},
        {"\xef\xbb\xbf{}", 0},
        {"01", 0},
        {"-", 0},
        {"-01", 0},
        {"+1", 0},
        {".5", 0},
        {"1.", 0},
        {"1.e3", 0},
        {"1e", 0},
        {"1e+", 0},
        {"0x10", 1},
        {"NaN", 0},
        {"nan", 0},
        {"Infinity", 0},
        {"-Infinity", 0},
        {"True", 0},
        {"tru", 0},
        {"nul", 0},
        {"truee", 4},
        {"1 2", 2},
        {"{} {}", 3},
        {"[1,]", 3},
        {"[,1]", 1},
        {"[1 2]", 3},
        {"[1", 2},
        {"]", 0},
        {"[}", 1},
        {"{", 1},
        {"{\"a\"}", 4},
        {"{\"a\":}", 5},
        {"{\"a\":1,}", 7},
        {"{a:1}", 1},
        {"{1:1}", 1},
        {"{'a':1}", 1},
        {"{\"a\":1 \"b\":2}", 7},
        {"[1]/* comment */", 3},
        {"// comment\n1", 0},
        {"\"a", 2},
        {"\"a\\", 3},
        {"\"\\x41\"", 2},
        {"\"\\u12\"", 2},
        {"\"\\u12g4\"", 2},
        {"\"\\'\"", 2},
        {"\"a\tb\"", 2},
        {"\"a\nb\"", 2},
        {"\"a\x1f\"", 2},
        {"\"\\ud800\"", 7},
        {"\"\\ud800\\u0041\"", 7},
        {"\"\\ud800\\ud800\"", 7},
        {"\"\\udc00\"", 7},
        {"\"\x80\"", 1},
        {"\"\xc0\xaf\"", 1},
        {"\"\xc1\xbf\"", 1},
        {"\"\xe0\x80\xaf\"", 1},
        {"\"\xed\xa0\x80\"", 1},
        {"\"\xf4\x90\x80\x80\"", 1},
        {"\"\xf5\x80\x80\x80\"", 1},
        {"\"\xe2\x82\\u0041\"", 1},
        {"\"12345678\xe2\x82\"", 1},
        {"\xa0 1", 0},
        {"1\f", 1},
        {"{\"a\":1,\"a\":1}", 13},
        {"{\"a\":1,\"b\":2,\"\\u0061\":3}", 24},
        {"{\"\":1,\"\":1}", 11},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].text);
        struct arena a;
        arena_init(&a, REQUEST_ARENA_MAX);
        const struct json *v = NULL;
        struct json_fault fault;
        assert_code(json_decode(&a, bytes_of_text(rows[i].text), NULL, &fault, &v), ERR_FORMAT);
        assert_null(v);
        assert_int_equal(fault.offset, rows[i].offset);
        arena_clear(&a);
    }
}

static void refuses_a_nul_wherever_it_stands(void **state)
{
    (void)state;
    static const char text[] = " {\"ab\" : [ 1.5e3 , \"\\u0041\\ud83d\\ude00x\" , true ] } ";
    for (size_t i = 0; i < sizeof(text) - 1; i++) {
        uint8_t broken[sizeof(text)];
        memcpy(broken, text, sizeof(text));
        broken[i] = 0;
        struct arena a;
        arena_init(&a, REQUEST_ARENA_MAX);
        const struct json *v;
        assert_code(decode(&a, bytes_of(broken, sizeof(text) - 1), &v), ERR_FORMAT);
        arena_clear(&a);
    }
}

static void refuses_every_truncation_and_one_more_byte(void **state)
{
    (void)state;
    static const char text[] = "{\"a\":[1,-2.5e+3,\"x\\n\\u00e9\xc3\xa9\",true,false,null,{}],\"b\":\"\"}";
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    const struct json *v;
    for (size_t n = 0; n < sizeof(text) - 1; n++)
        assert_code(decode(&a, bytes_of(text, n), &v), ERR_FORMAT);
    assert_code(decode(&a, BYTES_OF(text), &v), ERR_FORMAT);
    assert_ok(decode(&a, bytes_of(text, sizeof(text) - 1), &v));
    arena_clear(&a);
}

static void bounds_hold(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    const struct json *v;
    SCOPED(buf) struct buf b;
    buf_init(&b, 4 * MIB);
    buf_fill(&b, '[', 64);
    buf_fill(&b, ']', 64);
    assert_ok(decode(&a, buf_view(&b), &v));
    buf_reset(&b);
    buf_fill(&b, '[', 65);
    buf_fill(&b, ']', 65);
    assert_code(decode(&a, buf_view(&b), &v), ERR_LIMIT);
    buf_reset(&b);
    buf_fill(&b, '[', 1000000);
    assert_code(decode(&a, buf_view(&b), &v), ERR_LIMIT);
    struct json_bounds bounds = {.text_max = 4, .depth_max = 2};
    assert_code(json_decode(&a, BYTES_LIT("[[[]]]"), &bounds, NULL, &v), ERR_LIMIT);
    assert_code(json_decode(&a, BYTES_LIT("12345"), &bounds, NULL, &v), ERR_LIMIT);
    assert_ok(json_decode(&a, BYTES_LIT("[[]]"), &bounds, NULL, &v));
    bounds.text_max = 100;
    assert_code(json_decode(&a, BYTES_LIT("[[{}]]"), &bounds, NULL, &v), ERR_LIMIT);
    arena_clear(&a);
    arena_init(&a, 1000);
    assert_code(decode(&a, BYTES_LIT("[1,2,3,4,5,6,7,8,9,1,2,3,4,5,6,7,8,9,1,2,3,4,5,6,7,8,9,1,2,3]"), &v), ERR_NOMEM);
    arena_clear(&a);
}

static void strings_become_characters(void **state)
{
    (void)state;
    const struct {
        const char *text;
        struct bytes want;
    } rows[] = {
        {"\"\"", BYTES_LIT("")},
        {"\"abc\"", BYTES_LIT("abc")},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", BYTES_LIT("\"\\/\b\f\n\r\t")},
        {"\"\\u0000\"", BYTES_LIT("\0")},
        {"\"a\\u0000b\"", BYTES_LIT("a\0b")},
        {"\"\\u0041\\u00e9\\u20AC\"", BYTES_LIT("A\xc3\xa9\xe2\x82\xac")},
        {"\"\\ud83d\\ude00\"", BYTES_LIT("\xf0\x9f\x98\x80")},
        {"\"\\uD800\\uDC00\\uDBFF\\uDFFF\"", BYTES_LIT("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf")},
        {"\"\\u007f\\u0080\\u07ff\\u0800\\uffff\"", BYTES_LIT("\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf")},
        {"\"\x7f\xe2\x80\xa8\"", BYTES_LIT("\x7f\xe2\x80\xa8")},
        {"\"0123456789abcdef\\n0123456789abcdef\\n\xc3\xa9\"",
         BYTES_LIT("0123456789abcdef\n0123456789abcdef\n\xc3\xa9")},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].text);
        struct arena a;
        arena_init(&a, REQUEST_ARENA_MAX);
        const struct json *v;
        assert_ok(decode(&a, bytes_of_text(rows[i].text), &v));
        assert_int_equal(v->type, JSON_STRING);
        assert_bytes(v->text, rows[i].want);
        arena_clear(&a);
    }
}

static void objects_are_sorted_and_arrays_keep_their_order(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    const struct json *v;
    assert_ok(decode(&a, BYTES_LIT(" {\"b\" : 1 ,\t\"a\":[3,1,2],\r\n\"\":{},\"aa\":[] } "), &v));
    assert_int_equal(v->count, 4);
    assert_text(v->members[0].key, "");
    assert_text(v->members[1].key, "a");
    assert_text(v->members[2].key, "aa");
    assert_text(v->members[3].key, "b");
    const struct json *list = json_at(v, "a");
    assert_int_equal(list->count, 3);
    assert_int_equal(list->items[0]->as_int, 3);
    assert_int_equal(list->items[2]->as_int, 2);
    assert_int_equal(json_at(v, "aa")->count, 0);
    arena_clear(&a);
}

static void the_tree_does_not_point_into_the_text(void **state)
{
    (void)state;
    char text[] = "{\"key\":[\"string\",12.5]}";
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    const struct json *v;
    assert_ok(decode(&a, bytes_of_text(text), &v));
    memset(text, 'x', sizeof(text));
    assert_text(json_at(v, "key")->items[0]->text, "string");
    assert_text(json_at(v, "key")->items[1]->text, "12.5");
    arena_clear(&a);
}

static void a_hundred_thousand_members_in_the_worst_order(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    SCOPED(buf) struct buf b;
    buf_init(&b, 4 * MIB);
    for (int i = 100000; i > 0; i--) {
        char member[32];
        snprintf(member, sizeof(member), "%c\"k%d\":%d", i == 100000 ? '{' : ',', i, i);
        buf_text(&b, member);
    }
    buf_text(&b, ",\"k5\":0}");
    const struct json *v;
    assert_code(decode(&a, buf_view(&b), &v), ERR_FORMAT);
    b.n -= strlen(",\"k5\":0}");
    buf_text(&b, "}");
    arena_clear(&a);
    assert_ok(decode(&a, buf_view(&b), &v));
    assert_int_equal(v->count, 100000);
    assert_int_equal(json_at(v, "k77777")->as_int, 77777);
    arena_clear(&a);
}

static void flipped_bits_never_crash(void **state)
{
    (void)state;
    static const char text[] = "{\"a\":[1,-2.5e+3,\"x\\ud83d\\ude00\xc3\xa9\",true,null,{}],\"b\":\"\"}";
    for (size_t bit = 0; bit < 8 * (sizeof(text) - 1); bit++) {
        uint8_t flipped[sizeof(text)];
        memcpy(flipped, text, sizeof(text));
        flipped[bit / 8] ^= (uint8_t)(1 << bit % 8);
        struct arena a;
        arena_init(&a, REQUEST_ARENA_MAX);
        const struct json *v;
        struct err e = decode(&a, bytes_of(flipped, sizeof(text) - 1), &v);
        assert_true(e.code == ERR_OK || e.code == ERR_FORMAT);
        arena_clear(&a);
    }
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    const struct json *v;
    FAULT_PASS(decode(&a, BYTES_LIT("{\"a\":[1,2,{\"b\":\"c\"}],\"d\":null}"), &v), arena_clear(&a));
}

static void test_keep_last(void **state)
{
    (void)state;
    SCOPED(arena) struct arena a;
    SCOPED(buf) struct buf out;
    struct json_bounds bounds = {.keep_last = true};
    const struct json *v;
    arena_init(&a, 1 << 20);
    buf_init(&out, 1 << 16);
    assert_ok(json_decode(&a, BYTES_LIT("{\"b\":1,\"a\":2,\"b\":{\"c\":1,\"c\":2},\"a\":3,\"b\":4,\"a\":5}"), &bounds,
                          NULL, &v));
    json_encode(v, &out);
    assert_text(buf_view(&out), "{\"a\":5,\"b\":4}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_is_no_json),
        cmocka_unit_test(refuses_a_nul_wherever_it_stands),
        cmocka_unit_test(refuses_every_truncation_and_one_more_byte),
        cmocka_unit_test(bounds_hold),
        cmocka_unit_test(strings_become_characters),
        cmocka_unit_test(objects_are_sorted_and_arrays_keep_their_order),
        cmocka_unit_test(the_tree_does_not_point_into_the_text),
        cmocka_unit_test(a_hundred_thousand_members_in_the_worst_order),
        cmocka_unit_test(flipped_bits_never_crash),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(test_keep_last),
    };
    return cmocka_run_group_tests_name("json/decode", tests, NULL, NULL);
}
