/*
 * Where patterns match: the answer of the automaton and that of the threads, row by row; and what is hostile.
 */
#include "../../check.h"
#include "base/buf.h"
#include "rego/regex/regex.h"

#define FUEL 1000000

/* Where is "begin-end begin-end ..." of the match and its groups, "-" for a group that took no part; NULL: no match. */
static const struct row {
    const char *pattern;
    const char *text;
    const char *where;
} rows[] = {
    {"b", "a", NULL},
    {"^b", "ab", NULL},
    {"a$", "ab", NULL},
    {"a$", "a\n", NULL},
    {"\\Ab", "a\nb", NULL},
    {"a\\z", "a\n", NULL},
    {".", "\n", NULL},
    {"a.b", "a\nb", NULL},
    {"\\bb", "ab", NULL},
    {"\\B", "a", NULL},
    {"[^a]", "a", NULL},
    {"[^\\D\\d]", "a1", NULL},
    {"\\d", "\xd9\xa1", NULL}, /* an Arabic digit */
    {"\\w", "\xc3\xa9", NULL},
    {"\\s", "\v", NULL},
    {"(?i)\\PL", "aZ", NULL},
    {"(?i)[^k]", "k\xe2\x84\xaaK", NULL},
    {"a{3}", "aab aa", NULL},
    {"", "", "0-0"},
    {"", "x", "0-0"},
    {"a", "ba", "1-2"},
    {"abc", "xabcx", "1-4"},
    {"\\Q.*\\E", "a.*", "1-3"},
    {"a|ab", "ab", "0-1"},
    {"ab|a", "ab", "0-2"},
    {"(a|ab)(c|bcd)(d*)", "abcd", "0-4 0-1 1-4 4-4"},
    {"a*", "aab", "0-2"},
    {"a*?", "aab", "0-0"},
    {"a+?", "aab", "0-1"},
    {"(?U)a+", "aab", "0-1"},
    {"(?U)a+?", "aab", "0-2"},
    {"a??b", "ab", "0-2"},
    {"a{2,3}", "aaaa", "0-3"},
    {"a{2,3}?", "aaaa", "0-2"},
    {"a{2,}", "aaaa", "0-4"},
    {"a{0}b", "ab", "1-2"},
    {"x{,2}", "x{,2}", "0-5"},
    {"(a*)*", "b", "0-0 0-0"},
    {"(a*)+", "b", "0-0 0-0"},
    {"(a|b)*", "ab", "0-2 1-2"},
    {"(a)|b", "b", "0-1 -"},
    {"(|a)*", "aa", "0-0 0-0"},
    {"(|a)+", "aa", "0-0 0-0"},
    {"(a|)+", "aa", "0-2 1-2"},
    {"(a)(b)?", "a", "0-1 0-1 -"},
    {"(?:(a)|b)*", "ab", "0-2 0-1"},
    {"((((a))))", "a", "0-1 0-1 0-1 0-1 0-1"},
    {"(?P<n>b)c", "abc", "1-3 1-2"},
    {"^", "a", "0-0"},
    {"$", "a", "1-1"},
    {"(?m)^b", "a\nb", "2-3"},
    {"(?m)a$", "a\nb", "0-1"},
    {"(?m)^$", "a\n\nb", "2-2"},
    {"(?s)a.b", "a\nb", "0-3"},
    {"(?s:.)(?m:$)", "\n", "0-1"},
    {"\\bb", "a b", "2-3"},
    {"a\\b", "ab a", "3-4"},
    {"\\B", "ab", "1-1"},
    {"\\b", "\xc3\xa9 a", "3-3"},
    {"(?i)straSSe", "STRASSE", "0-7"},
    {"(?i)k", "\xe2\x84\xaa", "0-3"},
    {"(?i)s", "\xc5\xbf", "0-2"},
    {"(?i)[a-z]", "\xc5\xbf", "0-2"},
    {"(?i)\xc3\x89", "\xc3\xa9", "0-2"},
    {"(?i)a(?-i)b", "Ab AB", "0-2"},
    {"((?i)a)b", "Ab", "0-2 0-1"},
    {"a(?i)b|c", "C", "0-1"},
    {"[[:^alpha:]]", "a1", "1-2"},
    {"[\\W_]", "a_", "1-2"},
    {"[]-a]+", "x]^a", "1-4"},
    {"[a\\]]+", "]a", "0-2"},
    {"[\\x{e9}-\\x{ea}]", "\xc3\xa9", "0-2"},
    {"\\pN", "a\xd9\xa1", "1-3"},
    {"\\p{Greek}+", "a\xce\xb1\xce\xb2", "1-5"},
    {"\\101\\x42\\x{43}", "ABC", "0-3"},
    {"\\a\\f\\t\\n\\r\\v", "\a\f\t\n\r\v", "0-6"},
    {".", "\xc3\xa9", "0-2"},
    {".", "\xff", "0-1"},
    {"^..$", "\xc3\xc3", "0-2"},
    {"\xef\xbf\xbd", "a\xff", "1-2"},
    {"[^a]", "a\xe2\x82", "1-2"},
    {"(a?){3}aaa", "aaa", "0-3 0-0"},
    {"(.*)c(.*)", "abcde", "0-5 0-2 3-5"},
};

