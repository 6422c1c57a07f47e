/*
 * casemate policy test: every rule named test_* must be true. What failed, and which bodies were never taken, comes
 * from the evaluation itself.
 */
#include <time.h>

#include "base/limits.h"
#include "owner/policy/policy_command.h"
#include "owner/policy/policy_coverage.h"
#include "rego/explain.h"
#include "rego/passes.h"

#define NAME_SIZE 512

struct test {
    const struct node *node;
    struct place at;
    char *name;  /* "data.policy_test.test_x" */
    char *query; /* the same with every key in brackets */
};

struct run {
    struct policy_files *files;
    struct test *tests;
    size_t test_count;
    struct coverage coverage;
    struct values shown; /* for --format json */
    size_t passed;
    size_t failed;
    size_t skipped;
    bool has_coverage;
    int64_t threshold; /* percent */
};

enum outcome { OUTCOME_PASS, OUTCOME_FAIL, OUTCOME_SKIP, OUTCOME_ERROR };
static const char *const outcomes[] = {"pass", "FAIL", "skip", "ERROR"};

struct outcome_of { /* one test */
    enum outcome outcome;
    int64_t ns;
    struct rego_spot at;       /* the literal at fault */
    struct rego_spot inner_at; /* the literal of a rule that it asked; row 0: none */
    struct bytes literal;
    struct bytes message;
    struct bytes inner_literal;
    struct bytes inner_message;
};

static bool is_wanted(const struct run *r, const struct node *n, const char *name)
{
    const char *part = command_text(r->files->in, "run", "");
    return n->clauses != NULL && !n->is_function && n->key->type == JSON_STRING && coverage_is_test(n->key->text) &&
           strstr(name, part) != NULL;
}

static struct err query_of(struct arena *a, const struct node *n, char **out)
{
    const struct node *chain[64];
    size_t count = 0;
    SCOPED(buf) struct buf text;
    struct bytes whole;
    buf_init(&text, 1 * MIB);
    for (; n->parent != NULL && count < 64; n = n->parent)
        chain[count++] = n;
    buf_text(&text, "data");
    while (count > 0) {
        buf_text(&text, "[");
        json_encode(chain[--count]->key, &text);
        buf_text(&text, "]");
    }
    TRY(buf_end(&text, &whole));
    return arena_text(a, whole, out);
}

/* Counts, and fills where there are rows already. */
static struct err collect(struct run *r, const struct node *n)
{
    char name[NAME_SIZE];
    tree_path_text(n, name, sizeof(name));
    if (is_wanted(r, n, name)) {
        struct test *t = r->tests == NULL ? NULL : &r->tests[r->test_count];
        r->test_count++;
        if (t != NULL) {
            *t = (struct test){.node = n, .at = n->clauses->at};
            TRY(arena_text(&r->files->arena, bytes_of_text(name), &t->name));
            TRY(query_of(&r->files->arena, n, &t->query));
        }
    }
    for (size_t i = 0; i < n->count; i++)
        TRY(collect(r, n->children[i]));
    return OK;
}

static int by_place(const void *a, const void *b)
{
    const struct test *x = a;
    const struct test *y = b;
    int order = strcmp(x->at.file, y->at.file);
    return order != 0 ? order : (x->at.row > y->at.row) - (x->at.row < y->at.row);
}

static struct err find_tests(struct run *r)
{
    const struct node *root = r->files->policy->policy.root;
    TRY(collect(r, root));
    size_t count = r->test_count;
    r->test_count = 0;
    TRY(arena_array(&r->files->arena, count + 1, &r->tests));
    TRY(collect(r, root));
    if (count > 1)
        qsort(r->tests, count, sizeof(r->tests[0]), by_place);
    return OK;
}

static bool is_todo(const struct test *t)
{
    return bytes_starts(t->node->key->text, BYTES_LIT(TODO_PREFIX));
}

static bool holds(const struct json *v)
{
    return v->type == JSON_BOOL && v->as_bool;
}

