/*
 * Scopes. A variable belongs to the outermost body in which its name stands outside of closures; some, := and every
 * make a new one.
 */
#include "rego/names.h"

static struct err refuse(struct compiler *c, struct place at, const char *before, struct bytes name, const char *behind)
{
    return note_fail(c->error, REGO_ERR_COMPILE, "rego_compile_error", at, "%s%.*s%s", before, NOTE_TEXT(name), behind);
}

struct err names_new_var(struct compiler *c, struct place at, struct term **out)
{
    struct var *v;
    TRY(scope_new_var(c, BYTES_LIT("an expression"), &v));
    TRY(scope_settle(c, v, at));
    v->made = true;
    TRY(ast_var(c->arena, v->name, at, out));
    (*out)->var = v;
    return OK;
}

static bool is_wildcard(const struct term *t)
{
    return bytes_is(t->name, "_");
}

static bool is_root_name(struct bytes name)
{
    return bytes_is(name, "input") || bytes_is(name, "data");
}

const struct import *names_import(const struct compiler *c, struct bytes name)
{
    const struct import *last = NULL;
    for (const struct import *i = c->module == NULL ? NULL : c->module->imports; i != NULL; i = i->next)
        if (i->names_value && bytes_equal(i->alias, name))
            last = i;
    return last;
}

static struct node *find_rule(const struct compiler *c, struct bytes name)
{
    struct json key = {.type = JSON_STRING, .text = name};
    struct node *n = c->package == NULL ? NULL : node_child(c->package, &key);
    return n != NULL && n->names_rule ? n : NULL;
}

/* Names that stand for something outside of the clause, unless a variable hides them. */
static bool is_global(const struct compiler *c, struct bytes name)
{
    return is_root_name(name) || find_rule(c, name) != NULL || names_import(c, name) != NULL;
}

static struct err collect_pattern(struct compiler *c, const struct term *t)
{
    if (t->kind == TERM_VAR)
        return is_wildcard(t) ? OK : scope_add_pending(c, t->name);
    if (t->kind == TERM_ARRAY || t->kind == TERM_OBJECT || t->kind == TERM_SET)
        for (size_t i = 0; i < t->count; i++)
            TRY(collect_pattern(c, t->items[i]));
    return OK;
}

static bool is_call_of(const struct term *t, const char *name)
{
    return t != NULL && t->kind == TERM_CALL && t->callee == NULL && bytes_is(t->name, name);
}

static struct err collect_declared(struct compiler *c, const struct literal *l)
{
    for (size_t i = 0; i < l->name_count; i++)
        TRY(collect_pattern(c, l->names[i]));
    if (l->kind == LITERAL_SOME_IN) {
        if (l->key != NULL)
            TRY(collect_pattern(c, l->key));
        return collect_pattern(c, l->value);
    }
    if (l->kind == LITERAL_EXPRESSION && is_call_of(l->term, "assign"))
        return collect_pattern(c, l->term->items[0]);
    return OK;
}

/* New variables that stand in a term outside of its closures. */
static struct err collect_new(struct compiler *c, const struct term *t)
{
    if (t->kind == TERM_VAR) {
        struct var *v;
        if (is_wildcard(t) || scope_visible(c, t->name) != NULL || scope_is_pending(c, t->name) ||
            is_global(c, t->name))
            return OK;
        return scope_add_var(c, t->name, t->at, &v);
    }
    if (t->kind == TERM_ARRAY_OF || t->kind == TERM_SET_OF || t->kind == TERM_OBJECT_OF)
        return OK;
    for (size_t i = 0; i < t->count; i++)
        TRY(collect_new(c, t->items[i]));
    return OK;
}

static struct err collect_new_of_literal(struct compiler *c, const struct literal *l)
{
    if (l->kind == LITERAL_SOME_IN) {
        if (l->key != NULL)
            TRY(collect_new(c, l->key));
        TRY(collect_new(c, l->value));
    }
    if (l->term != NULL)
        TRY(collect_new(c, l->term));
    for (const struct with *w = l->withs; w != NULL; w = w->next)
        TRY(collect_new(c, w->value));
    return OK;
}

