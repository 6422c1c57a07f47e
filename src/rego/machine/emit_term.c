/*
 * Terms: their values, and the patterns that values must fit.
 */
#include "rego/machine/emit.h"

static struct err emit_parts(struct emitter *m, const struct term *t, struct machine_parts **out)
{
    void *p;
    TRY(arena_alloc(m->arena, sizeof(**out) + t->count * sizeof((*out)->items[0]), &p));
    *out = p;
    (*out)->count = t->count;
    for (size_t i = 0; i < t->count; i++)
        TRY(emit_operand(m, t->items[i], &(*out)->items[i]));
    return OK;
}

static struct err emit_container(struct emitter *m, const struct term *t, uint32_t *out)
{
    struct machine_parts *parts;
    machine_op *op = t->kind == TERM_ARRAY ? op_array : t->kind == TERM_SET ? op_set : op_object;
    TRY(emit_parts(m, t, &parts));
    *out = emit_register(m);
    return emit_insn(m, (struct insn){.run = op, .to = *out, .p = parts});
}

static struct err emit_collector(struct emitter *m, uint32_t *out)
{
    *out = m->clause->collector_count;
    if (*out == UINT16_MAX)
        return FAIL(ERR_LIMIT, "a rule with too many comprehensions");
    m->clause->collector_count++;
    return OK;
}

/* Behind the begin stands the end: where the body leads when it has no more solutions. */
static struct err emit_closure(struct emitter *m, const struct term *t, uint32_t *out)
{
    uint32_t collector;
    uint32_t outer = m->back;
    uint32_t start = emit_here(m);
    TRY(emit_collector(m, &collector));
    *out = emit_register(m);
    TRY(emit_insn(m, (struct insn){.run = op_collect, .a = collector}));
    TRY(emit_insn(m, (struct insn){.run = op_collected, .to = *out, .a = collector, .p = t}));
    m->back = start + 1;
    TRY(emit_steps(m, t->flat));
    uint32_t key;
    uint32_t value = OPERAND_NONE;
    TRY(emit_operand(m, t->flat->head[0], &key));
    if (t->kind == TERM_OBJECT_OF)
        TRY(emit_operand(m, t->flat->head[1], &value));
    machine_op *op = t->kind == TERM_OBJECT_OF ? op_add_member : op_add_item;
    TRY(emit_insn(m, (struct insn){.run = op, .to = collector, .a = key, .b = value}));
    m->code[start + 1].b = emit_here(m);
    m->back = outer;
    return OK;
}

struct err emit_operand(struct emitter *m, const struct term *t, uint32_t *out)
{
    switch (t->kind) {
    case TERM_CONST:
        return emit_const(m, t->value, out);
    case TERM_VAR:
    case TERM_BIND:
        *out = emit_slot(m, t->var->id);
        return OK;
    case TERM_ARRAY:
    case TERM_SET:
    case TERM_OBJECT:
        return emit_container(m, t, out);
    case TERM_ARRAY_OF:
    case TERM_SET_OF:
    case TERM_OBJECT_OF:
        return emit_closure(m, t, out);
    case TERM_ROOT:
    case TERM_REF:
    case TERM_CALL:
        break;
    }
    return FAIL(ERR_BUG, "a term that should have been taken out");
}

static struct err match_array(struct emitter *m, const struct term *t, uint32_t value)
{
    TRY(emit_insn(m, (struct insn){.run = op_is_array, .a = value, .b = (uint32_t)t->count}));
    for (size_t i = 0; i < t->count; i++) {
        uint32_t item = emit_register(m);
        TRY(emit_insn(m, (struct insn){.run = op_item, .to = item, .a = value, .b = (uint32_t)i}));
        TRY(emit_match(m, t->items[i], item));
    }
    return OK;
}

static struct err match_object(struct emitter *m, const struct term *t, uint32_t value)
{
    TRY(emit_insn(m, (struct insn){.run = op_is_object, .a = value, .b = (uint32_t)(t->count / 2)}));
    for (size_t i = 0; i + 1 < t->count; i += 2) {
        uint32_t key;
        uint32_t item = emit_register(m);
        TRY(emit_operand(m, t->items[i], &key));
        TRY(emit_insn(m, (struct insn){.run = op_get, .to = item, .a = value, .b = key}));
        TRY(emit_match(m, t->items[i + 1], item));
    }
    return OK;
}

struct err emit_match(struct emitter *m, const struct term *t, uint32_t value)
{
    uint32_t mine;
    if (t->kind == TERM_BIND) {
        m->alias[t->var->id] = value;
        return OK;
    }
    if (t->kind == TERM_ARRAY)
        return match_array(m, t, value);
    if (t->kind == TERM_OBJECT)
        return match_object(m, t, value);
    if (t->kind == TERM_CONST)
        return emit_insn(m, (struct insn){.run = op_same_const, .a = value, .p = t->value});
    TRY(emit_operand(m, t, &mine));
    return emit_insn(m, (struct insn){.run = op_same, .a = value, .b = mine});
}

/* Builtins that have an operation of their own where only their truth is asked for. */
static machine_op *test_of(const struct builtin *b)
{
    static const struct {
        const char *name;
        machine_op *op;
    } rows[] = {
        {"equal", op_equal},    {"neq", op_not_equal}, {"lt", op_less},
        {"lte", op_less_equal}, {"gt", op_greater},    {"gte", op_greater_equal},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(b->name, rows[i].name) == 0)
            return rows[i].op;
    return op_call_test;
}

static machine_op *call_of(const struct step *s)
{
    const struct builtin *b = s->function->builtin;
    if (s->kind == STEP_WALK)
        return op_walk;
    if (s->term != NULL)
        return op_call;
    return b == NULL ? op_call_test : test_of(b);
}

struct err emit_call(struct emitter *m, const struct step *s)
{
    void *p;
    struct machine_call *c;
    TRY(arena_alloc(m->arena, sizeof(*c) + s->arg_count * sizeof(c->args[0]), &p));
    c = p;
    c->step = s;
    c->function = s->function;
    c->builtin = s->function->builtin;
    c->count = s->arg_count;
    for (size_t i = 0; i < s->arg_count; i++)
        TRY(emit_operand(m, s->args[i], &c->args[i]));
    struct insn insn = {.run = call_of(s), .p = c, .to = OPERAND_NONE};
    if (c->count == 2) {
        insn.a = c->args[0];
        insn.b = c->args[1];
    }
    if (s->kind == STEP_WALK)
        insn.a = s->iterator;
    else if (s->term != NULL)
        insn.to = s->term->kind == TERM_BIND ? emit_slot(m, s->term->var->id) : emit_register(m);
    TRY(emit_scene(m, s->scene));
    TRY(emit_insn(m, insn));
    bool done = s->kind == STEP_WALK || s->term == NULL || s->term->kind == TERM_BIND;
    return done ? OK : emit_match(m, s->term, insn.to);
}
