/*
 * From nested expressions to flat literals: every call gets a literal of its own and a variable for its result.
 *
 * What stands under `not` is the exception that policies depend on: its calls, and the references inside of them, are
 * taken out in front of the `not`, so that an undefined operand makes the body fail and not the `not` succeed. Only a
 * reference by itself, or as a side of = and ==, stays under it. source: spec/rego.md 1.9
 */
#include "rego/builtins/builtin.h"
#include "rego/names.h"
#include "rego/value.h"

struct flattener {
    struct compiler *c;
    struct flat_body *out;
    struct with *withs;
    const struct literal *literal;
    bool take_references; /* out of what is flattened, too */
};

static struct err flat_term(struct flattener *f, struct term *t, struct term **out);
static struct err flat_literal(struct flattener *f, struct literal *l);

static struct err emit(struct flattener *f, struct flat flat)
{
    struct flat_body *b = f->out;
    struct flat *copy;
    TRY(arena_new(f->c->arena, &copy));
    *copy = flat;
    copy->withs = f->withs;
    copy->literal = f->literal;
    if (b->count == b->cap) {
        size_t cap = b->cap == 0 ? 8 : b->cap * 2;
        struct flat **grown;
        TRY(arena_array(f->c->scratch, cap, &grown)); /* order_body makes an array of those that stay */
        for (size_t i = 0; i < b->count; i++)
            grown[i] = b->items[i];
        b->items = grown;
        b->cap = cap;
    }
    b->items[b->count++] = copy;
    return OK;
}

static struct err emit_unify(struct flattener *f, struct term *left, struct term *right, struct place at)
{
    return emit(f, (struct flat){.kind = FLAT_UNIFY, .at = at, .left = left, .right = right});
}

/* A variable that a literal of its own makes equal to the term. */
static struct err take_out(struct flattener *f, struct term *t, struct term **out)
{
    struct term *v;
    TRY(names_new_var(f->c, t->at, &v));
    TRY(emit_unify(f, v, t, t->at));
    *out = v;
    return OK;
}

static struct err flat_terms(struct flattener *f, struct term *const *in, size_t count, struct term ***out)
{
    TRY(arena_array(f->c->arena, count, out));
    for (size_t i = 0; i < count; i++)
        TRY(flat_term(f, in[i], &(*out)[i]));
    return OK;
}

static struct err emit_call(struct flattener *f, struct term *call, struct term *result)
{
    struct flat flat = {.kind = FLAT_CALL, .at = call->at, .function = call->target, .left = result};
    struct term **args;
    TRY(flat_terms(f, call->items, call->count, &args));
    flat.args = args;
    flat.arg_count = call->count;
    bool has_result = flat.function->builtin == NULL || !flat.function->builtin->variadic;
    if (has_result && call->count == flat.function->arity + 1) {
        if (result != NULL) /* only a call that stands by itself can name its result among its arguments */
            return names_bad_arity(f->c, call, flat.function);
        flat.left = args[--flat.arg_count];
    }
    return emit(f, flat);
}

/* print(..) has no effect on results, so nothing of it runs; its variables must be safe all the same. */
static struct err emit_nothing(struct flattener *f, struct term *call)
{
    struct flat_body *body;
    TRY(arena_new(f->c->arena, &body));
    TRY(scope_enter(f->c));
    body->depth = f->c->scope->depth;
    struct flattener inner = {.c = f->c, .out = body};
    struct term **args;
    TRY(flat_terms(&inner, call->items, call->count, &args));
    body->head = args;
    body->head_count = call->count;
    scope_leave(f->c);
    return emit(f, (struct flat){.kind = FLAT_NOTHING, .at = call->at, .body = body});
}

static bool is_print(const struct term *t)
{
    const struct function *f = t->kind == TERM_CALL ? t->target : NULL;
    return f != NULL && f->builtin != NULL && bytes_is(f->name, "print");
}

static struct err flat_call(struct flattener *f, struct term *t, struct term **out)
{
    if (is_print(t)) {
        TRY(emit_nothing(f, t));
        return ast_const(f->c->arena, value_bool(true), t->at, out);
    }
    struct term *v;
    TRY(names_new_var(f->c, t->at, &v));
    TRY(emit_call(f, t, v));
    *out = v;
    return OK;
}

static struct err flat_reference(struct flattener *f, struct term *t, struct term **out)
{
    struct term *ref;
    struct term **items;
    TRY(ast_term(f->c->arena, TERM_REF, t->at, &ref));
    TRY(flat_terms(f, t->items, t->count, &items));
    if (items[0]->kind != TERM_VAR && items[0]->kind != TERM_ROOT)
        TRY(take_out(f, items[0], &items[0]));
    ref->items = items;
    ref->count = t->count;
    if (f->take_references)
        return take_out(f, ref, out);
    *out = ref;
    return OK;
}

