/*
 * Work that grows with the operands is paid for in steps. The operands of these rows are cheap to make and fit the
 * memory; without the charge each row would be done below its limit.
 */
#include "call_check.h"

struct cost {
    const char *expression;
    uint64_t steps;
};

#define ZEROS(n_)         "sprintf(\"%0" #n_ "d\", [0])"
#define TIMES(n_, call_)  "some j in numbers.range(1, " #n_ "); " call_
#define LIST(n_, item_)   "[" item_ " | some i in numbers.range(1, " #n_ ")]"
#define CONTAINS(schema_) "json.match_schema({\"x\": d}, {\"properties\": {\"x\": {\"contains\": " schema_ "}}})"

#define TWO(n_)           "a := " ZEROS(n_) "; b := sprintf(\"%0" #n_ "d\", [1]); "
#define BOTH(n_)          "s := " LIST(n_, "[a, b][i % 2]") "; "
#define LONG              "n := to_number(sprintf(\"1%01000d\", [1])); "
#define GROUPS(n_)        "p := concat(\"\", " LIST(n_, "sprintf(\"(?P<g%d>x)?\", [i])") "); "

static const struct cost costs[] = {
    /* the same bytes again and again */
    {"indexof_n(" ZEROS(4000) ", " ZEROS(2000) ")", 50000},
    {"strings.replace_n({sprintf(\"%020000d\", [1]): \"x\"}, " ZEROS(40000) ")", 100000},
    {"sprintf(concat(\"\", " LIST(20, "\"%[1]q\"") "), [" ZEROS(20000) "])", 80000},
    /* below the top of a value */
    {"object.subset({\"a\": " LIST(2000, "0") "}, {\"a\": array.concat(" LIST(1000, "0") ", [1])})", 100000},
    /* operands that leave no trace in the result */
    {"a := " LIST(2000, "true") "; " TIMES(1000, "all(a); j < 0"), 100000},
    {"a := " LIST(2000, "false") "; " TIMES(1000, "any(a)"), 100000},
    {"a := " LIST(2000, "1") "; " TIMES(1000, "max(a) < j - j"), 100000},
    {"a := " LIST(2000, "\"\"") "; " TIMES(1000, "concat(\"\", a) != \"\""), 100000},
    {"a := " LIST(2000, "\"\"") "; " TIMES(1000, "strings.any_prefix_match(a, [])"), 100000},
    {"a := {i | some i in numbers.range(1, 2000)}; " TIMES(1000, "a - a != set()"), 100000},
    {"a := " ZEROS(80000) "; " TIMES(100, "startswith(\"\", a)"), 100000},
    {"a := " ZEROS(80000) "; " TIMES(100, "count(a) < j"), 100000},
    /* short texts of long numbers */
    {TIMES(1000, "1e10000 % 7 == j + 7"), 100000},
    {TIMES(1000, "floor(1e-10000) == j"), 100000},
    {TIMES(1000, "bits.and(1e10000, 1) == j"), 100000},
    {TIMES(1000, "1e-9999 - j == 0"), 100000},
    {TIMES(1000, "units.parse(\"1e-9999\") == j"), 100000},
    {TIMES(1000, "units.parse_bytes(\"1e-9999\") == j"), 100000},
    /* comparing what is long and nearly the same */
    {TWO(80000) TIMES(1000, "a == b"), 100000},
    {TWO(80000) TIMES(1000, "a < b; j < 0"), 100000},
    {TWO(80000) TIMES(1000, "[a] = [b]"), 100000},
    {TWO(80000) TIMES(1000, "{a: 1}[b]"), 100000},
    {TWO(80000) TIMES(1000, "b in {a}"), 100000},
    {TWO(80000) TIMES(1000, "b in [a]"), 100000},
    {TWO(80000) TIMES(100, "{a, b} == j"), 100000},
    {TWO(80000) TIMES(100, "{a: 1, b: 2} == j"), 100000},
    {TWO(80000) TIMES(100, "{x | some x in [a, b]} == j"), 100000},
    {TWO(80000) TIMES(100, "{x: 1 | some x in [a, b]} == j"), 100000},
    {TWO(80000) TIMES(1000, "object.get({a: 1}, b, 0) == j"), 100000},
    {TWO(80000) TIMES(200, "object.union({a: 1}, {b: 1}) == j"), 100000},
    {TWO(80000) TIMES(200, "graph.reachable({a: [b]}, [a]) == j"), 100000},
    {TWO(80000) TIMES(1000, "json.patch({\"x\": a}, [{\"op\": \"test\", \"path\": \"x\", \"value\": b}]) == j"),
     100000},
    {TWO(80000) TIMES(200, "json.patch({a: 1}, [{\"op\": \"remove\", \"path\": [b]}]) == j"), 100000},
    {TWO(80000) BOTH(100) "sort(s) == 0", 100000},
    {TWO(80000) BOTH(100) TIMES(20, "max(s) == j"), 100000},
    {TWO(80000) BOTH(100) "cast_set(s) == 0", 100000},
    {TWO(80000) "strings.render_template(`{{range .l}}{{if eq $.a $.b}}{{end}}{{end}}`, "
                "{\"a\": a, \"b\": b, \"l\": numbers.range(1, 1000)}) == 0",
     100000},
    /* the digits of long numbers */
    {"format_int(1e10000, 2) == 0", 100000},
    {LONG "numbers.range(n, n + 100) == 0", 100000},
    {LONG "sum(" LIST(100, "n") ") == 0", 100000},
    {LONG TIMES(100, "sprintf(\"%d\", [n]) == j"), 100000},
    {LONG TIMES(100, "n + j == 0"), 100000},
    {TIMES(100, "bits.lsh(1, 3000) == j"), 100000},
    /* lists of small things, and texts that are read before anything is done */
    {"d := " LIST(4000, "\".\"") "; " TIMES(1000, "glob.match(\"a\", d, \"b\")"), 100000},
    {"o := {\"op\": \"test\", \"path\": [], \"value\": {}}; l := " LIST(20000,
                                                                        "o") "; " TIMES(10, "json.patch({}, l) == j"),
     150000},
    {"a := " ZEROS(80000) "; time.format([1, \"UTC\", a]) == 0", 40000},
    {"a := " ZEROS(80000) "; " TIMES(100, "io.jwt.verify_hs256(\"eyJhbGciOiJIUzI1NiJ9.e30.AAAA\", a)"), 100000},
    {"a := " ZEROS(80000) "; " TIMES(100, "io.jwt.encode_sign_raw(a, a, \"{}\") == j"), 100000},
    {GROUPS(300) "regex.replace(\"x\", p, concat(\"\", " LIST(2000, "\"$zz\"") ")) == 0", 100000},
    /* classes that a pattern holds, whether it is one or not */
    {"p := concat(\"\", " LIST(100, "`\\p{L}`") "); " TIMES(20, "regex.is_valid(sprintf(\"%s%d\", [p, j])); j < 0"),
     400000},
    {"p := concat(\"\", " LIST(100, "`(?i)[a-\\x{10ffff}]`") "); " TIMES(
         10, "regex.is_valid(sprintf(\"%s%d(\", [p, j])); j < 0"),
     400000},
    /* what a schema asks of every item, when nobody is told what is wrong */
    {"r := " LIST(300, "\"a\"") "; d := " LIST(300, "{}") "; " CONTAINS("{\"required\": r}"), 80000},
    {"r := " LIST(1000, "\"string\"") "; d := " LIST(1000, "1") "; " CONTAINS("{\"type\": r}"), 100000},
    {"r := " LIST(300, "\"a\"") "; d := " LIST(300, "{\"k\": 1}") "; " CONTAINS("{\"dependencies\": {\"k\": r}}"),
     80000},
};

