/*
 * Safety: each literal moves in front of the ones that need what it binds; the order of the text is kept otherwise.
 */
#include "rego/names.h"
#include "rego/value.h"

/* Which variables a literal needs: those of this body and of the ones around it, also where closures use them. */
struct needs {
    struct compiler *c;
    const bool *safe;
    uint32_t depth;
    struct term *unsafe; /* the first one that is not safe; one that the text names comes before one of our own */
};

/* A query's values have names that no text can write. */
static bool is_own(const struct term *t)
{
    return t->var->made || memchr(t->var->name.p, ' ', t->var->name.n) != NULL;
}

static void needs_of_body(struct needs *n, const struct flat_body *b);

static void needs_of(struct needs *n, struct term *t)
{
    if (t == NULL || (n->unsafe != NULL && !is_own(n->unsafe)) || !compile_spend(n->c, 1))
        return;
    if (t->kind == TERM_VAR) {
        bool is_unsafe = t->var->depth <= n->depth && !n->safe[t->var->id];
        if (is_unsafe && (n->unsafe == NULL || !is_own(t)))
            n->unsafe = t;
        return;
    }
    if (t->kind == TERM_ARRAY_OF || t->kind == TERM_SET_OF || t->kind == TERM_OBJECT_OF) {
        needs_of_body(n, t->flat);
        return;
    }
    for (size_t i = 0; i < t->count; i++)
        needs_of(n, t->items[i]);
}

static void needs_of_flat(struct needs *n, const struct flat *f)
{
    needs_of(n, f->left);
    needs_of(n, f->right);
    needs_of(n, f->key);
    for (size_t i = 0; i < f->arg_count; i++)
        needs_of(n, f->args[i]);
    for (const struct with *w = f->withs; w != NULL; w = w->next)
        if (w->function == NULL)
            needs_of(n, w->value);
    if (f->body != NULL)
        needs_of_body(n, f->body);
}

static void needs_of_body(struct needs *n, const struct flat_body *b)
{
    for (size_t i = 0; i < b->count; i++)
        needs_of_flat(n, b->items[i]);
    for (size_t i = 0; i < b->head_count; i++)
        needs_of(n, b->head[i]);
}

/* What a literal would bind: marked in `safe`, and noted so that it can be taken back. */
struct outputs {
    struct compiler *c;
    bool *safe;
    uint32_t depth;
    uint32_t *marked; /* room for every register that is not safe */
    size_t count;
};

static struct outputs begin_outputs(struct compiler *c, bool *safe, uint32_t depth)
{
    return (struct outputs){.c = c, .safe = safe, .depth = depth, .marked = c->marked + c->marked_count};
}

static void take_back(struct outputs *o)
{
    while (o->count > 0)
        o->safe[o->marked[--o->count]] = false;
}

static bool all_safe(const struct outputs *o, struct term *t)
{
    struct needs n = {.c = o->c, .safe = o->safe, .depth = o->depth};
    needs_of(&n, t);
    return n.unsafe == NULL;
}

static bool mark(struct outputs *o, const struct term *t)
{
    bool *safe = &o->safe[t->var->id];
    if (*safe || t->var->depth > o->depth)
        return false;
    *safe = true;
    o->marked[o->count++] = t->var->id;
    return true;
}

/* The variables of a pattern; the keys of its objects are none. */
static bool mark_pattern(struct outputs *o, const struct term *t)
{
    bool any = false;
    if (t->kind == TERM_VAR)
        return mark(o, t);
    size_t step = t->kind == TERM_OBJECT ? 2 : 1;
    if (t->kind == TERM_ARRAY || t->kind == TERM_OBJECT)
        for (size_t i = step - 1; i < t->count; i += step)
            any = mark_pattern(o, t->items[i]) || any;
    return any;
}

/* The indexes of references whose head is safe. */
static bool mark_references(struct outputs *o, struct term *t)
{
    bool any = false;
    if (t == NULL || t->kind == TERM_ARRAY_OF || t->kind == TERM_SET_OF || t->kind == TERM_OBJECT_OF)
        return false;
    if (!compile_spend(o->c, 1))
        return false;
    for (size_t i = 0; i < t->count; i++)
        any = mark_references(o, t->items[i]) || any;
    if (t->kind == TERM_REF && all_safe(o, t->items[0]))
        for (size_t i = 1; i < t->count; i++)
            any = mark_pattern(o, t->items[i]) || any;
    return any;
}

