/*
 * Templates: what Go renders, and what is no template.
 */
#include "call_check.h"

#define R(template_, vars_) "strings.render_template(`" template_ "`, " vars_ ")"

static const struct row refusals[] = {
    {"strings.render_template(1, {})", TYPE_ERROR, "operand 1 must be string but got number"},
    {"strings.render_template(\"\", [])", TYPE_ERROR, "operand 2 must be object but got array"},
    {R("{{", "{}"), BUILTIN_ERROR, "unclosed action"},
    {R("{{.a", "{}"), BUILTIN_ERROR, "unclosed action"},
    {R("{{/* }}", "{}"), BUILTIN_ERROR, "unclosed action"},
    {R("{{\"}}", "{}"), BUILTIN_ERROR, "unclosed action"},
    {R("{{}}", "{}"), BUILTIN_ERROR, "missing value for command"},
    {R("{{end}}", "{}"), BUILTIN_ERROR, "unexpected {{end}}"},
    {R("{{else}}", "{}"), BUILTIN_ERROR, "unexpected {{else}}"},
    {R("{{if .a}}", "{}"), BUILTIN_ERROR, "unexpected EOF"},
    {R("{{if .a}}{{else}}{{else}}{{end}}", "{}"), BUILTIN_ERROR, "unexpected {{else}}"},
    {R("{{if .a}}{{else .b}}{{end}}", "{}"), BUILTIN_ERROR, "unexpected \".b\" in else"},
    {R("{{range 3}}{{end}}", "{}"), BUILTIN_ERROR, "range can't iterate"},
    {R("{{range .a}}{{end}}", "{\"a\": \"x\"}"), BUILTIN_ERROR, "range can't iterate"},
    {R("{{.a.b}}", "{}"), BUILTIN_ERROR, "can't evaluate field b"},
    {R("{{$x}}", "{}"), BUILTIN_ERROR, "undefined variable \"$x\""},
    {R("{{$x = 1}}", "{}"), BUILTIN_ERROR, "undefined variable \"$x\""},
    {R("{{if true}}{{$x := 1}}{{end}}{{$x}}", "{}"), BUILTIN_ERROR, "undefined variable \"$x\""},
    {R("{{$x, $y := 1}}", "{}"), BUILTIN_ERROR, "too many declarations"},
    {R("{{nothing}}", "{}"), BUILTIN_ERROR, "unexpected \"nothing\""},
    {R("{{.a .b}}", "{}"), BUILTIN_ERROR, "unexpected \".b\" in command"},
    {R("{{1.5}}", "{}"), BUILTIN_ERROR, "in command"},
    {R("{{1x}}", "{}"), BUILTIN_ERROR, "bad number syntax"},
    {R("{{(1}}", "{}"), BUILTIN_ERROR, "unclosed left paren"},
    {R("{{not}}", "{}"), BUILTIN_ERROR, "wrong number of args for not"},
    {R("{{1 | 2}}", "{}"), BUILTIN_ERROR, "non executable command"},
    {R("{{eq .a 1}}", "{\"a\": 1}"), BUILTIN_ERROR, "incompatible types"},
    {R("{{lt true false}}", "{}"), BUILTIN_ERROR, "incompatible types"},
    {R("{{len 1}}", "{}"), BUILTIN_ERROR, "no length"},
    {R("{{index .a 2}}", "{\"a\": [1]}"), BUILTIN_ERROR, "index out of range: 2"},
    {R("{{index .a \"x\"}}", "{\"a\": [1]}"), BUILTIN_ERROR, "cannot index"},
    {R("{{define \"x\"}}{{end}}", "{}"), BUILTIN_ERROR, "{{define}} is not supported"},
    {R("{{break}}", "{}"), BUILTIN_ERROR, "{{break}} is not supported"},
};

