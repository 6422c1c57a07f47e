/* proves: R7 R36 */
/*
 * Hostile shapes: each ends in an error of its own, soon, and never in a decision.
 */
#include "rego_check.h"

struct row {
    const char *name;
    const char *rules;
    struct rego_limits limits;
};

static const struct row rows[] = {
    {"cross product",
     "p if { some a in input; some b in input; some c in input; some d in input; some e in input; "
     "some f in input; a + b + c + d + e + f == 0 }",
     {.steps = 100000}},
    {"long range", "p := count(numbers.range(1, 1000000000))", {0}},
    {"doubling",
     "p := count(x8) if { x1 := concat(\"\", [input.s, input.s]); x2 := concat(\"\", [x1, x1]); "
     "x3 := concat(\"\", [x2, x2]); x4 := concat(\"\", [x3, x3]); x5 := concat(\"\", [x4, x4]); "
     "x6 := concat(\"\", [x5, x5]); x7 := concat(\"\", [x6, x6]); x8 := concat(\"\", [x7, x7]) }",
     {.memory = 65536}},
    {"few steps", "p := [x | some x in input]", {.steps = 3}},
    {"shift", "p := bits.lsh(1, 999999999)", {0}},
    {"large power", "p := bits.lsh(1, 65000)", {0}},
};

static void test_rows(void **state)
{
    (void)state;
    static char input[4000] = "{\"s\":\"";
    memset(input + 6, 'a', 3000);
    memcpy(input + 3006, "\"}", 3);
    static const char list[] = "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30]";
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[900];
        static struct asked a;
        ROW(rows[i].name);
        (void)snprintf(text, sizeof(text), "package t\ndefault p := true\n%s\n", rows[i].rules);
        ask_with(&a, text, "data.t.p", strstr(text, "input.s") != NULL ? input : list, rows[i].limits);
        if (a.status != REGO_ERR_LIMIT)
            fail_msg("row '%s': status %d %s %s", check_row, a.status, a.json, a.error.message);
        if (a.error.message[0] == '\0' || strstr(a.error.message, ".c:") != NULL) /* a sentence, not our own place */
            fail_msg("row '%s': '%s'", check_row, a.error.message);
    }
}

