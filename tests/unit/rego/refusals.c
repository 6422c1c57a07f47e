/*
 * Texts that are no policy, and policies that fail: each refused with its code, at its place, never with a decision.
 */
#include "rego_check.h"

struct row {
    const char *text;
    enum rego_status status;
    const char *code;
    unsigned row;
    const char *message; /* a part of it */
};

static const struct row rows[] = {
    {"", REGO_ERR_PARSE, "rego_parse_error", 1, "empty module"},
    {"allow := true", REGO_ERR_PARSE, "rego_parse_error", 1, "package expected"},
    {"package t\np := ", REGO_ERR_PARSE, "rego_parse_error", 2, "unexpected end"},
    {"package t\np { true }", REGO_ERR_PARSE, "rego_parse_error", 2, "`if` keyword is required"},
    {"package t\np", REGO_ERR_PARSE, "rego_parse_error", 2, "must have value assignment"},
    {"package t\np := \"a", REGO_ERR_PARSE, "rego_parse_error", 2, "non-terminated string"},
    {"package t\np := \"\\x\"", REGO_ERR_PARSE, "rego_parse_error", 2, "illegal escape"},
    {"package t\np := 01", REGO_ERR_PARSE, "rego_parse_error", 2, "leading zero"},
    {"package t\np := 1e999999", REGO_ERR_PARSE, "rego_parse_error", 2, "too big"},
    {"package t\np := !x", REGO_ERR_PARSE, "rego_parse_error", 2, "illegal character"},
    {"package t\np if {}", REGO_ERR_PARSE, "rego_parse_error", 2, "empty body"},
    {"package t\np if {input.x} with input as 1", REGO_ERR_PARSE, "rego_parse_error", 2, "unexpected keyword"},
    {"package t\np if { x := 1 y := 2 }", REGO_ERR_PARSE, "rego_parse_error", 2, "expected a line end"},
    {"package t\np if { x := 1; }", REGO_ERR_PARSE, "rego_parse_error", 2, "behind the ;"},
    {"package t\np := 1; q := 2", REGO_ERR_PARSE, "rego_parse_error", 2, ""},
    {"package t\np if { false } else", REGO_ERR_PARSE, "rego_parse_error", 2, "expected else value term or rule body"},
    {"package t\np if { false } else\nq := 1", REGO_ERR_PARSE, "rego_parse_error", 3, "expected else value term"},
    {"package t\np := 1 if { false } else := 2 if { false } else # no\n", REGO_ERR_PARSE, "rego_parse_error", 0,
     "else"},
    {"package t\np := -\"a\"", REGO_ERR_PARSE, "rego_parse_error", 2, "expected number"},
    {"package t\np := -[1]", REGO_ERR_PARSE, "rego_parse_error", 2, "expected number"},
    {"package t\np := -null", REGO_ERR_PARSE, "rego_parse_error", 2, "expected number"},
    {"package t\np := - -1", REGO_ERR_PARSE, "rego_parse_error", 2, "expected number"},
    {"package t\np := [1 | 2 == 2, 3 in [3], 4]", REGO_ERR_PARSE, "rego_parse_error", 2, "expected a line end"},
    {"package t\ndefault p := q", REGO_ERR_PARSE, "rego_parse_error", 2,
     "illegal default rule (value cannot contain var"},
    {"package t\ndefault p := [input.x]", REGO_ERR_PARSE, "rego_parse_error", 2, "value cannot contain ref"},
    {"package t\ndefault p := {\"a\": 1 + 1}", REGO_ERR_PARSE, "rego_parse_error", 2, "value cannot contain call"},
    {"package t\ndefault p := $\"{1}\"", REGO_ERR_PARSE, "rego_parse_error", 2, "value cannot contain call"},
    {"package t\ndefault f(1) := 2", REGO_ERR_PARSE, "rego_parse_error", 2, "arguments can only be variables"},
    {"package t\ndefault f(x, [y]) := 2", REGO_ERR_PARSE, "rego_parse_error", 2, "arguments can only be variables"},
    {"package t\ndefault f(x, _, x) := 2", REGO_ERR_PARSE, "rego_parse_error", 2, "cannot be repeated x"},
    {"package t\np .q := 1", REGO_ERR_PARSE, "rego_parse_error", 2, "white space"},
    {"package t\np. q := 1", REGO_ERR_PARSE, "rego_parse_error", 2, "expected a name behind the dot"},
    {"package t\np [\"q\"] := 1", REGO_ERR_PARSE, "rego_parse_error", 2, "white space"},
    {"package t\nf (x) := x", REGO_ERR_PARSE, "rego_parse_error", 2, "white space"},
    {"package t\nset() := 1", REGO_ERR_PARSE, "rego_parse_error", 2, "set cannot be used for rule name"},
    {"package t\nimport future.keywords.maybe\np := 1", REGO_ERR_PARSE, "rego_parse_error", 2, "unexpected keyword"},
    {"package t\nimport rego.v1 as x\np := 1", REGO_ERR_PARSE, "rego_parse_error", 2, "cannot be aliased"},
    {"package t\np[x] := 1 if x := \"a\" else := 2 if x := \"b\"", REGO_ERR_PARSE, "rego_parse_error", 2,
     "else keyword cannot be used on rules with variables in head"},
    {"package t\nimport data.a\nimport data.b.a\np := 1", REGO_ERR_COMPILE, "rego_compile_error", 3, "shadow"},
    {"package t\nimport rego.v1\nimport rego.v1\np := 1", REGO_ERR_COMPILE, "rego_compile_error", 3, "shadow"},
    {"package t\nimport data.v1\nimport rego.v1\np := 1", REGO_ERR_COMPILE, "rego_compile_error", 3, "shadow"},
    {"package t\np if [x] = {\"a\": 1}", REGO_ERR_COMPILE, "rego_unsafe_var_error", 2, "var x is unsafe"},
    {"package t\np if [x, y] = [1, 2, 3]", REGO_ERR_COMPILE, "rego_unsafe_var_error", 2, "var x is unsafe"},
    {"package t\np if [x, y] = [1, input.z, 3]", REGO_ERR_COMPILE, "rego_unsafe_var_error", 2, "var x is unsafe"},
    {"package t\np if [[x]] = [1]", REGO_ERR_COMPILE, "rego_unsafe_var_error", 2, "var x is unsafe"},
    {"package t\np if [x] = {y | y := 1}", REGO_ERR_COMPILE, "rego_unsafe_var_error", 2, "var x is unsafe"},
    {"package t\np if {\"a\": x} = {\"b\": 1}", REGO_ERR_COMPILE, "rego_unsafe_var_error", 2, "var x is unsafe"},
    {"package t\np if {\"a\": x} = {\"b\": input.y}", REGO_ERR_COMPILE, "rego_unsafe_var_error", 2, "var x is unsafe"},
    {"package t\np if {\"a\": x} = {\"a\": 1, \"b\": 1}", REGO_ERR_COMPILE, "rego_unsafe_var_error", 2, "var x"},
    {"package t\np if 1 = [x]", REGO_ERR_COMPILE, "rego_unsafe_var_error", 2, "var x is unsafe"},
    {"package t\np if x > 1", REGO_ERR_COMPILE, "rego_unsafe_var_error", 2, "var x is unsafe"},
    {"package t\np if not input.a[x] == 1", REGO_ERR_COMPILE, "rego_unsafe_var_error", 2, "var x is unsafe"},
    {"package t\np contains x", REGO_ERR_COMPILE, "rego_unsafe_var_error", 2, "var x is unsafe"},
    {"package t\np if { x := 1; x := 2 }", REGO_ERR_COMPILE, "rego_compile_error", 2, "var x declared above"},
    {"package t\np if { y := x; x := 2 }", REGO_ERR_COMPILE, "rego_compile_error", 2, "var x referenced above"},
    {"package t\nf(x) := 1 if { x := 2 }", REGO_ERR_COMPILE, "rego_compile_error", 2, "arg x redeclared"},
    {"package t\np if { input := 1 }", REGO_ERR_COMPILE, "rego_compile_error", 2, "must not shadow input"},
    {"package t\nf := 1\np := f()", REGO_ERR_COMPILE, "rego_type_error", 3, "undefined function f"},
    {"package t\nf() := 1\np := f(1)", REGO_ERR_COMPILE, "rego_type_error", 3, "undefined function f"},
    {"package t\nf() := f()", REGO_ERR_COMPILE, "rego_recursion_error", 2, "data.t.f"},
    {"package t\np := nothing(1)", REGO_ERR_COMPILE, "rego_type_error", 2, "undefined function nothing"},
    {"package t\np := count([1], 1)", REGO_ERR_COMPILE, "rego_type_error", 2, "count: arity mismatch: have 2"},
    {"package t\np if 1 == count([1], 1)", REGO_ERR_COMPILE, "rego_type_error", 2, "count: arity mismatch"},
    {"package t\nf(x) := x\np := [f(1, 1)]", REGO_ERR_COMPILE, "rego_type_error", 3, "f: arity mismatch"},
    {"package t\nf(x) := x\np := f", REGO_ERR_COMPILE, "rego_type_error", 3, "function data.t.f used as reference"},
    {"package t\nf(x) := x\np if not f", REGO_ERR_COMPILE, "rego_type_error", 3, "function data.t.f used as reference"},
    {"package t\nf(x) := x\np := data.t.f.a[1]", REGO_ERR_COMPILE, "rego_type_error", 3, "data.t.f used as reference"},
    {"package t\nimport data.t.p as f\np(x) := f", REGO_ERR_COMPILE, "rego_type_error", 3,
     "data.t.p used as reference"},
    {"package t\np(x) := x", REGO_ERR_COMPILE, "rego_type_error", 1, "function data.t.p used as reference"},
    {"package t\nq := {\"a\": 1}\np if q with data.t.q.a as 2", REGO_ERR_COMPILE, "rego_compile_error", 3,
     "with keyword cannot partially replace virtual document"},
    {"package t\nq[x] := x if some x in [1]\np if q with q.a.b as 2", REGO_ERR_COMPILE, "rego_compile_error", 3,
     "with keyword cannot partially replace virtual document"},
    {"package t\np := any([true])", REGO_ERR_COMPILE, "rego_type_error", 2, "deprecated built-in function calls"},
    {"package t\np := count(1, 2, 3)", REGO_ERR_COMPILE, "rego_type_error", 2, "arity"},
    {"package t\np := 1\np contains 2", REGO_ERR_COMPILE, "rego_type_error", 2, "conflicting rules"},
    {"package t\np := 1\np.q := 2", REGO_ERR_COMPILE, "rego_type_error", 2, "conflicting rules"},
    {"package t\nf(x) := 1\nf(x, y) := 2", REGO_ERR_COMPILE, "rego_type_error", 3, "conflicting rules"},
    {"package t\ndefault p := 1\ndefault p := 2", REGO_ERR_COMPILE, "rego_type_error", 3, "multiple default"},
    {"package t\np := p", REGO_ERR_COMPILE, "rego_recursion_error", 2,
     "rule data.t.p is recursive: data.t.p -> data.t.p"},
    {"package t\nz := a\na := b\nb if not c\nc := a", REGO_ERR_COMPILE, "rego_recursion_error", 3,
     "rule data.t.a is recursive: data.t.a -> data.t.b -> data.t.c -> data.t.a"},
    {"package t\na := b\nb := c\nc := d\nd := e\ne := f\nf := g\ng := h\nh := i\ni := j\nj := a", REGO_ERR_COMPILE,
     "rego_recursion_error", 2,
     "data.t.a -> .. -> data.t.c -> data.t.d -> data.t.e -> data.t.f -> data.t.g -> data.t.h"},
    {"package t\np := q\nq := data.t[x] if some x in [\"p\"]", REGO_ERR_COMPILE, "rego_recursion_error", 2,
     "recursive"},
    {"package t\np := x if some x in [1, 2]", REGO_ERR_EVAL, "eval_conflict_error", 2, "conflicting values"},
    {"package t\np if not q\nq := x if some x in [1, 2]", REGO_ERR_EVAL, "eval_conflict_error", 3, "conflicting"},
    {"package t\np := {\"a\": x | some x in [1, 2]}", REGO_ERR_EVAL, "eval_conflict_error", 2, "object keys"},
    {"package t\np[\"a\"] := x if some x in [1, 2]", REGO_ERR_EVAL, "eval_conflict_error", 2, "conflicting values"},
    {"package t\np := query_reference_value(\"broken\")", REGO_ERR_EVAL, "eval_builtin_error", 2, "failed"},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        static struct asked a;
        ROW(rows[i].text);
        ask(&a, rows[i].text, "data.t.p", NULL);
        if (a.status != rows[i].status || strcmp(a.error.code, rows[i].code) != 0 ||
            strstr(a.error.message, rows[i].message) == NULL || (rows[i].row != 0 && a.error.row != rows[i].row))
            fail_msg("row '%s': status %d, %u: %s: %s", check_row, a.status, a.error.row, a.error.code,
                     a.error.message);
        assert_int_equal(a.json[0], '\0');
    }
}