struct err names_prepare(struct compiler *c, const struct body *b, struct term *const *heads, size_t count)
{
    for (size_t i = 0; b != NULL && i < b->count; i++)
        TRY(collect_declared(c, b->items[i]));
    for (size_t i = 0; b != NULL && i < b->count; i++)
        TRY(collect_new_of_literal(c, b->items[i]));
    for (size_t i = 0; i < count; i++)
        TRY(collect_new(c, heads[i]));
    return OK;
}

static struct err declare_name(struct compiler *c, const struct term *t)
{
    struct var *v = scope_find(c->scope, t->name);
    if (v != NULL && !v->pending)
        return refuse(c, t->at, "var ", t->name, v->declared ? " declared above" : " referenced above");
    if (c->scope->parent != NULL && c->scope->depth == 1 && scope_find(c->scope->parent, t->name) != NULL)
        return refuse(c, t->at, "arg ", t->name, " redeclared");
    if (is_root_name(t->name) && (c->module == NULL || c->module->v1))
        return refuse(c, t->at, "variables must not shadow ", t->name, " (use a different variable name)");
    if (v == NULL)
        TRY(scope_add_name(c, t->name, &v));
    TRY(scope_settle(c, v, t->at));
    v->declared = true;
    return OK;
}

struct err names_declare(struct compiler *c, struct term *pattern)
{
    if (pattern->kind == TERM_VAR)
        return is_wildcard(pattern) ? OK : declare_name(c, pattern);
    if (pattern->kind == TERM_ARRAY || pattern->kind == TERM_OBJECT || pattern->kind == TERM_SET)
        for (size_t i = 0; i < pattern->count; i++)
            TRY(names_declare(c, pattern->items[i]));
    return OK;
}

/* A name becomes the path that it stands for. */
static struct err become_path(struct compiler *c, struct term *t, const struct term *path, struct bytes last)
{
    struct list items = {.arena = c->arena};
    for (size_t i = 0; i < path->count; i++)
        TRY(list_add(&items, path->items[i]));
    if (last.n > 0) {
        struct term *key;
        TRY(ast_string(c->arena, last, t->at, &key));
        TRY(list_add(&items, key));
    }
    t->kind = TERM_REF;
    return ast_adopt(t, &items);
}

static struct err resolve_name(struct compiler *c, struct term *t)
{
    if (is_wildcard(t)) {
        TRY(scope_new_var(c, t->name, &t->var));
        t->var->wildcard = true;
        return scope_settle(c, t->var, t->at);
    }
    if (scope_is_pending(c, t->name))
        return refuse(c, t->at, "var ", t->name, " referenced above");
    t->var = scope_visible(c, t->name);
    if (t->var != NULL)
        return OK;
    const struct import *i = names_import(c, t->name);
    if (i != NULL) /* also where a rule of the package has that name */
        return become_path(c, t, i->path, BYTES_EMPTY);
    if (find_rule(c, t->name) != NULL)
        return become_path(c, t, c->module->package, t->name);
    if (!is_root_name(t->name))
        return scope_add_var(c, t->name, t->at, &t->var);
    struct term *root;
    TRY(ast_term(c->arena, TERM_ROOT, t->at, &root));
    root->name = t->name;
    t->kind = TERM_REF;
    return ast_items(c->arena, t, &root, 1);
}

static struct err resolve_reference(struct compiler *c, struct term *t)
{
    TRY(names_term(c, t->items[0]));
    for (size_t i = 1; i < t->count; i++)
        TRY(names_term(c, t->items[i]));
    struct term *head = t->items[0];
    if (head->kind != TERM_REF)
        return OK;
    struct list items = {.arena = c->arena};
    for (size_t i = 0; i < head->count; i++)
        TRY(list_add(&items, head->items[i]));
    for (size_t i = 1; i < t->count; i++)
        TRY(list_add(&items, t->items[i]));
    return ast_adopt(t, &items);
}