static struct err keep(struct arena *a, struct rego_text text, struct bytes *out)
{
    return arena_copy(a, bytes_of(text.p, text.n), out);
}

/* The literal of the test itself, and the one of a rule that it asked where that is at fault. */
static struct err blame(struct run *r, const struct test *t, struct rego_report *report, struct outcome_of *o)
{
    const struct record_rule *rule = report->record.all;
    struct arena *a = &r->files->arena;
    struct rego_failure f;
    while (rule != NULL && rule->node != t->node)
        rule = rule->older;
    const struct record_fail *fail = rule == NULL ? NULL : explain_best(rule);
    if (fail == NULL)
        return OK;
    TRY(explain_failure(&report->record, fail, t->node, &f));
    o->at = f.at;
    TRY(keep(a, f.literal, &o->literal));
    TRY(keep(a, f.message, &o->message));
    const struct node *owner = t->node;
    const struct record_fail *leaf = explain_leaf(fail, &owner);
    if (leaf == fail)
        return OK;
    TRY(explain_failure(&report->record, leaf, owner, &f));
    o->inner_at = f.at;
    TRY(keep(a, f.literal, &o->inner_literal));
    return keep(a, f.message, &o->inner_message);
}

static struct err note_error(struct run *r, const struct rego_error *error, struct outcome_of *o)
{
    char *file;
    struct arena *a = &r->files->arena;
    o->outcome = OUTCOME_ERROR;
    TRY(arena_text(a, bytes_of_text(error->file), &file));
    o->at = (struct rego_spot){file, error->row, error->column};
    TRY(arena_copy(a, bytes_of_text(error->code), &o->literal));
    return arena_copy(a, bytes_of_text(error->message), &o->message);
}

/* test_x[k]: a case that does not hold would only be a key that is not there, and nobody would miss it. */
static void refuse_keys(const struct test *t, struct outcome_of *o)
{
    o->outcome = OUTCOME_ERROR;
    o->at = (struct rego_spot){t->at.file, t->at.row, t->at.column};
    o->message = BYTES_LIT("a test with keys, or a set, cannot fail: what does not hold leaves no trace; use every");
}

