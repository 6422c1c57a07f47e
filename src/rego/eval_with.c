/*
 * `with`: another scene for one literal.
 */
#include "rego/eval.h"

struct err scene_new(struct eval *e, const struct scene *from, struct scene **out)
{
    TRY(arena_new(e->arena, out));
    **out = *from;
    (*out)->memos = NULL;
    (*out)->paths = NULL;
    return OK;
}

bool scene_masks(const struct scene *s, const struct node *n)
{
    for (const struct masked *m = s->masked; m != NULL; m = m->next)
        if (m->node == n)
            return true;
    return false;
}

/* A copy of an object with one member set; what is no object is replaced by one. */
static struct err put_member(struct arena *a, const struct json *object, const struct json *key,
                             const struct json *value, const struct json **out)
{
    struct members members = {.arena = a};
    for (size_t i = 0; json_is(object, JSON_OBJECT) && i < object->count; i++) {
        const struct json *old;
        TRY(value_key(a, &object->members[i], &old));
        TRY(members_add(&members, old, object->members[i].value));
    }
    TRY(members_add(&members, key, value));
    return value_object(a, members.items, members.count, NULL, out);
}

/* Bounded by the parser's bound on the length of a path. */
static struct err put_path(struct arena *a, const struct json *base, const struct json *const *path, size_t count,
                           const struct json *value, const struct json **out)
{
    if (count == 0) {
        *out = value;
        return OK;
    }
    const struct json *inner = json_is(base, JSON_OBJECT) ? value_find(base, path[0]) : NULL;
    TRY(put_path(a, inner, path + 1, count - 1, value, &inner));
    return put_member(a, base, path[0], inner, out);
}

static struct err replace_function(struct eval *e, struct scene *s, const struct step_with *w, const struct json *value)
{
    struct mock *m;
    TRY(arena_new(e->arena, &m));
    *m = (struct mock){.next = s->mocks, .replaced = w->replaced, .function = w->function, .value = value};
    s->mocks = m;
    return OK;
}

static struct err replace_document(struct eval *e, struct scene *s, const struct step_with *w, const struct json *value)
{
    if (bytes_is(w->root, "input"))
        return put_path(e->arena, s->input, w->path, w->path_count, value, &s->input);
    TRY(put_path(e->arena, s->data, w->path, w->path_count, value, &s->data));
    if (w->node == NULL)
        return OK;
    struct masked *m;
    TRY(arena_new(e->arena, &m));
    *m = (struct masked){.next = s->masked, .node = w->node};
    s->masked = m;
    return OK;
}

struct err scene_with(struct eval *e, const struct scene *from, const struct step_with *w,
                      const struct json *const *values, struct scene **out)
{
    struct scene *s;
    TRY(scene_new(e, from, &s));
    for (; w != NULL; w = w->next, values++) {
        if (w->replaced != NULL)
            TRY(replace_function(e, s, w, *values));
        else
            TRY(replace_document(e, s, w, *values));
    }
    *out = s;
    return OK;
}

/* Depth: that of the lower document. */
struct err scene_merge(struct arena *a, const struct json *lower, const struct json *upper, const struct json **out)
{
    *out = upper;
    if (!json_is(lower, JSON_OBJECT) || !json_is(upper, JSON_OBJECT))
        return OK;
    struct members members = {.arena = a};
    for (size_t i = 0; i < lower->count; i++) {
        const struct json *key;
        TRY(value_key(a, &lower->members[i], &key));
        TRY(members_add(&members, key, lower->members[i].value));
    }
    for (size_t i = 0; i < upper->count; i++) {
        const struct json *key;
        const struct json *v = upper->members[i].value;
        TRY(value_key(a, &upper->members[i], &key));
        const struct json *below = value_find(lower, key);
        if (below != NULL)
            TRY(scene_merge(a, below, v, &v));
        TRY(members_add(&members, key, v));
    }
    return value_object(a, members.items, members.count, NULL, out);
}
