/* proves: R35 */
/*
 * Why a decision is what it is: one row per kind of literal that can fail, with the frontier that it must show.
 */
#include "rego_check.h"

#include <stdlib.h>

struct explained {
    enum rego_status status;
    struct rego_error error;
    struct rego_policy *policy;
    struct rego_report *report;
};

static void explain(struct explained *x, const char *rules, const struct rego_call *call, bool what_if)
{
    static const struct rego_extension extensions[] = {{"query_reference_value", 1, ask_function}};
    static const char data[] = "{\"base\":{\"n\":7,\"list\":[1,2,3]},\"keys\":{\"a\":{\"key\":\"sesame-open\"}}}";
    char text[4096];
    struct rego_explain_options options = {.what_if = what_if};
    int n = snprintf(text, sizeof(text), "package t\n%s\n", rules);
    struct rego_module module = {"policy.rego", text, (size_t)n, false};
    struct rego_call copy = *call;
    *x = (struct explained){.status = REGO_UNSET};
    copy.input_length = copy.input == NULL ? 0 : strlen(copy.input);
    x->status = rego_policy_new(&module, 1, data, sizeof(data) - 1, extensions, 1, &x->policy, &x->error);
    if (x->status == REGO_OK)
        x->status = rego_explain(x->policy, &copy, &options, &x->report, &x->error);
}

static void drop(struct explained *x)
{
    rego_report_free(x->report);
    rego_policy_free(x->policy);
}

static struct bytes view(struct rego_text t)
{
    return bytes_of(t.p, t.n);
}

struct row {
    const char *name;
    const char *rules; /* from line 2 on; the query is data.t.p */
    const char *input;
    enum rego_origin origin;
    const char *made;    /* "row:column" */
    const char *failed;  /* "rule row:column literal", NULL: nothing failed */
    const char *message; /* NULL: not looked at */
};

