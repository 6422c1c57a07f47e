/*
 * Which rules stand where under `data`. Rules of all modules share one tree; two kinds of rule never share a place.
 */
#include "rego/passes.h"
#include "rego/value.h"

static struct err refuse(struct policy *p, struct place at, const char *what, const struct node *n)
{
    char path[200];
    tree_path_text(n, path, sizeof(path));
    return note_fail(p->error, REGO_ERR_COMPILE, "rego_type_error", at, "%s %s", what, path);
}

static size_t find_slot(const struct node *n, const struct json *key, bool *found)
{
    size_t low = 0;
    size_t high = n->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = json_compare(n->children[mid]->key, key);
        *found = order == 0;
        if (order == 0)
            return mid;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    *found = false;
    return low;
}

struct node *node_child(const struct node *n, const struct json *key)
{
    bool found;
    size_t at = find_slot(n, key, &found);
    return found ? n->children[at] : NULL;
}

static struct err add_child(struct policy *p, struct node *n, const struct json *key, struct node **out)
{
    bool found;
    size_t at = find_slot(n, key, &found);
    if (found) {
        *out = n->children[at];
        return OK;
    }
    struct node *child;
    TRY(arena_new(&p->arena, &child));
    child->key = key;
    child->parent = n;
    child->id = p->node_count++;
    if (n->count == n->cap) {
        size_t cap = n->cap == 0 ? 4 : n->cap * 2;
        struct node **grown;
        TRY(arena_array(&p->arena, cap, &grown));
        for (size_t i = 0; i < n->count; i++)
            grown[i] = n->children[i];
        n->children = grown;
        n->cap = cap;
    }
    for (size_t i = n->count; i > at; i--)
        n->children[i] = n->children[i - 1];
    n->children[at] = child;
    n->count++;
    *out = child;
    return OK;
}

void tree_path_text(const struct node *n, char *out, size_t size)
{
    const struct node *chain[64];
    size_t count = 0;
    for (; n != NULL && n->parent != NULL && count < 64; n = n->parent)
        chain[count++] = n;
    size_t used = (size_t)snprintf(out, size, "data");
    while (count > 0 && used < size) {
        const struct json *key = chain[--count]->key;
        struct bytes text = key->type == JSON_STRING || key->type == JSON_NUMBER ? key->text : BYTES_LIT("?");
        int n_written = snprintf(out + used, size - used, ".%.*s", NOTE_TEXT(text));
        used += n_written < 0 ? size : (size_t)n_written;
    }
}

static struct err find_package(struct policy *p, const struct module *m, struct node **out)
{
    struct node *n = p->root;
    n->is_package = true;
    for (size_t i = 1; i < m->package->count; i++) {
        TRY(add_child(p, n, m->package->items[i]->value, &n));
        n->is_package = true;
    }
    *out = n;
    return OK;
}

/* The place of a rule: its name and the constant keys behind it. */
static struct err find_place(struct policy *p, struct node *package, struct clause *c)
{
    const struct term *ref = c->rule->ref;
    const struct json *name;
    TRY(json_new_string(&p->arena, ref->items[0]->name, &name));
    struct node *n;
    TRY(add_child(p, package, name, &n));
    n->names_rule = true;
    size_t i = 1;
    for (; i < ref->count && ref->items[i]->kind == TERM_CONST; i++)
        TRY(add_child(p, n, ref->items[i]->value, &n));
    c->node = n;
    c->rest = &ref->items[i];
    c->rest_count = ref->count - i;
    return OK;
}

static struct err set_kind(struct policy *p, struct clause *c)
{
    struct node *n = c->node;
    const struct rule *r = c->rule;
    bool was_function = n->is_function;
    bool had_rule = n->clauses != NULL || n->fallback != NULL;
    if (had_rule && was_function != r->is_function)
        return refuse(p, c->at, "conflicting rules", n);
    if (r->is_function && had_rule && n->function.arity != r->arg_count)
        return refuse(p, c->at, "conflicting rules", n);
    if (r->is_function && c->rest_count > 0)
        return refuse(p, c->at, "a function cannot have a variable in its name:", n);
    if (r->is_function) {
        n->is_function = true;
        n->function = (struct function){.name = BYTES_EMPTY, .node = n, .arity = r->arg_count};
    }
    n->is_call = n->is_call || (r->is_call && c->rest_count == 0);
    bool set = r->element != NULL && c->rest_count == 0;
    bool value = r->element == NULL && c->rest_count == 0;
    n->is_set = n->is_set || set;
    n->is_open = n->is_open || c->rest_count > 0;
    n->has_value = n->has_value || value;
    return OK;
}

