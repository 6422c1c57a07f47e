/*
 * No rule may need itself, not even through a reference whose keys are only known at run time.
 */
#include "rego/passes.h"

enum { NEW, OPEN, DONE };

#define DEPTH_MAX 5000 /* of this search; calls are bounded at run time, too */
#define SHOWN_MAX 8    /* rules of a circle in a message */

struct search {
    struct policy *policy;
    struct list open; /* struct node: each led to the next */
    unsigned depth;
};

static struct err visit(struct search *s, struct node *n);
static struct err visit_body(struct search *s, const struct flat_body *b);

static struct err enter(struct search *s)
{
    if (s->depth >= DEPTH_MAX)
        return FAIL(ERR_LIMIT, "rules depend on each other too deeply");
    s->depth++;
    return OK;
}

static bool holds_rules(const struct node *n)
{
    return n->clauses != NULL || n->fallback != NULL;
}

/* Every rule at and beneath a place. */
static struct err visit_all(struct search *s, struct node *n)
{
    if (holds_rules(n) && !n->is_function)
        TRY(visit(s, n));
    for (size_t i = 0; i < n->count; i++)
        TRY(visit_all(s, n->children[i]));
    return OK;
}

/* The rules that a reference may reach: keys that are no constants reach all. */
static struct err visit_path(struct search *s, struct node *n, const struct term *ref, size_t i)
{
    if (holds_rules(n) && !n->is_function)
        TRY(visit(s, n));
    if (i == ref->count)
        return visit_all(s, n);
    const struct term *key = ref->items[i];
    if (key->kind == TERM_CONST) {
        struct node *child = node_child(n, key->value);
        return child == NULL ? OK : visit_path(s, child, ref, i + 1);
    }
    for (size_t j = 0; j < n->count; j++)
        TRY(visit_path(s, n->children[j], ref, i + 1));
    return OK;
}

static struct err visit_term(struct search *s, const struct term *t)
{
    if (t == NULL)
        return OK;
    if (t->kind == TERM_ARRAY_OF || t->kind == TERM_SET_OF || t->kind == TERM_OBJECT_OF)
        return visit_body(s, t->flat);
    TRY(enter(s));
    for (size_t i = 0; i < t->count; i++)
        TRY(visit_term(s, t->items[i]));
    s->depth--;
    if (t->kind == TERM_REF && t->items[0]->kind == TERM_ROOT && bytes_is(t->items[0]->name, "data"))
        return visit_path(s, s->policy->root, t, 1);
    return OK;
}

static struct err visit_withs(struct search *s, const struct with *w)
{
    for (; w != NULL; w = w->next) {
        const struct function *f = w->function;
        if (f == NULL)
            TRY(visit_term(s, w->value));
        else if (f->node != NULL)
            TRY(visit(s, f->node));
    }
    return OK;
}

static struct err visit_body(struct search *s, const struct flat_body *b)
{
    TRY(enter(s));
    for (size_t i = 0; i < b->count; i++) {
        const struct flat *f = b->items[i];
        TRY(visit_withs(s, f->withs));
        TRY(visit_term(s, f->left));
        TRY(visit_term(s, f->right));
        for (size_t j = 0; j < f->arg_count; j++)
            TRY(visit_term(s, f->args[j]));
        if (f->kind == FLAT_CALL && f->function->node != NULL)
            TRY(visit(s, f->function->node));
        if (f->body != NULL && f->kind != FLAT_NOTHING)
            TRY(visit_body(s, f->body));
    }
    for (size_t i = 0; i < b->head_count; i++)
        TRY(visit_term(s, b->written[i]));
    s->depth--;
    return OK;
}

static struct err visit_clauses(struct search *s, const struct clause *c)
{
    for (; c != NULL; c = c->next)
        for (const struct flat_branch *b = c->branches; b != NULL; b = b->next)
            TRY(visit_body(s, b->body));
    return OK;
}

/* "data.t.a -> data.t.b -> data.t.a"; of a long circle the end. */
static struct err refuse(const struct search *s, const struct node *n)
{
    const struct clause *c = n->clauses != NULL ? n->clauses : n->fallback;
    char path[200];
    SCOPED(buf) struct buf text;
    size_t first = s->open.count - 1;
    buf_init(&text, 8UL * 1024);
    while (s->open.items[first] != n)
        first--;
    bool is_long = s->open.count - first > SHOWN_MAX + 1;
    tree_path_text(n, path, sizeof(path));
    buf_text(&text, path);
    buf_text(&text, is_long ? " -> .." : "");
    for (size_t i = is_long ? s->open.count - SHOWN_MAX : first + 1; i < s->open.count; i++) {
        char other[200];
        tree_path_text(s->open.items[i], other, sizeof(other));
        buf_text(&text, " -> ");
        buf_text(&text, other);
    }
    buf_text(&text, " -> ");
    buf_text(&text, path);
    buf_u8(&text, '\0');
    struct bytes whole;
    TRY(buf_end(&text, &whole));
    return note_fail(s->policy->error, REGO_ERR_COMPILE, "rego_recursion_error", c->at, "rule %s is recursive: %s",
                     path, (const char *)whole.p);
}

static struct err visit(struct search *s, struct node *n)
{
    if (n->visit == DONE)
        return OK;
    if (n->visit == OPEN)
        return refuse(s, n);
    TRY(enter(s));
    TRY(list_add(&s->open, n));
    n->visit = OPEN;
    TRY(visit_clauses(s, n->clauses));
    TRY(visit_clauses(s, n->fallback));
    n->visit = DONE;
    s->open.count--;
    s->depth--;
    return OK;
}

static struct err visit_every(struct search *s, struct node *n)
{
    if (holds_rules(n))
        TRY(visit(s, n));
    for (size_t i = 0; i < n->count; i++)
        TRY(visit_every(s, n->children[i]));
    return OK;
}

struct err recursion_check(struct policy *p)
{
    struct search s = {.policy = p, .open = {.arena = &p->arena}};
    return visit_every(&s, p->root);
}