static bool same_key(const struct term *a, const struct term *b)
{
    if (a->kind == TERM_CONST && b->kind == TERM_CONST)
        return json_equal(a->value, b->value);
    return a->kind == TERM_VAR && b->kind == TERM_VAR && a->var == b->var;
}

/* A pattern and a constant: what cannot be the same binds nothing. */
static bool mark_constant(struct outputs *o, const struct term *t, const struct json *v)
{
    bool any = false;
    if (t->kind == TERM_VAR)
        return mark(o, t);
    if (t->kind == TERM_ARRAY && v->type == JSON_ARRAY && t->count == v->count)
        for (size_t i = 0; i < t->count; i++)
            any = mark_constant(o, t->items[i], v->items[i]) || any;
    if (t->kind != TERM_OBJECT || v->type != JSON_OBJECT || t->count != 2 * v->count)
        return any;
    for (size_t i = 0; i < t->count; i += 2) {
        const struct term *key = t->items[i];
        const struct json *found = key->kind == TERM_CONST ? value_find(v, key->value) : NULL;
        any = (found != NULL && mark_constant(o, t->items[i + 1], found)) || any;
    }
    return any;
}

/* The collection that a literal or a comprehension makes; TERM_VAR: any value. */
static enum term_kind collection_of(const struct term *t)
{
    if (t->kind == TERM_ARRAY || t->kind == TERM_ARRAY_OF)
        return TERM_ARRAY;
    if (t->kind == TERM_OBJECT || t->kind == TERM_OBJECT_OF)
        return TERM_OBJECT;
    return t->kind == TERM_SET || t->kind == TERM_SET_OF ? TERM_SET : TERM_VAR;
}

static bool mark_unify(struct outputs *o, struct term *a, struct term *b)
{
    bool any = false;
    enum term_kind x = collection_of(a);
    enum term_kind y = collection_of(b);
    bool literals = a->kind == x && b->kind == y && x != TERM_VAR && y != TERM_VAR;
    if (a->kind == TERM_CONST || b->kind == TERM_CONST)
        return a->kind == TERM_CONST ? mark_constant(o, b, a->value) : mark_constant(o, a, b->value);
    if (x != TERM_VAR && y != TERM_VAR && (x != y || (literals && a->count != b->count)))
        return false;
    if (literals && x == TERM_ARRAY) {
        for (size_t i = 0; i < a->count; i++)
            any = mark_unify(o, a->items[i], b->items[i]) || any;
        return any;
    }
    if (literals && x == TERM_OBJECT) {
        for (size_t i = 0; i < a->count; i += 2)
            for (size_t j = 0; j < b->count; j += 2)
                if (compile_spend(o->c, 1) && same_key(a->items[i], b->items[j]))
                    any = mark_unify(o, a->items[i + 1], b->items[j + 1]) || any;
        return any;
    }
    if (all_safe(o, b))
        any = mark_pattern(o, a);
    if (all_safe(o, a))
        any = mark_pattern(o, b) || any;
    return any;
}

static bool withs_safe(const struct outputs *o, const struct flat *f)
{
    for (const struct with *w = f->withs; w != NULL; w = w->next)
        if (w->function == NULL && !all_safe(o, w->value))
            return false;
    return true;
}

static bool args_safe(const struct outputs *o, const struct flat *f)
{
    for (size_t i = 0; i < f->arg_count; i++)
        if (!all_safe(o, f->args[i]))
            return false;
    return true;
}

