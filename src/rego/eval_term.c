/*
 * Values of terms whose calls and references were taken out, patterns, comprehensions.
 */
#include "rego/eval.h"

static struct err eval_parts(struct frame *f, const struct term *t, struct values *out, bool *defined)
{
    *out = (struct values){.arena = f->eval->arena};
    *defined = false;
    for (size_t i = 0; i < t->count; i++) {
        const struct json *v;
        TRY(eval_term(f, t->items[i], &v));
        if (v == NULL)
            return OK;
        TRY(values_add(out, v));
    }
    *defined = true;
    return OK;
}

/* What is heavier than a number or a short text costs more to be put in order than the step that found it. */
struct err eval_set(struct eval *e, const struct json *const *items, size_t n, const struct json **out)
{
    uint64_t steps = 0;
    for (size_t i = 0; i < n; i++)
        steps += json_weight(items[i]) - 1;
    TRY(eval_charge(e, steps));
    return value_set(e->arena, items, n, out);
}

struct err eval_object(struct eval *e, struct json_member *members, size_t n, bool *unique, const struct json **out)
{
    uint64_t steps = 0;
    for (size_t i = 0; i < n; i++)
        steps += json_key_weight(&members[i]) - 1 + json_weight(members[i].value) / 8;
    TRY(eval_charge(e, steps));
    return value_object(e->arena, members, n, unique, out);
}

static struct err build_object(struct eval *e, const struct values *parts, const struct json **out)
{
    struct members members = {.arena = e->arena};
    for (size_t i = 0; i + 1 < parts->count; i += 2)
        TRY(members_add(&members, parts->items[i], parts->items[i + 1]));
    return eval_object(e, members.items, members.count, NULL, out);
}

static struct err eval_container(struct frame *f, const struct term *t, const struct json **out)
{
    struct values parts;
    bool defined;
    TRY(eval_parts(f, t, &parts, &defined));
    if (!defined)
        return OK;
    if (t->kind == TERM_ARRAY)
        return value_array(f->eval->arena, parts.items, parts.count, out);
    if (t->kind == TERM_SET)
        return eval_set(f->eval, parts.items, parts.count, out);
    return build_object(f->eval, &parts, out);
}

struct err eval_term(struct frame *f, const struct term *t, const struct json **out)
{
    *out = NULL;
    switch (t->kind) {
    case TERM_CONST:
        *out = t->value;
        return OK;
    case TERM_VAR:
    case TERM_BIND:
        *out = f->slots[t->var->id].value;
        return OK;
    case TERM_ARRAY:
    case TERM_SET:
    case TERM_OBJECT:
        return eval_container(f, t, out);
    case TERM_ARRAY_OF:
    case TERM_SET_OF:
    case TERM_OBJECT_OF:
        return eval_closure(f, t, out);
    case TERM_ROOT:
    case TERM_REF:
    case TERM_CALL:
        break;
    }
    return FAIL(ERR_BUG, "a term that should have been taken out");
}

static struct err match_array(struct frame *f, const struct term *t, const struct json *v, bool *matched)
{
    if (v->type != JSON_ARRAY || v->count != t->count)
        return OK;
    for (size_t i = 0; i < t->count; i++) {
        bool same = false;
        TRY(eval_match(f, t->items[i], v->items[i], &same));
        if (!same)
            return OK;
    }
    *matched = true;
    return OK;
}

static struct err match_object(struct frame *f, const struct term *t, const struct json *v, bool *matched)
{
    if (v->type != JSON_OBJECT || v->count != t->count / 2)
        return OK;
    for (size_t i = 0; i < t->count; i += 2) {
        const struct json *key;
        bool same = false;
        TRY(eval_term(f, t->items[i], &key));
        const struct json *value = key == NULL ? NULL : value_find(v, key);
        if (value == NULL)
            return OK;
        TRY(eval_match(f, t->items[i + 1], value, &same));
        if (!same)
            return OK;
    }
    *matched = true;
    return OK;
}

struct err eval_match(struct frame *f, const struct term *t, const struct json *v, bool *matched)
{
    const struct json *mine;
    *matched = false;
    if (t->kind == TERM_BIND) {
        f->slots[t->var->id] = (struct slot){.value = v};
        *matched = true;
        return OK;
    }
    if (t->kind == TERM_ARRAY)
        return match_array(f, t, v, matched);
    if (t->kind == TERM_OBJECT)
        return match_object(f, t, v, matched);
    TRY(eval_term(f, t, &mine));
    if (mine != NULL)
        TRY(eval_charge_compare(f->eval, mine, v));
    *matched = mine != NULL && json_equal(mine, v);
    return OK;
}

struct comprehension {
    const struct term *term;
    struct values values;
    struct members members;
};

static struct err add_solution(struct frame *f, void *state, bool *stop)
{
    struct comprehension *c = state;
    const struct json *head;
    (void)stop;
    TRY(eval_term(f, c->term->flat->head[0], &head));
    if (head == NULL)
        return OK;
    if (c->term->kind != TERM_OBJECT_OF)
        return values_add(&c->values, head);
    const struct json *value;
    TRY(eval_term(f, c->term->flat->head[1], &value));
    return value == NULL ? OK : members_add(&c->members, head, value);
}

struct err eval_collected(struct eval *e, const struct term *t, const struct values *values,
                          const struct members *members, const struct json **out)
{
    bool unique = true;
    if (t->kind == TERM_ARRAY_OF)
        return value_array(e->arena, values->items, values->count, out);
    if (t->kind == TERM_SET_OF)
        return eval_set(e, values->items, values->count, out);
    TRY(eval_object(e, members->items, members->count, &unique, out));
    return unique ? OK : eval_fail(e, "eval_conflict_error", t->at, "object keys must be unique");
}

struct err eval_closure(struct frame *f, const struct term *t, const struct json **out)
{
    struct eval *e = f->eval;
    struct comprehension c = {.term = t, .values = {.arena = e->arena}, .members = {.arena = e->arena}};
    TRY(eval_enter(e));
    TRY(eval_run(f, t->flat, add_solution, &c));
    e->depth--;
    return eval_collected(e, t, &c.values, &c.members, out);
}
