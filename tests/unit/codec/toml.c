#include "codec/toml.h"

#include "base/limits.h"
#include "check.h"

static void refuse(const char *text, enum err_code code)
{
    struct arena a;
    const struct json *v = NULL;
    struct toml_fault fault = {0};
    ROW(text);
    arena_init(&a, REQUEST_ARENA_MAX);
    assert_code(toml_decode(&a, bytes_of_text(text), &fault, &v), code);
    assert_null(v);
    assert_true(fault.line > 0 && fault.column > 0 && fault.expected != NULL);
    arena_clear(&a);
}

static void same(const char *text, const char *json)
{
    struct arena a;
    const struct json *v;
    struct toml_fault fault = {0};
    ROW(text);
    arena_init(&a, REQUEST_ARENA_MAX);
    struct err e = toml_decode(&a, bytes_of_text(text), &fault, &v);
    if (failed(e))
        fail_msg("%s: refused at %zu:%zu, expected %s (%s)", text, fault.line, fault.column, fault.expected, e.at);
    SCOPED(buf) struct buf b;
    buf_init(&b, MIB);
    json_encode(v, &b);
    assert_text(buf_view(&b), json);
    arena_clear(&a);
}

static void refuses_what_is_no_line(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "a",
        "a =",
        "a = \n1",
        "= 1",
        "a = 1 b = 2",
        "a = 1, b = 2",
        "a 1",
        "a.b",
        "a. = 1",
        ".a = 1",
        "a..b = 1",
        "\"a = 1",
        "a b = 1",
        "\"\"\"a\"\"\" = 1",
        "'a\nb' = 1",
        "\xc3\xa9 = 1",
        "[",
        "[a",
        "[a\n]",
        "[]",
        "[a.]",
        "[.a]",
        "[a] b = 1",
        "[a]]",
        "[[a]",
        "[ [a]]",
        "[[a] ]",
        "[[]]",
        "[a b]",
        "\xef\xbb\xbf"
        "a = 1",
        "a = 1\rb = 2",
        "a = 1 # \x01",
        "# \x7f",
        "# a\rb",
        "# \x1f",
        "a = 1\f",
        "]",
        "{}",
        "a = 1 = 2",
        "a = b",
        "a = True",
        "a = truex",
        "a = falsee",
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        refuse(rows[i], ERR_FORMAT);
}

static void refuses_malformed_strings(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "a = \"",
        "a = \"b",
        "a = \"b\nc\"",
        "a = \"\\x41\"",
        "a = \"\\u004\"",
        "a = \"\\ud800\"",
        "a = \"\\U00110000\"",
        "a = \"\\U0000d800\"",
        "a = \"\\U0041\"",
        "a = \"\\ \"",
        "a = \"\x01\"",
        "a = \"\x7f\"",
        "a = '\x02'",
        "a = '",
        "a = 'b\n'",
        "a = '''b",
        "a = '''b''",
        "a = \"\"\"b",
        "a = \"\"\"b\"\"",
        "a = \"\"\"\"\"\"\"\"\"",
        "a = '''''''''",
        "a = \"\"\"\\ b\"\"\"",
        "a = \"\"\"b\\",
        "a = \"\"\"\r\"\"\"",
        "a = '''\x1b'''",
        "a = \"\"\" \\q \"\"\"",
        "a = \"b\" c",
        "a = 'b''c'",
        "a = \"\\/\"",
        "a = \"\\",
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        refuse(rows[i], ERR_FORMAT);
}

