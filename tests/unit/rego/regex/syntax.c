/*
 * What is no pattern, in which words it is refused, and the bounds that end a compilation.
 */
#include "../../check.h"
#include "base/buf.h"
#include "rego/regex/regex.h"

static const struct refusal {
    const char *pattern;
    const char *text;
    const char *part;
} refusals[] = {
    {"(", "missing closing )", "("},
    {"a(b(c)", "missing closing )", "a(b(c)"},
    {")", "unexpected )", ")"},
    {"a)b", "unexpected )", "a)b"},
    {"[", "missing closing ]", "["},
    {"x[a", "missing closing ]", "[a"},
    {"[]", "missing closing ]", "[]"},
    {"[^]", "missing closing ]", "[^]"},
    {"[[[", "missing closing ]", "[[["},
    {"[a-", "missing closing ]", "[a-"},
    {"[b-a]", "invalid character class range", "b-a"},
    {"[[:foo:]]", "invalid character class range", "[:foo:]"},
    {"[[:^foo:]]", "invalid character class range", "[:^foo:]"},
    {"[a-\\d]", "invalid escape sequence", "\\d"},
    {"\\p", "invalid character class range", "\\p"},
    {"\\p{", "invalid character class range", "\\p{"},
    {"\\p{Nowhere}", "invalid character class range", "\\p{Nowhere}"},
    {"\\pX", "invalid character class range", "\\pX"},
    {"*", "missing argument to repetition operator", "*"},
    {"+?", "missing argument to repetition operator", "+?"},
    {"a|*", "missing argument to repetition operator", "*"},
    {"(?i)?", "missing argument to repetition operator", "?"},
    {"({2})", "missing argument to repetition operator", "{2}"},
    {"a**", "invalid nested repetition operator", "**"},
    {"a++", "invalid nested repetition operator", "++"},
    {"a{2}{3}", "invalid nested repetition operator", "{2}{3}"},
    {"a*?*", "invalid nested repetition operator", "*?*"},
    {"x{1001}", "invalid repeat count", "{1001}"},
    {"x{2,1}", "invalid repeat count", "{2,1}"},
    {"x{99999999999999999999}", "invalid repeat count", "{99999999999999999999}"},
    {"(x{1000}){1000}", "invalid repeat count", "{1000}"},
    {"((x{40}y)+){30}?", "invalid repeat count", "{30}?"},
    {"a\\", "trailing backslash at end of expression", ""},
    {"\\8", "invalid escape sequence", "\\8"},
    {"(a)\\1", "invalid escape sequence", "\\1"},
    {"\\x", "invalid escape sequence", "\\x"},
    {"\\xg0", "invalid escape sequence", "\\xg0"},
    {"\\x0g", "invalid escape sequence", "\\x0g"},
    {"\\x{}", "invalid escape sequence", "\\x{}"},
    {"\\x{110000}", "invalid escape sequence", "\\x{110000"},
    {"\\C", "invalid escape sequence", "\\C"},
    {"\\Z", "invalid escape sequence", "\\Z"},
    {"\\q", "invalid escape sequence", "\\q"},
    {"\\\xc3\xa9", "invalid escape sequence", "\\\xc3\xa9"},
    {"(?=a)", "invalid or unsupported Perl syntax", "(?="},
    {"(?!a)", "invalid or unsupported Perl syntax", "(?!"},
    {"(?>a)", "invalid or unsupported Perl syntax", "(?>"},
    {"(?i-)a", "invalid or unsupported Perl syntax", "(?i-)"},
    {"(?--i)a", "invalid or unsupported Perl syntax", "(?--"},
    {"(?z)", "invalid or unsupported Perl syntax", "(?z"},
    {"(?i", "invalid or unsupported Perl syntax", "(?i"},
    {"(?P<n", "invalid named capture", "(?P<n"},
    {"(?P<>a)", "invalid named capture", "(?P<>"},
    {"(?P<a b>c)", "invalid named capture", "(?P<a b>"},
    {"(?<=a)b", "invalid named capture", "(?<=a)b"},
    {"(?P=a)", "invalid or unsupported Perl syntax", "(?P"},
    {"a\xff", "invalid UTF-8", ""},
    {"\xe2\x82", "invalid UTF-8", ""},
};

static struct err compile(struct bytes pattern, struct regex_fault *fault)
{
    const struct regex *r = NULL;
    struct arena a;
    arena_init(&a, 64UL * 1024 * 1024);
    struct err e = regex_compile(&a, pattern, fault, &r);
    assert_true(failed(e) == (r == NULL));
    arena_clear(&a);
    return e;
}

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        struct regex_fault fault = {0};
        ROW(refusals[i].pattern);
        assert_code(compile(bytes_of_text(refusals[i].pattern), &fault), ERR_FORMAT);
        assert_text(bytes_of_text(fault.text), refusals[i].text);
        assert_text(fault.part, refusals[i].part);
    }
}

