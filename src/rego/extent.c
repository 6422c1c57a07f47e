/*
 * Each solution of each clause is one entry: a path of keys and a value, or an element of the set at that path. Sorted
 * by path, entries of one key stand together, and the object is built from them level by level.
 */
#include "rego/extent.h"

enum entry_kind { ENTRY_VALUE, ENTRY_ELEMENT, ENTRY_EMPTY_SET };

struct entry {
    enum entry_kind kind;
    const struct json *const *path;
    size_t count;
    const struct json *value;
    struct place at;
};

struct extent {
    struct eval *eval;
    const struct json *key; /* the only first key that is asked for */
    struct entry *entries;
    size_t count;
    size_t cap;
    const struct json *prefix[256]; /* the path from the place that is asked to the node that is looked at */
    size_t prefix_count;
    const struct clause *clause;
    const struct flat_branch *branch;
};

static struct err add_entry(struct extent *x, struct entry entry)
{
    if (x->count == x->cap) {
        size_t cap = x->cap == 0 ? 8 : x->cap * 2;
        struct entry *grown;
        TRY(arena_array(x->eval->arena, cap, &grown));
        for (size_t i = 0; i < x->count; i++)
            grown[i] = x->entries[i];
        x->entries = grown;
        x->cap = cap;
    }
    x->entries[x->count++] = entry;
    return OK;
}

/* The path of an entry: the constant part of the head and its variables' values. */
static struct err add_at(struct extent *x, enum entry_kind kind, const struct values *rest, const struct json *value,
                         struct place at)
{
    const struct json **path;
    TRY(arena_array(x->eval->arena, x->prefix_count + rest->count, &path));
    for (size_t i = 0; i < x->prefix_count; i++)
        path[i] = x->prefix[i];
    for (size_t i = 0; i < rest->count; i++)
        path[x->prefix_count + i] = rest->items[i];
    size_t count = x->prefix_count + rest->count;
    if (x->key != NULL && count > 0 && !json_equal(path[0], x->key))
        return OK;
    return add_entry(x, (struct entry){kind, path, count, value, at});
}

static struct err add_solution(struct frame *f, void *state, bool *stop)
{
    struct extent *x = state;
    struct values rest = {.arena = f->eval->arena};
    const struct flat_body *b = x->branch->body;
    const struct json *v;
    (void)stop;
    for (size_t i = 0; i < b->head_count; i++) {
        TRY(eval_head(f, b, i, &v));
        if (v == NULL)
            return OK;
        if (i + 1 < b->head_count)
            TRY(values_add(&rest, v));
    }
    enum entry_kind kind = x->clause->element != NULL ? ENTRY_ELEMENT : ENTRY_VALUE;
    return add_at(x, kind, &rest, v, x->branch->at);
}

static struct err run_clause(struct extent *x, const struct clause *c)
{
    struct frame f;
    x->clause = c;
    x->branch = c->branches;
    TRY(eval_frame(x->eval, c, &f));
    TRY(eval_run(&f, c->branches->body, add_solution, x));
    eval_frame_end(&f);
    return OK;
}

static struct err collect(struct extent *x, const struct node *n);

static struct err collect_children(struct extent *x, const struct node *n)
{
    for (size_t i = 0; i < n->count; i++) {
        const struct node *child = n->children[i];
        bool asked = x->prefix_count > 0 || x->key == NULL || json_equal(child->key, x->key);
        if (!asked || child->is_function || scene_masks(x->eval->scene, child))
            continue;
        if (x->prefix_count >= sizeof(x->prefix) / sizeof(x->prefix[0]))
            return FAIL(ERR_LIMIT, "a path with too many keys");
        x->prefix[x->prefix_count++] = child->key;
        TRY(collect(x, child));
        x->prefix_count--;
    }
    return OK;
}

static struct err collect(struct extent *x, const struct node *n)
{
    const struct values none = {.arena = x->eval->arena};
    if (n->has_value) {
        const struct json *v;
        TRY(rule_value(x->eval, n, NULL, &v));
        return v == NULL ? OK : add_at(x, ENTRY_VALUE, &none, v, n->clauses != NULL ? n->clauses->at : n->fallback->at);
    }
    if (n->is_set)
        TRY(add_at(x, ENTRY_EMPTY_SET, &none, NULL, n->clauses->at));
    for (const struct clause *c = n->clauses; c != NULL; c = c->next)
        TRY(run_clause(x, c));
    return collect_children(x, n);
}

static int by_path(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;
    for (size_t i = 0; i < x->count && i < y->count; i++) {
        int order = json_compare(x->path[i], y->path[i]);
        if (order != 0)
            return order;
    }
    return (x->count > y->count) - (x->count < y->count);
}

static struct err unique_value(struct extent *x, const struct entry *entries, size_t n, const struct json **out)
{
    for (size_t i = 1; i < n; i++)
        if (!json_equal(entries[0].value, entries[i].value))
            return eval_fail(x->eval, "eval_conflict_error", entries[i].at, "object keys must be unique");
    *out = entries[0].value;
    return OK;
}

static struct err build_set(struct extent *x, const struct entry *entries, size_t n, const struct json **out)
{
    struct values items = {.arena = x->eval->arena};
    for (size_t i = 0; i < n; i++)
        if (entries[i].kind == ENTRY_ELEMENT)
            TRY(values_add(&items, entries[i].value));
    return eval_set(x->eval, items.items, items.count, out);
}

/* All entries share the first `level` keys. */
static struct err build(struct extent *x, const struct entry *entries, size_t n, size_t level, const struct json **out)
{
    size_t here = 0;
    size_t values = 0;
    while (here < n && entries[here].count == level)
        values += entries[here++].kind == ENTRY_VALUE;
    if (here > 0 && (here < n || (values > 0 && values < here)))
        return eval_fail(x->eval, "eval_conflict_error", entries[n - 1].at, "object keys must be unique");
    if (values > 0)
        return unique_value(x, entries, n, out);
    if (here > 0)
        return build_set(x, entries, n, out);
    struct members members = {.arena = x->eval->arena};
    for (size_t i = 0; i < n;) {
        size_t end = i + 1;
        while (end < n && json_equal(entries[end].path[level], entries[i].path[level]))
            end++;
        const struct json *v;
        TRY(build(x, &entries[i], end - i, level + 1, &v));
        TRY(members_add(&members, entries[i].path[level], v));
        i = end;
    }
    return eval_object(x->eval, members.items, members.count, NULL, out);
}

struct err extent_value(struct eval *e, const struct node *n, const struct json *key, const struct json **out)
{
    struct extent x = {.eval = e, .key = n->is_set ? NULL : key};
    TRY(collect(&x, n));
    if (x.count > 1)
        qsort(x.entries, x.count, sizeof(*x.entries), by_path);
    return build(&x, x.entries, x.count, 0, out);
}