static void test_costs(void **state)
{
    (void)state;
    struct rego_policy *policy = call_policy();
    for (size_t i = 0; i < sizeof(costs) / sizeof(costs[0]); i++) {
        struct rego_call call = {.query = costs[i].expression,
                                 .limits = {.steps = costs[i].steps, .memory = 8UL << 20}};
        struct rego_result *result = NULL;
        struct rego_error error = {0};
        ROW(costs[i].expression);
        enum rego_status status = rego_eval(policy, &call, &result, &error);
        rego_result_free(result);
        if (status != REGO_ERR_LIMIT || strstr(error.message, "too many steps") == NULL)
            fail_msg("row '%s': status %d %s", check_row, status, error.message);
    }
    rego_policy_free(policy);
}

/* A value that holds itself twice, thirty times over, is a few lines of a policy and a walk without end. */
static void test_shared(void **state)
{
    (void)state;
    static const char *const uses[] = {"a30 == b30", "json.marshal(a30)", "sort([a30, b30])",
                                       "walk(a30, [x, y]); x == y"};
    struct rego_policy *policy = call_policy();
    for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
        char query[4096] = "a0 := [0]; b0 := [0]; ";
        for (int k = 1; k <= 30; k++) {
            size_t n = strlen(query);
            (void)snprintf(query + n, sizeof(query) - n, "a%d := [a%d, a%d]; b%d := [b%d, b%d]; ", k, k - 1, k - 1, k,
                           k - 1, k - 1);
        }
        size_t n = strlen(query);
        (void)snprintf(query + n, sizeof(query) - n, "%s", uses[i]);
        struct rego_call call = {.query = query};
        struct rego_result *result = NULL;
        struct rego_error error = {0};
        ROW(uses[i]);
        assert_int_equal(rego_eval(policy, &call, &result, &error), REGO_ERR_LIMIT);
        assert_non_null(strstr(error.message, "a value holds too much"));
    }
    rego_policy_free(policy);
}

