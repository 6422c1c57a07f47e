/*
 * What annotations stand above what, and what rules hear of them.
 */
#include "rego/annotation.h"
#include "rego/lex.h"
#include "rego/value.h"

enum scope_kind { SCOPE_RULE, SCOPE_DOCUMENT, SCOPE_PACKAGE, SCOPE_SUBPACKAGES };

struct annotation {
    struct annotation *next;
    struct place at;
    enum scope_kind scope;
    const struct node *node;     /* of the package, or of the rule's document */
    const struct clause *clause; /* RULE */
    const struct json *value;
};

static const char *const SCOPES[] = {"rule", "document", "package", "subpackages"};

static struct err refuse(struct rego_error *error, struct place at, const char *what)
{
    return note_fail(error, REGO_ERR_PARSE, "rego_parse_error", at, "annotation: %s", what);
}

/* "Name <mail>", or a map of the two. */
static struct err read_author(struct arena *a, const struct json *v, const struct json **out)
{
    struct json_object o;
    *out = v;
    if (v->type != JSON_STRING)
        return OK;
    struct bytes name = v->text;
    json_object_init(&o, a);
    const uint8_t *mark = name.n == 0 ? NULL : memrchr(name.p, '<', name.n);
    if (mark != NULL && name.p[name.n - 1] == '>' && (mark == name.p || mark[-1] == ' ')) {
        json_object_string(&o, "email", bytes_of(mark + 1, (size_t)(name.p + name.n - mark) - 2));
        name.n = (size_t)(mark - name.p);
        while (name.n > 0 && name.p[name.n - 1] == ' ')
            name.n--;
    }
    if (name.n > 0)
        json_object_string(&o, "name", name);
    return json_object_end(&o, out);
}

static struct err read_resource(struct arena *a, const struct json *v, const struct json **out)
{
    struct json_object o;
    *out = v;
    if (v->type != JSON_STRING)
        return OK;
    json_object_init(&o, a);
    json_object_string(&o, "ref", v->text);
    return json_object_end(&o, out);
}

typedef struct err read_item(struct arena *a, const struct json *v, const struct json **out);

static struct err keep(struct arena *a, const struct json *v, const struct json **out)
{
    (void)a;
    *out = v;
    return OK;
}

static const struct field {
    const char *name;
    enum json_type type;
    read_item *item; /* of lists */
} FIELDS[] = {
    {"scope", JSON_STRING, NULL},         {"title", JSON_STRING, NULL},
    {"description", JSON_STRING, NULL},   {"entrypoint", JSON_BOOL, NULL},
    {"custom", JSON_OBJECT, NULL},        {"organizations", JSON_ARRAY, keep},
    {"authors", JSON_ARRAY, read_author}, {"related_resources", JSON_ARRAY, read_resource},
    {"schemas", JSON_ARRAY, keep},
};

static struct err read_list(struct arena *a, const struct json *list, read_item *item, const struct json **out)
{
    struct values all = {.arena = a};
    for (size_t i = 0; i < list->count; i++) {
        const struct json *v;
        TRY(item(a, list->items[i], &v));
        TRY(values_add(&all, v));
    }
    return value_array(a, all.items, all.count, out);
}

/* The members that annotations have; others are not kept, as OPA does not. */
static struct err read_fields(struct policy *p, struct rego_error *error, const struct json *raw, struct annotation *n)
{
    struct json_object o;
    json_object_init(&o, &p->arena);
    json_object_text(&o, "scope", SCOPES[n->scope]);
    for (size_t i = 1; i < sizeof(FIELDS) / sizeof(FIELDS[0]); i++) {
        const struct json *v = json_at(raw, FIELDS[i].name);
        if (v == NULL || v->type == JSON_NULL)
            continue;
        if (v->type != FIELDS[i].type)
            return refuse(error, n->at, "a member of another type");
        if (FIELDS[i].item != NULL)
            TRY(read_list(&p->arena, v, FIELDS[i].item, &v));
        json_object_add(&o, FIELDS[i].name, v);
    }
    return json_object_end(&o, &n->value);
}

/* The statement below a row: the package (out: NULL), or a rule. */
static struct err find_below(struct rego_error *error, const struct module *m, struct place at, uint32_t row,
                             const struct rule **out)
{
    const struct rule *nearest = NULL;
    *out = NULL;
    if (m->package->at.row > row)
        return OK;
    for (const struct rule *r = m->rules; r != NULL; r = r->next)
        if (r->at.row > row && (nearest == NULL || r->at.row < nearest->at.row))
            nearest = r;
    for (const struct import *i = m->imports; i != NULL; i = i->next)
        if (i->at.row > row && (nearest == NULL || i->at.row < nearest->at.row))
            return refuse(error, at, "it stands above an import");
    if (nearest == NULL)
        return refuse(error, at, "it stands above nothing");
    *out = nearest;
    return OK;
}