static void mark_outputs(struct outputs *o, struct flat *f)
{
    bool again = f->kind == FLAT_TEST || f->kind == FLAT_CALL || f->kind == FLAT_UNIFY;
    if (!again || !withs_safe(o, f))
        return;
    while (again && compile_spend(o->c, 1)) {
        again = mark_references(o, f->left);
        again = mark_references(o, f->right) || again;
        for (size_t i = 0; i < f->arg_count; i++)
            again = mark_references(o, f->args[i]) || again;
        if (f->kind == FLAT_UNIFY)
            again = mark_unify(o, f->left, f->right) || again;
        if (f->kind == FLAT_CALL && f->left != NULL && args_safe(o, f))
            again = mark_pattern(o, f->left) || again;
    }
}

static struct err refuse(struct compiler *c, const struct term *t)
{
    if (is_own(t))
        return note_fail(c->error, REGO_ERR_COMPILE, "rego_unsafe_var_error", t->at, "expression is unsafe");
    return note_fail(c->error, REGO_ERR_COMPILE, "rego_unsafe_var_error", t->at, "var %.*s is unsafe",
                     NOTE_TEXT(t->var->name));
}

static struct err order_closures(struct compiler *c, struct term *t, bool *safe)
{
    if (t == NULL)
        return OK;
    if (t->kind == TERM_ARRAY_OF || t->kind == TERM_SET_OF || t->kind == TERM_OBJECT_OF)
        return order_body(c, t->flat, safe);
    for (size_t i = 0; i < t->count; i++)
        TRY(order_closures(c, t->items[i], safe));
    return OK;
}

static struct err order_inner(struct compiler *c, const struct flat *f, bool *safe)
{
    TRY(order_closures(c, f->left, safe));
    TRY(order_closures(c, f->right, safe));
    for (size_t i = 0; i < f->arg_count; i++)
        TRY(order_closures(c, f->args[i], safe));
    if (f->kind == FLAT_EVERY) {
        safe[f->left->var->id] = true;
        if (f->key != NULL)
            safe[f->key->var->id] = true;
    }
    return f->body == NULL ? OK : order_body(c, f->body, safe);
}

/* Tries a literal: bound by what is safe and what it binds itself, or left as it was. */
static struct err try_literal(struct compiler *c, struct flat *f, bool *safe, uint32_t depth, struct term **missing)
{
    struct outputs o = begin_outputs(c, safe, depth);
    mark_outputs(&o, f);
    struct needs n = {.c = c, .safe = safe, .depth = depth};
    needs_of_flat(&n, f);
    if (n.unsafe != NULL)
        take_back(&o);
    *missing = n.unsafe;
    return compile_spent(c);
}

struct err order_body(struct compiler *c, struct flat_body *b, bool *safe)
{
    struct flat **ordered;
    size_t done = 0;
    struct term *unsafe = NULL;
    TRY(arena_array(c->arena, b->count, &ordered));
    for (bool moved = true; moved && done < b->count;) {
        moved = false;
        unsafe = NULL;
        for (size_t i = 0; i < b->count; i++) {
            if (b->items[i] == NULL)
                continue;
            struct term *missing;
            TRY(try_literal(c, b->items[i], safe, b->depth, &missing));
            if (missing != NULL) {
                bool better = unsafe == NULL || (is_own(unsafe) && !is_own(missing));
                unsafe = better ? missing : unsafe;
                continue;
            }
            TRY(order_inner(c, b->items[i], safe));
            ordered[done++] = b->items[i];
            b->items[i] = NULL;
            moved = true;
        }
    }
    if (done < b->count)
        return refuse(c, unsafe);
    b->items = ordered;
    for (size_t i = 0; i < b->head_count; i++)
        TRY(order_head(c, b->head[i], safe, b->depth));
    return OK;
}

/* A head binds nothing, but its references may enumerate when their heads are safe. */
struct err order_head(struct compiler *c, struct term *head, bool *safe, uint32_t depth)
{
    struct outputs o = begin_outputs(c, safe, depth);
    while (mark_references(&o, head))
        ;
    struct needs n = {.c = c, .safe = safe, .depth = depth};
    needs_of(&n, head);
    TRY(compile_spent(c));
    if (n.unsafe != NULL)
        return refuse(c, n.unsafe);
    c->marked_count += o.count; /* as long as the closures in it are looked at */
    TRY(order_closures(c, head, safe));
    c->marked_count -= o.count;
    take_back(&o);
    return OK;
}
