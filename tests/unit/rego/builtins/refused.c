/*
 * Builtins that no policy may call: an error at load that says so; a call that slips through ends the evaluation.
 */
#include "../rego_check.h"

struct row {
    const char *call;
    const char *message;
};

static const struct row rows[] = {
    {"http.send({})", "refused builtin http.send: a policy talks to nobody"},
    {"net.lookup_ip_addr(\"a\")", "refused builtin net.lookup_ip_addr"},
    {"providers.aws.sign_req({}, {}, 1)", "refused builtin providers.aws.sign_req: a policy holds no keys"},
    {"opa.runtime()", "refused builtin opa.runtime: a policy sees nothing of the machine"},
    {"rego.parse_module(\"a\", \"b\")", "refused builtin rego.parse_module"},
    {"graphql.parse(\"\", \"\")", "refused builtin graphql.parse: GraphQL"},
    {"graphql.parse_and_verify(\"\", \"\")", "refused builtin graphql.parse_and_verify"},
    {"graphql.parse_query(\"\")", "refused builtin graphql.parse_query"},
    {"graphql.parse_schema(\"\")", "refused builtin graphql.parse_schema"},
    {"graphql.is_valid(\"\", \"\")", "refused builtin graphql.is_valid"},
    {"graphql.schema_is_valid(\"\")", "refused builtin graphql.schema_is_valid"},
    {"yaml.marshal(1)", "refused builtin yaml.marshal: YAML"},
    {"yaml.unmarshal(\"\")", "refused builtin yaml.unmarshal"},
    {"yaml.is_valid(\"\")", "refused builtin yaml.is_valid"},
};

static void test_calls(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        static struct asked a;
        char text[300];
        ROW(rows[i].call);
        (void)snprintf(text, sizeof(text), "package t\ndefault p := true\np := false if {\n\tnot %s\n}\n",
                       rows[i].call);
        ask(&a, text, "data.t.p", NULL);
        if (a.status != REGO_ERR_COMPILE || strstr(a.error.message, rows[i].message) == NULL || a.error.row != 4 ||
            strcmp(a.error.code, "rego_type_error") != 0)
            fail_msg("row '%s': status %d %s %s", check_row, a.status, a.json, a.error.message);
        ask(&a, "package t", rows[i].call, NULL);
        if (a.status != REGO_ERR_COMPILE || strstr(a.error.message, rows[i].message) == NULL)
            fail_msg("row '%s': as a query: status %d %s %s", check_row, a.status, a.json, a.error.message);
    }
}

/* The first call in the text is the one that is named. */
static void test_first_call(void **state)
{
    (void)state;
    static struct asked a;
    ask(&a, "package t\np := yaml.is_valid(\"\")\nq := http.send({})", "data.t.p", NULL);
    assert_int_equal(a.status, REGO_ERR_COMPILE);
    assert_int_equal(a.error.row, 2);
}

static void test_replaced(void **state)
{
    (void)state;
    static const char text[] = "package t\nanswer(_) := {\"body\": 7}\nask := http.send({}).body\n"
                               "p := x if x := ask with http.send as answer\n"
                               "q := x if x := time.now_ns() with time.now_ns as opa.runtime\n";
    static struct asked a;
    ask(&a, text, "data.t.p", NULL);
    assert_int_equal(a.status, REGO_OK);
    assert_string_equal(a.json, "7");
    ask(&a, text, "data.t.q", NULL);
    assert_string_equal(a.json, "{}");
}

/* Replaced in one place, called for real in another: an error, and never "undefined". */
static void test_call_that_is_not_replaced(void **state)
{
    (void)state;
    static const char *const uses[] = {"p := http.send({})", "default p := true\np := false if http.send({})",
                                       "p if not http.send({})", "p := [1 | http.send({})]",
                                       "p := x if x := http.send({}) with input as 1"};
    for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
        static struct asked a;
        char text[300];
        ROW(uses[i]);
        (void)snprintf(text, sizeof(text), "package t\nq := x if x := 1 with http.send as 2\n%s\n", uses[i]);
        ask(&a, text, "data.t.p", NULL);
        if (a.status != REGO_ERR_EVAL || strstr(a.error.message, "http.send: refused builtin") == NULL)
            fail_msg("row '%s': status %d %s %s", check_row, a.status, a.json, a.error.message);
    }
}

/* A function of the caller, or of the policy, may have that name. */
static void test_own_function(void **state)
{
    (void)state;
    static struct asked a;
    ask(&a, "package t\nhttp.send(x) := x\np := http.send(3)", "data.t.p", NULL);
    assert_int_equal(a.status, REGO_OK);
    assert_string_equal(a.json, "3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls),        cmocka_unit_test(test_first_call),
        cmocka_unit_test(test_replaced),     cmocka_unit_test(test_call_that_is_not_replaced),
        cmocka_unit_test(test_own_function),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
