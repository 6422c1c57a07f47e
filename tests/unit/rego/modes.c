/*
 * What the compiled mode does otherwise than the plain one, and must not be seen: rows of policies whose answers are
 * known. ask() puts each to both modes.
 */
#include "rego_check.h"

struct row {
    const char *name;
    const char *rules;
    const char *input;
    const char *want; /* JSON; "" is undefined; otherwise the beginning of an error's code */
};

static const struct row rows[] = {
    /* the index: a guard that does not hold, in each of its ways */
    {"guard on an argument", "f(x) := 1 if x == \"a\"\nf(x) := 2 if x == \"b\"\np := f(\"b\")", NULL, "2"},
    {"guard either way round", "f(x) := 1 if \"a\" == x\nf(x) := 2 if \"b\" == x\np := f(\"a\")", NULL, "1"},
    {"guard on a constant argument", "f(\"a\") := 1\nf(\"b\") := 2\np := f(\"b\")", NULL, "2"},
    {"guard by value, not by text", "f(x) := 1 if x == 1.0\np := f(1)", NULL, "1"},
    {"guard on null", "p := 1 if input.x == null", "{\"x\":null}", "1"},
    {"guard on absence", "p := 1 if input.x == null", "{}", ""},
    {"guard on false", "p := 1 if input.x", "{\"x\":false}", ""},
    {"guard on false by value", "p := 1 if input.x == false", "{\"x\":false}", "1"},
    {"guard on an empty object", "p := 1 if input.x", "{\"x\":{}}", "1"},
    {"guard behind two keys", "f(x) := 1 if x.a.b == 1\nf(x) := 2 if x.a.b == 2\np := f(input)", "{\"a\":{\"b\":2}}",
     "2"},
    {"guard with keys that an array lacks", "f(x) := 1 if x.a == 1\np := f([1])", NULL, ""},
    {"guard on a member of a set", "f(x) := 1 if x.a == \"a\"\np := f({\"a\"})", NULL, "1"},
    {"guard under another input", "q := 1 if input.x == 1\np := y if y := q with input.x as 1", "{\"x\":2}", "1"},
    {"guard under other data", "q := 1 if data.base.n == 8\np := y if y := q with data.base.n as 8", NULL, "1"},
    {"guard on a rule", "r := 3\nq := 1 if r == 4\nq := 2 if r == 3\np := q", NULL, "2"},
    {"guard on a rule in conflict", "r := 1\nr := 2 if true\nq := 1 if r == 4\np := q", NULL, "eval_conflict_error"},
    {"conflict in front of a guard", "r := 1\nr := 2 if true\nq := 1 if { r > 0; input.x == 1 }\np := q", "{}",
     "eval_conflict_error"},
    {"behind the guards, their values are used",
     "f(x) := [x.a, x.b, y] if { x.k == 1; y := x.a.c; input.z }\np := f(input)",
     "{\"k\":1,\"a\":{\"c\":2},\"b\":3,\"z\":4}", "[{\"c\":2},3,2]"},
    {"values of guards are those of the call",
     "f(x) := x.v if x.k == 1\nf(x) := [x.v] if x.k == 2\n"
     "p := [f(x) | some x in input]",
     "[{\"k\":1,\"v\":5},{\"k\":2,\"v\":6},{\"k\":1,\"v\":7}]", "[5,[6],7]"},
    {"values of guards under another input",
     "q := input.a.b if input.a.k == 1\n"
     "p := [q, y] if y := q with input as {\"a\": {\"k\": 1, \"b\": 3}}",
     "{\"a\":{\"k\":1,\"b\":2}}", "[2,3]"},
    {"a guard's comparison under a mock",
     "f(x) := x.v if x.k == 1\neq(a, b) := true\n"
     "p := y if y := f({\"k\": 2, \"v\": 3}) with equal as eq",
     NULL, "3"},
    {"argument twice", "f(x, x) := 1\np := [f(1, 1)]", NULL, "[1]"},
    {"argument twice, unlike", "f(x, x) := 1\np := f(1, 2)", NULL, ""},
    {"argument as a pattern", "f([x, {\"k\": y}]) := [y, x]\np := f([1, {\"k\": 2}])", NULL, "[2,1]"},
    {"argument as a pattern in else", "f([x, y]) := 1 if x == 2 else := y if x == 3\np := f([3, 4])", NULL, "4"},
    {"default of a function", "default f(_) := 9\nf(x) := 1 if x == 1\np := [f(1), f(2)]", NULL, "[1,9]"},

    /* one value for all clauses */
    {"the first success is enough", "p if input.a\np if input.b", "{\"a\":1,\"b\":1}", "true"},
    {"false is a value, too", "p := false if input.a\np := false if input.b", "{\"b\":1}", "false"},
    {"unlike values conflict", "p := 1 if input.a\np := 2 if input.b", "{\"a\":1,\"b\":1}", "eval_conflict_error"},
    {"equal values of unlike kinds do not", "p := 1 if input.a\np := input.b if input.b", "{\"a\":1,\"b\":1.0}", "1.0"},
    {"else is of its clause only", "p := 1 if input.a else := 2\np := 3 if input.c", "{\"c\":1}",
     "eval_conflict_error"},
    {"a rule in conflict inside a loop", "q := {1, 2}[_]\np if { some x in [1, 2]; x == q }", NULL,
     "eval_conflict_error"},

    /* bodies within bodies */
    {"not, with a loop inside", "p if not 3 in {x | some x in input.x}", "{\"x\":[1,2]}", "true"},
    {"not, found", "p if { some x in [1]; not input.x[x] == 2 }", "{\"x\":[1,2]}", ""},
    {"not of a comprehension", "p if not count([x | some x in input]) == 3", "[1,2,3]", ""},
    {"every over nothing", "p if every x in [] { x == 1 }", NULL, "true"},
    {"every with keys", "p if every k, v in input { k == v }", "[0,1,2]", "true"},
    {"every inside every", "p if every x in input { every y in x { y < 3 } }", "[[1],[2,3]]", ""},
    {"every behind a loop", "p contains k if { some k, v in input; every x in v { x > k } }", "[[1,2],[1,2]]", "[0]"},
    {"every over no collection", "p if every x in input { x }", "7", ""},
    {"comprehension in a comprehension", "p := [y | some x in input; y := [z | some z in x; z != 2]]", "[[1,2],[2]]",
     "[[1],[]]"},
    {"comprehension of a head", "p contains [x | some x in input]", "[2,1]", "[[2,1]]"},
    {"object comprehension in conflict", "p := {k: v | some v in input; k := 1}", "[1,2]", "eval_conflict_error"},
    {"object comprehension, same value", "p := {k: v | some v in input; k := 1}", "[1,1.0]", "{\"1\":1.0}"},
    {"comprehension as an argument", "p := count({x | some x in input})", "[1,1,2]", "2"},
    {"comprehension in a pattern", "p := y if [y, [x | some x in input]] = [1, [2]]", "[2]", "1"},
    {"set in a pattern", "p := y if [y, {1, 2}] = [3, {2, 1}]", NULL, "3"},
    {"template", "p := $\"a{input.x}b{input.y}\"", "{\"x\":1}", "\"a1b<undefined>\""},
    {"walk", "p contains v if { walk(input, [_, v]); is_number(v) }", "{\"a\":[1,{\"b\":2}]}", "[1,2]"},

    /* names of registers */
    {"a name for a path", "p := [a, b] if { a := input.x; b := a.y; b == 1 }", "{\"x\":{\"y\":1}}", "[{\"y\":1},1]"},
    {"a name for a constant", "p := y if { x := {\"a\": 2}; y := x.a }", NULL, "2"},
    {"a name from an outer body", "p := [y | some x in input; y := [z | z := x]]", "[1,2]", "[[1],[2]]"},
    {"a name in with", "q := input\np := y if { some x in [1, 2]; y := q with input as x; y == 2 }", NULL, "2"},
    {"a key that is not read", "p := [x | some _, x in input]", "{\"a\":1,\"b\":2}", "[1,2]"},
    {"key and value alike", "p contains x if input[x] == x", "[0,2,2]", "[0,2]"},
    {"a key as a pattern", "p := x if { some s in [{[1, 2], [3, 4]}]; s[[3, x]] }", NULL, "4"},

    /* places with rules */
    {"a package as a value", "q.a := 1\nq.b.c := 2\np := q", NULL, "{\"a\":1,\"b\":{\"c\":2}}"},
    {"keys of a package", "q.a := 1\nq.b := 2\np := {k | some k, _ in q}", NULL, "[\"a\",\"b\"]"},
    {"one key of an open rule", "q[x] := y if some x, y in input\np := q.b", "{\"a\":1,\"b\":2}", "2"},
    {"a member of a set rule", "q contains x if some x in input\np if q[2]", "[1,2]", "true"},
    {"documents and rules", "p := [data.base.n, data.base.list[i]] if i := 2", NULL, "[7,3]"},
    {"scan of documents", "p := [x | x := data.base.list[_]]", NULL, "[1,2,3]"},

    /* with */
    {"paths follow with", "q := input.x\np := [q, r] if r := q with input.x as 2", "{\"x\":1}", "[1,2]"},
    {"paths follow with inside a loop", "p := [y | some x in [1, 2]; y := input.x with input.x as x]", "{\"x\":0}",
     "[1,2]"},
    {"back into a loop from with", "p := [z | some x in input; y := input[0] with input as [x]; z := [y, input[0]]]",
     "[5,6]", "[[5,5],[6,5]]"},
    {"comparison under a mock", "f(x) := x == 1\np if f(2) with f as true", NULL, "true"},
    {"builtin under a mock", "p := y if y := count([1]) with count as 7", NULL, "7"},
    {"builtin under a mock by a function", "f(x) := 8\np := y if y := count([1]) with count as f", NULL, "8"},
    {"not under with", "p if not input.x with input as {\"y\": 1}", "{\"x\":1}", "true"},
    {"every under with", "p if { every x in [1] { x == input.x } with input as {\"x\": 1} }", "{}", "true"},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[900];
        static struct asked a;
        ROW(rows[i].name);
        (void)snprintf(text, sizeof(text), "package t\n%s\n", rows[i].rules);
        ask(&a, text, "data.t.p", rows[i].input);
        const char *have = a.status == REGO_OK ? a.json : a.status == REGO_UNDEFINED ? "" : a.error.code;
        bool is_code = strchr(rows[i].want, '_') != NULL && rows[i].want[0] != '"';
        if (is_code ? strncmp(have, rows[i].want, strlen(rows[i].want)) != 0 : strcmp(have, rows[i].want) != 0)
            fail_msg("row '%s': have '%s' (%s), expected '%s'", check_row, have, a.error.message, rows[i].want);
    }
}

/* Limits end in an error wherever they are met, never in a decision: not under `not`, not behind a default. */
static void test_limits(void **state)
{
    (void)state;
    static const char text[] = "package t\ndefault p := true\n"
                               "loop if { some a in input; some b in input; a + b == 100 }\n"
                               "p := true if not loop\nq := [x | some x in input; not loop]\n"
                               "r if every x in input { not loop; x > 0 }\n";
    static const char *const queries[] = {"data.t.p", "data.t.q", "data.t.r", "data.t"};
    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++)
        for (uint64_t steps = 1; steps < 120; steps++) {
            static struct asked a;
            ROW(queries[i]);
            ask_with(&a, text, queries[i], "[1,2,3,4,5,6,7,8,9,10,11,12]", (struct rego_limits){.steps = steps});
            assert_int_equal(a.status, REGO_ERR_LIMIT);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests_name("rego/modes", tests, NULL, NULL);
}