static struct err resolve_closure(struct compiler *c, struct term *t)
{
    TRY(scope_enter(c));
    TRY(names_prepare(c, t->body, t->items, t->count));
    for (size_t i = 0; i < t->body->count; i++)
        TRY(names_literal(c, t->body->items[i]));
    for (size_t i = 0; i < t->count; i++)
        TRY(names_term(c, t->items[i]));
    scope_leave(c);
    return OK;
}

static struct err resolve_path(struct compiler *c, struct term *t)
{
    if (t->kind == TERM_REF)
        TRY(resolve_reference(c, t));
    else if (t->var == NULL)
        TRY(resolve_name(c, t));
    return t->kind == TERM_REF && t->items[0]->kind == TERM_ROOT ? names_reference(c, t) : OK;
}

struct err names_term(struct compiler *c, struct term *t)
{
    switch (t->kind) {
    case TERM_VAR:
    case TERM_REF:
        return resolve_path(c, t);
    case TERM_ARRAY_OF:
    case TERM_SET_OF:
    case TERM_OBJECT_OF:
        return resolve_closure(c, t);
    case TERM_CALL:
        TRY(names_call(c, t));
        break;
    case TERM_CONST:
    case TERM_ROOT:
    case TERM_ARRAY:
    case TERM_SET:
    case TERM_OBJECT:
    case TERM_BIND:
        break;
    }
    for (size_t i = 0; i < t->count; i++)
        TRY(names_term(c, t->items[i]));
    return OK;
}

static struct err resolve_every(struct compiler *c, struct literal *l)
{
    TRY(names_term(c, l->term));
    TRY(scope_enter(c));
    if (l->key != NULL) {
        TRY(names_declare(c, l->key));
        TRY(names_term(c, l->key));
    }
    TRY(names_declare(c, l->value));
    TRY(names_term(c, l->value));
    TRY(names_prepare(c, l->body, NULL, 0));
    for (size_t i = 0; i < l->body->count; i++)
        TRY(names_literal(c, l->body->items[i]));
    scope_leave(c);
    return OK;
}

static struct err resolve_not_body(struct compiler *c, struct literal *l)
{
    TRY(scope_enter(c));
    TRY(names_prepare(c, l->body, NULL, 0));
    for (size_t i = 0; i < l->body->count; i++)
        TRY(names_literal(c, l->body->items[i]));
    scope_leave(c);
    return OK;
}

static struct err resolve_some_in(struct compiler *c, struct literal *l)
{
    TRY(names_term(c, l->term));
    if (l->key != NULL)
        TRY(names_declare(c, l->key));
    TRY(names_declare(c, l->value));
    if (l->key != NULL)
        TRY(names_term(c, l->key));
    return names_term(c, l->value);
}

static struct err resolve_expression(struct compiler *c, struct literal *l)
{
    if (!is_call_of(l->term, "assign"))
        return names_term(c, l->term);
    struct term *left = l->term->items[0];
    if (left->kind != TERM_VAR && left->kind != TERM_ARRAY && left->kind != TERM_OBJECT)
        return refuse(c, left->at, "cannot assign to ", BYTES_LIT("what is no variable or pattern"), "");
    TRY(names_term(c, l->term->items[1]));
    TRY(names_declare(c, left));
    return names_term(c, left);
}

struct err names_literal(struct compiler *c, struct literal *l)
{
    for (struct with *w = l->withs; w != NULL; w = w->next)
        TRY(names_with(c, w));
    switch (l->kind) {
    case LITERAL_SOME:
        for (size_t i = 0; i < l->name_count; i++)
            TRY(names_declare(c, l->names[i]));
        return OK;
    case LITERAL_SOME_IN:
        return resolve_some_in(c, l);
    case LITERAL_EVERY:
        return resolve_every(c, l);
    case LITERAL_NOT_BODY:
        return resolve_not_body(c, l);
    case LITERAL_EXPRESSION:
        break;
    }
    return resolve_expression(c, l);
}
