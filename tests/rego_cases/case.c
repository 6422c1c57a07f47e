#include "cases.h"

#include <stdarg.h>

#define CASE_MODULES 16
#define CASE_INPUTS  16
#define CASE_MEMORY  (512UL << 20)

struct run {
    const struct case_options *options;
    const struct json *c;
    struct arena arena;
    struct rego_error error;
    struct rego_policy *policy;
    bool differs; /* the modes say different things */
    char *why;
    size_t size;
};

__attribute__((format(printf, 2, 3))) static enum case_outcome fail(struct run *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(r->why, r->size, format, args);
    va_end(args);
    return CASE_FAILED;
}

static const struct json *text_of(struct run *r, const char *key)
{
    const struct json *v = json_at(r->c, key);
    return json_is(v, JSON_STRING) ? v : NULL;
}

/* test.sleep of the suite: time does not pass in an evaluation anyway. */
static enum rego_status sleep_call(void *context, const struct rego_text *args, size_t count, struct rego_reply *reply)
{
    (void)context;
    (void)args;
    (void)count;
    rego_reply_json(reply, "null", 4);
    return REGO_OK;
}

static enum rego_status make_policy(struct run *r)
{
    static const struct rego_extension extensions[] = {{"test.sleep", 1, sleep_call}};
    static const char *const names[CASE_MODULES] = {"test-0.rego",  "test-1.rego",  "test-2.rego",  "test-3.rego",
                                                    "test-4.rego",  "test-5.rego",  "test-6.rego",  "test-7.rego",
                                                    "test-8.rego",  "test-9.rego",  "test-10.rego", "test-11.rego",
                                                    "test-12.rego", "test-13.rego", "test-14.rego", "test-15.rego"};
    struct rego_module modules[CASE_MODULES];
    const struct json *list = json_at(r->c, "modules");
    const struct json *data = json_at(r->c, "data");
    SCOPED(buf) struct buf text;
    size_t count = 0;
    buf_init(&text, 64UL << 20);
    for (; json_is(list, JSON_ARRAY) && count < list->count && count < CASE_MODULES; count++) {
        struct bytes t = list->items[count]->text;
        modules[count] = (struct rego_module){names[count], (const char *)t.p, t.n, r->options->v0};
    }
    bool has_data = json_is(data, JSON_OBJECT);
    if (has_data)
        json_encode(data, &text);
    return rego_policy_new(modules, count, has_data ? (const char *)text.p : NULL, text.n, extensions, 1, &r->policy,
                           &r->error);
}

/* input_term is a term of the language: a query on an empty policy. */
static struct err read_term(struct run *r, struct bytes term, const struct json **out)
{
    struct rego_policy *empty;
    struct rego_call call = {0};
    struct query q = {.text = term};
    const struct json *rows;
    if (rego_policy_new(NULL, 0, NULL, 0, NULL, 0, &empty, &r->error) != REGO_OK)
        return FAIL(ERR_FORMAT, "no empty policy");
    struct err done = query_run(empty, &call, &q, &r->arena, &r->error, &rows);
    rego_policy_free(empty);
    TRY(done);
    *out = rows->count > 0 ? rows->items[0] : NULL;
    return OK;
}

static bool same_error(const struct rego_error *a, const struct rego_error *b)
{
    return a->status == b->status && a->row == b->row && strcmp(a->code, b->code) == 0 &&
           strcmp(a->file, b->file) == 0 && strcmp(a->message, b->message) == 0;
}

/* The compiled mode's answer is the one that is judged; in both modes, they must agree on it first. */
static struct err run_modes(struct run *r, struct rego_call call, const struct query *q, const struct json **out)
{
    struct rego_error error = {0};
    const struct json *plain = NULL;
    call.mode = r->options->mode == CASE_REFERENCE ? REGO_REFERENCE : REGO_COMPILED;
    struct err done = query_run(r->policy, &call, q, &r->arena, &r->error, out);
    if (r->options->mode != CASE_BOTH)
        return done;
    call.mode = REGO_REFERENCE;
    struct err other = query_run(r->policy, &call, q, &r->arena, &error, &plain);
    r->differs = failed(done) != failed(other);
    if (failed(done) && failed(other))
        r->differs = !same_error(&r->error, &error);
    else if (!r->differs)
        r->differs = !json_equal(*out, plain);
    return done;
}

static struct err run_query(struct run *r, const struct json *input, const struct json **out)
{
    const struct json *strict = json_at(r->c, "strict_error");
    struct rego_call call = {.now_ns = 1735689600000000000, .seed = 1};
    struct query q = {.input = input, .bindings = !r->options->values};
    q.strict = json_is(strict, JSON_BOOL) && strict->as_bool;
    if (r->options->values) {
        strict = json_at(r->c, "strict");
        q.strict = !(json_is(strict, JSON_BOOL) && !strict->as_bool);
    }
    const struct json *query = text_of(r, "query");
    if (query == NULL)
        return FAIL(ERR_FORMAT, "a case without a query");
    q.text = query->text;
    return run_modes(r, call, &q, out);
}

static bool holds(const char *text, struct bytes part)
{
    return part.p == NULL || part.n == 0 || memmem(text, strlen(text), part.p, part.n) != NULL;
}

/* Conflicts have an old and a new text; either will do. */
static bool is_conflict_text(struct bytes want)
{
    return want.p != NULL && (memmem(want.p, want.n, "must not produce multiple outputs", 33) != NULL ||
                              memmem(want.p, want.n, "produced conflicting values", 27) != NULL);
}

static bool same_message(const struct run *r, struct bytes want)
{
    char whole[1024];
    const struct rego_error *e = &r->error;
    (void)snprintf(whole, sizeof(whole), "%s:%u: %s: %s", e->file, e->row, e->code, e->message);
    return holds(whole, want) || (is_conflict_text(want) && holds(whole, BYTES_LIT("conflicting values")));
}