static const struct row values[] = {
    {R("", "{}"), "\"\""},
    {R("plain } {text}", "{}"), "\"plain } {text}\""},
    {R("{{.a}} {{.b}} {{ .c.d }}", "{\"a\": \"x\", \"b\": 1.50, \"c\": {\"d\": true}}"), "\"x 1.50 true\""},
    {R("{{.a}}", "{}"), "\"<undefined>\""},
    {R("{{.a}} {{.b}} {{.c}}", "{\"a\": [1, \"x\"], \"b\": {\"k\": null}, \"c\": null}"),
     "\"[1 x] map[k:<nil>] <undefined>\""},
    {R("{{range $i, $n := .l}}{{if $i}},{{end}}{{$n}}{{end}}", "{\"l\": [\"a\", \"b\", \"c\"]}"), "\"a,b,c\""},
    {R("{{range $k, $v := .m}}{{$k}}={{$v}};{{end}}", "{\"m\": {\"b\": 2, \"a\": 1}}"), "\"a=1;b=2;\""},
    {R("{{range .l}}[{{.}}]{{else}}none{{end}}{{range .m}}{{else}}none{{end}}", "{\"l\": {2, 1}}"), "\"[1][2]none\""},
    {R("{{range .l}}{{range .}}{{.}}{{end}}|{{end}}", "{\"l\": [[1, 2], [3]]}"), "\"12|3|\""},
    {R("{{if .a}}A{{else if .b}}B{{else}}C{{end}}", "{\"b\": \"x\"}"), "\"B\""},
    {R("{{if .a}}A{{else if .b}}B{{else}}C{{end}}", "{\"a\": [], \"b\": \"\"}"), "\"C\""},
    {R("{{if .n}}yes{{end}}{{if 0}}no{{end}}", "{\"n\": 0}"), "\"yes\""},
    {R("{{with .a}}{{.b}}{{$.c}}{{else}}none{{end}}", "{\"a\": {\"b\": 1}, \"c\": 2}"), "\"12\""},
    {R("{{with .x}}{{.b}}{{else with .a}}{{.b}}{{end}}", "{\"a\": {\"b\": 1}}"), "\"1\""},
    {R("{{$x := .a}}{{if true}}{{$x = 7}}{{end}}{{$x}}", "{\"a\": 1}"), "\"7\""},
    {R("a {{- .x -}} b{{/* {{ }} */}}c {{- /* x */ -}} d", "{\"x\": 1}"), "\"a1bcd\""},
    {R("{{\"}}\"}}{{-1}}", "{}"), "\"}}-1\""},
    {R("{{eq .a \"x\" \"y\"}} {{ne 1 2}} {{lt 1 2}} {{le 2 2}} {{gt 1 2}} {{ge \"b\" \"a\"}}", "{\"a\": \"y\"}"),
     "\"true true true true false true\""},
    {R("{{eq .n \"1\"}} {{eq true true}} {{not .a}} {{and 1 0}} {{or .a 3}}", "{\"n\": 1}"), "\"true true true 0 3\""},
    {R("{{len .l}} {{index .l 1}} {{index .m \"k\" 0}} {{.l | len | eq 2}} {{(index .l 0)}}",
       "{\"l\": [5, 6], \"m\": {\"k\": [9]}}"),
     "\"2 6 9 true 5\""},
    {R("{{if false}}{{if true}}x{{end}}{{range .l}}{{.a.b.c}}{{end}}{{end}}ok", "{\"l\": [1]}"), "\"ok\""},
};

static void test_refusals(void **state)
{
    (void)state;
    CALL_ROWS(refusals, BYTES_EMPTY);
}

static void test_values(void **state)
{
    (void)state;
    CALL_ROWS(values, BYTES_EMPTY);
}

/* Every cut of a template ends in text or in an error. */
static void test_cuts(void **state)
{
    (void)state;
    static const char whole[] =
        "a{{- range $i, $x := .l -}}{{if and $i (eq $x \\\"b\\\")}}{{$x}}{{else}}n{{end}}{{end}}";
    struct rego_policy *policy = call_policy();
    for (size_t n = 0; n < sizeof(whole); n++) {
        SCOPED(arena) struct arena a;
        SCOPED(buf) struct buf out = {0};
        struct rego_error error;
        char expression[300];
        if (n > 0 && whole[n - 1] == '\\')
            continue;
        (void)snprintf(expression, sizeof(expression), "strings.render_template(\"%.*s\", {\"l\": [\"a\", \"b\"]})",
                       (int)n, whole);
        arena_init(&a, EVAL_MEMORY);
        buf_init(&out, 1 << 20);
        struct err e = call_once(policy, expression, BYTES_EMPTY, &a, &error, &out);
        assert_true(failed(e) ? strcmp(error.code, BUILTIN_ERROR) == 0 : n <= 2 || n == sizeof(whole) - 1);
    }
    rego_policy_free(policy);
}

static void test_limits(void **state)
{
    (void)state;
    call_limit("strings.render_template(concat(\"\", [\"{{if 1}}\" | some i in numbers.range(1, 100)]), {})", 0);
    call_limit("strings.render_template(`{{range .l}}{{range $.l}}{{range $.l}}x{{end}}{{end}}{{end}}`, "
               "{\"l\": numbers.range(1, 1000)})",
               100000);
    call_limit("strings.render_template(sprintf(\"{{%050d}}\", [1]), {\"l\": 1}) == "
               "strings.render_template(concat(\"\", [\"{{(\" | some i in numbers.range(1, 100)]), {})",
               10);
}

/* `else if` may follow as often as one likes: it costs steps, and no stack. */
static void test_long_chain(void **state)
{
    (void)state;
    static const struct row row = {
        "strings.render_template(concat(\"\", [\"{{if 0}}a\", concat(\"\", [\"{{else if 0}}b\" | "
        "some i in numbers.range(1, 100000)]), \"{{else if .c}}c{{else}}d{{end}}\"]), {\"c\": 1})",
        "\"c\"", NULL};
    struct rego_policy *policy = call_policy();
    call_row(policy, &row, BYTES_EMPTY);
    rego_policy_free(policy);
}

/* One whose output is full is not rendered any further: that ends it, and not the steps of a million turns. */
static void test_full(void **state)
{
    (void)state;
    struct rego_policy *policy = call_policy();
    struct rego_call call = {.query = "strings.render_template(`{{range .l}}{{range $.l}}{{$.b}}{{end}}{{end}}`, "
                                      "{\"l\": numbers.range(1, 1000), \"b\": sprintf(\"%080000d\", [0])})",
                             .limits = {.steps = 100000, .memory = 8UL << 20}};
    struct rego_result *result = NULL;
    struct rego_error error = {0};
    assert_int_equal(rego_eval(policy, &call, &result, &error), REGO_ERR_LIMIT);
    assert_non_null(strstr(error.message, "did not fit"));
    rego_policy_free(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals), cmocka_unit_test(test_values),     cmocka_unit_test(test_cuts),
        cmocka_unit_test(test_limits),   cmocka_unit_test(test_long_chain), cmocka_unit_test(test_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
