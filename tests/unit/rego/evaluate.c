/*
 * One row per feature of the language: a rule, an input, what the rule says.
 */
#include "rego_check.h"

struct row {
    const char *name;
    const char *rules; /* behind "package t"; the query is data.t.p */
    const char *input;
    const char *want; /* NULL: undefined */
};

static const struct row rows[] = {
    {"default", "default p := false\np if input.x == 1", "{\"x\":2}", "false"},
    {"default is not used", "default p := false\np if input.x == 1", "{\"x\":1}", "true"},
    {"undefined input", "p if input.x == 1", NULL, NULL},
    {"null is not undefined", "p if is_null(input.x)", "{\"x\":null}", "true"},
    {"false is a value", "p := false", NULL, "false"},
    {"complete rules agree", "p := 1\np := 1 if true", NULL, "1"},
    {"partial set", "p contains x if some x in input", "[3,1,3]", "[1,3]"},
    {"partial object", "p[k] := v + 1 if some k, v in input", "{\"a\":1,\"b\":2}", "{\"a\":2,\"b\":3}"},
    {"reference head", "p.a[x].b := 1 if some x in input", "[\"u\",\"v\"]",
     "{\"a\":{\"u\":{\"b\":1},\"v\":{\"b\":1}}}"},
    {"array comprehension", "p := [x * 2 | some x in input; x > 1]", "[1,2,3]", NULL},
    {"array comprehension of a sum", "p := [y | some x in input; y := x * 2]", "[1,2]", "[2,4]"},
    {"set comprehension", "p := {x | some x in input}", "[2,1,2]", "[1,2]"},
    {"object comprehension", "p := {k: v | some k, v in input}", "[7,8]", "{\"0\":7,\"1\":8}"},
    {"every", "p if every x in input { x > 0 }", "[1,2]", "true"},
    {"every fails", "p if every x in input { x > 1 }", "[1,2]", NULL},
    {"every of nothing", "p if every x in input { x > 1 }", "[]", "true"},
    {"in", "p if 2 in input", "[1,2]", "true"},
    {"not in", "p if not 3 in input", "[1,2]", "true"},
    {"key and value in", "p if (\"a\", 1 in [1])\nelse := \"no\"", NULL, "\"no\""},
    {"negation of what is undefined", "p if not input.a.b", "{}", "true"},
    {"negation of a call of what is undefined", "p if not startswith(input.a, \"x\")", "{}", NULL},
    {"negation of an equality of what is undefined", "p if not input.a == 1", "{}", "true"},
    {"negation of an inequality of what is undefined", "p if not input.a != 1", "{}", NULL},
    {"function", "f(x) := x + 1\np := f(input)", "4", "5"},
    {"function of patterns", "f([1, x]) := x\nf([2, _]) := 0\np := f(input)", "[1,9]", "9"},
    {"call of a rule that is written with no argument", "f() := input\np := f() + f", "4", "8"},
    {"such a rule without a value", "f() := 1 if input == 5\np := f()", "4", NULL},
    {"such a rule is false", "f() := false\np if f()", NULL, NULL},
    {"such a rule by its path and replaced", "f() := 1\np := x if x := data.t.f() with data.t.f as 2", NULL, "2"},
    {"a pattern and a constant", "p := [x, y] if [x, {\"a\": [y]}] = [1, {\"a\": [2]}]", NULL, "[1,2]"},
    {"a pattern and a comprehension", "p := x if [x] = [y | y := 3]", NULL, "3"},
    {"a pattern and an object with an unknown key", "p := x if {\"a\": x, \"b\": 1} = {\"a\": 2, input: 1}", "\"b\"",
     "2"},
    {"unions and members in a list", "p := [{1} | {2}, 5 in {5}, 6]", NULL, "[[1,2],true,6]"},
    {"a comprehension of a pair", "p := [1 | 0, 5 in [5]]", NULL, "[1]"},
    {"a default that looks something up", "default p := [x | x := input.a]", "{\"a\":1}", "[1]"},
    {"default of a function of whatever", "default f(_, _) := 2\np := f(1, 1)", NULL, "2"},
    {"if and an object", "p := 1 if {\"a\": input}[\"a\"] == 1 else := 2", "3", "2"},
    {"if and a comprehension", "p := 1 if {x | x := input} else := 2", "3", "1"},
    {"if and a set in a comparison", "p := 1 if {1} in {{input}} else := 2", "3", "2"},
    {"if and two rules on a line", "p := 1 if {1} == {1} q := 2", NULL, "1"},
    {"if, braces, and an else", "p := 1 if { x := input; x == 1 } else := 2", "3", "2"},
    {"white space inside of a name", "f (x) := x if x > 0\np .q [\"r\"] := f(1) if true", NULL, "{\"q\":{\"r\":1}}"},
    {"with a rule, a package, and a base document",
     "q.a.b := 1\np := x if x := [q.a.b, data.base.n, data.new.x] with q.a as {\"b\": 2} with data.base as {\"n\": 3} "
     "with data.new.x as 4",
     NULL, "[2,3,4]"},
    {"output argument", "p := n if count(input, n)", "[1,2]", "2"},
    {"else", "p := 1 if input > 5\nelse := 2 if input > 3\nelse := 3", "4", "2"},
    {"else behind a comprehension as an argument",
     "f([x | some x in input.a; x > 0; x > 1; x < 9; x != 4; x != 5; x != 6; x != 7; x != 8]) := 1 if input.x\n"
     "else := 2 if input.y\np := f([2, 3])",
     "{\"a\":[1,2,3,4],\"y\":1}", "2"},
    {"else behind a variable of an argument", "f(input.m[k]) := k if input.x else := [k] if input.y\np := f(2)",
     "{\"m\":{\"a\":1,\"b\":2},\"y\":1}", "[\"b\"]"},
    {"else behind bodies in an argument",
     "f({k: v | some k; v := input.a[k] with input.z as 1; every w in [1] { w < v }; not v in [3]}) := 1 if input.x\n"
     "else := 2 if input.y\np := f({1: 2})",
     "{\"a\":[1,2,3],\"y\":1}", "2"},
    {"with input", "q := input.a\np := x if x := q with input.a as 5", "{}", "5"},
    {"with data", "p := x if x := data.base.n with data.base.n as 1", NULL, "1"},
    {"with a function", "f(x) := 3\np := x if x := count([]) with count as f", NULL, "3"},
    {"unification", "p := [x, y] if [x, [2, y]] = [1, input]", "[2,5]", "[1,5]"},
    {"reordering", "p := x if { x == y + 1; y := 1; x := 2 }", NULL, NULL},
    {"join", "p contains i if { input.a[i] == input.b[i] }", "{\"a\":[1,2],\"b\":[3,2]}", "[1]"},
    {"base document", "p := data.base.n", NULL, "7"},
    {"whole package", "p := data.base", NULL, "{\"list\":[1,2,3],\"n\":7}"},
    {"template string", "p := $\"a{input.x}b{input.y}\"", "{\"x\":1}", "\"a1b<undefined>\""},
    {"extension", "p if input in query_reference_value(\"m\")", "\"aa\"", "true"},
    {"extension without an answer", "p if input in query_reference_value(\"missing\")", "\"aa\"", NULL},
    {"walk", "p := [v | walk(input, [_, v]); is_number(v)]", "{\"a\":[1,{\"b\":2}]}", "[1,2]"},
    {"exact integers", "p := 28857836529306024611913 == 28857836529306024611912", NULL, "false"},
    {"sums of fractions", "p if 0.1 + 0.2 == 0.3", NULL, "true"},
    {"division", "p := 1 / 3", NULL, "0.33333333333333333334"},
    {"small sums", "p := 1e-7 + 0", NULL, "1e-07"},
    {"large sums", "p := 1e16 + 1.5", NULL, "1.00000000000000015e+16"},
    {"product of large numbers", "p := 18446744073709551616 * 18446744073709551616", NULL,
     "340282366920938463463374607431768211456"},
    {"builtin errors are undefined", "p := 1 / 0", NULL, NULL},
    {"union before a comma", "p := [{1} | {2} & {2, 3}, 4]", NULL, "[[1,2],4]"},
    {"union before a comma in a set", "p := {{1} | {2} | {3}, {4},}", NULL, "[[1,2,3],[4]]"},
    {"comparison before a comma", "p := [{1} | {2} == {3}, 4]", NULL, NULL},
    {"trailing comma", "p := [1, 2,]", NULL, "[1,2]"},
    {"body on lines", "p if {\n\tx := input.a\n\tx > 1 # more\n}", "{\"a\":2}", "true"},
    {"keyword in a path", "if.then := 1\np := data.t.if.then", NULL, "1"},
    {"order of values", "p := [x | some x in {{1}, {\"a\": 1}, [1], \"s\", 1, true, null}; type_name(x) != \"set\"]",
     NULL, "[null,true,1,\"s\",[1],{\"a\":1}]"},
    {"import of keywords", "import rego.v1\np := 1", NULL, "1"},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[600];
        static struct asked a;
        ROW(rows[i].name);
        (void)snprintf(text, sizeof(text), "package t\n%s\n", rows[i].rules);
        ask(&a, text, "data.t.p", rows[i].input);
        if (rows[i].want == NULL) {
            if (a.status != REGO_UNDEFINED && a.status != REGO_ERR_COMPILE && a.status != REGO_ERR_PARSE)
                fail_msg("row '%s': status %d, %s %s", check_row, a.status, a.json, a.error.message);
            continue;
        }
        if (a.status != REGO_OK)
            fail_msg("row '%s': status %d, %s:%u: %s", check_row, a.status, a.error.file, a.error.row, a.error.message);
        assert_string_equal(a.json, rows[i].want);
    }
}

