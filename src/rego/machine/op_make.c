/*
 * Making values: containers of parts, and comprehensions.
 */
#include "rego/machine/insn.h"

static const struct insn *end_with(struct run *r, struct err e)
{
    r->err = e;
    return NULL;
}

static const struct insn *put(struct run *r, const struct insn *i, struct err e, const struct json *v)
{
    if (failed(e))
        return end_with(r, e);
    r->slots[i->to].value = v;
    return v == NULL ? machine_back(r, i) : i + 1;
}

static struct err take_parts(struct run *r, const struct machine_parts *p, struct values *out, bool *defined)
{
    *out = (struct values){.arena = r->eval->arena};
    *defined = false;
    for (size_t i = 0; i < p->count; i++) {
        const struct json *v = machine_value(r, p->items[i]);
        if (v == NULL)
            return OK;
        TRY(values_add(out, v));
    }
    *defined = true;
    return OK;
}

typedef struct err make_items(struct eval *e, const struct json *const *items, size_t n, const struct json **out);

static struct err make(struct run *r, const struct machine_parts *p, make_items *of, const struct json **out)
{
    struct values parts;
    bool defined;
    *out = NULL;
    TRY(take_parts(r, p, &parts, &defined));
    return defined ? of(r->eval, parts.items, parts.count, out) : OK;
}

static struct err make_array(struct eval *e, const struct json *const *items, size_t n, const struct json **out)
{
    return value_array(e->arena, items, n, out);
}

static struct err make_object(struct eval *e, const struct json *const *items, size_t n, const struct json **out)
{
    struct members members = {.arena = e->arena};
    for (size_t i = 0; i + 1 < n; i += 2)
        TRY(members_add(&members, items[i], items[i + 1]));
    return eval_object(e, members.items, members.count, NULL, out);
}

/* to = an array of the parts p */
const struct insn *op_array(struct run *r, const struct insn *i)
{
    const struct json *v;
    struct err e = make(r, i->p, make_array, &v);
    return put(r, i, e, v);
}

const struct insn *op_set(struct run *r, const struct insn *i)
{
    const struct json *v;
    struct err e = make(r, i->p, eval_set, &v);
    return put(r, i, e, v);
}

const struct insn *op_object(struct run *r, const struct insn *i)
{
    const struct json *v;
    struct err e = make(r, i->p, make_object, &v);
    return put(r, i, e, v);
}

/* collector a begins; the instruction behind the next one finds its solutions */
const struct insn *op_collect(struct run *r, const struct insn *i)
{
    r->frame->collectors[i->a] = (struct collector){
        .values = {.arena = r->eval->arena},
        .members = {.arena = r->eval->arena},
    };
    return i + 2;
}

/* to = what the collector a of the comprehension p has; on to b */
const struct insn *op_collected(struct run *r, const struct insn *i)
{
    const struct json *v;
    const struct collector *c = &r->frame->collectors[i->a];
    struct err e = eval_collected(r->eval, i->p, &c->values, &c->members, &v);
    if (failed(e))
        return end_with(r, e);
    r->slots[i->to].value = v;
    return r->code + i->b;
}

/* collector to: one more item a */
const struct insn *op_add_item(struct run *r, const struct insn *i)
{
    const struct json *v = machine_value(r, i->a);
    struct err e = v == NULL ? OK : values_add(&r->frame->collectors[i->to].values, v);
    return failed(e) ? end_with(r, e) : machine_back(r, i);
}

/* collector to: one more member, a: b */
const struct insn *op_add_member(struct run *r, const struct insn *i)
{
    const struct json *key = machine_value(r, i->a);
    const struct json *v = machine_value(r, i->b);
    struct err e = key == NULL || v == NULL ? OK : members_add(&r->frame->collectors[i->to].members, key, v);
    return failed(e) ? end_with(r, e) : machine_back(r, i);
}
