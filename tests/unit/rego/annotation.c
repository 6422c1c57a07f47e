/*
 * Annotations: texts that are none, places where none may stand, and what rules hear of them.
 */
#include "rego_check.h"

#define RULE "p := rego.metadata.rule()\n"

struct row {
    const char *text; /* of a module; the query is data.t.p */
    const char *want; /* JSON; or a part of the message */
};

static const struct row refusals[] = {
    {"package t\n# METADATA\n# a\n" RULE, "annotation: not a map"},
    {"package t\n# METADATA\n# title: a\n# title: b\n" RULE, "annotation: a key stands twice"},
    {"package t\n# METADATA\n# title: a\n# b\n" RULE, "annotation: expected a key and a colon"},
    {"package t\n# METADATA\n# title: a\n#   b: c\n# d\n" RULE, "expected a key and a colon"},
    {"package t\n# METADATA\n#   title: a\n# b: c\n" RULE, "a line that belongs to nothing"},
    {"package t\n# METADATA\n# title: \"a\n" RULE, "a string without an end"},
    {"package t\n# METADATA\n# title: \"\\x\"\n" RULE, "a string with an unknown escape"},
    {"package t\n# METADATA\n# 'a'b\xc3\xa9: c\n" RULE, "something stands behind a quoted key"},
    {"package t\n# METADATA\n# title: &a b\n" RULE, "a form of YAML that is not read here"},
    {"package t\n# METADATA\n# title: *a\n" RULE, "a form of YAML that is not read here"},
    {"package t\n# METADATA\n# title: !!str a\n" RULE, "a form of YAML that is not read here"},
    {"package t\n# METADATA\n# custom: {a: 1\n" RULE, "in one line"},
    {"package t\n# METADATA\n# custom: {a: 1} b\n" RULE, "something stands behind"},
    {"package t\n# METADATA\n# custom: {1: 2}\n" RULE, "a map in one line without a key"},
    {"package t\n# METADATA\n# custom: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n" RULE, "nested too deeply"},
    {"package t\n# METADATA\n# title: 1\n" RULE, "a member of another type"},
    {"package t\n# METADATA\n# authors: a\n" RULE, "a member of another type"},
    {"package t\n# METADATA\n# scope: package\n" RULE, "its scope is not for what it stands above"},
    {"# METADATA\n# scope: rule\npackage t\n" RULE, "its scope is not for what it stands above"},
    {"package t\n# METADATA\n# scope: all\n" RULE, "invalid scope"},
    {"package t\n" RULE "# METADATA\n# title: a\n", "it stands above nothing"},
    {"package t\n# METADATA\n# title: a\nimport data.x\n" RULE, "it stands above an import"},
    {"# METADATA\n# title: a\n\n# METADATA\n# title: b\npackage t\n" RULE, "annotation redeclared"},
    {"package t\np if q with rego.metadata.rule as {}\nq := rego.metadata.rule()", "annotations cannot be replaced"},
    {"package t\np := rego.metadata.rule(1, 2)", "arity"},
};

