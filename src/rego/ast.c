#include "rego/ast.h"

struct err ast_term(struct arena *a, enum term_kind kind, struct place at, struct term **out)
{
    struct term *t;
    TRY(arena_new(a, &t));
    t->kind = kind;
    t->at = at;
    t->name = BYTES_EMPTY;
    *out = t;
    return OK;
}

struct err ast_const(struct arena *a, const struct json *value, struct place at, struct term **out)
{
    TRY(ast_term(a, TERM_CONST, at, out));
    (*out)->value = value;
    return OK;
}

struct err ast_string(struct arena *a, struct bytes text, struct place at, struct term **out)
{
    const struct json *value;
    TRY(json_new_string(a, text, &value));
    return ast_const(a, value, at, out);
}

struct err ast_var(struct arena *a, struct bytes name, struct place at, struct term **out)
{
    TRY(ast_term(a, TERM_VAR, at, out));
    (*out)->name = name;
    return OK;
}

struct err ast_items(struct arena *a, struct term *term, struct term *const *items, size_t count)
{
    struct term **copy;
    TRY(arena_array(a, count, &copy));
    for (size_t i = 0; i < count; i++) {
        copy[i] = items[i];
        TRY(ast_deepen(term, items[i]->depth));
    }
    term->items = copy;
    term->count = count;
    return OK;
}

struct err ast_deepen(struct term *t, unsigned below)
{
    if (below >= AST_DEPTH_MAX)
        return FAIL(ERR_LIMIT, "an expression is nested too deeply");
    if (below + 1 > t->depth)
        t->depth = (uint16_t)(below + 1);
    return OK;
}

struct err ast_operator(struct arena *a, const char *name, struct term *left, struct term *right, struct term **out)
{
    struct term *call;
    TRY(ast_term(a, TERM_CALL, left->at, &call));
    call->name = bytes_of_text(name);
    struct term *args[2] = {left, right};
    TRY(ast_items(a, call, args, right == NULL ? 1 : 2));
    *out = call;
    return OK;
}

struct err list_add(struct list *l, const void *item)
{
    if (l->count == l->cap) {
        size_t cap = l->cap == 0 ? 4 : l->cap * 2;
        void **items;
        TRY(arena_array(l->arena, cap, &items));
        for (size_t i = 0; i < l->count; i++)
            items[i] = l->items[i];
        l->items = items;
        l->cap = cap;
    }
    union {
        const void *in;
        void *out;
    } cast = {.in = item};
    l->items[l->count++] = cast.out;
    return OK;
}
