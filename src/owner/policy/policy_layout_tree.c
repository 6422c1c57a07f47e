/*
 * What the layout takes from the parsed module: where rules and literals begin; and whether two modules are the same.
 */
#include "owner/policy/policy_layout.h"
#include "rego/value.h"

static struct layout_token *find(struct layout_text *t, struct place at)
{
    size_t low = 0;
    size_t high = t->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        struct place p = t->tokens[mid].token.at;
        if (p.row == at.row && p.column == at.column)
            return &t->tokens[mid];
        if (p.row < at.row || (p.row == at.row && p.column < at.column))
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

static void mark_body(struct layout_text *t, const struct body *b, bool is_closure);

static void mark_term(struct layout_text *t, const struct term *x)
{
    if (x == NULL)
        return;
    mark_term(t, x->callee);
    for (size_t i = 0; i < x->count; i++)
        mark_term(t, x->items[i]);
    mark_body(t, x->body, true);
}

static void mark_literal(struct layout_text *t, const struct literal *l)
{
    mark_term(t, l->key);
    mark_term(t, l->value);
    mark_term(t, l->term);
    mark_body(t, l->body, false);
    for (const struct with *w = l->withs; w != NULL; w = w->next)
        mark_term(t, w->value);
}

/* The brace in front of the first literal, and its other one. */
static bool mark_braces(struct layout_text *t, struct layout_token *first)
{
    struct layout_token *open = first == t->tokens ? NULL : first - 1;
    if (open == NULL || open->token.kind != TOKEN_BRACE_OPEN)
        return false;
    size_t depth = 0;
    open->is_block = true;
    for (struct layout_token *x = open; x < t->tokens + t->count; x++) {
        depth += x->token.kind == TOKEN_BRACE_OPEN ? 1 : 0;
        if (x->token.kind != TOKEN_BRACE_CLOSE || --depth > 0)
            continue;
        x->is_block = true;
        x->breaks = true;
        return true;
    }
    return false;
}

static void mark_body(struct layout_text *t, const struct body *b, bool is_closure)
{
    struct layout_token *first = b == NULL || b->count == 0 ? NULL : find(t, b->items[0]->at);
    if (first == NULL)
        return;
    if (is_closure && first > t->tokens)
        (first - 1)->is_block = (first - 1)->token.kind == TOKEN_OR; /* the bar of a comprehension */
    bool is_block = !is_closure && mark_braces(t, first);
    for (size_t i = 0; i < b->count; i++) {
        struct layout_token *x = find(t, b->items[i]->at);
        if (x != NULL && (is_block || is_closure))
            x->starts = true;
        if (x != NULL && is_block)
            x->breaks = true;
        /* A minus on a new line would go on with the literal above. */
        bool needs_end = x != NULL && x->token.kind == TOKEN_MINUS;
        if (x != NULL && is_block && !needs_end && x > t->tokens && (x - 1)->token.kind == TOKEN_SEMICOLON)
            (x - 1)->is_dropped = true;
        mark_literal(t, b->items[i]);
    }
}

static void mark_start(struct layout_token *x, bool is_rule)
{
    x->starts = true;
    x->is_rule = is_rule;
    x->breaks = true;
}

static void mark_rule(struct layout_text *t, const struct rule *r)
{
    struct layout_token *x = find(t, r->at);
    if (x != NULL && r->is_default && x > t->tokens)
        x--;
    if (x != NULL)
        mark_start(x, true);
    mark_term(t, r->ref);
    for (size_t i = 0; i < r->arg_count; i++)
        mark_term(t, r->args[i]);
    mark_term(t, r->element);
    for (const struct branch *b = &r->branch; b != NULL; b = b->next) {
        mark_term(t, b->value);
        mark_body(t, b->body, false);
    }
}

static void drop_semicolons(struct layout_text *t)
{
    size_t kept = 0;
    for (size_t i = 0; i < t->count; i++) {
        if (!t->tokens[i].is_dropped || t->tokens[i].comment_count > 0) {
            t->tokens[kept++] = t->tokens[i];
            continue;
        }
        t->tokens[i + 1].lines += t->tokens[i].lines;
    }
    t->count = kept;
}

void layout_mark(struct layout_text *t, const struct module *m)
{
    for (size_t i = 0; i < t->count; i++) {
        bool is_word = t->tokens[i].token.kind == TOKEN_NAME;
        bool is_first = i == 0 || t->tokens[i].lines > 0 || t->tokens[i].comment_count > 0;
        if (is_word && is_first && (bytes_is(t->tokens[i].raw, "package") || bytes_is(t->tokens[i].raw, "import")))
            mark_start(&t->tokens[i], false);
    }
    for (const struct rule *r = m->rules; r != NULL; r = r->next)
        mark_rule(t, r);
    drop_semicolons(t);
}

static bool same_body(const struct body *x, const struct body *y);

static bool same_term(const struct term *x, const struct term *y)
{
    if (x == NULL || y == NULL)
        return x == y;
    if (x->kind != y->kind || x->count != y->count || !bytes_equal(x->name, y->name) || x->dotted != y->dotted)
        return false;
    if (x->kind == TERM_CONST && (x->value->type != y->value->type || !json_equal(x->value, y->value)))
        return false;
    for (size_t i = 0; i < x->count; i++)
        if (!same_term(x->items[i], y->items[i]))
            return false;
    return same_term(x->callee, y->callee) && same_body(x->body, y->body);
}

static bool same_terms(struct term *const *x, size_t n, struct term *const *y, size_t m)
{
    for (size_t i = 0; i < n && n == m; i++)
        if (!same_term(x[i], y[i]))
            return false;
    return n == m;
}

static bool same_literal(const struct literal *x, const struct literal *y)
{
    const struct with *v = x->withs;
    const struct with *w = y->withs;
    for (; v != NULL && w != NULL; v = v->next, w = w->next)
        if (!same_term(v->target, w->target) || !same_term(v->value, w->value))
            return false;
    return v == w && x->kind == y->kind && x->negated == y->negated && same_term(x->key, y->key) &&
           same_term(x->value, y->value) && same_term(x->term, y->term) &&
           same_terms(x->names, x->name_count, y->names, y->name_count) && same_body(x->body, y->body);
}

static bool same_body(const struct body *x, const struct body *y)
{
    if (x == NULL || y == NULL)
        return x == y;
    for (size_t i = 0; i < x->count && x->count == y->count; i++)
        if (!same_literal(x->items[i], y->items[i]))
            return false;
    return x->count == y->count;
}

static bool same_rule(const struct rule *x, const struct rule *y)
{
    const struct branch *b = &x->branch;
    const struct branch *c = &y->branch;
    for (; b != NULL && c != NULL; b = b->next, c = c->next)
        if (!same_term(b->value, c->value) || !same_body(b->body, c->body))
            return false;
    return b == c && x->is_function == y->is_function && x->is_default == y->is_default && same_term(x->ref, y->ref) &&
           same_terms(x->args, x->arg_count, y->args, y->arg_count) && same_term(x->element, y->element);
}

bool layout_same_tree(const struct module *x, const struct module *y)
{
    const struct import *i = x->imports;
    const struct import *j = y->imports;
    const struct rule *r = x->rules;
    const struct rule *s = y->rules;
    for (; i != NULL && j != NULL; i = i->next, j = j->next)
        if (!same_term(i->path, j->path) || !bytes_equal(i->alias, j->alias))
            return false;
    for (; r != NULL && s != NULL; r = r->next, s = s->next)
        if (!same_rule(r, s))
            return false;
    return i == j && r == s && x->v1 == y->v1 && x->new_not == y->new_not && same_term(x->package, y->package);
}
