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

static struct err build_object(struct arena *a, const struct values *parts, const struct json **out)
{
    struct members members = {.arena = a};
    for (size_t i = 0; i + 1 < parts->count; i += 2)
        TRY(members_add(&members, parts->items[i], parts->items[i + 1]));
    return value_object(a, members.items, members.count, NULL, out);
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
        return value_set(f->eval->arena, parts.items, parts.count, out);
    return build_object(f->eval->arena, &parts, out);
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

struct err eval_closure(struct frame *f, const struct term *t, const struct json **out)
{
    struct eval *e = f->eval;
    struct comprehension c = {.term = t, .values = {.arena = e->arena}, .members = {.arena = e->arena}};
    bool unique = true;
    TRY(eval_enter(e));
    TRY(eval_run(f, t->flat, add_solution, &c));
    e->depth--;
    if (t->kind == TERM_ARRAY_OF)
        return value_array(e->arena, c.values.items, c.values.count, out);
    if (t->kind == TERM_SET_OF)
        return value_set(e->arena, c.values.items, c.values.count, out);
    TRY(value_object(e->arena, c.members.items, c.members.count, &unique, out));
    return unique ? OK : eval_fail(e, "eval_conflict_error", t->at, "object keys must be unique");
}