static void refuses_malformed_numbers(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "01",
        "+01",
        "-01",
        "00",
        "0_1",
        "_1",
        "1_",
        "1__2",
        "1.",
        ".1",
        "1._2",
        "1_.2",
        "1.2_",
        "1e",
        "1e+",
        "1e_1",
        "1e1_",
        "1.e1",
        "++1",
        "+-1",
        "+",
        "-",
        "0x",
        "0x_1",
        "0x1_",
        "0X1",
        "+0x1",
        "-0x1",
        "0o8",
        "0b2",
        "0b",
        "0o",
        "0xg",
        "1a",
        "1e5.5",
        "1.2.3",
        "0x10000000000000000",
        "0x8000000000000000",
        "9223372036854775808",
        "-9223372036854775809",
        "99999999999999999999999",
        "1 2",
        "0b1_",
        "1 000",
        "1,000",
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[64];
        snprintf(text, sizeof(text), "a = %s", rows[i]);
        refuse(text, ERR_FORMAT);
    }
    static const char *const unsupported[] = {"inf",        "+inf",
                                              "-inf",       "nan",
                                              "+nan",       "-nan",
                                              "1979-05-27", "1979-05-27T07:32:00Z",
                                              "07:32:00",   "1979-05-27 07:32:00"};
    for (size_t i = 0; i < sizeof(unsupported) / sizeof(unsupported[0]); i++) {
        char text[64];
        snprintf(text, sizeof(text), "a = [%s]", unsupported[i]);
        refuse(text, ERR_UNSUPPORTED);
    }
    refuse("a = 1e10001", ERR_LIMIT);
}

static void refuses_malformed_containers(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "a = [",
        "a = [1",
        "a = [1 2]",
        "a = [,]",
        "a = [1,,2]",
        "a = [1}",
        "a = ]",
        "a = {",
        "a = {b}",
        "a = {b = 1",
        "a = {b = 1,}",
        "a = {,}",
        "a = {b = 1 c = 2}",
        "a = {b = 1\n}",
        "a = {\nb = 1}",
        "a = {b = 1,\nc = 2}",
        "a = {b = 1, # x\n}",
        "a = {b = [1}",
        "a = [{b = 1]",
        "a = {b.}",
        "a = [1, # x",
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        refuse(rows[i], ERR_FORMAT);
}

static void refuses_what_is_defined_twice(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "a = 1\na = 2",
        "a = 1\n\"a\" = 2",
        "'a' = 1\n\"\\u0061\" = 2",
        "a.b = 1\na.b = 2",
        "a = 1\na.b = 2",
        "a.b = 1\na = 2",
        "a = {b = 1}\na.c = 2",
        "a = {b = 1, b = 2}",
        "a = {b = 1, b.c = 2}",
        "a = {b.c = 1, b.c = 2}",
        "a = {b = {c = 1}, b.d = 2}",
        "a = {b.c = 1, b = {d = 2}}",
        "a = {}\n[a]",
        "a = {}\n[a.b]",
        "a = {b = {}}\n[a.b]",
        "a = {b = {}}\n[a.b.c]",
        "a = [{}]\n[[a]]",
        "a = []\n[[a]]",
        "a = []\n[a]",
        "a = [{}]\n[a.b]",
        "a = 1\n[a]",
        "a = 1\n[a.b]",
        "a = 1\n[[a]]",
        "[a]\n[a]",
        "[a]\n[b]\n[a]",
        "[a.b]\n[a]\n[a.b]",
        "[a]\nb = 1\n[a.b]",
        "[a]\nb.c = 1\n[a.b]",
        "[a]\nb.c.d = 1\n[a.b.c]",
        "[a]\nb.c = 1\n[[a.b]]",
        "[a]\n[[a]]",
        "[[a]]\n[a]",
        "[a.b]\n[[a]]",
        "[[a.b]]\n[a]\nb.c = 1",
        "[[a.b]]\n[a]\nb = 1",
        "[a.b]\n[a]\nb = 1",
        "[a.b]\n[a]\nb.c = 1",
        "[a.b.c]\nz = 9\n[a]\nb.c.t = 1",
        "[a.b.c.d]\nz = 9\n[a]\nb.c.d.k.t = 1",
        "[a.b.c]\n[a]\nb.d = 1\n[a.b]",
        "[[a]]\nb.c = 1\n[a.b]",
        "[[a]]\n[a.b]\n[a.b]",
        "[[a]]\n[[a.b]]\n[a.b]",
        "[[a]]\n[a.b]\n[[a.b]]",
        "a.b.c = 1\na.b = 2",
        "a.b = 1\n[a]",
        "a.b.c = 1\n[a.b]",
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        refuse(rows[i], ERR_FORMAT);
}

