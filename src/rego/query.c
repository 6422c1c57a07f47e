#include "rego/query.h"
#include "rego/hint.h"
#include "rego/parse.h"
#include "rego/passes.h"
#include "rego/record.h"
#include "rego/regex/cache.h"

struct solutions {
    struct values values;
    const struct flat_body *body;
    enum query_form form;
    size_t value_count; /* heads in front of the variables */
    struct bytes *names;
};

static struct err make_bindings(struct frame *f, struct solutions *s, const struct json **out)
{
    struct members members = {.arena = f->eval->arena};
    for (size_t i = s->value_count; i < s->body->head_count; i++) {
        struct json *name;
        const struct json *v;
        TRY(eval_head(f, s->body, i, &v));
        if (v == NULL)
            continue;
        TRY(arena_new(f->eval->arena, &name));
        *name = (struct json){.type = JSON_STRING, .text = s->names[i]};
        TRY(members_add(&members, name, v));
    }
    return value_object(f->eval->arena, members.items, members.count, NULL, out);
}

/* [[value of each expression], {variables}] */
static struct err add_expressions(struct frame *f, struct solutions *s)
{
    struct arena *a = f->eval->arena;
    struct values values = {.arena = a};
    const struct json *parts[2];
    for (size_t i = 0; i < s->value_count; i++) {
        const struct json *v;
        TRY(eval_head(f, s->body, i, &v));
        if (v == NULL)
            return OK;
        TRY(values_add(&values, v));
    }
    TRY(value_array(a, values.items, values.count, &parts[0]));
    TRY(make_bindings(f, s, &parts[1]));
    TRY(value_array(a, parts, 2, &parts[0]));
    return values_add(&s->values, parts[0]);
}

static struct err add_solution(struct frame *f, void *state, bool *stop)
{
    struct solutions *s = state;
    const struct json *v;
    (void)stop;
    TRY(eval_charge(f->eval, 1));
    if (s->form == QUERY_EXPRESSIONS)
        return add_expressions(f, s);
    if (s->form == QUERY_BINDINGS) {
        TRY(make_bindings(f, s, &v));
        return values_add(&s->values, v);
    }
    TRY(eval_head(f, s->body, 0, &v));
    return v == NULL ? OK : values_add(&s->values, v);
}

static struct err collect_names(struct arena *a, const struct flat_body *b, struct bytes **out)
{
    TRY(arena_array(a, b->head_count + 1, out));
    for (size_t i = 0; i < b->head_count; i++)
        (*out)[i] = b->head[i]->name;
    return OK;
}

struct err query_data(struct arena *a, const char *text, size_t n, struct rego_error *error, const struct json **out)
{
    struct err decoded = json_decode(a, bytes_of(text, n), NULL, NULL, out);
    struct place nowhere = {NULL, 0, 0};
    if (decoded.code == ERR_NOMEM)
        return decoded;
    if (failed(decoded))
        return note_fail(error, REGO_ERR_INPUT, "rego_input_error", nowhere, "not JSON: %s", decoded.at);
    if ((*out)->type != JSON_OBJECT)
        return note_fail(error, REGO_ERR_INPUT, "rego_input_error", nowhere, "data must be an object");
    return OK;
}

static struct err decode_input(struct arena *a, const struct rego_call *call, struct rego_error *error,
                               const struct json **out)
{
    *out = NULL;
    if (call->input == NULL)
        return OK;
    struct err decoded = json_decode(a, bytes_of(call->input, call->input_length), NULL, NULL, out);
    if (!failed(decoded) || decoded.code == ERR_NOMEM)
        return decoded;
    return note_fail(error, REGO_ERR_INPUT, "rego_input_error", (struct place){NULL, 0, 0}, "input is not JSON: %s",
                     decoded.at);
}

struct err query_documents(const struct rego_call *call, struct arena *a, struct rego_error *error, struct query *q)
{
    TRY(decode_input(a, call, error, &q->input));
    return call->data == NULL ? OK : query_data(a, call->data, call->data_length, error, &q->data);
}

static uint64_t limit(uint64_t asked, uint64_t usual)
{
    return asked == 0 ? usual : asked;
}

/* A compiled policy is never written to: the copy has its own arena and report for what the query adds. */
static struct policy view_of(const struct rego_policy *p, const struct arena *a)
{
    struct policy view = p->policy;
    view.arena = (struct arena){0};
    arena_init(&view.scratch, a->cap);
    view.work_left = POLICY_WORK;
    view.error = NULL;
    return view;
}

void query_room_init(struct query_room *r, const struct rego_policy *p, size_t memory)
{
    *r = (struct query_room){0};
    regex_cache_init(&r->regexes, p->policy.regexes, memory);
}

