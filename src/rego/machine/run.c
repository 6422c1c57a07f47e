/*
 * The compiled mode at work. What one instruction costs is bounded by the program's text, so steps are counted where
 * something repeats: for each element of a loop and for each call.
 */
#include "rego/machine/insn.h"

/* The end of a run that found no more solutions. */
const struct insn *op_end(struct run *r, const struct insn *i)
{
    (void)r;
    (void)i;
    return NULL;
}

static const struct insn *end_with(struct run *r, struct err e)
{
    r->err = e;
    return NULL;
}

/* One solution: the sink takes it, and perhaps wants no more. */
const struct insn *op_yield(struct run *r, const struct insn *i)
{
    bool stop = false;
    r->err = r->sink(r->frame, r->state, &stop);
    return failed(r->err) || stop ? NULL : machine_back(r, i);
}

/* a: the scene */
const struct insn *op_scene(struct run *r, const struct insn *i)
{
    r->eval->scene = r->frame->scenes[i->a];
    return i + 1;
}

/* a: where to */
const struct insn *op_jump(struct run *r, const struct insn *i)
{
    return r->code + i->a;
}

static struct err change_scene(struct run *r, const struct machine_with *w, struct scene **out)
{
    const struct json **values;
    *out = NULL;
    TRY(eval_charge(r->eval, 1));
    TRY(arena_array(r->eval->arena, w->count, &values));
    for (size_t i = 0; i < w->count; i++) {
        if (w->values[i] == OPERAND_NONE)
            continue;
        values[i] = machine_value(r, w->values[i]);
        if (values[i] == NULL)
            return OK;
    }
    return scene_with(r->eval, r->frame->scenes[w->step->scene], w->step->withs, values, out);
}

/* p: the step and its values */
const struct insn *op_with(struct run *r, const struct insn *i)
{
    const struct machine_with *w = i->p;
    struct scene *scene;
    struct err e = change_scene(r, w, &scene);
    if (failed(e))
        return end_with(r, e);
    r->frame->scenes[w->step->to] = scene;
    return scene == NULL ? machine_back(r, i) : i + 1;
}

/* a: not false */
const struct insn *op_truth(struct run *r, const struct insn *i)
{
    const struct json *v = machine_value(r, i->a);
    return v == NULL || (v->type == JSON_BOOL && !v->as_bool) ? machine_back(r, i) : i + 1;
}

/* a and b are the same value */
const struct insn *op_same(struct run *r, const struct insn *i)
{
    const struct json *a = machine_value(r, i->a);
    const struct json *b = machine_value(r, i->b);
    if (a == NULL || b == NULL)
        return machine_back(r, i);
    struct err e = eval_charge_compare(r->eval, a, b);
    if (failed(e))
        return end_with(r, e);
    return json_equal(a, b) ? i + 1 : machine_back(r, i);
}

/* a is the constant p */
const struct insn *op_same_const(struct run *r, const struct insn *i)
{
    const struct json *a = machine_value(r, i->a);
    if (a == NULL)
        return machine_back(r, i);
    struct err e = eval_charge_compare(r->eval, a, i->p);
    if (failed(e))
        return end_with(r, e);
    return json_equal(a, i->p) ? i + 1 : machine_back(r, i);
}

/* a: an array of b items */
const struct insn *op_is_array(struct run *r, const struct insn *i)
{
    const struct json *a = machine_value(r, i->a);
    return json_is(a, JSON_ARRAY) && a->count == i->b ? i + 1 : machine_back(r, i);
}

/* a: an object of b members */
const struct insn *op_is_object(struct run *r, const struct insn *i)
{
    const struct json *a = machine_value(r, i->a);
    return json_is(a, JSON_OBJECT) && a->count == i->b ? i + 1 : machine_back(r, i);
}

/* to = item b of the array a, which has it */
const struct insn *op_item(struct run *r, const struct insn *i)
{
    r->slots[i->to].value = machine_value(r, i->a)->items[i->b];
    return i + 1;
}

struct err machine_run(struct frame *f, const struct flat_body *b, eval_sink *sink, void *state)
{
    struct run r = {
        .eval = f->eval,
        .frame = f,
        .slots = f->slots,
        .code = b->program->code,
        .consts = b->program->consts,
        .sink = sink,
        .state = state,
        .err = OK,
    };
    for (const struct insn *i = r.code + 1 + f->passed; i != NULL;)
        i = i->run(&r, i);
    return r.err;
}

const struct json *machine_head(const struct frame *f, const struct flat_body *b, size_t index)
{
    uint32_t operand = b->program->heads[index];
    return (operand & OPERAND_CONST) != 0 ? b->program->consts[operand & ~OPERAND_CONST] : f->slots[operand].value;
}