static const struct bomb {
    const char *before;
    const char *repeated;
    size_t times;
    const char *after;
} bombs[] = {
    {"", "a", REGEX_PATTERN_MAX + 1, ""},
    {"", "(", 1500, "a"},        /* closed by the loop below */
    {"", "(?:a|b(?:", 1200, ""}, /* the same */
    {"", "a{1000}", 11, ""},
    {"((((", "abcdefghijk", 1, "){10}){10}){10})+"},
    {"(?i)", "(?:\\pL{100}){10}", 20, ""},
    {"[", "\\PL\\pL", 400, "]"},
};

static void add(struct buf *b, const char *text, size_t times)
{
    for (size_t i = 0; i < times; i++)
        buf_text(b, text);
}

/* Patterns over our bounds: a limit, never "not a pattern". */
static void test_bombs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bombs) / sizeof(bombs[0]); i++) {
        SCOPED(buf) struct buf b;
        struct regex_fault fault = {0};
        ROW(bombs[i].repeated);
        buf_init(&b, 1024UL * 1024);
        buf_text(&b, bombs[i].before);
        add(&b, bombs[i].repeated, bombs[i].times);
        buf_text(&b, bombs[i].after);
        size_t open = 0;
        for (size_t k = 0; k < b.n; k++)
            open += b.p[k] == '(' ? 1UL : b.p[k] == ')' ? (size_t)-1 : 0UL;
        add(&b, ")", open);
        assert_code(compile(buf_view(&b), &fault), ERR_LIMIT);
    }
}

static const char *const accepted[] = {
    "",
    "|",
    "()",
    "(|a)*",
    "{",
    "a{",
    "a{,2}",
    "a{1",
    "a{1,2",
    "a{01}",
    "]",
    "a]b",
    "[]a]",
    "[^]a]",
    "[a-]",
    "[-a]",
    "[a-b-c]",
    "[[:alpha:][:^digit:]]",
    "[\\d\\D]",
    "[[a]",
    "\\Qa.*",
    "\\Q\\E",
    "\\pN",
    "\\p{^Greek}",
    "\\P{^L}",
    "\\p{Any}",
    "^*",
    "(?i)(?-i)(?s-m:a)",
    "(?)",
    "(?P<n>a)(?<m>b)",
    "(?P<n>a)(?P<n>b)",
    "\\0",
    "\\012",
    "\\12",
    "\\x41",
    "\\x{10FFFF}",
    "\\_\\-\\/\\ ",
    "x{1000}",
    "(x{31}){31}",
    "(x{1000}){0}",
    "x{0}{",
    "(?U)a+?b*",
};

static void test_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
        struct regex_fault fault = {0};
        ROW(accepted[i]);
        assert_ok(compile(bytes_of_text(accepted[i]), &fault));
    }
}

/* Each truncation of a long pattern is a pattern or is refused; none is a limit. */
static void test_truncations(void **state)
{
    (void)state;
    static const char pattern[] = "(?i)^(?P<a>[^[:alpha:]\\d\\x{e9}-\\x{ff}]{2,3}?|\\p{Greek}+)(?:\\Qa.b\\E|\\bx)*$";
    for (size_t n = 0; n < sizeof(pattern); n++) {
        struct regex_fault fault = {0};
        struct err e = compile(bytes_of(pattern, n), &fault);
        assert_true(e.code == ERR_OK || e.code == ERR_FORMAT);
    }
}

static void test_names(void **state)
{
    (void)state;
    struct arena a;
    struct regex_fault fault;
    const struct regex *r;
    arena_init(&a, 1024UL * 1024);
    assert_ok(regex_compile(&a, bytes_of_text("(a)(?P<one>b(c))(?<two_2>d)(?:e)"), &fault, &r));
    assert_int_equal(regex_groups(r), 4);
    static const char *const names[] = {"", "", "one", "", "two_2"};
    for (size_t i = 0; i < 5; i++)
        assert_text(regex_group_name(r, i), names[i]);
    assert_true(regex_cost(r) > 0);
    arena_clear(&a);
}

static void test_faults(void **state)
{
    (void)state;
    struct regex_fault fault;
    static const char pattern[] = "^(?i)([a-z\\pL]{2,9}|(?P<n>x)*\\b)(?:(a)(b)(c)(d)(e)(f)(g)(h)(i)){2}$";
    FAULT_PASS(compile(bytes_of_text(pattern), &fault), (void)0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),    cmocka_unit_test(test_bombs), cmocka_unit_test(test_accepted),
        cmocka_unit_test(test_truncations), cmocka_unit_test(test_names), cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
