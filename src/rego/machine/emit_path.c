/*
 * Constant paths, each known once in a policy; and how often registers are read.
 */
#include "rego/machine/emit.h"

static uint32_t hash_path(const struct machine_path *path)
{
    uint32_t h = path->parent == NULL ? (uint32_t)path->root.n : path->parent->hash;
    for (size_t i = 0; path->key != NULL && i < path->key->text.n; i++)
        h = (h ^ path->key->text.p[i]) * 16777619U;
    return h;
}

static bool same_path(const struct machine_path *a, const struct machine_path *b)
{
    if (a->hash != b->hash || a->parent != b->parent)
        return false;
    return a->parent == NULL ? bytes_equal(a->root, b->root) : json_equal(a->key, b->key);
}

struct err emit_path(struct emitter *m, const struct machine_path *parent, struct bytes root, const struct json *key,
                     const struct machine_path **out)
{
    struct policy *p = m->policy;
    struct machine_path *path;
    struct machine_path wanted = {.parent = parent, .root = root, .key = key, .id = p->path_count};
    wanted.hash = hash_path(&wanted);
    struct machine_path **row = &p->paths[wanted.hash % POLICY_PATH_ROWS];
    for (path = *row; path != NULL; path = path->next)
        if (same_path(path, &wanted)) {
            *out = path;
            return OK;
        }
    TRY(arena_new(m->arena, &path));
    if (parent == NULL)
        wanted.node = bytes_is(root, "data") ? p->root : NULL;
    else if (parent->node != NULL)
        wanted.node = node_child(parent->node, key);
    wanted.next = *row;
    *path = wanted;
    *row = path;
    p->path_count++;
    *out = path;
    return OK;
}

static void count_body(struct emitter *m, const struct flat_body *b);

static void count_term(struct emitter *m, const struct term *t)
{
    if (t == NULL)
        return;
    if (t->kind == TERM_VAR)
        m->uses[t->var->id]++;
    if (t->kind == TERM_ARRAY_OF || t->kind == TERM_SET_OF || t->kind == TERM_OBJECT_OF) {
        count_body(m, t->flat);
        return;
    }
    for (size_t i = 0; i < t->count; i++)
        count_term(m, t->items[i]);
}

static void count_body(struct emitter *m, const struct flat_body *b)
{
    for (size_t i = 0; i < b->step_count; i++) {
        const struct step *s = &b->steps[i];
        count_term(m, s->term);
        count_term(m, s->other);
        count_term(m, s->key);
        for (size_t k = 0; k < s->arg_count; k++)
            count_term(m, s->args[k]);
        for (const struct step_with *w = s->withs; w != NULL; w = w->next)
            count_term(m, w->function == NULL ? w->value : NULL);
        if (s->body != NULL)
            count_body(m, s->body);
    }
    for (size_t i = 0; i < b->head_count; i++)
        count_term(m, b->head[i]);
}

void emit_uses(struct emitter *m)
{
    for (const struct flat_branch *b = m->clause->branches; b != NULL; b = b->next)
        count_body(m, b->body);
}