static void tables_may_grow_where_the_rules_allow(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"", "{}"},
        {"# only a comment", "{}"},
        {"\r\n\n \t\n", "{}"},
        {"a.b = 1\na.c = 2", "{\"a\":{\"b\":1,\"c\":2}}"},
        {"a.b = 1\nx = 0\na.c = 2", "{\"a\":{\"b\":1,\"c\":2},\"x\":0}"},
        {"a . \"b.c\" . 'd' = 1", "{\"a\":{\"b.c\":{\"d\":1}}}"},
        {"3.14 = 1\n-_-=2", "{\"-_-\":2,\"3\":{\"14\":1}}"},
        {"\"\" = 1\n'' . x = 2", NULL},
        {"[a]\n[a.b]\nc = 1", "{\"a\":{\"b\":{\"c\":1}}}"},
        {"[a.b.c]\n[a]\nd = 1", "{\"a\":{\"b\":{\"c\":{}},\"d\":1}}"},
        {"[a.b.c]\n[a]\nb.d = 1", "{\"a\":{\"b\":{\"c\":{},\"d\":1}}}"},
        {"[fruit]\napple.color = \"red\"\napple.taste.sweet = true\n[fruit.apple.texture]\nsmooth = true",
         "{\"fruit\":{\"apple\":{\"color\":\"red\",\"taste\":{\"sweet\":true},\"texture\":{\"smooth\":true}}}}"},
        {"[ a . b ] # c\nd=1", "{\"a\":{\"b\":{\"d\":1}}}"},
        {"[[a]]\nx=1\n[[a]]\n[[a]]\nx=3", "{\"a\":[{\"x\":1},{},{\"x\":3}]}"},
        {"[[a]]\n[a.b]\nx=1\n[[a]]\n[a.b]\nx=2", "{\"a\":[{\"b\":{\"x\":1}},{\"b\":{\"x\":2}}]}"},
        {"[[a]]\n[[a.b]]\nx=1\n[[a.b]]\n[[a]]\n[[a.b]]", "{\"a\":[{\"b\":[{\"x\":1},{}]},{\"b\":[{}]}]}"},
        {"[[ a ]]\nb.c=1\n[[a]]\nb.c=2", "{\"a\":[{\"b\":{\"c\":1}},{\"b\":{\"c\":2}}]}"},
        {"[a]\n[[a.b]]\n[a.c]", "{\"a\":{\"b\":[{}],\"c\":{}}}"},
        {"a = { }\nb = {x.y = 1, x.z = {}, 'w' = [ ]}", "{\"a\":{},\"b\":{\"w\":[],\"x\":{\"y\":1,\"z\":{}}}}"},
        {"a = [ 1, # one\n 'two',\r\n\n[true, {x=1}], ] # end", "{\"a\":[1,\"two\",[true,{\"x\":1}]]}"},
        {"a = {b = [1,\n2], c = '''x\ny'''}", "{\"a\":{\"b\":[1,2],\"c\":\"x\\ny\"}}"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i][1] == NULL)
            refuse(rows[i][0], ERR_FORMAT);
        else
            same(rows[i][0], rows[i][1]);
    }
}

static void strings_of_all_four_kinds(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"a = \"\"", "{\"a\":\"\"}"},
        {"a = \"\\b\\t\\n\\f\\r\\\"\\\\\\u00e9\\U0001F600\tx\"",
         "{\"a\":\"\\b\\t\\n\\f\\r\\\"\\\\\xc3\xa9\xf0\x9f\x98\x80\\tx\"}"},
        {"a = \"\\u0000\"", "{\"a\":\"\\u0000\"}"},
        {"a = 'C:\\n\"'", "{\"a\":\"C:\\\\n\\\"\"}"},
        {"a = \"\"\"\"\"\"", "{\"a\":\"\"}"},
        {"a = \"\"\"\nx\ny\n\"\"\"", "{\"a\":\"x\\ny\\n\"}"},
        {"a = \"\"\"\r\nx\r\ny\"\"\"", "{\"a\":\"x\\ny\"}"},
        {"a = \"\"\"x \\\n   \n\t y\"\"\"", "{\"a\":\"x y\"}"},
        {"a = \"\"\"\\  \r\n  x \\\n\"\"\"", "{\"a\":\"x \"}"},
        {"a = \"\"\"x\"\"y\"\"\"", "{\"a\":\"x\\\"\\\"y\"}"},
        {"a = \"\"\"x\"\"\"\"", "{\"a\":\"x\\\"\"}"},
        {"a = \"\"\"x\"\"\"\"\"", "{\"a\":\"x\\\"\\\"\"}"},
        {"a = \"\"\"\"\"\"\"\"", "{\"a\":\"\\\"\\\"\"}"},
        {"a = \"\"\"x\\\"\"\"\"", "{\"a\":\"x\\\"\"}"},
        {"a = ''''''", "{\"a\":\"\"}"},
        {"a = '''\nx\\y ''z'''''", "{\"a\":\"x\\\\y ''z''\"}"},
        {"a = '''\n\n'''", "{\"a\":\"\\n\"}"},
        {"\"k\\te\" = '\xc3\xa9'", "{\"k\\te\":\"\xc3\xa9\"}"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        same(rows[i][0], rows[i][1]);
}