static const struct row rows[] = {
    {"allowed by a rule", "default p := false\np if input.x == 1", "{\"x\":1}", REGO_FROM_RULE, "3:1", NULL, NULL},
    {"denied by the default", "default p := false\np if input.x == 1", "{\"x\":2}", REGO_FROM_DEFAULT, "2:9",
     "data.t.p 3:6 input.x == 1", "input.x (2) is not equal to 1"},
    {"undefined", "p if input.x == 1", "{\"x\":2}", REGO_FROM_NOTHING, "1:1", "data.t.p 2:6 input.x == 1",
     "input.x (2) is not equal to 1"},
    {"missing", "p if input.snp.measurement == \"aa\"", "{\"snp\":{\"mesurement\":\"aa\"}}", REGO_FROM_NOTHING, "1:1",
     "data.t.p 2:6 input.snp.measurement == \"aa\"", "input.snp.measurement is missing; did you mean mesurement?"},
    {"missing with what is there", "p if input.snp == 1", "{\"other\":1,\"third\":2}", REGO_FROM_NOTHING, "1:1",
     "data.t.p 2:6 input.snp == 1", "input.snp is missing; there is \"other\", \"third\""},
    {"no input", "p if input.x == 1", NULL, REGO_FROM_NOTHING, "1:1", "data.t.p 2:6 input.x == 1",
     "input is undefined"},
    {"the second literal", "p if { input.x == 1; input.y < 5 }", "{\"x\":1,\"y\":9}", REGO_FROM_NOTHING, "1:1",
     "data.t.p 2:22 input.y < 5", "input.y (9) is not less than 5"},
    {"the rule that got furthest", "p if input.x == 2\np if { input.x == 1; input.y == 1 }", "{\"x\":1,\"y\":9}",
     REGO_FROM_NOTHING, "1:1", "data.t.p 3:22 input.y == 1", NULL},
    {"through a rule", "p if q\nq if input.x > 3", "{\"x\":1}", REGO_FROM_NOTHING, "1:1", "data.t.q 3:6 input.x > 3",
     "input.x (1) is not greater than 3"},
    {"through a rule that is known", "p if { not r; q }\nr if not q\nq if input.x > 3", "{\"x\":1}", REGO_FROM_NOTHING,
     "1:1", "data.t.p 2:8 not r", "what is negated holds: true; data.t.r is true by policy.rego:3"},
    {"through a function", "p if f(input.x)\nf(x) if x.y == 1", "{\"x\":{\"y\":2}}", REGO_FROM_NOTHING, "1:1",
     "data.t.f 3:9 x.y == 1", "input.x.y (2) is not equal to 1"},
    {"no clause of a function", "p if f(input.x)\nf(1) := true", "{\"x\":2}", REGO_FROM_NOTHING, "1:1",
     "data.t.p 2:6 f(input.x)", "data.t.f(input.x (2)) is false or undefined"},
    {"else", "p := 1 if input.x == 1\nelse := 2 if input.x == 2", "{\"x\":2}", REGO_FROM_ELSE, "3:1",
     "data.t.p 2:11 input.x == 1", NULL},
    {"negation", "p if not input.debug", "{\"debug\":true}", REGO_FROM_NOTHING, "1:1", "data.t.p 2:6 not input.debug",
     "what is negated holds: input.debug (true)"},
    {"every", "p if every x in input.xs { x > 1 }", "{\"xs\":[2,1]}", REGO_FROM_NOTHING, "1:1", "data.t.p 2:28 x > 1",
     "input.xs[1] (1) is not greater than 1"},
    {"some", "p if { some x in input.xs; x.a == 1 }", "{\"xs\":[{\"a\":3},{\"a\":2}]}", REGO_FROM_NOTHING, "1:1",
     "data.t.p 2:28 x.a == 1", "input.xs[0].a (3) is not equal to 1"},
    {"some of nothing", "p if { some x in input.xs; x == 1 }", "{\"xs\":[]}", REGO_FROM_NOTHING, "1:1",
     "data.t.p 2:8 some x in input.xs", "input.xs is empty"},
    {"in", "p if input.x in data.base.list", "{\"x\":9}", REGO_FROM_NOTHING, "1:1",
     "data.t.p 2:6 input.x in data.base.list", "input.x (9) is not in data.base.list ([1,2,3])"},
    {"a false value", "p if input.x", "{\"x\":false}", REGO_FROM_NOTHING, "1:1", "data.t.p 2:6 input.x",
     "input.x (false) does not hold"},
    {"a builtin's refusal", "p if startswith(input.x, \"a\")", "{\"x\":1}", REGO_FROM_NOTHING, "1:1",
     "data.t.p 2:6 startswith(input.x, \"a\")",
     "startswith(input.x (1), \"a\") has no result: operand 1 must be string but got number"},
    {"a value without a literal", "p := input.x.y if input.x", "{\"x\":{\"z\":1}}", REGO_FROM_NOTHING, "1:1",
     "data.t.p 2:6 ", "input.x.y is missing; there is \"z\""},
    {"a denying rule", "p := false if input.x == 1\np := true if input.x == 2", "{\"x\":1}", REGO_FROM_RULE, "2:1",
     "data.t.p 3:14 input.x == 2", NULL},
    {"violations", "p if count(v) == 0\nv contains 1 if input.x == 1", "{\"x\":1}", REGO_FROM_NOTHING, "1:1",
     "data.t.p 2:6 count(v) == 0", "1 is not equal to 0; data.t.v is [1] by policy.rego:3"},
};

static void frontier(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];
        struct explained x;
        char place[512];
        ROW(row->name);
        struct rego_call call = {.query = "data.t.p", .input = row->input};
        explain(&x, row->rules, &call, false);
        if (x.status != REGO_OK && x.status != REGO_UNDEFINED)
            fail_msg("row '%s': %s", row->name, x.error.message);
        const struct rego_decision *d = rego_report_decision(x.report);
        (void)snprintf(place, sizeof(place), "%u:%u", d->at.row, d->at.column);
        assert_string_equal(place, row->made);
        if (d->origin != row->origin)
            fail_msg("row '%s': made by %d, expected %d", row->name, (int)d->origin, (int)row->origin);
        if (d->failure == NULL && row->failed != NULL)
            fail_msg("row '%s': nothing failed:\n%.*s", row->name, (int)rego_report_text(x.report).n,
                     rego_report_text(x.report).p);
        if (d->failure != NULL) {
            const struct rego_failure *f = d->failure;
            (void)snprintf(place, sizeof(place), "%.*s %u:%u %.*s", (int)f->rule.n, f->rule.p, f->at.row, f->at.column,
                           (int)f->literal.n, f->literal.p);
            assert_text(bytes_of_text(place), row->failed == NULL ? "nothing" : row->failed);
            if (row->message != NULL)
                assert_text(view(f->message), row->message);
        }
        drop(&x);
    }
}

