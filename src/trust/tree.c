#include "trust/tree.h"

#include <stdarg.h>

#include "base/limits.h"

#define FIRST 8

void tree_list_init(struct tree_list *l, struct arena *a)
{
    *l = (struct tree_list){.arena = a, .bad = OK};
}

static struct err list_grow(struct tree_list *l)
{
    if (l->count < l->cap)
        return OK;
    size_t cap = l->cap == 0 ? FIRST : l->cap * 2;
    const struct json **items;
    TRY(arena_array(l->arena, cap, &items));
    for (size_t i = 0; i < l->count; i++)
        items[i] = l->items[i];
    l->items = items;
    l->cap = cap;
    return OK;
}

void tree_list_add(struct tree_list *l, const struct json *value)
{
    if (failed(l->bad))
        return;
    l->bad = value == NULL ? FAIL(ERR_BUG, "an item without a value") : list_grow(l);
    if (!failed(l->bad))
        l->items[l->count++] = value;
}

void tree_list_text(struct tree_list *l, struct bytes text)
{
    const struct json *v = NULL;
    if (failed(l->bad))
        return;
    l->bad = json_new_string(l->arena, text, &v);
    tree_list_add(l, v);
}

bool tree_list_has(const struct tree_list *l, struct bytes text)
{
    for (size_t i = 0; i < l->count; i++)
        if (json_is(l->items[i], JSON_STRING) && bytes_equal(l->items[i]->text, text))
            return true;
    return false;
}

struct err tree_list_end(struct tree_list *l, const struct json **out)
{
    TRY(l->bad);
    return json_new_array(l->arena, l->items, l->count, out);
}

void tree_map_init(struct tree_map *m, struct arena *a)
{
    *m = (struct tree_map){.arena = a, .bad = OK};
}

static struct err map_grow(struct tree_map *m)
{
    if (m->count < m->cap)
        return OK;
    size_t cap = m->cap == 0 ? FIRST : m->cap * 2;
    struct json_member *members;
    TRY(arena_array(m->arena, cap, &members));
    for (size_t i = 0; i < m->count; i++)
        members[i] = m->members[i];
    m->members = members;
    m->cap = cap;
    return OK;
}

void tree_map_add(struct tree_map *m, struct bytes key, const struct json *value)
{
    if (failed(m->bad))
        return;
    m->bad = value == NULL ? FAIL(ERR_BUG, "a member without a value") : map_grow(m);
    if (!failed(m->bad))
        m->members[m->count++] = (struct json_member){key, value, NULL};
}

void tree_map_set(struct tree_map *m, struct bytes key, const struct json *value)
{
    for (size_t i = 0; i < m->count && value != NULL; i++)
        if (bytes_equal(m->members[i].key, key)) {
            m->members[i].value = value;
            return;
        }
    tree_map_add(m, key, value);
}

void tree_map_text(struct tree_map *m, struct bytes key, struct bytes text)
{
    const struct json *v = NULL;
    if (failed(m->bad))
        return;
    m->bad = json_new_string(m->arena, text, &v);
    tree_map_set(m, key, v);
}

const struct json *tree_map_find(const struct tree_map *m, struct bytes key)
{
    for (size_t i = 0; i < m->count; i++)
        if (bytes_equal(m->members[i].key, key))
            return m->members[i].value;
    return NULL;
}

struct err tree_map_end(struct tree_map *m, const struct json **out)
{
    TRY(m->bad);
    return json_new_object(m->arena, m->members, m->count, out);
}

struct bytes tree_text(const struct json *object, const char *key)
{
    const struct json *v = json_at(object, key);
    return json_is(v, JSON_STRING) ? v->text : BYTES_EMPTY;
}

bool tree_flag(const struct json *object, const char *key)
{
    const struct json *v = json_at(object, key);
    return json_is(v, JSON_BOOL) && v->as_bool;
}

int64_t tree_int(const struct json *object, const char *key, int64_t otherwise)
{
    const struct json *v = json_at(object, key);
    return json_is(v, JSON_NUMBER) && v->is_int ? v->as_int : otherwise;
}

bool tree_scalar_text(const struct json *v, struct bytes *out)
{
    if (json_is(v, JSON_STRING) || json_is(v, JSON_NUMBER))
        *out = v->text;
    else if (json_is(v, JSON_BOOL))
        *out = v->as_bool ? BYTES_LIT("true") : BYTES_LIT("false");
    else
        return false;
    return true;
}

struct err tree_format(struct arena *a, struct bytes *out, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int n = vsnprintf(NULL, 0, format, list);
    va_end(list);
    if (n < 0)
        return FAIL(ERR_BUG, "a text that cannot be put together");
    char *text;
    TRY(arena_array(a, (size_t)n + 1, &text));
    va_start(list, format);
    (void)vsnprintf(text, (size_t)n + 1, format, list);
    va_end(list);
    *out = bytes_of(text, (size_t)n);
    return OK;
}

struct err tree_encode(struct arena *a, const struct json *v, struct bytes *out)
{
    SCOPED(buf) struct buf text = {0};
    struct bytes view;
    buf_init(&text, JSON_TEXT_MAX);
    json_encode(v, &text);
    TRY(buf_end(&text, &view));
    return arena_copy(a, view, out);
}

struct err tree_with(struct arena *a, const struct json *object, const char *key, const struct json *value,
                     const struct json **out)
{
    struct tree_map m;
    tree_map_init(&m, a);
    for (TREE_MEMBER(i, object))
        tree_map_add(&m, object->members[i].key, object->members[i].value);
    tree_map_set(&m, bytes_of_text(key), value);
    return tree_map_end(&m, out);
}

struct err tree_texts(struct arena *a, const struct json *object, const struct json **out)
{
    struct tree_map m;
    struct bytes text;
    tree_map_init(&m, a);
    for (TREE_MEMBER(i, object))
        if (tree_scalar_text(object->members[i].value, &text))
            tree_map_text(&m, object->members[i].key, text);
    return tree_map_end(&m, out);
}