static enum case_outcome judge_error(struct run *r)
{
    const struct json *code = text_of(r, "want_error_code");
    const struct json *message = text_of(r, "want_error");
    const struct rego_error *e = &r->error;
    if (code != NULL && !bytes_is(code->text, e->code))
        return fail(r, "error %s:%u: %s: %s; wanted code %.*s", e->file, e->row, e->code, e->message,
                    NOTE_TEXT(code->text));
    if (message != NULL && !same_message(r, message->text))
        return fail(r, "error %s:%u: %s: %s; wanted %.*s", e->file, e->row, e->code, e->message,
                    NOTE_TEXT(message->text));
    if (code == NULL && message == NULL && !(r->options->values && json_at(r->c, "error") != NULL))
        return fail(r, "error %s:%u: %s: %s", e->file, e->row, e->code, e->message);
    return CASE_PASSED;
}

static bool wants_error(const struct run *r)
{
    return json_at(r->c, "want_error_code") != NULL || json_at(r->c, "want_error") != NULL ||
           (r->options->values && json_at(r->c, "error") != NULL);
}

static enum case_outcome differ(struct run *r, const struct json *have, const struct json *want)
{
    SCOPED(buf) struct buf b;
    buf_init(&b, 1UL << 20);
    buf_text(&b, "have ");
    value_print(have, false, &b);
    buf_text(&b, " want ");
    value_print(want, false, &b);
    return fail(r, "%.*s", (int)(b.n > 600 ? 600 : b.n), (const char *)b.p);
}

static enum case_outcome judge_rows(struct run *r, const struct json *rows)
{
    const struct json *want = json_at(r->c, "want_result");
    const struct json *sort = json_at(r->c, "sort_bindings");
    bool same = false;
    if (want == NULL)
        return wants_error(r) ? fail(r, "no error") : CASE_PASSED;
    struct err done = compare_plain(&r->arena, rows, &rows);
    if (!failed(done))
        done = compare_rows(&r->arena, rows, want, json_is(sort, JSON_BOOL) && sort->as_bool, &same);
    if (failed(done))
        return fail(r, "comparison: %s", done.at);
    return same ? CASE_PASSED : differ(r, rows, want);
}

static enum case_outcome judge_value(struct run *r, const struct json *rows, const struct json *want)
{
    const struct json *have = rows->count == 0 ? NULL : rows->items[rows->count - 1];
    bool undefined = want == NULL || (want->type == JSON_STRING && bytes_is(want->text, "#undefined"));
    if (wants_error(r))
        return fail(r, "no error");
    if (have == NULL)
        return undefined || json_at(r->c, "no_result") != NULL ? CASE_PASSED : fail(r, "no result");
    if (want == NULL || failed(compare_value(&r->arena, want, &want)))
        return want == NULL ? CASE_PASSED : fail(r, "comparison");
    return json_equal(have, want) ? CASE_PASSED : differ(r, have, want);
}

static const struct json *one_of_many(const struct json *v, size_t i)
{
    const struct json *many = json_is(v, JSON_OBJECT) ? json_at(v, "many!") : NULL;
    if (!json_is(many, JSON_ARRAY))
        return v;
    return i < many->count ? many->items[i] : NULL;
}

static size_t count_inputs(const struct json *input)
{
    const struct json *many = json_is(input, JSON_OBJECT) ? json_at(input, "many!") : NULL;
    return json_is(many, JSON_ARRAY) ? many->count : 1;
}

static enum case_outcome run_inputs(struct run *r)
{
    const struct json *inputs = json_at(r->c, "input");
    const struct json *term = text_of(r, "input_term");
    enum case_outcome outcome = CASE_PASSED;
    for (size_t i = 0; outcome == CASE_PASSED && i < count_inputs(inputs); i++) {
        const struct json *input = inputs;
        const struct json *rows;
        struct err done = OK;
        if (r->options->values && inputs != NULL)
            done = compare_value(&r->arena, one_of_many(inputs, i), &input);
        if (term != NULL)
            done = read_term(r, term->text, &input);
        if (!failed(done))
            done = run_query(r, input, &rows);
        if (r->differs)
            return fail(r, "the modes differ");
        if (failed(done)) {
            (void)query_status(done, &r->error);
            return judge_error(r);
        }
        outcome = r->options->values ? judge_value(r, rows, one_of_many(json_at(r->c, "want_result"), i))
                                     : judge_rows(r, rows);
    }
    return outcome;
}

bool case_names_file(struct bytes module)
{
    return module.n > 5 && memcmp(module.p + module.n - 5, ".rego", 5) == 0 && memchr(module.p, '\n', module.n) == NULL;
}

static bool is_elsewhere(const struct json *c)
{
    const struct json *list = json_at(c, "modules");
    return json_is(list, JSON_ARRAY) && list->count > 0 && case_names_file(list->items[0]->text);
}

enum case_outcome case_run(const struct case_options *o, const struct json *c, enum case_skip *skip, char *why,
                           size_t size)
{
    struct run r = {.options = o, .c = c, .why = why, .size = size};
    const struct json *itself = json_at(c, "skip");
    why[0] = '\0';
    *skip = is_elsewhere(c) ? SKIP_MODULE : SKIP_ITSELF;
    if (*skip == SKIP_MODULE || (json_is(itself, JSON_BOOL) && itself->as_bool))
        return CASE_SKIPPED;
    arena_init(&r.arena, CASE_MEMORY);
    enum case_outcome outcome = make_policy(&r) == REGO_OK ? run_inputs(&r) : judge_error(&r);
    rego_policy_free(r.policy);
    arena_clear(&r.arena);
    return outcome;
}