static void same_result_as_without(void **state)
{
    (void)state;
    struct explained x;
    struct rego_call call = {.query = "data.t.p", .input = "{\"x\":[1,2]}"};
    explain(&x, "p[k] := v if some k, v in input.x", &call, false);
    assert_int_equal(x.status, REGO_OK);
    assert_text(view(rego_report_result(x.report)), "{\"0\":1,\"1\":2}");
    drop(&x);
}

static void calls_and_lookups(void **state)
{
    (void)state;
    struct explained x;
    size_t count;
    struct rego_call call = {.query = "data.t.p", .input = "{\"x\":\"aa\",\"y\":[1]}"};
    explain(&x,
            "p if { input.x in query_reference_value(\"m\")\n count(input.y) == 1\n input.z }\n"
            "q := query_reference_value(\"missing\")\np if { not q; data.base.m == 1 }",
            &call, false);
    assert_int_equal(x.status, REGO_UNDEFINED);
    const struct rego_asked *calls = rego_report_calls(x.report, &count);
    assert_int_equal(count, 2);
    assert_text(view(calls[0].function), "query_reference_value");
    assert_text(view(calls[0].args), "[\"m\"]");
    assert_text(view(calls[0].result), "[\"aa\",\"bb\"]");
    assert_int_equal(calls[0].at.row, 2);
    assert_text(view(calls[1].args), "[\"missing\"]");
    assert_int_equal(calls[1].result.n, 0);
    const struct rego_lookup *l = rego_report_lookups(x.report, &count);
    static const char *const want[] = {"data.base.m", "input.x", "input.y", "input.z"};
    assert_int_equal(count, 4);
    for (size_t i = 0; i < count; i++) {
        assert_text(view(l[i].path), want[i]);
        assert_int_equal(l[i].found, i == 1 || i == 2);
    }
    drop(&x);
}

struct change_row {
    const char *name;
    const char *rules;
    const char *input;
    const char *want; /* NULL: none is found */
};

static const struct change_row changes[] = {
    {"equal", "p if input.x == 1", "{\"x\":2}", "input.x is 2, with 1 the result is true"},
    {"less", "p if input.x < 5", "{\"x\":9}", "input.x is 9, with 4 the result is true"},
    {"missing", "p if input.a.b == \"v\"", "{}", "input.a.b is not there, with \"v\" the result is true"},
    {"one of two ways", "p if { input.x == 1; input.y == 1 }\np if input.z == 1", "{\"x\":2,\"y\":2,\"z\":2}",
     "input.z is 2, with 1 the result is true"},
    {"two changes are too many", "p if { input.x == 1; input.y == 1 }", "{\"x\":2,\"y\":2}", NULL},
    {"not", "p if not input.debug", "{\"debug\":true}", "input.debug is true, with false the result is true"},
    {"not a rule", "p if not q\nq if input.debug", "{\"debug\":true}",
     "input.debug is true, with false the result is true"},
    {"in", "p if input.x in data.base.list", "{\"x\":9}", "input.x is 9, with 1 the result is true"},
    {"two conditions on one value", "p if { input.x > 3; input.x < 6 }", "{\"x\":9}",
     "input.x is 9, with 5 the result is true"},
    {"an allowed one", "default p := false\np if input.x == 1", "{\"x\":1}",
     "input.x is 1, with 2 the result is false"},
    {"no input is looked at", "p if data.base.n == 8", "{\"x\":1}", NULL},
};

static void what_if(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        struct explained x;
        ROW(changes[i].name);
        struct rego_call call = {.query = "data.t.p", .input = changes[i].input};
        explain(&x, changes[i].rules, &call, true);
        assert_non_null(x.report);
        struct bytes text = view(rego_report_text(x.report));
        const char *want = changes[i].want == NULL ? "none was found in" : changes[i].want;
        if (memmem(text.p, text.n, want, strlen(want)) == NULL)
            fail_msg("row '%s': %.*s", check_row, (int)text.n, (const char *)text.p);
        drop(&x);
    }
}