static struct err flat_closure(struct flattener *f, struct term *t)
{
    TRY(scope_enter(f->c));
    TRY(flat_body_of(f->c, t->body, t->items, t->count, &t->flat));
    scope_leave(f->c);
    return OK;
}

static struct err fold(struct arena *a, struct term *t)
{
    struct values items = {.arena = a};
    for (size_t i = 0; i < t->count; i++) {
        if (t->items[i]->kind != TERM_CONST)
            return OK;
        TRY(values_add(&items, t->items[i]->value));
    }
    const struct json *value;
    if (t->kind == TERM_ARRAY) {
        TRY(value_array(a, items.items, items.count, &value));
    } else if (t->kind == TERM_SET) {
        TRY(value_set(a, items.items, items.count, &value));
    } else {
        struct members members = {.arena = a};
        for (size_t i = 0; i < items.count; i += 2)
            TRY(members_add(&members, items.items[i], items.items[i + 1]));
        TRY(value_object(a, members.items, members.count, NULL, &value));
    }
    t->kind = TERM_CONST;
    t->value = value;
    return OK;
}

static struct err flat_container(struct flattener *f, struct term *t, struct term **out)
{
    struct term *copy;
    TRY(ast_term(f->c->arena, t->kind, t->at, &copy));
    TRY(flat_terms(f, t->items, t->count, &copy->items));
    copy->count = t->count;
    *out = copy;
    return fold(f->c->arena, copy);
}

static struct err flat_term(struct flattener *f, struct term *t, struct term **out)
{
    *out = t;
    switch (t->kind) {
    case TERM_CALL:
        return flat_call(f, t, out);
    case TERM_REF:
        return flat_reference(f, t, out);
    case TERM_ARRAY:
    case TERM_SET:
    case TERM_OBJECT:
        return flat_container(f, t, out);
    case TERM_ARRAY_OF:
    case TERM_SET_OF:
    case TERM_OBJECT_OF:
        return flat_closure(f, t);
    case TERM_CONST:
    case TERM_VAR:
    case TERM_ROOT:
    case TERM_BIND:
        break;
    }
    return OK;
}

static bool is_operator(const struct term *t, const char *name)
{
    return t->kind == TERM_CALL && t->callee == NULL && bytes_is(t->name, name);
}

static bool is_unify(const struct term *t)
{
    return is_operator(t, "eq") || is_operator(t, "assign");
}

static struct err flat_unify(struct flattener *f, struct term *t)
{
    struct term *left;
    struct term *right = t->items[1];
    TRY(flat_term(f, t->items[0], &left));
    if (right->kind == TERM_CALL && !is_print(right) && left->kind != TERM_REF)
        return emit_call(f, right, left);
    TRY(flat_term(f, right, &right));
    return emit_unify(f, left, right, t->at);
}

static struct err flat_statement(struct flattener *f, struct term *t)
{
    if (is_unify(t))
        return flat_unify(f, t);
    if (is_print(t))
        return emit_nothing(f, t);
    if (t->kind == TERM_CALL)
        return emit_call(f, t, NULL);
    TRY(flat_term(f, t, &t));
    return emit(f, (struct flat){.kind = FLAT_TEST, .at = t->at, .left = t});
}

/* An operand of what is negated: a reference by itself stays, with its indexes taken out. */
static struct err flat_operand(struct flattener *f, struct term *t, struct term **out)
{
    if (t->kind != TERM_REF)
        return flat_term(f, t, out);
    struct term *ref;
    TRY(ast_term(f->c->arena, TERM_REF, t->at, &ref));
    TRY(flat_terms(f, t->items, t->count, &ref->items));
    ref->count = t->count;
    if (ref->items[0]->kind != TERM_VAR && ref->items[0]->kind != TERM_ROOT)
        TRY(take_out(f, ref->items[0], &ref->items[0]));
    *out = ref;
    return OK;
}

/* Fills `inside` with what stays under the `not`; the rest goes in front of it. */
static struct err split_negated(struct flattener *f, struct flattener *inside, struct term *t)
{
    if (is_unify(t) || is_operator(t, "equal")) {
        struct term *left;
        struct term *right;
        TRY(flat_operand(f, t->items[0], &left));
        TRY(flat_operand(f, t->items[1], &right));
        return emit_unify(inside, left, right, t->at);
    }
    if (t->kind == TERM_CALL && !is_print(t)) {
        struct term *call;
        TRY(ast_term(f->c->arena, TERM_CALL, t->at, &call));
        call->target = t->target;
        TRY(flat_terms(f, t->items, t->count, &call->items));
        call->count = t->count;
        return emit_call(inside, call, NULL);
    }
    TRY(flat_operand(f, t, &t));
    return emit(inside, (struct flat){.kind = FLAT_TEST, .at = t->at, .left = t});
}