static void test_per_call_data(void **state)
{
    (void)state;
    static const char text[] = "package t\np := data.base.n + data.more";
    struct rego_module module = {"policy.rego", text, sizeof(text) - 1, false};
    struct rego_policy *policy = NULL;
    struct rego_result *result = NULL;
    struct rego_error error;
    assert_int_equal(rego_policy_new(&module, 1, "{\"base\":{\"n\":7}}", 16, NULL, 0, &policy, &error), REGO_OK);
    struct rego_call call = {.query = "data.t.p", .data = "{\"more\":3}", .data_length = 10};
    assert_int_equal(rego_eval(policy, &call, &result, &error), REGO_OK);
    assert_int_equal(rego_result_json(result).n, 2);
    rego_result_free(result);
    call.data = "[]";
    call.data_length = 2;
    assert_int_equal(rego_eval(policy, &call, &result, &error), REGO_ERR_INPUT);
    rego_policy_free(policy);
}

/* An import goes before a rule of the package that has its name, for values and for calls. */
static void test_import_before_rule(void **state)
{
    (void)state;
    static const char lib[] = "package lib\nvalue := 1\ndouble(x) := 2 * x";
    static const char text[] = "package t\nimport data.lib\nlib.value := 7\nlib.double(x) := 100 * x\n"
                               "p := [lib.value, lib.double(3), data.t.lib.value]";
    struct rego_module modules[2] = {{"lib.rego", lib, sizeof(lib) - 1, false},
                                     {"t.rego", text, sizeof(text) - 1, false}};
    struct rego_policy *policy = NULL;
    struct rego_result *result = NULL;
    struct rego_error error;
    struct rego_call call = {.query = "data.t.p"};
    assert_int_equal(rego_policy_new(modules, 2, NULL, 0, NULL, 0, &policy, &error), REGO_OK);
    assert_int_equal(rego_eval(policy, &call, &result, &error), REGO_OK);
    struct rego_text json = rego_result_json(result);
    assert_bytes(bytes_of(json.p, json.n), BYTES_LIT("[1,6,7]"));
    rego_result_free(result);
    rego_policy_free(policy);
}