static struct err read_scope(struct rego_error *error, const struct json *raw, bool of_rule, struct annotation *n)
{
    const struct json *v = json_at(raw, "scope");
    n->scope = of_rule ? SCOPE_RULE : SCOPE_PACKAGE;
    if (v == NULL)
        return OK;
    for (size_t i = 0; i < 4; i++) {
        if (v->type != JSON_STRING || !bytes_is(v->text, SCOPES[i]))
            continue;
        n->scope = (enum scope_kind)i;
        bool fits = of_rule == (i == SCOPE_RULE || i == SCOPE_DOCUMENT);
        return fits ? OK : refuse(error, n->at, "its scope is not for what it stands above");
    }
    return refuse(error, n->at, "invalid scope, must be one of rule, document, package, subpackages");
}

/* Two for one scope of one thing would hide each other. */
static struct err add(struct policy *p, struct rego_error *error, struct annotation *n)
{
    for (const struct annotation *o = p->annotations; o != NULL; o = o->next)
        if (o->scope == n->scope && o->node == n->node && o->clause == n->clause)
            return refuse(error, n->at, "annotation redeclared");
    n->next = p->annotations;
    p->annotations = n;
    return OK;
}

static struct err read_block(struct policy *p, struct rego_error *error, const struct module *m,
                             const struct comment *const *lines, size_t count)
{
    struct annotation *n;
    const struct rule *rule;
    const struct json *raw;
    TRY(arena_new(&p->arena, &n));
    n->at = lines[0]->at;
    TRY(annotation_text(&p->arena, error, lines + 1, count - 1, &raw));
    TRY(find_below(error, m, n->at, lines[count - 1]->at.row, &rule));
    TRY(read_scope(error, raw, rule != NULL, n));
    n->node = rule == NULL ? m->node : rule->clause->node;
    n->clause = n->scope == SCOPE_RULE ? rule->clause : NULL;
    TRY(read_fields(p, error, raw, n));
    return add(p, error, n);
}

static struct err read_all(struct policy *p, struct rego_error *error)
{
    for (const struct module *m = p->modules; m != NULL; m = m->next) {
        const struct comment *const *lines = (const struct comment *const *)m->comments.items;
        size_t start = 0;
        for (size_t i = 1; i <= m->comments.count; i++) {
            if (i < m->comments.count && !lines[i]->begins)
                continue;
            TRY(read_block(p, error, m, lines + start, i - start));
            start = i;
        }
    }
    p->modules = NULL;
    return OK;
}

static const struct annotation *find(const struct policy *p, enum scope_kind scope, const struct node *n,
                                     const struct clause *c)
{
    for (const struct annotation *a = p->annotations; a != NULL; a = a->next)
        if (a->scope == scope && a->node == n && a->clause == c)
            return a;
    return NULL;
}

struct err annotation_rule(struct policy *p, struct rego_error *error, const struct clause *c, const struct json **out)
{
    TRY(read_all(p, error));
    const struct annotation *a = find(p, SCOPE_RULE, c->node, c);
    *out = a == NULL ? &value_empty_object : a->value;
    return OK;
}

/* The path of a node as an array, without `data`. */
static struct err path_of(struct arena *a, const struct node *n, const struct json **out)
{
    size_t count = 0;
    const struct json **keys;
    for (const struct node *up = n; up->parent != NULL; up = up->parent)
        count++;
    TRY(arena_array(a, count, &keys));
    for (size_t i = count; i > 0; i--, n = n->parent)
        keys[i - 1] = n->key;
    return value_array(a, keys, count, out);
}

static struct err add_link(struct policy *p, const struct annotation *a, const struct node *n, struct values *chain)
{
    struct json_object o;
    const struct json *v;
    json_object_init(&o, &p->arena);
    if (a != NULL)
        json_object_add(&o, "annotations", a->value);
    TRY(path_of(&p->arena, n, &v));
    json_object_add(&o, "path", v);
    TRY(json_object_end(&o, &v));
    return values_add(chain, v);
}

/* The rule itself, its document, its package, and the packages around that. */
struct err annotation_chain(struct policy *p, struct rego_error *error, const struct clause *c, const struct json **out)
{
    struct values chain = {.arena = &p->arena};
    TRY(read_all(p, error));
    TRY(add_link(p, find(p, SCOPE_RULE, c->node, c), c->node, &chain));
    const struct annotation *a = find(p, SCOPE_DOCUMENT, c->node, NULL);
    if (a != NULL)
        TRY(add_link(p, a, c->node, &chain));
    const struct node *package = c->module->node;
    a = find(p, SCOPE_PACKAGE, package, NULL);
    if (a != NULL)
        TRY(add_link(p, a, package, &chain));
    for (const struct node *n = package; n != NULL; n = n->parent) {
        a = find(p, SCOPE_SUBPACKAGES, n, NULL);
        if (a != NULL)
            TRY(add_link(p, a, n, &chain));
    }
    return value_array(&p->arena, chain.items, chain.count, out);
}