static struct err flat_negated(struct flattener *f, struct literal *l)
{
    struct flat_body *body;
    TRY(arena_new(f->c->arena, &body));
    body->depth = f->c->scope->depth;
    body->shares_scope = true;
    struct flattener inside = {.c = f->c, .out = body, .literal = l};
    f->take_references = true;
    TRY(split_negated(f, &inside, l->term));
    f->take_references = false;
    return emit(f, (struct flat){.kind = FLAT_NOT, .at = l->at, .body = body});
}

static struct err flat_not_body(struct flattener *f, struct literal *l)
{
    struct flat_body *body;
    TRY(scope_enter(f->c));
    TRY(flat_body_of(f->c, l->body, NULL, 0, &body));
    scope_leave(f->c);
    return emit(f, (struct flat){.kind = FLAT_NOT, .at = l->at, .body = body});
}

static struct err flat_every(struct flattener *f, struct literal *l)
{
    struct flat flat = {.kind = FLAT_EVERY, .at = l->at, .key = l->key, .left = l->value};
    TRY(flat_term(f, l->term, &flat.right));
    if (flat.right->kind != TERM_VAR)
        TRY(take_out(f, flat.right, &flat.right));
    TRY(scope_enter(f->c));
    TRY(flat_body_of(f->c, l->body, NULL, 0, &flat.body));
    scope_leave(f->c);
    return emit(f, flat);
}

/* some k, v in c: c[k] = v */
static struct err flat_some_in(struct flattener *f, struct literal *l)
{
    struct term *collection;
    struct term *key;
    struct term *value;
    struct term *ref;
    TRY(flat_term(f, l->term, &collection));
    if (collection->kind != TERM_VAR && collection->kind != TERM_REF)
        TRY(take_out(f, collection, &collection));
    if (l->key == NULL)
        TRY(names_new_var(f->c, l->at, &key));
    else
        TRY(flat_term(f, l->key, &key));
    TRY(flat_term(f, l->value, &value));
    struct list items = {.arena = f->c->arena};
    if (collection->kind == TERM_VAR)
        TRY(list_add(&items, collection));
    for (size_t i = 0; collection->kind == TERM_REF && i < collection->count; i++)
        TRY(list_add(&items, collection->items[i]));
    TRY(list_add(&items, key));
    TRY(ast_term(f->c->arena, TERM_REF, l->at, &ref));
    TRY(ast_adopt(ref, &items));
    return emit_unify(f, value, ref, l->at);
}

/* The values of `with` are made in front of the literal and are not affected by it. */
static struct err flat_withs(struct flattener *f, const struct with *in, struct with **out)
{
    struct with **end = out;
    for (; in != NULL; in = in->next) {
        struct with *w;
        TRY(arena_new(f->c->arena, &w));
        *w = *in;
        w->next = NULL;
        if (in->function == NULL) {
            TRY(flat_term(f, in->value, &w->value));
            if (w->value->kind != TERM_VAR && w->value->kind != TERM_CONST)
                TRY(take_out(f, w->value, &w->value));
        }
        *end = w;
        end = &w->next;
    }
    return OK;
}

static struct err flat_literal(struct flattener *f, struct literal *l)
{
    struct with *withs = NULL;
    f->literal = l;
    TRY(flat_withs(f, l->withs, &withs));
    f->withs = withs;
    struct err done = OK;
    if (l->kind == LITERAL_SOME_IN)
        done = flat_some_in(f, l);
    else if (l->kind == LITERAL_EVERY)
        done = flat_every(f, l);
    else if (l->kind == LITERAL_NOT_BODY)
        done = flat_not_body(f, l);
    else if (l->kind == LITERAL_EXPRESSION)
        done = l->negated ? flat_negated(f, l) : flat_statement(f, l->term);
    f->withs = NULL;
    f->literal = NULL;
    return done;
}

struct err flat_body_of(struct compiler *c, struct body *b, struct term **heads, size_t head_count,
                        struct flat_body **out)
{
    TRY(arena_new(c->arena, out));
    (*out)->depth = c->scope->depth;
    struct flattener f = {.c = c, .out = *out};
    for (size_t i = 0; b != NULL && i < b->count; i++)
        TRY(flat_literal(&f, b->items[i]));
    TRY(flat_terms(&f, heads, head_count, &(*out)->written));
    TRY(arena_array(c->arena, head_count, &(*out)->head));
    for (size_t i = 0; i < head_count; i++)
        (*out)->head[i] = (*out)->written[i];
    (*out)->head_count = head_count;
    return OK;
}