/* What v0 reads otherwise. */
static void test_v0(void **state)
{
    (void)state;
    static const struct {
        const char *rules, *want;
    } v0_rows[] = {
        {"p.q { true }", "[\"q\"]"},        {"p.q = 1 { true }", "{\"q\":1}"},
        {"p[\"q\"] { true }", "[\"q\"]"},   {"p.q.r { true }", "{\"q\":{\"r\":true}}"},
        {"p = any([false, true])", "true"},
    };
    for (size_t i = 0; i < sizeof(v0_rows) / sizeof(v0_rows[0]); i++) {
        char text[200];
        struct rego_error error;
        struct rego_policy *policy = NULL;
        struct rego_result *result = NULL;
        struct rego_call call = {.query = "data.t.p"};
        ROW(v0_rows[i].rules);
        (void)snprintf(text, sizeof(text), "package t\n%s", v0_rows[i].rules);
        struct rego_module module = {"t.rego", text, strlen(text), true};
        assert_int_equal(rego_policy_new(&module, 1, NULL, 0, NULL, 0, &policy, &error), REGO_OK);
        assert_int_equal(rego_eval(policy, &call, &result, &error), REGO_OK);
        struct rego_text json = rego_result_json(result);
        assert_bytes(bytes_of(json.p, json.n), bytes_of_text(v0_rows[i].want));
        rego_result_free(result);
        rego_policy_free(policy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_import_before_rule),
        cmocka_unit_test(test_per_call_data),
        cmocka_unit_test(test_v0),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
