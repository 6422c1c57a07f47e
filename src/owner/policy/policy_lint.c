/*
 * The walk over modules. It recurses as deep as the text nests, which the parser bounds.
 */
#include "owner/policy/policy_lint.h"

struct walk {
    struct lint_at at;
    struct list *findings;
    struct list *mentions; /* not NULL: collect names, and look for nothing */
};

static struct err walk_term(struct walk *w, const struct term *t);
static struct err walk_body(struct walk *w, const struct body *b);

static struct err look(struct walk *w, enum lint_level level, struct place place)
{
    for (size_t i = 0; w->mentions == NULL && i < lint_row_count; i++) {
        struct lint_finding *found;
        if (lint_rows[i].level != level || !lint_rows[i].applies(&w->at))
            continue;
        TRY(arena_new(w->findings->arena, &found));
        *found = (struct lint_finding){&lint_rows[i], place};
        TRY(list_add(w->findings, found));
    }
    return OK;
}

static struct err mention(struct walk *w, const struct term *t)
{
    if (w->mentions == NULL)
        return OK;
    if (t->kind == TERM_VAR)
        return list_add(w->mentions, &t->name);
    if (t->kind == TERM_CONST && t->value->type == JSON_STRING)
        return list_add(w->mentions, &t->value->text);
    return OK;
}

static struct err walk_terms(struct walk *w, struct term *const *terms, size_t count)
{
    for (size_t i = 0; i < count; i++)
        TRY(walk_term(w, terms[i]));
    return OK;
}

static struct err walk_term(struct walk *w, const struct term *t)
{
    if (t == NULL)
        return OK;
    const struct term *outer = w->at.term;
    w->at.term = t;
    TRY(look(w, LINT_TERM, t->at));
    TRY(mention(w, t));
    TRY(walk_term(w, t->callee));
    TRY(walk_terms(w, t->items, t->count));
    w->at.term = outer;
    return walk_body(w, t->body);
}

static struct err walk_literal(struct walk *w, const struct literal *l)
{
    const struct literal *outer = w->at.literal;
    w->at.literal = l;
    TRY(look(w, LINT_LITERAL, l->at));
    TRY(walk_term(w, l->key));
    TRY(walk_term(w, l->value));
    TRY(walk_term(w, l->term));
    TRY(walk_body(w, l->body));
    for (const struct with *x = l->withs; x != NULL; x = x->next) {
        TRY(walk_term(w, x->target));
        TRY(walk_term(w, x->value));
    }
    w->at.literal = outer;
    return OK;
}

static struct err walk_body(struct walk *w, const struct body *b)
{
    struct lint_body here = {w->at.bodies, b};
    if (b == NULL)
        return OK;
    w->at.bodies = &here;
    for (size_t i = 0; i < b->count; i++)
        TRY(walk_literal(w, b->items[i]));
    w->at.bodies = here.outer;
    return OK;
}

/* The rule's own name is no use of it. */
static struct err walk_rule(struct walk *w, const struct rule *r)
{
    w->at.rule = r;
    TRY(look(w, LINT_RULE, r->at));
    TRY(walk_terms(w, r->ref->items + 1, r->ref->count - 1));
    TRY(walk_terms(w, r->args, r->arg_count));
    for (const struct branch *b = &r->branch; b != NULL; b = b->next) {
        struct lint_body here = {NULL, b->body};
        TRY(walk_body(w, b->body));
        w->at.bodies = b->body == NULL ? NULL : &here; /* a head sees what its body binds */
        TRY(walk_term(w, b->value));
        TRY(walk_term(w, r->element));
        w->at.bodies = NULL;
    }
    w->at.rule = NULL;
    return OK;
}

static struct err walk_module(struct walk *w, const struct module *m)
{
    w->at.module = m;
    for (const struct import *i = m->imports; i != NULL; i = i->next)
        TRY(walk_term(w, i->path));
    for (const struct rule *r = m->rules; r != NULL; r = r->next)
        TRY(walk_rule(w, r));
    return OK;
}

static int by_name(const void *a, const void *b)
{
    const struct bytes *x = *(const struct bytes *const *)a;
    const struct bytes *y = *(const struct bytes *const *)b;
    return bytes_compare(*x, *y);
}

struct err lint_modules(const struct list *modules, const char *const *entries, size_t entry_count,
                        struct list *findings)
{
    struct list mentions = {.arena = findings->arena};
    struct walk w = {.findings = findings, .mentions = &mentions};
    for (size_t i = 0; i < modules->count; i++)
        TRY(walk_module(&w, modules->items[i]));
    if (mentions.count > 1)
        qsort(mentions.items, mentions.count, sizeof(mentions.items[0]), by_name);
    w.mentions = NULL;
    w.at.mentions = &mentions;
    w.at.modules = modules;
    w.at.entries = entries;
    w.at.entry_count = entry_count;
    for (size_t i = 0; i < modules->count; i++)
        TRY(walk_module(&w, modules->items[i]));
    return OK;
}

struct bytes lint_call(const struct term *t)
{
    if (t == NULL || t->kind != TERM_CALL)
        return BYTES_EMPTY;
    if (t->callee == NULL || t->callee->kind == TERM_VAR)
        return t->callee == NULL ? t->name : t->callee->name;
    /* Of "regex.match" the last part, which is as long as nobody names a function of a module so. */
    const struct term *last = t->callee->kind == TERM_REF ? t->callee->items[t->callee->count - 1] : NULL;
    bool is_text = last != NULL && last->kind == TERM_CONST && last->value->type == JSON_STRING;
    return is_text ? last->value->text : BYTES_EMPTY;
}