void query_room_clear(struct query_room *r)
{
    buf_clear(&r->spare);
    regex_cache_clear(&r->regexes);
}

struct err query_prepare(const struct rego_policy *p, struct bytes text, enum query_form form, struct arena *a,
                         struct rego_error *error, struct query_code *out)
{
    struct body *body;
    struct rule *rule;
    struct policy view = view_of(p, a);
    struct query_code code = {.form = form};
    TRY(parse_query(a, error, text, &body));
    TRY(arena_new(a, &code.clause));
    TRY(arena_new(a, &rule));
    code.clause->rule = rule;
    code.value_count = form == QUERY_EXPRESSIONS ? body->count : 1;
    struct err compiled = compile_query(&view, a, error, body, form, code.clause);
    arena_clear(&view.scratch);
    if (failed(compiled))
        hint_add(error, text, false);
    TRY(compiled);
    TRY(collect_names(a, code.clause->branches->body, &code.names));
    code.path_count = view.path_count;
    *out = code;
    return OK;
}

struct err query_solve(const struct rego_policy *p, const struct query_code *code, const struct rego_call *call,
                       const struct query *q, struct query_room *room, struct arena *a, struct rego_error *error,
                       const struct json **out)
{
    struct scene scene = {.input = q->input, .data = p->policy.data};
    struct eval e = {.policy = &p->policy, .arena = a, .error = error, .call = call, .strict = q->strict};
    e.reference = call->mode == REGO_REFERENCE || q->record != NULL;
    e.steps_max = limit(call->limits.steps, EVAL_STEPS);
    e.depth_max = (unsigned)limit(call->limits.depth, EVAL_DEPTH);
    e.depth_max = e.depth_max > EVAL_DEPTH ? EVAL_DEPTH : e.depth_max;
    e.scene = &scene;
    e.path_count = code->path_count;
    e.regexes = &room->regexes;
    e.frames = room->frames.bytes == NULL ? NULL : &room->frames;
    e.spare = &room->spare;
    if (q->data != NULL)
        TRY(scene_merge(a, scene.data, q->data, &scene.data));
    e.record = q->record;
    if (e.record != NULL)
        TRY(record_begin(e.record, &e));
    struct solutions s = {.values = {.arena = a}, .body = code->clause->branches->body, .form = code->form};
    s.value_count = code->value_count;
    s.names = code->names;
    struct frame f;
    TRY(eval_frame(&e, code->clause, &f));
    TRY(eval_run(&f, s.body, add_solution, &s));
    return value_array(a, s.values.items, s.values.count, out);
}

struct err query_run(const struct rego_policy *p, const struct rego_call *call, const struct query *q, struct arena *a,
                     struct rego_error *error, const struct json **out)
{
    SCOPED(query_room) struct query_room room;
    struct query_code code;
    query_room_init(&room, p, call->limits.memory);
    enum query_form form = q->expressions ? QUERY_EXPRESSIONS : q->bindings ? QUERY_BINDINGS : QUERY_VALUE;
    TRY(query_prepare(p, q->text, form, a, error, &code));
    return query_solve(p, &code, call, q, &room, a, error, out);
}

static enum rego_status status_of(struct err e)
{
    switch ((enum err_code)e.code) {
    case ERR_NOMEM:
        return strstr(e.at, "cap is reached") != NULL ? REGO_ERR_LIMIT : REGO_ERR_MEMORY;
    case ERR_LIMIT:
        return REGO_ERR_LIMIT;
    case ERR_FORMAT:
        return REGO_ERR_COMPILE;
    case ERR_UNSET:
    case ERR_OK:
    case ERR_IO:
    case ERR_UNSUPPORTED:
    case ERR_ABSENT:
    case ERR_DENIED:
    case ERR_UNVERIFIED:
    case ERR_STALE:
    case ERR_STATE:
    case ERR_PEER:
    case ERR_BUG:
        break;
    }
    return REGO_ERR_EVAL;
}

enum rego_status query_status(struct err e, struct rego_error *error)
{
    if (!failed(e))
        return REGO_OK;
    enum rego_status status = status_of(e);
    if (error->status == REGO_UNSET) {
        const char *code = status == REGO_ERR_LIMIT ? "eval_limit_error" : "eval_internal_error";
        const char *at = e.at == NULL ? "" : e.at;
        const char *text = strstr(at, ": "); /* behind our own file and line */
        struct err noted =
            note_fail(error, status, code, (struct place){NULL, 0, 0}, "%s", text == NULL ? at : text + 2);
        (void)noted;
    }
    return error->status;
}
