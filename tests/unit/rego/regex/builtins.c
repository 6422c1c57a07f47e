/*
 * regex.* and glob.* as policies call them.
 */
#include "../rego_check.h"

static const struct row {
    const char *call;
    const char *want; /* JSON; NULL: undefined */
} rows[] = {
    {"regex.match(\"[\", \"a\")", NULL},
    {"regex.match(1, \"a\")", NULL},
    {"regex.split(\"(\", \"a\")", NULL},
    {"regex.find_n(\"a\", \"a\", 1.5)", NULL},
    {"regex.find_all_string_submatch_n(\"*\", \"a\", 1)", NULL},
    {"regex.replace(\"a\", \"a**\", \"b\")", NULL},
    {"regex.template_match(\"a{b\", \"ab\", \"{\", \"}\")", NULL},
    {"regex.template_match(\"a}b\", \"ab\", \"{\", \"}\")", NULL},
    {"regex.template_match(\"a{(}b{)}\", \"ab\", \"{\", \"}\")", NULL},
    {"regex.template_match(\"ab\", \"ab\", \"{{\", \"}\")", NULL},
    {"glob.match(\"[\", [], \"a\")", NULL},
    {"glob.match(\"a\", [\"ab\"], \"a\")", NULL},
    {"glob.match(\"a\", [1], \"a\")", NULL},
    {"glob.match(\"a\", \".\", \"a\")", NULL},
    {"regex.globs_match(\"a]\", \"a\")", NULL},
    {"regex.globs_match(\"[a\", \"a\")", NULL},
    {"regex.globs_match(\"a\", \"*\")", NULL},
    {"regex.globs_match(\"a**\", \"a\")", NULL},
    {"regex.globs_match(`a\\`, \"a\")", NULL},
    {"regex.globs_match(\"[-a]\", \"a\")", NULL},
    {"regex.globs_match(\"[a-]\", \"a\")", NULL},
    {"regex.globs_match(\"[a-b-c]\", \"a\")", NULL},
    {"regex.globs_match(\"[b-a]\", \"a\")", NULL},
    {"regex.globs_match(1, \"a\")", NULL},
    {"regex.is_valid(\"[\")", "false"},
    {"regex.is_valid(7)", "false"},
    {"regex.is_valid(\"a+\")", "true"},
    {"regex.match(\"b\", \"abc\")", "true"},
    {"regex.match(\"^b\", \"abc\")", "false"},
    {"regex.match(`^a\\.b$`, \"axb\")", "false"},
    {"regex.split(\"\", \"\")", "[]"},
    {"regex.split(\"a\", \"\")", "[\"\"]"},
    {"regex.split(\"\", \"abc\")", "[\"a\",\"b\",\"c\"]"},
    {"regex.split(\"a*\", \"baac\")", "[\"b\",\"c\"]"},
    {"regex.split(\"a\", \"aba\")", "[\"\",\"b\",\"\"]"},
    {"regex.split(\"x\", \"aba\")", "[\"aba\"]"},
    {"regex.find_n(\"\", \"ab\", -1)", "[\"\",\"\",\"\"]"},
    {"regex.find_n(\"a*\", \"baac\", -1)", "[\"\",\"aa\",\"\"]"},
    {"regex.find_n(\"^a\", \"aaa\", -1)", "[\"a\"]"},
    {"regex.find_n(`\\b`, \"ab c\", -1)", "[\"\",\"\",\"\",\"\"]"},
    {"regex.find_n(\".\", \"a\xc3\xa9\xe2\x82\xac\", 2)", "[\"a\",\"\xc3\xa9\"]"},
    {"regex.find_n(\"a\", \"aa\", -9223372036854775808)", "[\"a\",\"a\"]"},
    {"regex.find_all_string_submatch_n(\"a\", \"aa\", -9223372036854775808)", "[[\"a\"],[\"a\"]]"},
    {"regex.find_all_string_submatch_n(\"(a)|(b)\", \"ab\", -1)", "[[\"a\",\"a\",\"\"],[\"b\",\"\",\"b\"]]"},
    {"regex.find_all_string_submatch_n(\"a\", \"aa\", 0)", "[]"},
    {"regex.replace(\"ab\", \"(a)(?P<n>b)?\", \"<$1|${n}|$$|$2x|$01|$|${|$3>\")", "\"<a|b|$|||$|${|>\""},
    {"regex.replace(\"abc\", \"\", \"-\")", "\"-a-b-c-\""},
    {"regex.replace(\"baac\", \"a*\", \"x\")", "\"xbxcx\""},
    {"regex.replace(\"abc\", \"b\", \"${0}${0}\")", "\"abbc\""},
    {"regex.replace(\"a\", \"(?P<n>x)?(?P<n>a)\", \"$n\")", "\"a\""},
    {"regex.template_match(\"a.{[0-9]+}b\", \"a.12b\", \"{\", \"}\")", "true"},
    {"regex.template_match(\"a.{[0-9]+}b\", \"ax12b\", \"{\", \"}\")", "false"},
    {"regex.template_match(\"<x{2}>\", \"xx\", \"<\", \">\")", "true"},
    {"regex.globs_match(\"a\", \"b\")", "false"},
    {"regex.globs_match(\"a\", \"\")", "false"},
    {"regex.globs_match(\"a*\", \"b*\")", "false"}, /* the empty text does not count */
    {"regex.globs_match(\"a+\", \"a+b\")", "false"},
    {"regex.globs_match(\"[a-c]+\", \"[d-f]+\")", "false"},
    {"regex.globs_match(\"\", \"\")", "true"},
    {"regex.globs_match(\"a*\", \"a*\")", "true"},
    {"regex.globs_match(\"a*b\", \".[ab]x*\")", "true"},
    {"regex.globs_match(\"[a-c]+z\", \"a.*\")", "true"},
    {"regex.globs_match(`\\.\\[`, \".[[]\")", "true"},
    {"glob.match(\"*\", [], \"a.b\")", "false"},
    {"glob.match(\"*\", null, \"a.b\")", "true"},
    {"glob.match(\"a:*\", [\":\", \"\xc3\xa9\"], \"a:b\xc3\xa9\")", "false"},
    {"glob.quote_meta(`*a?\\[b]{c}`)", "\"\\\\*a\\\\?\\\\\\\\\\\\[b\\\\]\\\\{c\\\\}\""},
};