static int64_t now_ns(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The result is that of the compiled rules, as a broker runs them; the plain evaluator must come to the same. */
static struct err evaluate(struct run *r, const struct rego_call *call, struct rego_error *error, struct outcome_of *o)
{
    struct arena *a = &r->files->arena;
    struct rego_result *result = NULL;
    const struct json *v = NULL;
    int64_t start = now_ns();
    enum rego_status status = rego_eval(r->files->policy, call, &result, error);
    o->ns = now_ns() - start;
    if (status != REGO_OK && status != REGO_UNDEFINED)
        return note_error(r, error, o);
    struct err e = OK;
    if (result != NULL) {
        struct rego_text text = rego_result_json(result);
        e = json_decode(a, bytes_of(text.p, text.n), NULL, NULL, &v);
        rego_result_free(result);
    }
    o->outcome = v != NULL && holds(v) ? OUTCOME_PASS : OUTCOME_FAIL;
    return e;
}

static struct err look_closer(struct run *r, const struct test *t, const struct rego_call *call,
                              struct rego_error *error, struct outcome_of *o)
{
    struct rego_report *report = NULL;
    enum rego_status status = rego_explain(r->files->policy, call, NULL, &report, error);
    if (report == NULL)
        return note_error(r, error, o);
    struct err e = OK;
    bool is_true = status == REGO_OK && report->result != NULL && holds(report->result);
    if (is_true != (o->outcome == OUTCOME_PASS))
        e = FAIL(ERR_BUG, "the compiled rules and the plain evaluator disagree about a test");
    if (r->has_coverage)
        coverage_mark(&r->coverage, report);
    if (!failed(e) && o->outcome == OUTCOME_FAIL)
        e = blame(r, t, report, o);
    rego_report_free(report);
    return e;
}

static void print_literal(FILE *out, struct rego_spot at, struct bytes literal, struct bytes message)
{
    if (at.row == 0 && message.n == 0)
        return;
    fputs("      ", out);
    if (at.row > 0) {
        command_print_bytes(out, bytes_of_text(at.file));
        fprintf(out, ":%u:%u: ", at.row, at.column);
    }
    command_print_bytes(out, literal);
    fputs("\n        ", out);
    command_print_bytes(out, message);
    fputc('\n', out);
}

static void print_test(const struct run *r, const struct test *t, const struct outcome_of *o)
{
    FILE *out = r->files->in->out;
    if (o->outcome == OUTCOME_PASS && !command_flag(r->files->in, "verbose"))
        return;
    fprintf(out, "%-5s ", outcomes[o->outcome]);
    command_print_bytes(out, bytes_of_text(t->at.file));
    fprintf(out, ":%u: ", t->at.row);
    command_print_bytes(out, bytes_of_text(t->name));
    fputc('\n', out);
    print_literal(out, o->at, o->literal, o->message);
    print_literal(out, o->inner_at, o->inner_literal, o->inner_message);
}

static struct err spot_json(struct arena *a, struct rego_spot at, struct bytes literal, struct bytes message,
                            const struct json **out)
{
    struct json_object o;
    json_object_init(&o, a);
    json_object_text(&o, "file", at.file == NULL ? "" : at.file);
    json_object_int(&o, "row", at.row);
    json_object_int(&o, "col", at.column);
    json_object_string(&o, "literal", literal);
    json_object_string(&o, "message", message);
    return json_object_end(&o, out);
}

static struct err add_json(struct run *r, const struct test *t, const struct outcome_of *o)
{
    static const char *const words[] = {"pass", "fail", "skip", "error"};
    struct arena *a = &r->files->arena;
    struct json_object object;
    const struct json *v;
    json_object_init(&object, a);
    json_object_text(&object, "name", t->name);
    json_object_text(&object, "outcome", words[o->outcome]);
    json_object_text(&object, "file", t->at.file);
    json_object_int(&object, "row", t->at.row);
    json_object_int(&object, "duration_ns", o->ns);
    if (o->message.n > 0) {
        TRY(spot_json(a, o->at, o->literal, o->message, &v));
        json_object_add(&object, "failed", v);
    }
    if (o->inner_message.n > 0) {
        TRY(spot_json(a, o->inner_at, o->inner_literal, o->inner_message, &v));
        json_object_add(&object, "because", v);
    }
    TRY(json_object_end(&object, &v));
    return values_add(&r->shown, v);
}

static struct err run_test(struct run *r, const struct test *t)
{
    struct outcome_of o = {.outcome = OUTCOME_SKIP,
                           .literal = BYTES_EMPTY,
                           .message = BYTES_EMPTY,
                           .inner_literal = BYTES_EMPTY,
                           .inner_message = BYTES_EMPTY};
    struct rego_error error = {0};
    struct rego_call call = policy_call(r->files, t->query);
    if (!is_todo(t) && node_is_extent(t->node)) {
        refuse_keys(t, &o);
    } else if (!is_todo(t)) {
        TRY(evaluate(r, &call, &error, &o));
        if (o.outcome == OUTCOME_FAIL || (o.outcome == OUTCOME_PASS && r->has_coverage))
            TRY(look_closer(r, t, &call, &error, &o));
    }
    r->passed += o.outcome == OUTCOME_PASS ? 1 : 0;
    r->skipped += o.outcome == OUTCOME_SKIP ? 1 : 0;
    r->failed += o.outcome == OUTCOME_FAIL || o.outcome == OUTCOME_ERROR ? 1 : 0;
    if (r->files->in->is_json)
        return add_json(r, t, &o);
    print_test(r, t, &o);
    return OK;
}

static struct err print_json(struct run *r)
{
    struct arena *a = &r->files->arena;
    struct json_object o;
    const struct json *tests;
    const struct json *v = NULL;
    TRY(value_array(a, r->shown.items, r->shown.count, &tests));
    if (r->has_coverage)
        TRY(coverage_json(&r->coverage, a, &v));
    json_object_init(&o, a);
    json_object_add(&o, "tests", tests);
    json_object_int(&o, "passed", (int64_t)r->passed);
    json_object_int(&o, "failed", (int64_t)r->failed);
    json_object_int(&o, "skipped", (int64_t)r->skipped);
    if (v != NULL)
        json_object_add(&o, "coverage", v);
    TRY(json_object_end(&o, &v));
    return command_print_json(r->files->in, v);
}

static struct err settle(struct run *r)
{
    struct invocation *in = r->files->in;
    if (r->has_coverage)
        coverage_end(&r->coverage);
    if (in->is_json)
        TRY(print_json(r));
    else
        fprintf(in->out, "%zu passed, %zu failed, %zu skipped\n", r->passed, r->failed, r->skipped);
    if (r->has_coverage && !in->is_json)
        coverage_print(&r->coverage, in->out);
    bool is_covered = r->coverage.taken * 100 >= r->coverage.count * (size_t)r->threshold;
    if (r->failed == 0 && r->passed > 0 && is_covered)
        return OK;
    if (r->failed == 0 && r->passed == 0)
        command_explain(in, "no test ran; a test is a rule whose name begins with " TEST_PREFIX);
    else if (r->failed == 0)
        command_explain(in, "fewer than %d %% of the rule bodies were taken", (int)r->threshold);
    in->has_explained = true;
    return FAIL(ERR_DENIED, "not every test passed");
}

static struct err test_files(struct policy_files *f)
{
    struct run r = {.files = f, .shown = {.arena = &f->arena}};
    r.has_coverage = command_flag(f->in, "coverage") || command_text(f->in, "threshold", NULL) != NULL;
    TRY(command_int(f->in, "threshold", 0, 100, 0, &r.threshold));
    TRY(policy_files_load(f, f->in->operands, f->in->operand_count));
    TRY(policy_files_compile(f));
    if (r.has_coverage)
        TRY(coverage_begin(&f->arena, f->policy, &r.coverage));
    TRY(find_tests(&r));
    for (size_t i = 0; i < r.test_count; i++)
        TRY(run_test(&r, &r.tests[i]));
    return settle(&r);
}

static struct err test(struct invocation *in)
{
    struct policy_files f = {.in = in};
    struct err e = test_files(&f);
    policy_files_clear(&f);
    return e;
}

static const struct option_row options[] = {
    POLICY_FILE_OPTIONS,
    {.name = "run", .value = "TEXT", .help = "only the tests whose name has TEXT in it"},
    {.name = "verbose", .letter = 'v', .help = "show the tests that pass, too"},
    {.name = "coverage", .letter = 'c', .help = "show which rule bodies were never taken, and the share that was"},
    {.name = "threshold", .value = "PERCENT", .help = "fail if fewer rule bodies were taken; implies --coverage"},
    {0},
};

const struct command command_policy_test = {
    .noun = "policy",
    .verb = "test",
    .options = options,
    .operands = "PATH...",
    .operand_min = 1,
    .operand_max = COMMAND_VALUES_MAX,
    .summary = "run the tests of policies",
    .help =
        "Runs each rule whose name begins with test_ in the files and directories, as `opa test` does: one that is\n"
        "true passes. A failing one is shown with the first literal that did not hold, and with the literal of\n"
        "the rule behind it. A rule named todo_test_* is shown and not run. --coverage looks at the modules\n"
        "without tests; defaults do not count. Exit status: 0 if all passed and at least one ran; 1 otherwise;\n"
        "3 for a policy that is refused.",
    .example = "casemate policy test --coverage policies/release.rego policies/release_test.rego",
    .run = test,
};
