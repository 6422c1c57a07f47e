/*
 * What a call calls, and what a `with` replaces.
 */
#include "rego/annotation.h"
#include "rego/builtins/builtin.h"
#include "rego/names.h"
#include "rego/passes.h"

#define NAME_MAX_LEN 200

/* "io.jwt.decode" of the term that stands before the parenthesis; empty if it is no plain path. */
static void dotted_name(const struct term *t, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    if (t->kind == TERM_VAR) {
        (void)snprintf(out, size, "%.*s", NOTE_TEXT(t->name));
        return;
    }
    for (size_t i = 0; t->kind == TERM_REF && i < t->count; i++) {
        const struct term *part = t->items[i];
        bool text = part->kind == TERM_CONST && part->value->type == JSON_STRING;
        struct bytes name = text ? part->value->text : part->name;
        if (!text && part->kind != TERM_VAR && part->kind != TERM_ROOT)
            break;
        int n = snprintf(out + used, size - used, "%s%.*s", i == 0 ? "" : ".", NOTE_TEXT(name));
        used += n < 0 ? size : (size_t)n;
        if (used >= size)
            break;
    }
}

static struct node *descend(struct node *n, const struct term *ref, size_t from)
{
    for (size_t i = from; n != NULL && i < ref->count; i++)
        n = ref->items[i]->kind == TERM_CONST ? node_child(n, ref->items[i]->value) : NULL;
    return n;
}

/* The node that a path from a root, an import or a rule of this package names. */
static struct node *find_node(struct compiler *c, const struct term *t)
{
    const struct term *head = t->kind == TERM_REF ? t->items[0] : t;
    if (head->kind == TERM_ROOT)
        return bytes_is(head->name, "data") ? descend(c->policy->root, t, 1) : NULL;
    if (head->kind != TERM_VAR)
        return NULL;
    struct json key = {.type = JSON_STRING, .text = head->name};
    struct node *n = c->package == NULL ? NULL : node_child(c->package, &key);
    const struct import *i = names_import(c, head->name);
    bool imported = i != NULL && bytes_is(i->path->items[0]->name, "data");
    if (imported)
        n = descend(c->policy->root, i->path, 1);
    if (imported || (n != NULL && n->names_rule))
        return t->kind == TERM_REF ? descend(n, t, 1) : n;
    if (bytes_is(head->name, "data") && t->kind == TERM_REF)
        return descend(c->policy->root, t, 1);
    return NULL;
}

static bool is_local(const struct compiler *c, const struct term *t)
{
    const struct term *head = t->kind == TERM_REF ? t->items[0] : t;
    return head->kind == TERM_VAR && head->var != NULL && c != NULL;
}

static struct err builtin_function(struct compiler *c, const struct builtin *b, const struct function **out)
{
    struct function *f;
    TRY(arena_new(c->arena, &f));
    *f = (struct function){.name = bytes_of_text(b->name), .builtin = b, .arity = b->arity};
    *out = f;
    return OK;
}

struct err names_function(struct compiler *c, struct term *t, const struct function **out)
{
    char name[NAME_MAX_LEN];
    *out = NULL;
    if ((t->kind != TERM_VAR && t->kind != TERM_REF) || is_local(c, t))
        return OK;
    struct node *n = find_node(c, t);
    if (n != NULL && n->is_function) {
        *out = &n->function;
        return OK;
    }
    dotted_name(t, name, sizeof(name));
    struct policy *p = c->policy;
    for (size_t i = 0; i < p->extension_count; i++)
        if (bytes_is(p->extension_functions[i].name, name)) {
            *out = &p->extension_functions[i];
            return OK;
        }
    const struct builtin *b = builtin_find(bytes_of_text(name));
    return b == NULL ? OK : builtin_function(c, b, out);
}

struct err names_bad_arity(struct compiler *c, const struct term *call, const struct function *f)
{
    char name[NAME_MAX_LEN];
    dotted_name(call->callee, name, sizeof(name));
    return note_fail(c->error, REGO_ERR_COMPILE, "rego_type_error", call->at,
                     "%s: arity mismatch: have %zu arguments, want %zu", name, call->count, f->arity);
}

static struct err check_arity(struct compiler *c, const struct term *call, const struct function *f)
{
    bool any = f->builtin != NULL && f->builtin->variadic;
    return any || call->count == f->arity || call->count == f->arity + 1 ? OK : names_bad_arity(c, call, f);
}

/* Functions that v0 had; a module in v1 has something better for each. */
static struct err check_deprecated(struct compiler *c, const struct term *call, const struct function *f)
{
    static const char *const names[] = {"all",       "any",         "cast_array",      "cast_boolean",
                                        "cast_null", "cast_object", "cast_set",        "cast_string",
                                        "re_match",  "set_diff",    "net.cidr_overlap"};
    if (f->builtin == NULL || c->module == NULL || !c->module->v1)
        return OK;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(f->builtin->name, names[i]) == 0)
            return note_fail(c->error, REGO_ERR_COMPILE, "rego_type_error", call->at,
                             "deprecated built-in function calls in expression: %s", names[i]);
    return OK;
}

static struct err mention(struct compiler *c, const struct function *f, struct place at, struct mention **list)
{
    struct mention *m;
    if (f->builtin == NULL || f->builtin->refused == NULL)
        return OK;
    TRY(arena_new(c->arena, &m));
    *m = (struct mention){*list, f->builtin, at};
    *list = m;
    return OK;
}

