/*
 * casemate policy eval: a query over files, with the result as OPA's `eval` prints it.
 */
#include "base/limits.h"
#include "owner/policy/policy_command.h"
#include "owner/policy/policy_files.h"
#include "rego/parse.h"
#include "rego/query.h"

#define RESULT_MEMORY (256 * MIB)

struct result {
    struct arena arena;
    struct body *body;            /* the query as it was written */
    const struct json *solutions; /* pairs of values and variables */
};

static struct err location_json(struct arena *a, struct place at, const struct json **out)
{
    struct json_object o;
    json_object_init(&o, a);
    json_object_int(&o, "row", at.row);
    json_object_int(&o, "col", at.column);
    return json_object_end(&o, out);
}

static struct err expression_json(struct arena *a, const struct literal *l, const struct json *value,
                                  const struct json **out)
{
    struct json_object o;
    const struct json *location;
    TRY(location_json(a, l->at, &location));
    json_object_init(&o, a);
    json_object_add(&o, "value", value);
    json_object_string(&o, "text", l->text);
    json_object_add(&o, "location", location);
    return json_object_end(&o, out);
}

static struct err solution_json(struct result *r, const struct json *pair, const struct json **out)
{
    struct values list = {.arena = &r->arena};
    const struct json *values = pair->items[0];
    const struct json *bindings = pair->items[1];
    struct json_object o;
    const struct json *v;
    for (size_t i = 0; i < values->count && i < r->body->count; i++) {
        TRY(expression_json(&r->arena, r->body->items[i], values->items[i], &v));
        TRY(values_add(&list, v));
    }
    TRY(value_array(&r->arena, list.items, list.count, &v));
    json_object_init(&o, &r->arena);
    json_object_add(&o, "expressions", v);
    if (bindings->count > 0)
        json_object_add(&o, "bindings", bindings);
    return json_object_end(&o, out);
}

static struct err print_as_json(struct invocation *in, struct result *r)
{
    struct values list = {.arena = &r->arena};
    struct json_object o;
    const struct json *v;
    for (size_t i = 0; i < r->solutions->count; i++) {
        TRY(solution_json(r, r->solutions->items[i], &v));
        TRY(values_add(&list, v));
    }
    json_object_init(&o, &r->arena);
    if (list.count > 0) {
        TRY(value_array(&r->arena, list.items, list.count, &v));
        json_object_add(&o, "result", v);
    }
    TRY(json_object_end(&o, &v));
    return command_print_json(in, v);
}

/* Values one line a solution; a string is its characters. */
static struct err print_as_raw(struct invocation *in, const struct result *r)
{
    for (size_t i = 0; i < r->solutions->count; i++) {
        const struct json *values = r->solutions->items[i]->items[0];
        SCOPED(buf) struct buf text;
        struct bytes line;
        buf_init(&text, RESULT_MEMORY);
        for (size_t j = 0; j < values->count; j++) {
            buf_text(&text, j == 0 ? "" : " ");
            if (values->items[j]->type == JSON_STRING)
                buf_add(&text, values->items[j]->text);
            else
                json_encode(values->items[j], &text);
        }
        buf_text(&text, "\n");
        TRY(buf_end(&text, &line));
        fwrite(line.p, 1, line.n, in->out);
    }
    return OK;
}

static struct err print_named(struct invocation *in, struct bytes name, const struct json *v)
{
    SCOPED(buf) struct buf text;
    struct bytes shown;
    buf_init(&text, RESULT_MEMORY);
    json_encode(v, &text);
    TRY(buf_end(&text, &shown));
    fputs("  ", in->out);
    command_print_bytes(in->out, name);
    fputs(" = ", in->out);
    command_print_bytes(in->out, shown);
    fputc('\n', in->out);
    return OK;
}

/* One value by itself, else a block for each solution: its variables, and the expressions that are more than true. */
static struct err print_as_pretty(struct invocation *in, const struct result *r)
{
    const struct json *first = r->solutions->count == 0 ? NULL : r->solutions->items[0];
    if (first == NULL) {
        fputs("undefined\n", in->out);
        return OK;
    }
    if (r->solutions->count == 1 && first->items[0]->count == 1 && first->items[1]->count == 0)
        return command_print_json(in, first->items[0]->items[0]);
    for (size_t i = 0; i < r->solutions->count; i++) {
        const struct json *values = r->solutions->items[i]->items[0];
        const struct json *bindings = r->solutions->items[i]->items[1];
        fprintf(in->out, "%zu:\n", i + 1);
        for (size_t j = 0; j < bindings->count; j++)
            TRY(print_named(in, bindings->members[j].key, bindings->members[j].value));
        for (size_t j = 0; j < values->count && j < r->body->count; j++)
            if (values->items[j]->type != JSON_BOOL || bindings->count == 0)
                TRY(print_named(in, r->body->items[j]->text, values->items[j]));
    }
    return OK;
}

static struct err print_result(struct invocation *in, struct result *r)
{
    if (in->is_json)
        return print_as_json(in, r);
    return bytes_is(in->format, "raw") ? print_as_raw(in, r) : print_as_pretty(in, r);
}

static struct err run_query(struct policy_files *f, struct result *r, const char *text, struct rego_error *error)
{
    struct rego_call call = policy_call(f, text);
    struct query q = {.text = bytes_of_text(text), .expressions = true, .strict = call.strict};
    TRY(parse_query(&r->arena, error, q.text, &r->body));
    TRY(query_documents(&call, &r->arena, error, &q));
    return query_run(f->policy, &call, &q, &r->arena, error, &r->solutions);
}

static struct err settle(struct invocation *in, const struct result *r)
{
    bool is_empty = r->solutions->count == 0;
    bool is_asked = command_flag(in, is_empty ? "fail" : "fail-defined");
    if (!is_asked)
        return OK;
    in->has_explained = true;
    return FAIL(ERR_DENIED, "the result is not the one that was asked for");
}

static struct err evaluate(struct policy_files *f)
{
    struct rego_error error = {0};
    const char *text = f->in->operands[0];
    TRY(policy_files_load(f, NULL, 0));
    TRY(policy_files_compile(f));
    struct result r = {0};
    arena_init(&r.arena, RESULT_MEMORY);
    struct err e = run_query(f, &r, text, &error);
    if (failed(e)) {
        enum rego_status status = query_status(e, &error);
        policy_say_error(f, text, &error);
        e = policy_fail(status);
    } else {
        e = print_result(f->in, &r);
        if (!failed(e))
            e = settle(f->in, &r);
    }
    arena_clear(&r.arena);
    return e;
}

static struct err eval(struct invocation *in)
{
    struct policy_files f = {.in = in};
    struct err e = evaluate(&f);
    policy_files_clear(&f);
    return e;
}

static const struct option_row options[] = {
    POLICY_FILE_OPTIONS,
    POLICY_INPUT_OPTIONS,
    {.name = "fail", .help = "exit with 1 if the query is undefined"},
    {.name = "fail-defined", .help = "exit with 1 if the query is defined"},
    {0},
};

const struct command command_policy_eval = {
    .noun = "policy",
    .verb = "eval",
    .options = options,
    .formats = "json|pretty|raw",
    .operands = "QUERY",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "evaluate a query over policies in files",
    .help = "Options and output are those of `opa eval`: --format json has the result with expressions, bindings and\n"
            "locations, and is {} where the query is undefined. Exit status: 0 also for an undefined query, unless\n"
            "--fail is given; 3 for a policy, query or input that is refused; 4 for an evaluation that fails.",
    .example = "casemate policy eval -d release.rego -i request.json data.policy.allow",
    .run = eval,
};