static void test_every_cut_is_refused_or_read(void **state)
{
    (void)state;
    static const char text[] = "package t\nimport data.a\ndefault p := false\np if {\n\tsome x in input.list\n\t"
                               "x.y[\"z\"] == {1, [2, {\"k\": 3}]}\n\tnot x.w with input.q as $\"a{x}\"\n}\n"
                               "f(a, [b, _]) := a + b if every k, v in a { k < v } else := `raw`\n";
    for (size_t n = 0; n < sizeof(text); n++) {
        struct rego_module module = {"cut.rego", text, n, false};
        struct rego_policy *policy = NULL;
        struct rego_error error;
        enum rego_status status = rego_policy_new(&module, 1, NULL, 0, NULL, 0, &policy, &error);
        assert_true(status != REGO_UNSET && (status == REGO_OK) == (policy != NULL));
        rego_policy_free(policy);
    }
}

static void test_bytes_that_are_no_text(void **state)
{
    (void)state;
    static const char *const texts[] = {"package t\np := \"\xff\"", "package t\xc0\x80",
                                        "\xef\xbb\xbf\xef\xbb\xbfpackage t"};
    for (size_t i = 0; i < 3; i++) {
        static struct asked a;
        ask(&a, texts[i], "data.t.p", NULL);
        assert_int_equal(a.status, REGO_ERR_PARSE);
    }
}

static void test_input_that_is_no_json(void **state)
{
    (void)state;
    static const char *const inputs[] = {"", "{", "{\"a\":1,\"a\":2}", "nul", "1 2", "\"\xff\""};
    for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
        static struct asked a;
        ROW(inputs[i]);
        ask(&a, "package t\ndefault p := true", "data.t.p", inputs[i]);
        assert_int_equal(a.status, REGO_ERR_INPUT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_every_cut_is_refused_or_read),
        cmocka_unit_test(test_bytes_that_are_no_text),
        cmocka_unit_test(test_input_that_is_no_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
