/*
 * Globs.
 */
#include "rego/regex/glob.h"
#include "../../check.h"

static struct err match(const char *pattern, const char *delimiters, const char *text, struct regex_fault *fault,
                        bool *out)
{
    uint64_t fuel = 1000000;
    const struct regex *r;
    struct regex_machine *m;
    struct arena a;
    arena_init(&a, 4UL * 1024 * 1024);
    struct err e = glob_compile(&a, bytes_of_text(pattern), bytes_of_text(delimiters), fault, &r);
    if (!failed(e))
        e = regex_machine_new(&a, r, &m);
    if (!failed(e))
        e = regex_matches(m, bytes_of_text(text), &fuel, out);
    arena_clear(&a);
    return e;
}

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        const char *text;
    } refusals[] = {
        {"[", "unexpected end of input"},
        {"a[bc", "unexpected end of input"},
        {"[a-", "unexpected end of input"},
        {"[a-b", "unexpected end of input"},
        {"[!", "unexpected end of input"},
        {"[ab\\", "unexpected end of input"},
        {"[]", "could not parse range"},
        {"[]a]", "could not parse range"},
        {"[!]", "could not parse range"},
        {"[b-a]", "hi character should be greater than lo"},
        {"[a-cd]", "expected close range character"},
        {"[a-c-e]", "expected close range character"},
        {"\xff", "invalid UTF-8"},
    };
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        struct regex_fault fault = {0};
        bool yes;
        ROW(refusals[i].pattern);
        assert_code(match(refusals[i].pattern, ".", "a", &fault, &yes), ERR_FORMAT);
        assert_text(bytes_of_text(fault.text), refusals[i].text);
    }
}

static const struct {
    const char *pattern;
    const char *delimiters;
    const char *text;
    bool matches;
} rows[] = {
    {"", "", "a", false},
    {"a", "", "ab", false},
    {"a", "", "ba", false},
    {"*", ".", "a.b", false},
    {"?", ".", ".", false},
    {"?", "", "", false},
    {"a?", "", "a", false},
    {"[!a]", "", "a", false},
    {"[a-c]", "", "d", false},
    {"{a,b}", "", "c", false},
    {"{a,b}", "", "{a,b}", false},
    {"\\*", "", "a", false},
    {"*.com", ".:", "a:b.com", false},
    {"**", ".", "a\n", true},
    {"", "", "", true},
    {"*", "", "", true},
    {"*", ".", "ab", true},
    {"*", "", "a.b\n", true},
    {"**", ".", "a.b", true},
    {"a**b", ".", "a.x.b", true},
    {"?", "", "\xc3\xa9", true},
    {"[!a]", ".", ".", true},
    {"[abc]", "", "b", true},
    {"[a-c]", "", "b", true},
    {"[!!a]", "", "b", true},
    {"[a\\]]", "", "]", true},
    {"[!a-c]x", "", "dx", true},
    {"{a,b*}c", "", "bxxc", true},
    {"{a,{b,c}}", "", "c", true},
    {"{,a}b", "", "b", true},
    {"{a,b", "", "b", true}, /* OPA lets the end of the pattern close it */
    {"a,b}", "", "a,b}", true},
    {"\\{a\\}", "", "{a}", true},
    {"a\\", "", "a", true},
    {"]", "", "]", true},
    {"(a|b).+", "", "(a|b).+", true},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct regex_fault fault = {0};
        bool yes;
        ROW(rows[i].pattern);
        assert_ok(match(rows[i].pattern, rows[i].delimiters, rows[i].text, &fault, &yes));
        if (yes != rows[i].matches)
            fail_msg("row '%s' and '%s': %d", check_row, rows[i].text, yes);
    }
}

static void test_deep(void **state)
{
    (void)state;
    static char pattern[4001];
    struct regex_fault fault = {0};
    bool yes;
    for (size_t i = 0; i < 4000; i += 2)
        memcpy(pattern + i, "{a", 2);
    assert_code(match(pattern, "", "a", &fault, &yes), ERR_LIMIT);
}

static void test_faults(void **state)
{
    (void)state;
    struct regex_fault fault;
    bool yes;
    FAULT_PASS(match("a*[!b]{c,?}**", ".", "axxc.", &fault, &yes), (void)0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_deep),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
