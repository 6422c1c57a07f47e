/*
 * What names stand for in the bodies at hand. The names of a scope are sorted: a rule with many of them takes no time
 * that grows with their square.
 */
#include "rego/names.h"

#define VARS_MAX 20000 /* of one rule, those of its expressions among them */

struct err scope_enter(struct compiler *c)
{
    struct scope *s;
    TRY(arena_new(c->scratch, &s));
    *s = (struct scope){.parent = c->scope, .vars = {.arena = c->scratch}, .names = {.arena = c->scratch}};
    s->depth = c->scope == NULL ? 0 : c->scope->depth + 1;
    c->scope = s;
    return OK;
}

void scope_leave(struct compiler *c)
{
    c->scope = c->scope->parent;
}

/* Where a name stands in a scope, or should. */
static size_t find_slot(const struct scope *s, struct bytes name, bool *found)
{
    size_t low = 0;
    size_t high = s->names.count;
    *found = false;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const struct var *v = s->names.items[mid];
        int order = bytes_compare(v->name, name);
        *found = order == 0;
        if (order == 0)
            return mid;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

struct var *scope_find(const struct scope *s, struct bytes name)
{
    bool found;
    size_t at = find_slot(s, name, &found);
    return found ? s->names.items[at] : NULL;
}

struct var *scope_visible(const struct compiler *c, struct bytes name)
{
    for (const struct scope *s = c->scope; s != NULL; s = s->parent) {
        struct var *v = scope_find(s, name);
        if (v != NULL && !v->pending)
            return v;
    }
    return NULL;
}

bool scope_is_pending(const struct compiler *c, struct bytes name)
{
    const struct var *v = scope_find(c->scope, name);
    return v != NULL && v->pending;
}

struct err scope_settle(struct compiler *c, struct var *v, struct place at)
{
    if (c->clause->var_count >= VARS_MAX)
        return FAIL(ERR_LIMIT, "a rule with too many variables");
    v->at = at;
    v->id = c->clause->var_count++;
    v->pending = false;
    return list_add(&c->scope->vars, v);
}

struct err scope_new_var(struct compiler *c, struct bytes name, struct var **out)
{
    TRY(arena_new(c->arena, out));
    **out = (struct var){.name = name, .depth = c->scope->depth};
    return OK;
}

struct err scope_add_name(struct compiler *c, struct bytes name, struct var **out)
{
    bool found;
    struct list *names = &c->scope->names;
    size_t at = find_slot(c->scope, name, &found);
    if (names->count >= VARS_MAX)
        return FAIL(ERR_LIMIT, "a rule with too many variables");
    TRY(scope_new_var(c, name, out));
    TRY(list_add(names, *out));
    for (size_t i = names->count - 1; i > at; i--)
        names->items[i] = names->items[i - 1];
    names->items[at] = *out;
    return OK;
}

struct err scope_add_var(struct compiler *c, struct bytes name, struct place at, struct var **out)
{
    TRY(scope_add_name(c, name, out));
    return scope_settle(c, *out, at);
}

struct err scope_add_pending(struct compiler *c, struct bytes name)
{
    struct var *v;
    if (scope_find(c->scope, name) != NULL)
        return OK;
    TRY(scope_add_name(c, name, &v));
    v->pending = true;
    return OK;
}