static struct err add_rule(struct policy *p, struct module *m, struct node *package, struct rule *r)
{
    struct clause *c;
    TRY(arena_new(&p->arena, &c));
    c->rule = r;
    r->clause = c;
    c->module = m;
    c->at = r->at;
    c->args = r->args;
    c->arg_count = r->arg_count;
    c->element = r->element;
    TRY(find_place(p, package, c));
    TRY(set_kind(p, c));
    if (r->is_default && c->node->fallback != NULL)
        return refuse(p, c->at, "multiple default rules found for", c->node);
    if (r->is_default) {
        c->node->fallback = c;
        return OK;
    }
    struct clause **end = c->node->last == NULL ? &c->node->clauses : &c->node->last->next;
    *end = c;
    c->node->last = c;
    return OK;
}

static struct err check_imports(struct policy *p, const struct module *m)
{
    for (const struct import *i = m->imports; m->v1 && i != NULL; i = i->next)
        for (const struct import *j = i->next; j != NULL; j = j->next)
            if (bytes_equal(i->alias, j->alias))
                return note_fail(p->error, REGO_ERR_COMPILE, "rego_compile_error", j->at,
                                 "import must not shadow import %.*s", NOTE_TEXT(i->alias));
    return OK;
}

struct err tree_add_module(struct policy *p, struct module *m)
{
    struct node *package;
    TRY(check_imports(p, m));
    TRY(find_package(p, m, &package));
    m->node = package;
    m->next = p->modules;
    p->modules = m;
    for (struct rule *r = m->rules; r != NULL; r = r->next)
        TRY(add_rule(p, m, package, r));
    return OK;
}

static bool holds_rules(const struct node *n)
{
    return n->clauses != NULL || n->fallback != NULL;
}

static const struct clause *first_clause(const struct node *n)
{
    return n->clauses != NULL ? n->clauses : n->fallback;
}

/* A rule and a package, a complete rule and a set, a complete rule and something beneath it: refused. Bounded by the
 * parser's bound on the length of a path. */
struct err tree_check(struct policy *p, struct node *n)
{
    int kinds = (int)n->is_set + (int)(n->has_value && holds_rules(n)) + (int)n->is_open;
    if (holds_rules(n)) {
        struct place at = first_clause(n)->at;
        if (n->is_package)
            return refuse(p, at, "a package conflicts with rule", n);
        if (kinds > 1)
            return refuse(p, at, "conflicting rules", n);
        bool closed = n->is_set || n->is_function || n->has_value;
        if (closed && n->count > 0)
            return refuse(p, at, "conflicting rules: something stands beneath", n);
    }
    for (size_t i = 0; i < n->count; i++)
        TRY(tree_check(p, n->children[i]));
    return OK;
}

static struct err refuse_data(struct rego_error *error, const struct node *n)
{
    char path[200];
    tree_path_text(n, path, sizeof(path));
    for (char *at = path; *at != '\0'; at++)
        *at = *at == '.' ? '/' : *at;
    return note_fail(error, REGO_ERR_COMPILE, "rego_compile_error", first_clause(n)->at,
                     "conflicting rule for data path %s found", path + strlen("data/"));
}

static struct err check_beneath(struct rego_error *error, const struct node *n, const struct json *data)
{
    for (size_t i = 0; i < n->count; i++) {
        const struct node *child = n->children[i];
        const struct json *value = data->type == JSON_OBJECT ? value_find(data, child->key) : data;
        if (value == NULL)
            continue;
        if (holds_rules(child))
            return refuse_data(error, child);
        TRY(check_beneath(error, child, value));
    }
    return OK;
}

struct err tree_check_data(const struct policy *p, struct rego_error *error)
{
    return check_beneath(error, p->root, p->data);
}
