/*
 * Constant paths, each known once in a policy; and how often registers are read.
 */
#include "rego/machine/emit.h"

static uint32_t hash_path(struct bytes root, const struct json *const *keys, size_t count)
{
    uint32_t h = root.n == 4 ? 1 : 2;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < keys[i]->text.n; k++)
            h = (h ^ keys[i]->text.p[k]) * 16777619U;
    return h;
}

static bool same_path(const struct machine_path *path, struct bytes root, const struct json *const *keys, size_t count)
{
    if (path->count != count || path->root.n != root.n)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!json_equal(path->keys[i], keys[i]))
            return false;
    return true;
}

struct err emit_path(struct emitter *m, struct bytes root, const struct json *const *keys, size_t count,
                     const struct machine_path **out)
{
    struct policy *p = m->policy;
    struct machine_path *path;
    uint32_t hash = hash_path(root, keys, count);
    struct machine_path **row = &p->paths[hash % POLICY_PATH_ROWS];
    for (path = *row; path != NULL; path = path->next)
        if (path->hash == hash && same_path(path, root, keys, count)) {
            *out = path;
            return OK;
        }
    TRY(arena_new(m->arena, &path));
    *path = (struct machine_path){*row, root, keys, count, p->path_count++, hash};
    *row = path;
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