struct secret_row {
    const char *name;
    const char *rules;
    const char *input;
    const char *secret;
    const char *hidden; /* may not be in any text */
};

static const struct secret_row secret_rows[] = {
    {"a value", "p if input.token == \"x\"", "{\"token\":\"open-sesame\"}", "input.token", "sesame"},
    {"a short value", "p if input.pin == 1", "{\"pin\":77}", "input.pin", "77"},
    {"what is beneath", "p if input.a.b == \"x\"", "{\"a\":{\"b\":\"sesame\"}}", "input.a", "sesame"},
    {"of every key", "p if input.t == data.keys.a.key", "{\"t\":1}", "data.keys[_].key", "sesame"},
    {"through a function", "p if f(input.token)\nf(x) if x == \"y\"", "{\"token\":\"sesame\"}", "input.token",
     "sesame"},
    {"what a builtin made", "p if upper(input.token) == \"x\"", "{\"token\":\"sesame\"}", "input.token", "SESAME"},
    {"its length", "p if count(input.token) == 1", "{\"token\":\"123456\"}", "input.token", "6 is"},
    {"in a container", "p if [input.token, 1] == [1, 1]", "{\"token\":\"sesame\"}", "input.token", "sesame"},
    {"as a key", "p if data.base[input.token]", "{\"token\":\"sesame\"}", "input.token", "sesame"},
    {"as the result", "p := {\"k\": input.token}", "{\"token\":\"sesame\"}", "input.token", "sesame"},
    {"in what would be needed", "p if input.t == data.keys.a.key", "{\"t\":1}", "data.keys.a", "sesame"},
    {"an answer", "p if input.x in query_reference_value(\"m\")", "{\"x\":1}", "query_reference_value()", "bb"},
    {"an iterated key", "p if { some k, _ in input.o; k == \"q\" }", "{\"o\":{\"zz\":1}}", "input.o", "zz"},
    {"a key that is like a wanted one", "p if input.o.abx", "{\"o\":{\"abc\":1}}", "input.o", "abc"},
    {"a key that every goes through", "q := \"z\"\np if every k, _ in input.o { k == q }", "{\"o\":{\"zz\":1}}",
     "input.o", "zz"},
    {"one more than it", "p if input.n > input.pin", "{\"n\":5,\"pin\":7776}", "input.pin", "7777"},
    {"one less than it", "p if input.n < input.pin", "{\"n\":8000,\"pin\":7776}", "input.pin", "7775"},
    {"itself, changed", "p if input.pin != input.n", "{\"n\":7776,\"pin\":7776}", "input.pin", "7777"},
};

static void secrets(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(secret_rows) / sizeof(secret_rows[0]); i++) {
        const struct secret_row *row = &secret_rows[i];
        struct explained x;
        ROW(row->name);
        struct rego_call call = {.query = "data.t.p", .input = row->input, .secrets = &row->secret, .secret_count = 1};
        explain(&x, row->rules, &call, true);
        if (x.report == NULL)
            fail_msg("row '%s': %s", row->name, x.error.message);
        const struct rego_decision *d = rego_report_decision(x.report);
        struct rego_text none = {"", 0};
        struct rego_text all[] = {rego_report_text(x.report),
                                  rego_report_json(x.report),
                                  rego_report_result(x.report),
                                  d->failure == NULL ? none : d->failure->message,
                                  d->failure == NULL ? none : d->failure->left,
                                  d->failure == NULL ? none : d->failure->right};
        for (size_t j = 0; j < sizeof(all) / sizeof(all[0]); j++)
            if (memmem(all[j].p, all[j].n, row->hidden, strlen(row->hidden)) != NULL)
                fail_msg("row '%s': shows it: %.*s", row->name, (int)all[j].n, all[j].p);
        drop(&x);
    }
}