static bool is_mentioned(const struct mention *list, const struct builtin *b)
{
    for (; list != NULL; list = list->next)
        if (list->builtin == b)
            return true;
    return false;
}

struct err names_refused(const struct policy *p, struct rego_error *error)
{
    const struct mention *first = NULL;
    for (const struct mention *m = p->refused; m != NULL; m = m->next)
        if (!is_mentioned(p->replaced, m->builtin))
            first = m;
    if (first == NULL)
        return OK;
    return note_fail(error, REGO_ERR_COMPILE, "rego_type_error", first->at, "refused builtin %s: %s",
                     first->builtin->name, first->builtin->refused);
}

/* rego.metadata.*: known now, so the call becomes a constant. */
static struct err answer_metadata(struct compiler *c, struct term *call, const struct function *f)
{
    const struct json *v;
    if (c->module == NULL || call->count > 0)
        return OK;
    if (bytes_is(f->name, "rego.metadata.rule"))
        TRY(annotation_rule(c->policy, c->error, c->clause, &v));
    else if (bytes_is(f->name, "rego.metadata.chain"))
        TRY(annotation_chain(c->policy, c->error, c->clause, &v));
    else
        return OK;
    call->kind = TERM_CONST;
    call->value = v;
    return OK;
}

/* A rule with no arguments, f() := 1, is no function; a call of it is its value. */
static bool calls_rule(struct compiler *c, const struct term *call)
{
    const struct term *t = call->callee;
    if (call->count > 0 || (t->kind != TERM_VAR && t->kind != TERM_REF) || is_local(c, t))
        return false;
    const struct node *n = find_node(c, t);
    return n != NULL && n->is_call;
}

struct err names_call(struct compiler *c, struct term *call)
{
    char name[NAME_MAX_LEN];
    const struct function *f = NULL;
    if (call->target != NULL)
        return OK;
    if (call->callee == NULL) {
        TRY(builtin_function(c, builtin_find(call->name), &f));
        call->target = f;
        return OK;
    }
    TRY(names_function(c, call->callee, &f));
    dotted_name(call->callee, name, sizeof(name));
    if (f == NULL && calls_rule(c, call)) {
        *call = *call->callee;
        return names_term(c, call);
    }
    if (f == NULL) {
        builtin_hint(c->error, name);
        return note_fail(c->error, REGO_ERR_COMPILE, "rego_type_error", call->at, "undefined function %s", name);
    }
    call->target = f;
    TRY(mention(c, f, call->at, &c->policy->refused));
    TRY(check_arity(c, call, f));
    TRY(check_deprecated(c, call, f));
    return f->builtin == NULL ? OK : answer_metadata(c, call, f);
}

/* A function has no value: a policy that forgot its arguments would only find it undefined. */
struct err names_reference(struct compiler *c, const struct term *t)
{
    char path[200];
    const struct node *n = c->policy->root;
    if (!bytes_is(t->items[0]->name, "data"))
        return OK;
    for (size_t i = 1; i < t->count && t->items[i]->kind == TERM_CONST; i++) {
        n = node_child(n, t->items[i]->value);
        if (n == NULL)
            return OK;
        if (!n->is_function)
            continue;
        tree_path_text(n, path, sizeof(path));
        return note_fail(c->error, REGO_ERR_COMPILE, "rego_type_error", t->at,
                         "function %s used as reference, not called", path);
    }
    return OK;
}

static bool is_constant_path(const struct term *t)
{
    if (t->kind != TERM_REF || t->items[0]->kind != TERM_ROOT)
        return false;
    for (size_t i = 1; i < t->count; i++)
        if (t->items[i]->kind != TERM_CONST)
            return false;
    return true;
}

/* A part of what a rule says cannot be replaced: the rule would say it all the same. */
static struct err check_whole(struct compiler *c, const struct term *target)
{
    const struct node *n = c->policy->root;
    if (!bytes_is(target->items[0]->name, "data"))
        return OK;
    for (size_t i = 1; i + 1 < target->count; i++) {
        n = node_child(n, target->items[i]->value);
        if (n == NULL)
            return OK;
        if (n->clauses != NULL || n->fallback != NULL)
            return note_fail(c->error, REGO_ERR_COMPILE, "rego_compile_error", target->at,
                             "with keyword cannot partially replace virtual document(s)");
    }
    return OK;
}

struct err names_with(struct compiler *c, struct with *w)
{
    const struct function *f = NULL;
    const struct function *value = NULL;
    TRY(names_function(c, w->target, &f));
    if (f != NULL && f->builtin != NULL && bytes_starts(f->name, BYTES_LIT("rego.metadata.")))
        return note_fail(c->error, REGO_ERR_COMPILE, "rego_type_error", w->target->at,
                         "with: annotations cannot be replaced");
    if (f != NULL) {
        TRY(mention(c, f, w->target->at, &c->policy->replaced));
        TRY(names_function(c, w->value, &value));
        w->replaced = f;
        w->function = value;
    } else {
        TRY(names_term(c, w->target));
        if (!is_constant_path(w->target))
            return note_fail(c->error, REGO_ERR_COMPILE, "rego_type_error", w->target->at,
                             "with keyword target must reference existing input, data, or a function");
        TRY(check_whole(c, w->target));
    }
    if (value == NULL)
        return names_term(c, w->value);
    if (value->arity != f->arity)
        return note_fail(c->error, REGO_ERR_COMPILE, "rego_type_error", w->value->at,
                         "with: arity mismatch of the function that replaces another");
    return OK;
}