static void numbers_of_all_kinds(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"0", "0"},
        {"-0", "0"},
        {"+0", "0"},
        {"+99", "99"},
        {"-17", "-17"},
        {"1_000_0", "10000"},
        {"0xDEAD_beef", "3735928559"},
        {"0o0_17", "15"},
        {"0b1101", "13"},
        {"0x00", "0"},
        {"9223372036854775807", "9223372036854775807"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"0x7fffffffffffffff", "9223372036854775807"},
        {"1.0", "1.0"},
        {"+3.1_4", "3.14"},
        {"-0.01", "-0.01"},
        {"5e+2_2", "5e+22"},
        {"1e06", "1e06"},
        {"-2E-2", "-2E-2"},
        {"6.626e-34", "6.626e-34"},
        {"0.0", "0.0"},
        {"-0.0", "-0.0"},
        {"0e0", "0e0"},
        {"true", "true"},
        {"false", "false"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[64];
        char json[64];
        snprintf(text, sizeof(text), "a=%s", rows[i][0]);
        snprintf(json, sizeof(json), "{\"a\":%s}", rows[i][1]);
        same(text, json);
    }
}

static void a_fault_names_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t line;
        size_t column;
    } rows[] = {
        {"a = ", 1, 5},
        {"x = 1\r\ny = 'b", 2, 7},
        {"\xc3\xa9 = 1", 1, 1},
        {"'\xc3\xa9\xc3\xa9' 1", 1, 6},
        {"a = '\xc3\xa9\xff'", 1, 7},
        {"a = 1\n\n  a = 2", 3, 3},
        {"[a]\n[b]\n[ a ]", 3, 3},
        {"a = 0x7fff_ffff_ffff_ffff_f", 1, 5},
        {"a = [\n1,\n1979-05-27]", 3, 1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].text);
        struct arena a;
        const struct json *v;
        struct toml_fault fault;
        arena_init(&a, REQUEST_ARENA_MAX);
        assert_true(failed(toml_decode(&a, bytes_of_text(rows[i].text), &fault, &v)));
        assert_int_equal(fault.line, rows[i].line);
        assert_int_equal(fault.column, rows[i].column);
        arena_clear(&a);
    }
}

static const char whole[] = "# casemate\n[server]\nlisten = \"\\u0031.2.3.4\"\r\nports = [ 1_0, 0x2f, ]\n"
                            "[server.tls]\nkey.'a b' = {x = -1.5e+3, y = true}\n[[verifier]]\nname = '''\nsnp'''\n"
                            "[[verifier]]\nname = \"\"\"\\\n  tdx\"\"\"\n";

static void refuses_a_nul_wherever_it_stands(void **state)
{
    (void)state;
    struct arena a;
    const struct json *v;
    arena_init(&a, REQUEST_ARENA_MAX);
    assert_ok(toml_decode(&a, bytes_of_text(whole), NULL, &v));
    for (size_t i = 0; i < sizeof(whole) - 1; i++) {
        uint8_t broken[sizeof(whole)];
        memcpy(broken, whole, sizeof(whole));
        broken[i] = 0;
        assert_code(toml_decode(&a, bytes_of(broken, sizeof(whole) - 1), NULL, &v), ERR_FORMAT);
    }
    assert_code(toml_decode(&a, BYTES_OF(whole), NULL, &v), ERR_FORMAT);
    arena_clear(&a);
}