/* What an open rule said about a key is found by a hash of the key. Keys that are made to share one are paid for. */
static void test_keys(void **state)
{
    (void)state;
    static const char text[] =
        "package t\n"
        "p[k] := 1 if k := input\n"
        "apart := count([1 | some i in numbers.range(1, 4000); not p[sprintf(\"%0164d\", [i])]])\n"
        "one_hash := count([1 | some i in numbers.range(1, 4000); not p[sprintf(\"%080d%04d%080d\", [0, i, 0])]])\n"
        "kinds := [p[k] | some k in [1, 1.0, 1e0, \"1\", [1], {1}, {\"a\": 1}, {\"a\": 1.0}, null, true, 1e400, "
        "[1.0]]]\n";
    struct rego_module module = {"t.rego", text, sizeof(text) - 1, false};
    struct rego_policy *policy = NULL;
    struct rego_result *result = NULL;
    struct rego_error error = {0};
    struct rego_call call = {.query = "data.t.apart", .input = "{\"a\":1}", .input_length = 7};
    call.limits.steps = 400000;
    assert_int_equal(rego_policy_new(&module, 1, NULL, 0, NULL, 0, &policy, &error), REGO_OK);
    assert_int_equal(rego_eval(policy, &call, &result, &error), REGO_OK);
    rego_result_free(result);
    call.query = "data.t.one_hash";
    assert_int_equal(rego_eval(policy, &call, &result, &error), REGO_ERR_LIMIT);
    call.query = "data.t.kinds";
    assert_int_equal(rego_eval(policy, &call, &result, &error), REGO_OK);
    struct rego_text all = rego_result_json(result);
    assert_text(bytes_of(all.p, all.n), "[1,1]"); /* the two objects */
    rego_result_free(result);
    rego_policy_free(policy);
}

static enum rego_status answer_one(void *context, const struct rego_text *args, size_t count, struct rego_reply *reply)
{
    (void)context, (void)args, (void)count;
    rego_reply_json(reply, "1", 1);
    return REGO_OK;
}

/* The answers of a caller's function are kept in a list, and a policy that asks it much pays for walking that. */
static void test_answers(void **state)
{
    (void)state;
    static const char text[] = "package t\n"
                               "different := sum([ask(i) | some i in numbers.range(1, 3000)])\n"
                               "the_first := [1 | some i in numbers.range(1, 500); ask(i)] == [1 | "
                               "some i in numbers.range(1, 9000); ask(i - i + 1)]\n";
    static const struct rego_extension extension = {"ask", 1, answer_one};
    static const char *const queries[] = {"data.t.different", "data.t.the_first"};
    struct rego_module module = {"t.rego", text, sizeof(text) - 1, false};
    struct rego_policy *policy = NULL;
    struct rego_error error = {0};
    assert_int_equal(rego_policy_new(&module, 1, NULL, 0, &extension, 1, &policy, &error), REGO_OK);
    for (size_t i = 0; i < 2; i++) {
        struct rego_call call = {.query = queries[i], .limits.steps = 300000};
        struct rego_result *result = NULL;
        ROW(queries[i]);
        assert_int_equal(rego_eval(policy, &call, &result, &error), REGO_ERR_LIMIT);
        call.limits.steps = 3000000;
        assert_int_equal(rego_eval(policy, &call, &result, &error), REGO_OK);
        rego_result_free(result);
    }
    rego_policy_free(policy);
}

/* Patterns that are constants are read when the policy is loaded: that is bounded, too. */
static void test_patterns(void **state)
{
    (void)state;
    SCOPED(buf) struct buf text;
    struct rego_policy *policy = NULL;
    struct rego_error error = {0};
    buf_init(&text, 1 << 20);
    buf_text(&text, "package t\n");
    for (int i = 0; i < 20; i++) {
        buf_text(&text, "p if regex.match(`");
        for (int k = 0; k < 100; k++)
            buf_text(&text, "(?i)[a-\\x{10ffff}]");
        buf_decimal(&text, i);
        buf_text(&text, "`, input.x)\n");
    }
    struct rego_module module = {"t.rego", (const char *)text.p, text.n, false};
    assert_int_equal(rego_policy_new(&module, 1, NULL, 0, NULL, 0, &policy, &error), REGO_ERR_LIMIT);
    assert_non_null(strstr(error.message, "too long to compile"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_costs),   cmocka_unit_test(test_shared),   cmocka_unit_test(test_keys),
        cmocka_unit_test(test_answers), cmocka_unit_test(test_patterns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