static struct err find(struct arena *a, const struct row *row, size_t count, size_t *places, bool *any, bool *found)
{
    uint64_t fuel = FUEL;
    struct regex_fault fault;
    const struct regex *r;
    struct regex_machine *m;
    TRY(regex_compile(a, bytes_of_text(row->pattern), &fault, &r));
    TRY(regex_machine_new(a, r, &m));
    TRY(regex_matches(m, bytes_of_text(row->text), &fuel, any));
    return regex_find(m, bytes_of_text(row->text), 0, places, count, &fuel, found);
}

static void print_places(const size_t *places, size_t count, char *out, size_t size)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i += 2)
        if (places[i] == REGEX_NOWHERE)
            n += (size_t)snprintf(out + n, size - n, "%s-", i > 0 ? " " : "");
        else
            n += (size_t)snprintf(out + n, size - n, "%s%zu-%zu", i > 0 ? " " : "", places[i], places[i + 1]);
}

static size_t count_places(const char *where)
{
    size_t n = 2;
    for (const char *c = where; c != NULL && *c != '\0'; c++)
        n += *c == ' ' ? 2 : 0;
    return n;
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t places[20];
        char have[200];
        bool any;
        bool found;
        struct arena a;
        ROW(rows[i].pattern);
        arena_init(&a, 4UL * 1024 * 1024);
        assert_ok(find(&a, &rows[i], count_places(rows[i].where), places, &any, &found));
        assert_int_equal(any, rows[i].where != NULL);
        assert_int_equal(found, rows[i].where != NULL);
        print_places(places, count_places(rows[i].where), have, sizeof(have));
        if (found)
            assert_text(bytes_of_text(have), rows[i].where);
        arena_clear(&a);
    }
}

/* From a place inside of the text, what is before it still counts. */
static void test_from(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        const char *text;
        size_t from;
        size_t begin; /* or REGEX_NOWHERE */
    } searches[] = {
        {"^a", "aa", 1, REGEX_NOWHERE},
        {"\\Aa", "aa", 1, REGEX_NOWHERE},
        {"\\ba", "aa", 1, REGEX_NOWHERE},
        {"\\Ba", "aa", 1, 1},
        {"(?m)^a", "a\na", 1, 2},
        {"a", "aba", 1, 2},
        {"$", "a", 1, 1},
        {"a", "a", 1, REGEX_NOWHERE},
    };
    for (size_t i = 0; i < sizeof(searches) / sizeof(searches[0]); i++) {
        uint64_t fuel = FUEL;
        struct regex_fault fault;
        const struct regex *r;
        struct regex_machine *m;
        struct arena a;
        size_t places[2];
        bool found;
        ROW(searches[i].pattern);
        arena_init(&a, 1024UL * 1024);
        assert_ok(regex_compile(&a, bytes_of_text(searches[i].pattern), &fault, &r));
        assert_ok(regex_machine_new(&a, r, &m));
        assert_ok(regex_find(m, bytes_of_text(searches[i].text), searches[i].from, places, 2, &fuel, &found));
        assert_int_equal(found, searches[i].begin != REGEX_NOWHERE);
        if (found)
            assert_int_equal(places[0], searches[i].begin);
        arena_clear(&a);
    }
}

/* Texts of `n` times "a" and an end, against patterns that make other engines go back and forth. */
static const struct {
    const char *pattern;
    const char *end;
    bool matches;
} hostile[] = {
    {"(a*)*b", "", false},
    {"(a|a)*b", "", false},
    {"(a|aa)+$", "!", false},
    {"^(a+)+$", "!", false},
    {"(.*)(.*)(.*)(.*)(.*)b", "", false},
    {"a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?aaaaaaaaaaaaaaaaaaaa$", "b", false},
    {"(?:a|b|ab)*?c", "", false},
    {"[ab]*a[ab]{12}$", "c", false},
    {"(a*)*$", "", true},
    {"x*y*z*b", "b", true},
};

static uint64_t spend(const char *pattern, size_t n, const char *end, bool find_it, bool *matches)
{
    uint64_t fuel = 100 * FUEL;
    struct regex_fault fault;
    const struct regex *r;
    struct regex_machine *m;
    SCOPED(buf) struct buf text;
    struct arena a;
    size_t places[2];
    arena_init(&a, 16UL * 1024 * 1024);
    buf_init(&text, 1024UL * 1024);
    buf_fill(&text, 'a', n);
    buf_text(&text, end);
    assert_ok(regex_compile(&a, bytes_of_text(pattern), &fault, &r));
    assert_ok(regex_machine_new(&a, r, &m));
    if (find_it)
        assert_ok(regex_find(m, buf_view(&text), 0, places, 2, &fuel, matches));
    else
        assert_ok(regex_matches(m, buf_view(&text), &fuel, matches));
    arena_clear(&a);
    return 100 * FUEL - fuel;
}