static void truncation_and_flips_never_crash(void **state)
{
    (void)state;
    struct arena a;
    const struct json *v;
    arena_init(&a, REQUEST_ARENA_MAX);
    for (size_t n = 0; n < sizeof(whole) - 1; n++)
        (void)!failed(toml_decode(&a, bytes_of(whole, n), NULL, &v));
    for (size_t bit = 0; bit < 8 * (sizeof(whole) - 1); bit++) {
        uint8_t flipped[sizeof(whole)];
        memcpy(flipped, whole, sizeof(whole));
        flipped[bit / 8] ^= (uint8_t)(1 << bit % 8);
        struct err e = toml_decode(&a, bytes_of(flipped, sizeof(whole) - 1), NULL, &v);
        assert_true(e.code == ERR_OK || e.code == ERR_FORMAT || e.code == ERR_UNSUPPORTED || e.code == ERR_LIMIT);
        arena_clear(&a);
    }
    arena_clear(&a);
}

static void bounds_hold(void **state)
{
    (void)state;
    struct arena a;
    const struct json *v;
    SCOPED(buf) struct buf b;
    buf_init(&b, 4 * MIB);
    arena_init(&a, REQUEST_ARENA_MAX);
    buf_fill(&b, '\n', TOML_TEXT_MAX);
    assert_ok(toml_decode(&a, buf_view(&b), NULL, &v));
    buf_fill(&b, '\n', 1);
    assert_code(toml_decode(&a, buf_view(&b), NULL, &v), ERR_LIMIT);
    for (size_t depth = TOML_DEPTH_MAX - 1; depth <= TOML_DEPTH_MAX; depth++) {
        enum err_code want = depth < TOML_DEPTH_MAX ? ERR_OK : ERR_LIMIT;
        buf_reset(&b);
        buf_text(&b, "a = ");
        buf_fill(&b, '[', depth);
        buf_fill(&b, ']', depth);
        assert_code(toml_decode(&a, buf_view(&b), NULL, &v), want);
        buf_reset(&b);
        for (size_t i = 0; i < depth; i++)
            buf_text(&b, "a.");
        buf_text(&b, "a = 1");
        assert_code(toml_decode(&a, buf_view(&b), NULL, &v), want);
        buf_reset(&b);
        buf_text(&b, "[a");
        for (size_t i = 1; i < depth; i++)
            buf_text(&b, ".a");
        buf_text(&b, "]");
        assert_code(toml_decode(&a, buf_view(&b), NULL, &v), want);
    }
    arena_clear(&a);
}

static void many_keys_in_order_stay_fast(void **state)
{
    (void)state;
    struct arena a;
    const struct json *v;
    SCOPED(buf) struct buf b;
    buf_init(&b, TOML_TEXT_MAX);
    arena_init(&a, REQUEST_ARENA_MAX);
    for (int i = 0; i < 80000; i++) {
        char line[32];
        snprintf(line, sizeof(line), "k%06d=%d\n", i, i % 10);
        buf_text(&b, line);
    }
    assert_ok(toml_decode(&a, buf_view(&b), NULL, &v));
    assert_int_equal(v->count, 80000);
    assert_int_equal(json_at(v, "k067893")->as_int, 3);
    arena_clear(&a);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    struct arena a;
    const struct json *v;
    arena_init(&a, REQUEST_ARENA_MAX);
    FAULT_PASS(toml_decode(&a, bytes_of_text(whole), NULL, &v), arena_clear(&a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_is_no_line),          cmocka_unit_test(refuses_malformed_strings),
        cmocka_unit_test(refuses_malformed_numbers),        cmocka_unit_test(refuses_malformed_containers),
        cmocka_unit_test(refuses_what_is_defined_twice),    cmocka_unit_test(tables_may_grow_where_the_rules_allow),
        cmocka_unit_test(strings_of_all_four_kinds),        cmocka_unit_test(numbers_of_all_kinds),
        cmocka_unit_test(a_fault_names_its_place),          cmocka_unit_test(refuses_a_nul_wherever_it_stands),
        cmocka_unit_test(truncation_and_flips_never_crash), cmocka_unit_test(bounds_hold),
        cmocka_unit_test(many_keys_in_order_stay_fast),     cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("codec/toml", tests, NULL, NULL);
}