/* Where the record has no room left to mark what a builtin made of a secret, there is no explanation. */
static void secrets_without_room(void **state)
{
    (void)state;
    enum { PAD = 392000, PARTS = 100000 };
    static char input[PAD * 2 + PARTS * 11 + 64];
    static const char *const secret = "input.token";
    struct explained x;
    size_t n = (size_t)snprintf(input, sizeof(input), "{\"token\":\"");
    for (int i = 0; i < PARTS; i++)
        n += (size_t)snprintf(input + n, sizeof(input) - n, "part%06d,", i);
    n += (size_t)snprintf(input + n, sizeof(input) - n, "\",\"pad\":[0");
    for (int i = 1; i < PAD; i++, n += 2)
        memcpy(input + n, ",0", 2);
    memcpy(input + n, "]}", 3);
    struct rego_call call = {.query = "data.t.p", .input = input, .secrets = &secret, .secret_count = 1};
    call.limits.memory = 512UL * 1024 * 1024;
    explain(&x, "p if { parts := split(input.token, \",\"); parts[99990] == \"x\" }", &call, false);
    assert_null(x.report);
    assert_int_equal(x.status, REGO_ERR_LIMIT);
    drop(&x);
}

static void refusals(void **state)
{
    (void)state;
    static const char *const bad[] = {"token", "input.", "data.a b", "inputs.x", ""};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct explained x;
        ROW(bad[i]);
        struct rego_call call = {.query = "data.t.p", .input = "{}", .secrets = &bad[i], .secret_count = 1};
        explain(&x, "p := 1", &call, false);
        assert_int_equal(x.status, REGO_ERR_INPUT);
        assert_null(x.report);
        drop(&x);
    }
    struct explained x;
    struct rego_call call = {.query = "data.t.p", .input = "{", .limits = {.steps = 50}};
    explain(&x, "p := 1", &call, false);
    assert_int_equal(x.status, REGO_ERR_INPUT);
    drop(&x);
    call.input = "{}";
    call.query = "data.t.p :=";
    explain(&x, "p := 1", &call, false);
    assert_int_equal(x.status, REGO_ERR_PARSE);
    drop(&x);
    call.query = "data.t.p";
    explain(&x, "p if { some i, j, k; data.base.list[i] + data.base.list[j] + data.base.list[k] == 99 }", &call, true);
    assert_int_equal(x.status, REGO_ERR_LIMIT);
    drop(&x);
}

static void strict(void **state)
{
    (void)state;
    struct explained x;
    struct rego_call call = {.query = "data.t.p", .input = "{\"x\":1}", .strict = true};
    explain(&x, "p if startswith(input.x, \"a\")", &call, false);
    assert_int_equal(x.status, REGO_ERR_EVAL);
    assert_string_equal(x.error.code, "eval_type_error");
    assert_int_equal(x.error.row, 2);
    drop(&x);
}

static void what_fails_half_way(void **state)
{
    (void)state;
    static const char text[] = "package t\np if { some x in input.xs; q[x]; not r(x) }\nq contains input.xs[_]\n"
                               "r(x) if x in query_reference_value(\"m\")\n";
    static const struct rego_extension extensions[] = {{"query_reference_value", 1, ask_function}};
    struct rego_module module = {"policy.rego", text, sizeof(text) - 1, false};
    const char *secret = "input.xs[_].k";
    struct rego_policy *policy;
    struct rego_explain_options options = {.what_if = true};
    struct rego_call call = {.query = "data.t.p", .input = "{\"xs\":[\"aa\",\"bb\",{\"k\":1}]}", .secrets = &secret};
    call.input_length = strlen(call.input);
    call.secret_count = 1;
    assert_int_equal(rego_policy_new(&module, 1, NULL, 0, extensions, 1, &policy, NULL), REGO_OK);
    for (unsigned long i = 1;; i++) {
        struct rego_report *report = NULL;
        mem_fault_at(i);
        enum rego_status status = rego_explain(policy, &call, &options, &report, NULL);
        bool fired = mem_fault_fired();
        mem_fault_at(0);
        rego_report_free(report);
        if (!fired) {
            assert_int_equal(status, REGO_OK);
            break;
        }
        if (status != REGO_ERR_MEMORY)
            fail_msg("allocation %lu failed, and the status is %d", i, (int)status);
    }
    rego_policy_free(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frontier),
        cmocka_unit_test(same_result_as_without),
        cmocka_unit_test(calls_and_lookups),
        cmocka_unit_test(what_if),
        cmocka_unit_test(secrets),
        cmocka_unit_test(secrets_without_room),
        cmocka_unit_test(refusals),
        cmocka_unit_test(strict),
        cmocka_unit_test(what_fails_half_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
