/*
 * Calls: builtins, functions of the policy, functions of the caller, and what `with` put in their place.
 */
#include "rego/eval.h"
#include "rego/record.h"

static bool same_function(const struct function *a, const struct function *b)
{
    return a->builtin == b->builtin && a->node == b->node && a->extension == b->extension;
}

static const struct mock *find_mock(const struct scene *s, const struct function *fn)
{
    for (const struct mock *m = s->mocks; m != NULL; m = m->next)
        if (same_function(m->replaced, fn))
            return m;
    return NULL;
}

/* A builtin's refusal is undefined, unless the policy runs strictly; limits and lack of memory always end it. */
static struct err settle_failure(struct eval *e, const struct call *c, struct err failure, const struct json **out)
{
    *out = NULL;
    if (failure.code != ERR_STATE && failure.code != ERR_FORMAT)
        return failure;
    if (e->error->status == REGO_ERR_LIMIT)
        return failure;
    if (e->record != NULL)
        record_note(e, c);
    if (!e->strict)
        return OK;
    const char *message = c->message[0] != '\0' ? c->message : "invalid operand";
    return eval_fail(e, c->code != NULL ? c->code : "eval_builtin_error", e->at, "%s: %s", c->name, message);
}

struct err call_builtin(struct eval *e, const struct builtin *b, const struct json *const *args, size_t count,
                        const struct json **out)
{
    struct call *c = &e->builtin_call; /* builtins call no builtins */
    c->arena = e->arena;
    c->eval = e;
    c->args = args;
    c->count = count;
    c->name = b->name;
    c->code = NULL;
    c->message[0] = '\0';
    struct err done = b->run(c, out);
    if (failed(done))
        return settle_failure(e, c, done, out);
    if (e->record != NULL)
        record_made(e, args, count, *out);
    return OK;
}

static struct err call_real(struct eval *e, const struct function *fn, const struct json *const *args, size_t count,
                            const struct json **out)
{
    if (fn->builtin != NULL)
        return call_builtin(e, fn->builtin, args, count, out);
    if (fn->node != NULL)
        return rule_call(e, fn->node, args, count, out);
    return extension_call(e, fn, args, count, out);
}

/* Inside of a replacement every name means the real function. */
static struct err call_mock(struct eval *e, const struct mock *m, const struct json *const *args, size_t count,
                            const struct json **out)
{
    struct scene *before = e->scene;
    struct scene *s;
    TRY(scene_new(e, before, &s));
    s->mocks = NULL;
    e->scene = s;
    struct err done = call_real(e, m->function, args, count, out);
    e->scene = before;
    return done;
}

struct err call_function(struct frame *f, const struct step *s, const struct json *const *args, const struct json **out)
{
    struct eval *e = f->eval;
    const struct mock *m = find_mock(e->scene, s->function);
    *out = NULL;
    if (m == NULL)
        return call_real(e, s->function, args, s->arg_count, out);
    if (m->function != NULL)
        return call_mock(e, m, args, s->arg_count, out);
    *out = m->value;
    return OK;
}