static void refuse_repeated(const char *name, const char *before, const char *open, size_t count, const char *after)
{
    static char text[400000];
    static struct asked a;
    size_t n = (size_t)snprintf(text, sizeof(text), "%s", before);
    for (size_t i = 0; i < count && n + strlen(open) + 1 < sizeof(text); i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s", open);
    (void)snprintf(text + n, sizeof(text) - n, "%s", after);
    ROW(name);
    ask(&a, text, "data.t.p", NULL);
    if (a.status != REGO_ERR_PARSE && a.status != REGO_ERR_LIMIT && a.status != REGO_ERR_COMPILE)
        fail_msg("row '%s': status %d %s", check_row, a.status, a.error.message);
}

static void test_deep_texts(void **state)
{
    (void)state;
    refuse_repeated("brackets", "package t\np := ", "[", 10000, "");
    refuse_repeated("braces", "package t\np := ", "{", 10000, "");
    refuse_repeated("bodies", "package t\np if ", "{ [1 | ", 10000, "");
    refuse_repeated("parentheses", "package t\np := ", "(", 10000, "");
    refuse_repeated("minuses", "package t\np := 1", " - -", 10000, "x");
    refuse_repeated("sums", "package t\np := 1", " + 1", 50000, "");
    refuse_repeated("dots", "package t\np := a", ".a", 50000, "");
    refuse_repeated("calls", "package t\np := f", "(1).a", 10000, "");
    refuse_repeated("templates", "package t\np := ", "$\"{", 10000, "");
    refuse_repeated("rule names", "package t\np", ".a", 50000, " := 1");
    refuse_repeated("packages", "package t", ".a", 50000, "\np := 1");
    refuse_repeated("comprehensions", "package t\np := ", "[x | x := ", 5000, "");
}

static void test_long_chain_of_rules(void **state)
{
    (void)state;
    static char text[400000];
    static struct asked a;
    size_t n = (size_t)snprintf(text, sizeof(text), "package t\np := r0\n");
    for (int i = 0; i < 8000; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "r%d := [r%d]\n", i, i + 1);
    (void)snprintf(text + n, sizeof(text) - n, "r8000 := 1\n");
    ask(&a, text, "data.t.p", NULL);
    assert_int_equal(a.status, REGO_ERR_LIMIT);
}

static void refuse_numbered(const char *name, const char *before, const char *open, const char *close,
                            const char *after)
{
    static char text[400000];
    static struct asked a;
    size_t n = (size_t)snprintf(text, sizeof(text), "%s", before);
    for (int i = 0; i < 22000 && n + 64 < sizeof(text); i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%d%s", open, i, close);
    (void)snprintf(text + n, sizeof(text) - n, "%s", after);
    ROW(name);
    ask(&a, text, "data.t.p", NULL);
    if (a.status != REGO_ERR_PARSE && a.status != REGO_ERR_LIMIT)
        fail_msg("row '%s': status %d %s", check_row, a.status, a.error.message);
}

/* What would take time that grows with its square. */
static void test_long_texts(void **state)
{
    (void)state;
    refuse_repeated("bodies behind one head", "package t\np if {1}", " {1}", 2000, "");
    refuse_numbered("imports", "package t\n", "import data.a", "\n", "p := 1");
    refuse_numbered("variables", "package t\np if {\n", "a", " := 1\n", "}");
}

/* One text for each number: "<a><i><b><i + 1><c>". */
static void ask_chain(struct asked *a, const char *before, const char *const parts[3], int count, const char *after)
{
    static char text[900000];
    size_t n = (size_t)snprintf(text, sizeof(text), "%s", before);
    for (int i = 0; i < count && n + 64 < sizeof(text); i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%d%s%d%s", parts[0], i, parts[1], i + 1, parts[2]);
    (void)snprintf(text + n, sizeof(text) - n, "%s", after);
    ask(a, text, "data.t.p", NULL);
}

/* Each literal needs the one behind it: a few are put in order, and many end in a limit. */
static void test_literals_in_reverse(void **state)
{
    (void)state;
    static const char *const literal[3] = {"a", " = a", "\n"};
    static struct asked a;
    ask_chain(&a, "package t\np := a0 if {\n", literal, 500, "a500 = 7\n}");
    assert_int_equal(a.status, REGO_OK);
    assert_string_equal(a.json, "7");
    ask_chain(&a, "package t\np := a0 if {\n", literal, 9000, "a9000 = 7\n}");
    assert_int_equal(a.status, REGO_ERR_LIMIT);
}

/* Within one literal it is no better: both sides of a unification, where each variable needs the next one. */
static void test_patterns_in_reverse(void **state)
{
    (void)state;
    static char text[900000];
    static struct asked a;
    for (int keyed = 0; keyed < 2; keyed++) {
        size_t n = (size_t)snprintf(text, sizeof(text), "package t\np if {\na9000 = 1\n");
        for (int side = 0; side < 2; side++) {
            n += (size_t)snprintf(text + n, sizeof(text) - n, keyed ? "{" : "[");
            for (int i = 0; i < 9000; i++) {
                if (keyed)
                    n += (size_t)snprintf(text + n, sizeof(text) - n, "\"k%d\": ", i);
                n += (size_t)snprintf(text + n, sizeof(text) - n, "a%d%s", i + side, i < 8999 ? ", " : "");
            }
            n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", keyed ? "}" : "]", side == 0 ? " = " : "\n}");
        }
        ROW(keyed ? "objects" : "arrays");
        ask(&a, text, "data.t.p", NULL);
        assert_int_equal(a.status, REGO_ERR_LIMIT);
    }
}

/* A comma may belong to "k, v in c": what is tried for that is not tried within itself again and again. */
static void test_commas_in_brackets(void **state)
{
    (void)state;
    static char text[4000];
    static struct asked a;
    size_t n = (size_t)snprintf(text, sizeof(text), "package t\np if {\nx := ");
    for (int i = 0; i < 40; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "{1 | 2, ");
    n += (size_t)snprintf(text + n, sizeof(text) - n, "3");
    for (int i = 0; i < 40; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "}");
    (void)snprintf(text + n, sizeof(text) - n, "\n}");
    ask(&a, text, "data.t.p", NULL);
    assert_int_equal(a.status, REGO_UNDEFINED);
}

/* Many rules of one name are no fault: each goes behind the others without a walk through them. */
static void test_many_rules_of_a_name(void **state)
{
    (void)state;
    enum { COUNT = 100000 };
    static char text[COUNT * 4 + 32];
    static struct asked a;
    size_t n = (size_t)snprintf(text, sizeof(text), "package t\ndefault p = 2\n");
    for (int i = 0; i < COUNT; i++, n += 4)
        memcpy(text + n, "p=1\n", 5);
    ask(&a, text, "data.t.p", NULL);
    assert_int_equal(a.status, REGO_OK);
    assert_string_equal(a.json, "1");
}

static void test_endless_mocks(void **state)
{
    (void)state;
    static struct asked a;
    ask(&a, "package t\nf(x) := g(x)\ng(x) := x\np := x if x := f(1) with g as f", "data.t.p", NULL);
    if (a.status != REGO_ERR_LIMIT && a.status != REGO_OK && a.status != REGO_ERR_COMPILE)
        fail_msg("status %d: %s", a.status, a.error.message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_deep_texts),
        cmocka_unit_test(test_long_chain_of_rules),
        cmocka_unit_test(test_long_texts),
        cmocka_unit_test(test_literals_in_reverse),
        cmocka_unit_test(test_patterns_in_reverse),
        cmocka_unit_test(test_commas_in_brackets),
        cmocka_unit_test(test_many_rules_of_a_name),
        cmocka_unit_test(test_endless_mocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
