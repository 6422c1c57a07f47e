/*
 * The public functions that make a policy; evaluations only read it.
 */
#include "base/limits.h"
#include "base/mem.h"
#include "rego/hint.h"
#include "rego/machine/machine.h"
#include "rego/parse.h"
#include "rego/passes.h"
#include "rego/query.h"

#define POLICY_MEMORY  (192UL * 1024 * 1024) /* with an evaluation's below 256 MiB */
#define SCRATCH_MEMORY (48UL * 1024 * 1024)

/* Whether all clauses that succeed say the same constant. */
static bool one_value(const struct node *n)
{
    const struct json *value = NULL;
    for (const struct clause *c = n->clauses; c != NULL; c = c->next)
        for (const struct flat_branch *b = c->branches; b != NULL; b = b->next) {
            const struct term *head = b->body->head[b->body->head_count - 1];
            if (head->kind != TERM_CONST || (value != NULL && !json_equal(value, head->value)))
                return false;
            value = head->value;
        }
    return value != NULL;
}

static struct err compile_clauses(struct policy *p, struct clause *c)
{
    for (; c != NULL; c = c->next) {
        TRY(compile_clause(p, c));
        arena_reset(&p->scratch);
    }
    return OK;
}

static struct err compile_nodes(struct policy *p, struct node *n)
{
    TRY(compile_clauses(p, n->clauses));
    TRY(compile_clauses(p, n->fallback));
    n->one_value = one_value(n);
    TRY(machine_index(&p->arena, n));
    for (size_t i = 0; i < n->count; i++)
        TRY(compile_nodes(p, n->children[i]));
    return OK;
}

static struct err add_module(struct policy *p, const struct rego_module *m)
{
    char *file;
    struct bytes text;
    struct module *module;
    const char *name = m->name == NULL ? "policy.rego" : m->name;
    TRY(arena_text(&p->arena, bytes_of_text(name), &file));
    TRY(arena_copy(&p->arena, bytes_of(m->text, m->length), &text));
    TRY(parse_module(&p->arena, p->error, file, text, m->v0, &module));
    return tree_add_module(p, module);
}

static struct err copy_extensions(struct policy *p, const struct rego_extension *list, size_t count)
{
    struct rego_extension *copy;
    TRY(arena_array(&p->arena, count, &copy));
    TRY(arena_array(&p->arena, count, &p->extension_functions));
    for (size_t i = 0; i < count; i++) {
        char *name;
        TRY(arena_text(&p->arena, bytes_of_text(list[i].name), &name));
        copy[i] = list[i];
        copy[i].name = name;
        p->extension_functions[i] =
            (struct function){.name = bytes_of_text(name), .extension = &copy[i], .arity = list[i].arity};
    }
    p->extensions = copy;
    p->extension_count = count;
    return OK;
}

static struct err make_policy(struct policy *p, const struct rego_module *modules, size_t count, const char *data,
                              size_t data_length)
{
    TRY(arena_new(&p->arena, &p->root));
    p->root->key = &value_null;
    p->node_count = 1;
    p->data = &value_empty_object;
    if (data != NULL)
        TRY(query_data(&p->arena, data, data_length, p->error, &p->data));
    for (size_t i = 0; i < count; i++)
        TRY(add_module(p, &modules[i]));
    TRY(tree_check(p, p->root));
    TRY(compile_nodes(p, p->root));
    TRY(names_refused(p, p->error));
    return recursion_check(p);
}

/* Where a module is refused, say what its writer may have meant. */
static void add_hint(const struct rego_module *modules, size_t count, struct rego_error *error)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(modules[i].name == NULL ? "policy.rego" : modules[i].name, error->file) == 0) {
            hint_add(error, bytes_of(modules[i].text, modules[i].length), modules[i].v0);
            return;
        }
}

enum rego_status rego_policy_new(const struct rego_module *modules, size_t count, const char *data, size_t data_length,
                                 const struct rego_extension *extensions, size_t extension_count,
                                 struct rego_policy **out, struct rego_error *error)
{
    struct rego_error local = {0};
    struct rego_error *report = error != NULL ? error : &local;
    *report = (struct rego_error){0};
    struct rego_policy *p = mem_new(sizeof(*p));
    if (p == NULL)
        return query_status(FAIL(ERR_NOMEM, "no memory for a policy"), report);
    arena_init(&p->policy.arena, POLICY_MEMORY);
    arena_init(&p->policy.scratch, SCRATCH_MEMORY);
    p->policy.work_left = POLICY_WORK;
    p->policy.error = report;
    struct err made = copy_extensions(&p->policy, extensions, extension_count);
    if (!failed(made))
        made = make_policy(&p->policy, modules, count, data, data_length);
    p->policy.error = NULL;
    arena_clear(&p->policy.scratch);
    if (failed(made)) {
        add_hint(modules, count, report);
        rego_policy_free(p);
        return query_status(made, report);
    }
    *report = (struct rego_error){0};
    *out = p;
    return REGO_OK;
}

void rego_policy_free(struct rego_policy *policy)
{
    if (policy == NULL)
        return;
    arena_clear(&policy->policy.arena);
    mem_free(policy);
}

static const struct node *node_of(const struct rego_policy *policy, const char *path)
{
    const struct node *n = policy->policy.root;
    if (strncmp(path, "data", 4) != 0)
        return NULL;
    for (path += 4; *path == '.' && n != NULL;) {
        const char *name = path + 1;
        path = name + strcspn(name, ".");
        struct json key = {.type = JSON_STRING, .text = bytes_of(name, (size_t)(path - name))};
        n = node_child(n, &key);
    }
    return *path == '\0' ? n : NULL;
}

bool rego_policy_defines(const struct rego_policy *policy, const char *path)
{
    const struct node *n = node_of(policy, path);
    return n != NULL && (n->clauses != NULL || n->fallback != NULL);
}

size_t rego_policy_rules(const struct rego_policy *policy, const char *path, struct rego_spot *out, size_t max)
{
    const struct node *n = node_of(policy, path);
    size_t count = 0;
    for (const struct clause *c = n == NULL ? NULL : n->clauses; c != NULL; c = c->next)
        for (const struct flat_branch *b = c->branches; b != NULL; b = b->next) {
            /* The first body stands at its rule, an else at its own word. */
            struct place at = b == c->branches ? c->at : b->at;
            if (count < max)
                out[count] = (struct rego_spot){at.file, at.row, at.column};
            count++;
        }
    return count;
}