static const struct row rows[] = {
    {"package t\n" RULE, "{}"},
    /* Nobody asks, so nobody reads it. */
    {"package t\n# METADATA\n# &\np := 1", "1"},
    {"package t\n# METADATA\n" RULE, "{\"scope\":\"rule\"}"},
    {"package t\n# METADATA\n# title: a\n# unknown: b\n\n" RULE, "{\"scope\":\"rule\",\"title\":\"a\"}"},
    {"package t\n  # METADATA\n  # title: a\n# not of it\n" RULE, "{\"scope\":\"rule\",\"title\":\"a\"}"},
    {"package t\ns := `\n# METADATA\n# title: of a string\n`\n" RULE, "{}"},
    {"package t\n# METADATA\n# title: one\nq := 1\n# METADATA\n# title: two\n" RULE,
     "{\"scope\":\"rule\",\"title\":\"two\"}"},
    {"package t\n# METADATA\n# title: \"a\\u00e9: #\"\n# description: 'it''s' # said\n" RULE,
     "{\"description\":\"it's\",\"scope\":\"rule\",\"title\":\"a\xc3\xa9: #\"}"},
    {"package t\n# METADATA\n# description: a long\n#   text # cut\n# title: |\n#   one\n#\n#   two\n" RULE,
     "{\"description\":\"a long text\",\"scope\":\"rule\",\"title\":\"one\\n\\ntwo\"}"},
    {"package t\n# METADATA\n# authors:\n# - A B <a@b>\n# - name: C\n#   email: c@d\n# - E\n# organizations: [x, \"y, "
     "z\"]\n" RULE,
     "{\"authors\":[{\"email\":\"a@b\",\"name\":\"A B\"},{\"email\":\"c@d\",\"name\":\"C\"},{\"name\":\"E\"}],"
     "\"organizations\":[\"x\",\"y, z\"],\"scope\":\"rule\"}"},
    {"package t\n# METADATA\n# related_resources:\n#   - https://a.example/b\n#   - ref: c\n#     description: "
     "d\n" RULE,
     "{\"related_resources\":[{\"ref\":\"https://a.example/b\"},{\"description\":\"d\",\"ref\":\"c\"}],"
     "\"scope\":\"rule\"}"},
    {"package t\n# METADATA\n# entrypoint: true\n# custom:\n#   a: 1.50\n#   b: {c: [true, null, x y], 'd': }\n#   e:\n"
     "#     - - 1\n#       - 2\n#     -\n#       f: g\n#   h: ~\n" RULE,
     "{\"custom\":{\"a\":1.50,\"b\":{\"c\":[true,null,\"x y\"],\"d\":null},\"e\":[[1,2],{\"f\":\"g\"}],\"h\":null},"
     "\"entrypoint\":true,\"scope\":\"rule\"}"},
    {"# METADATA\n# scope: subpackages\n# title: s\npackage t\n# METADATA\n# scope: document\n# title: d\np := x if "
     "{\n  false\n"
     "  x := 1\n}\n# METADATA\n# title: r\np := rego.metadata.chain()",
     "[{\"annotations\":{\"scope\":\"rule\",\"title\":\"r\"},\"path\":[\"t\",\"p\"]},"
     "{\"annotations\":{\"scope\":\"document\",\"title\":\"d\"},\"path\":[\"t\",\"p\"]},"
     "{\"annotations\":{\"scope\":\"subpackages\",\"title\":\"s\"},\"path\":[\"t\"]}]"},
    {"package t\np := [x | x := rego.metadata.chain()[_].path]", "[[\"t\",\"p\"]]"},
};

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        static struct asked a;
        ROW(refusals[i].text);
        ask(&a, refusals[i].text, "data.t.p", NULL);
        if ((a.status != REGO_ERR_PARSE && a.status != REGO_ERR_COMPILE) ||
            strstr(a.error.message, refusals[i].want) == NULL)
            fail_msg("row '%s': status %d %s: %s", check_row, a.status, a.json, a.error.message);
    }
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        static struct asked a;
        ROW(rows[i].text);
        ask(&a, rows[i].text, "data.t.p", NULL);
        if (a.status != REGO_OK)
            fail_msg("row '%s': status %d: %s", check_row, a.status, a.error.message);
        assert_text(bytes_of_text(a.json), rows[i].want);
    }
}

/* A query is no rule. */
static void test_query(void **state)
{
    (void)state;
    static struct asked a;
    ask(&a, "package t\n", "rego.metadata.rule()", NULL);
    assert_int_equal(a.status, REGO_UNDEFINED);
}

/* Every cut of an annotation is read or refused. */
static void test_cuts(void **state)
{
    (void)state;
    static const char head[] =
        "package t\n# METADATA\n# custom:\n#   a: [1, {b: \"c\"}]\n#   'd': |\n#     e\n# authors:\n# - F <g@h>\n";
    for (size_t n = 10; n < sizeof(head); n++) {
        static struct asked a;
        char text[400];
        (void)snprintf(text, sizeof(text), "%.*s\n%s", (int)n, head, RULE);
        ROW(text);
        ask(&a, text, "data.t.p", NULL);
        assert_true(a.status == REGO_OK || a.status == REGO_ERR_PARSE);
    }
}

static struct err load(const char *text)
{
    struct rego_module module = {"t.rego", text, strlen(text), false};
    struct rego_policy *policy = NULL;
    struct rego_error error;
    enum rego_status status = rego_policy_new(&module, 1, NULL, 0, NULL, 0, &policy, &error);
    rego_policy_free(policy);
    return status == REGO_OK ? OK : FAIL(ERR_NOMEM, "not loaded");
}

static void test_faults(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].text);
        FAULT_PASS(load(rows[i].text), (void)0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals), cmocka_unit_test(test_rows),   cmocka_unit_test(test_query),
        cmocka_unit_test(test_cuts),     cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
