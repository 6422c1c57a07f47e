/*
 * No rule may need itself, not even through a reference whose keys are only known at run time.
 */
#include "rego/passes.h"

enum { NEW, OPEN, DONE };

#define DEPTH_MAX 5000 /* of this search; calls are bounded at run time, too */
#define SHOWN_MAX 8    /* rules of a circle in a message */

/* A rule that is being visited, and the one that led to it. */
struct visited {
    const struct node *node;
    const struct visited *from;
};

struct search {
    struct policy *policy;
    const struct visited *last;
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
    const struct node *circle[SHOWN_MAX];
    const struct clause *c = n->clauses != NULL ? n->clauses : n->fallback;
    char path[200];
    SCOPED(buf) struct buf text;
    size_t count = 0;
    const struct visited *v = s->last;
    buf_init(&text, 8UL * 1024);
    for (; v->node != n && count < SHOWN_MAX; v = v->from)
        circle[count++] = v->node;
    tree_path_text(n, path, sizeof(path));
    buf_text(&text, path);
    buf_text(&text, v->node == n ? "" : " -> ..");
    while (count > 0) {
        char other[200];
        tree_path_text(circle[--count], other, sizeof(other));
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
    struct visited here = {n, s->last};
    if (n->visit == DONE)
        return OK;
    if (n->visit == OPEN)
        return refuse(s, n);
    TRY(enter(s));
    s->last = &here;
    n->visit = OPEN;
    TRY(visit_clauses(s, n->clauses));
    TRY(visit_clauses(s, n->fallback));
    n->visit = DONE;
    s->last = here.from;
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
    struct search s = {.policy = p};
    return visit_every(&s, p->root);
}