static void check_row_with(const struct row *row, const char *text)
{
    static struct asked a;
    ROW(row->call);
    ask(&a, text, "data.t.p", "{\"f\": \"one\"}");
    if (row->want == NULL)
        assert_int_equal(a.status, REGO_UNDEFINED);
    else if (a.status != REGO_OK)
        fail_msg("row '%s': status %d %s", check_row, a.status, a.error.message);
    else
        assert_text(bytes_of_text(a.json), row->want);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[400];
        (void)snprintf(text, sizeof(text), "package t\np := %s\n", rows[i].call);
        check_row_with(&rows[i], text);
        /* the same with patterns that are no constants where they are used */
        (void)snprintf(text, sizeof(text), "package t\np := [x | input.f; x := %s][0]\n", rows[i].call);
        check_row_with(&rows[i], text);
    }
}

/* Patterns that the input makes, more of them than are kept at a time. */
static void test_many_patterns(void **state)
{
    (void)state;
    static struct asked a;
    static const char text[] = "package t\n"
                               "p := count([i | some i in numbers.range(1, 2500); r := concat(\"\", [\"^\", "
                               "format_int(i, 10), \"(x|$)\"]); regex.match(r, format_int(i, 10)); "
                               "not regex.match(r, concat(\"\", [\"7\", format_int(i, 10)]))])\n";
    ask(&a, text, "data.t.p", NULL);
    assert_int_equal(a.status, REGO_OK);
    assert_text(bytes_of_text(a.json), "2500");
}

/* What takes too long or is too large ends the evaluation; it never decides. */
static void test_limits(void **state)
{
    (void)state;
    static const char *const rules[] = {
        "p if not regex.match(\"a{1000}b{1000}a{1000}b{1000}a{1000}b{1000}a{1000}b{1000}a{1000}b{1000}\", \"a\")",
        "p := regex.is_valid(\"[a-z]{1000}.{1000}.{1000}.{1000}.{1000}.{1000}.{1000}.{1000}.{1000}.{1000}\")",
        "p if not regex.match(concat(\"\", [\"a\" | some i in numbers.range(1, 20000)]), \"b\")",
        "p if { x := concat(\"\", [\"ab\" | some i in numbers.range(1, 20000)]); not regex.match(`([ab]{400}a){2}c`, "
        "x) }",
        "p if { x := concat(\"\", [\"a\" | some i in numbers.range(1, 20000)]); "
        "count(regex.find_n(`a.*b|a`, x, -1)) == 0 }",
        "p if { x := concat(\"\", [\"a*\" | some i in numbers.range(1, 8000)]); not regex.globs_match(x, x) }",
    };
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        char text[600];
        static struct asked a;
        ROW(rules[i]);
        (void)snprintf(text, sizeof(text), "package t\ndefault p := true\n%s\n", rules[i]);
        ask_with(&a, text, "data.t.p", NULL, (struct rego_limits){.steps = 1000000});
        if (a.status != REGO_ERR_LIMIT)
            fail_msg("row '%s': status %d %s %s", check_row, a.status, a.json, a.error.message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_many_patterns),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