static void test_linear(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++)
        for (int find_it = 0; find_it < 2; find_it++) {
            bool matches;
            ROW(hostile[i].pattern);
            uint64_t small = spend(hostile[i].pattern, 2000, hostile[i].end, find_it, &matches);
            assert_int_equal(matches, hostile[i].matches);
            uint64_t large = spend(hostile[i].pattern, 20000, hostile[i].end, find_it, &matches);
            assert_int_equal(matches, hostile[i].matches);
            if (large > small * 11)
                fail_msg("row '%s': %lu for a text, %lu for ten times as much", check_row, small, large);
        }
}

/* The automaton becomes too large: the answer is the same. */
static void test_large_automaton(void **state)
{
    (void)state;
    static char text[60000];
    for (size_t i = 0, x = 1; i < sizeof(text); i++, x = x * 1103515245 + 12345)
        text[i] = (x >> 16 & 1) != 0 ? 'a' : 'b';
    for (size_t back = 301; back < 1000; back += 301)
        text[sizeof(text) - 1 - back] = 'a';
    text[sizeof(text) - 1 - 31] = 'a';
    static const char *const patterns[] = {"a[ab]{30}c", "(a[ab]{300}){3}c", "\\p{L}{500}[^\\pL]"};
    for (size_t i = 0; i < 3; i++) {
        uint64_t fuel = 1000 * FUEL;
        struct regex_fault fault;
        const struct regex *r;
        struct regex_machine *m;
        struct arena a;
        bool matches;
        ROW(patterns[i]);
        arena_init(&a, 16UL * 1024 * 1024);
        assert_ok(regex_compile(&a, bytes_of_text(patterns[i]), &fault, &r));
        assert_ok(regex_machine_new(&a, r, &m));
        assert_ok(regex_matches(m, bytes_of(text, i == 1 ? 3000 : sizeof(text)), &fuel, &matches));
        assert_false(matches);
        text[sizeof(text) - 1] = i == 2 ? '1' : 'c';
        assert_ok(
            regex_matches(m, bytes_of(text + (i == 1 ? 57000 : 0), i == 1 ? 3000 : sizeof(text)), &fuel, &matches));
        assert_true(matches);
        text[sizeof(text) - 1] = 'a';
        arena_clear(&a);
    }
}

/* Too little fuel is an error, not an answer; so are too many groups. */
static void test_limits(void **state)
{
    (void)state;
    SCOPED(buf) struct buf pattern;
    struct regex_fault fault;
    const struct regex *r;
    struct regex_machine *m;
    struct arena a;
    size_t places[2];
    static size_t many[4000];
    bool found;
    arena_init(&a, 64UL * 1024 * 1024);
    assert_ok(regex_compile(&a, bytes_of_text("(a|b)*c"), &fault, &r));
    for (uint64_t most = 0; most < 60; most++) {
        uint64_t fuel = most;
        assert_ok(regex_machine_new(&a, r, &m));
        struct err e = regex_find(m, bytes_of_text("aabbaab"), 0, places, 2, &fuel, &found);
        assert_true(e.code == ERR_LIMIT);
        fuel = most / 12;
        assert_code(regex_matches(m, bytes_of_text("aabbaab"), &fuel, &found), ERR_LIMIT);
    }
    buf_init(&pattern, REGEX_PATTERN_MAX);
    for (int i = 0; i < 1500; i++)
        buf_text(&pattern, "(a)");
    uint64_t fuel = FUEL;
    assert_ok(regex_compile(&a, buf_view(&pattern), &fault, &r));
    assert_ok(regex_machine_new(&a, r, &m));
    assert_code(regex_find(m, bytes_of_text("a"), 0, many, 3002, &fuel, &found), ERR_LIMIT);
    assert_ok(regex_find(m, bytes_of_text("a"), 0, many, 2, &fuel, &found));
    assert_false(found);
    arena_clear(&a);
}

static struct err find_once(void)
{
    static const struct row row = {"^(a|b\\b)*(?:[^c]|(d))$", "abab x", NULL};
    size_t places[6];
    bool any;
    bool found;
    struct arena a;
    arena_init(&a, 1024UL * 1024);
    struct err e = find(&a, &row, 6, places, &any, &found);
    arena_clear(&a);
    return e;
}

static void test_faults(void **state)
{
    (void)state;
    FAULT_PASS(find_once(), (void)0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),   cmocka_unit_test(test_from),   cmocka_unit_test(test_linear),
        cmocka_unit_test(test_limits), cmocka_unit_test(test_faults), cmocka_unit_test(test_large_automaton),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
