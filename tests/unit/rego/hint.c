/*
 * What a refused policy says about its writer's slip: one row per slip.
 */
#include "rego_check.h"

struct row {
    const char *name;
    const char *rules; /* behind "package t" and a line end */
    const char *place; /* "row:column" */
    const char *code;
    const char *hint; /* a part of it; "" for none */
};

#define PARSE "rego_parse_error"

static const struct row rows[] = {
    {"v0 body", "allow { input.x }", "2:7", PARSE, "write `if` before the body"},
    {"v0 body with a value", "allow = true { input.x }", "2:14", PARSE, "write `if` before the body"},
    {"v0 set with a body", "deny[msg] { msg := \"no\" }", "2:11", PARSE, "write `p contains x if"},
    {"v0 object with a body", "p[x] = 1 { x := 2 }", "2:10", PARSE, "write `if` before the body"},
    {"v0 set", "p[x]", "2:1", PARSE, "write `contains`"},
    {"and sign", "allow if input.x && input.y", "2:19", PARSE, "a line of its own"},
    {"and word", "allow if { input.x and input.y }", "2:20", PARSE, "a line of its own"},
    {"or sign", "allow if input.x || input.y", "2:19", PARSE, "a second rule of the same name"},
    {"three signs", "allow if input.x === 1", "2:20", PARSE, "write =="},
    {"not sign", "allow if !input.x", "2:10", PARSE, "write not"},
    {"quotes", "allow if input.x == 'a'", "2:21", PARSE, "double quotes"},
    {"question", "allow if input.x ? 1 : 2", "2:18", PARSE, "no ?: operator"},
    {"comment", "allow if input.x // why", "2:19", PARSE, "comments begin with #"},
    {"loop", "allow if for x in input.y { x }", "2:14", PARSE, "write `some x in collection`"},
    {"another language's true", "allow if input.x == True", "2:21", "rego_unsafe_var_error", "write true"},
    {"unsafe", "allow if x == 1", "2:10", "rego_unsafe_var_error", "nothing gives it a value"},
    {"open bracket", "allow if {\n input.x\n", "4:1", PARSE, "a bracket that was opened before"},
    {"no body", "allow", "2:1", PARSE, "write `name := value`"},
    {"misspelt builtin", "allow if startswit(input.x, \"a\")", "2:10", "rego_type_error", "did you mean startswith?"},
    {"import of no version", "import rego.v2\n\nallow := 1", "2:8", PARSE, ""},
    {"import of no keywords", "import future.keyword.if\nallow := 1", "2:8", PARSE, ""},
    {"assignment to a reference", "allow if { input.x := 1 }", "2:12", "rego_compile_error", "to compare, write =="},
    {"assignment to a number", "allow if 1 := input.x", "2:10", "rego_compile_error", "to compare, write =="},
    {"default without a sign", "default allow false", "2:15", PARSE, "write `default name := value`"},
    {"default with a comparison", "default allow == false", "2:15", PARSE, "write `default name := value`"},
    {"default with nothing", "default allow", "2:14", PARSE, "write `default name := value`"},
    {"another language's null test", "allow if input.x is null", "2:18", PARSE, "`x == null`"},
    {"the same in a body", "allow if { input.x is null }", "2:20", PARSE, "`x == null`"},
    {"its negation", "allow if input.x is not null", "2:18", PARSE, "`x == null`"},
    {"what no table knows", "allow if input.x == )", "2:21", PARSE, ""},
};

static void slips(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct asked a;
        char text[512], place[64];
        ROW(rows[i].name);
        (void)snprintf(text, sizeof(text), "package t\n%s", rows[i].rules);
        ask(&a, text, "data.t.allow", NULL);
        if (a.status != REGO_ERR_PARSE && a.status != REGO_ERR_COMPILE)
            fail_msg("row '%s': status %d", rows[i].name, (int)a.status);
        (void)snprintf(place, sizeof(place), "%u:%u", a.error.row, a.error.column);
        assert_text(bytes_of_text(place), rows[i].place);
        assert_string_equal(a.error.code, rows[i].code);
        bool as_wanted = rows[i].hint[0] == '\0' ? a.error.hint[0] == '\0' : strstr(a.error.hint, rows[i].hint) != NULL;
        if (!as_wanted)
            fail_msg("row '%s': the hint is '%s'", rows[i].name, a.error.hint);
    }
}

static void of_queries(void **state)
{
    (void)state;
    struct asked a;
    ask(&a, "package t\np := 1", "input.x && 1", "{}");
    assert_int_equal(a.status, REGO_ERR_PARSE);
    assert_non_null(strstr(a.error.hint, "a line of its own"));
    ask(&a, "package t\np := 1", "foo", "{}");
    assert_string_equal(a.error.message, "var foo is unsafe");
    assert_non_null(strstr(a.error.hint, "nothing gives it a value"));
    ask(&a, "allow if input.x", "1", "{}");
    assert_non_null(strstr(a.error.hint, "a policy begins with its package"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(slips), cmocka_unit_test(of_queries)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
