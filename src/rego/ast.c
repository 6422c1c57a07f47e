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

struct err ast_adopt(struct term *term, const struct list *items)
{
    term->items = (struct term **)items->items;
    term->count = items->count;
    for (size_t i = 0; i < term->count; i++)
        TRY(ast_deepen(term, term->items[i]->depth));
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

static struct err copy_terms(struct arena *a, struct term *const *in, size_t count, struct term ***out)
{
    TRY(arena_array(a, count, out));
    for (size_t i = 0; i < count; i++)
        TRY(ast_copy(a, in[i], &(*out)[i]));
    return OK;
}

static struct err copy_withs(struct arena *a, const struct with *in, struct with **out)
{
    struct with **end = out;
    *out = NULL;
    for (; in != NULL; in = in->next) {
        struct with *w;
        TRY(arena_new(a, &w));
        TRY(ast_copy(a, in->target, &w->target));
        TRY(ast_copy(a, in->value, &w->value));
        *end = w;
        end = &w->next;
    }
    return OK;
}

static struct err copy_body(struct arena *a, const struct body *b, struct body **out)
{
    *out = NULL;
    if (b == NULL)
        return OK;
    TRY(arena_new(a, out));
    **out = *b;
    TRY(arena_array(a, b->count, &(*out)->items));
    for (size_t i = 0; i < b->count; i++) {
        struct literal *l;
        TRY(arena_new(a, &l));
        *l = *b->items[i];
        TRY(ast_copy(a, l->key, &l->key));
        TRY(ast_copy(a, l->value, &l->value));
        TRY(ast_copy(a, l->term, &l->term));
        TRY(copy_terms(a, l->names, l->name_count, &l->names));
        TRY(copy_body(a, l->body, &l->body));
        TRY(copy_withs(a, l->withs, &l->withs));
        (*out)->items[i] = l;
    }
    return OK;
}

/* Depth: that of the text. */
struct err ast_copy(struct arena *a, const struct term *t, struct term **out)
{
    struct term *copy;
    if (t == NULL) {
        *out = NULL;
        return OK;
    }
    TRY(arena_new(a, &copy));
    *copy = *t;
    TRY(ast_copy(a, t->callee, &copy->callee));
    TRY(copy_terms(a, t->items, t->count, &copy->items));
    TRY(copy_body(a, t->body, &copy->body));
    *out = copy;
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
