/*
 * Calls. Where no `with` replaces a function, builtins are called without a detour, and comparisons without a call.
 */
#include "rego/machine/insn.h"

#define ARGS_NEAR 8

static const struct insn *end_with(struct run *r, struct err e)
{
    r->err = e;
    return NULL;
}

static bool is_true(const struct json *v)
{
    return v != NULL && !(v->type == JSON_BOOL && !v->as_bool);
}

/* Many arguments live in the arena. out: *defined */
static struct err take_args(struct run *r, const struct machine_call *c, const struct json ***args, bool *defined)
{
    *defined = false;
    if (c->count > ARGS_NEAR)
        TRY(arena_array(r->eval->arena, c->count, args));
    for (size_t i = 0; i < c->count; i++) {
        (*args)[i] = machine_value(r, c->args[i]);
        if ((*args)[i] == NULL)
            return OK;
    }
    *defined = true;
    return OK;
}

static struct err call_any(struct run *r, const struct machine_call *c, const struct json **out)
{
    const struct json *near[ARGS_NEAR];
    const struct json **args = near;
    bool defined;
    *out = NULL;
    TRY(eval_charge(r->eval, 1));
    TRY(take_args(r, c, &args, &defined));
    if (!defined)
        return OK;
    r->eval->at = c->step->at;
    bool real = r->eval->scene->mocks == NULL;
    if (real && c->builtin != NULL)
        return call_builtin(r->eval, c->builtin, args, c->count, out);
    if (real && c->function->node != NULL)
        return rule_call(r->eval, c->function->node, args, c->count, out);
    return call_function(r->frame, c->step, args, out);
}

/* to = the result of the call p */
const struct insn *op_call(struct run *r, const struct insn *i)
{
    const struct json *v;
    struct err e = call_any(r, i->p, &v);
    if (failed(e))
        return end_with(r, e);
    r->slots[i->to].value = v;
    return v == NULL ? machine_back(r, i) : i + 1;
}

/* the result of the call p is not false */
const struct insn *op_call_test(struct run *r, const struct insn *i)
{
    const struct json *v;
    struct err e = call_any(r, i->p, &v);
    if (failed(e))
        return end_with(r, e);
    return is_true(v) ? i + 1 : machine_back(r, i);
}

/* a and b compare so; where a value is missing or functions may be replaced, the call p says it. */
#define COMPARISON(name_, holds_)                                                                                      \
    const struct insn *name_(struct run *r, const struct insn *i)                                                      \
    {                                                                                                                  \
        const struct json *a = machine_value(r, i->a);                                                                 \
        const struct json *b = machine_value(r, i->b);                                                                 \
        if (a == NULL || b == NULL || r->eval->scene->mocks != NULL)                                                   \
            return op_call_test(r, i);                                                                                 \
        struct err e = eval_charge_compare(r->eval, a, b);                                                             \
        if (failed(e))                                                                                                 \
            return end_with(r, e);                                                                                     \
        return (holds_) ? i + 1 : machine_back(r, i);                                                                  \
    }
COMPARISON(op_equal, json_equal(a, b))
COMPARISON(op_not_equal, !json_equal(a, b))
COMPARISON(op_less, json_compare(a, b) < 0)
COMPARISON(op_less_equal, json_compare(a, b) <= 0)
COMPARISON(op_greater, json_compare(a, b) > 0)
COMPARISON(op_greater_equal, json_compare(a, b) >= 0)

/* iterator a: over the results of the call p */
const struct insn *op_walk(struct run *r, const struct insn *i)
{
    struct iterator *it = &r->frame->iterators[i->a];
    *it = (struct iterator){0};
    struct err e = call_any(r, i->p, &it->results);
    return failed(e) ? end_with(r, e) : i + 1;
}

/* to = the next result of the iterator a */
const struct insn *op_walk_next(struct run *r, const struct insn *i)
{
    struct iterator *it = &r->frame->iterators[i->a];
    if (it->results == NULL || it->index >= it->results->count)
        return machine_back(r, i);
    struct err e = eval_charge(r->eval, 1);
    if (failed(e))
        return end_with(r, e);
    if (i->to != OPERAND_NONE)
        r->slots[i->to].value = it->results->items[it->index];
    it->index++;
    return i + 1;
}
