#include "trust/patch.h"

#include "base/limits.h"
#include "trust/tree.h"

enum edit_kind { EDIT_ADD, EDIT_REPLACE, EDIT_REMOVE };

struct edit {
    struct arena *arena;
    enum edit_kind kind;
    const struct json *value; /* ADD, REPLACE */
};

/* The first token of a pointer, unescaped, and what is left behind it. */
static struct err take_token(struct arena *a, struct bytes *pointer, struct bytes *out)
{
    if (pointer->n == 0 || pointer->p[0] != '/')
        return FAIL(ERR_FORMAT, "a pointer begins with a slash");
    size_t end = 1;
    while (end < pointer->n && pointer->p[end] != '/')
        end++;
    uint8_t *text;
    size_t n = 0;
    TRY(arena_array(a, end, &text));
    for (size_t i = 1; i < end; i++) {
        uint8_t c = pointer->p[i];
        if (c == '~') {
            if (i + 1 == end || (pointer->p[i + 1] != '0' && pointer->p[i + 1] != '1'))
                return FAIL(ERR_FORMAT, "a tilde of a pointer stands before 0 or 1");
            c = pointer->p[++i] == '0' ? '~' : '/';
        }
        text[n++] = c;
    }
    *out = bytes_of(text, n);
    *pointer = bytes_of(pointer->p + end, pointer->n - end);
    return OK;
}

/* An index of an array: no sign, no leading zero. `count` itself stands for the place behind the last. */
static bool index_of(struct bytes token, size_t count, size_t *out)
{
    size_t v = 0;
    if (bytes_is(token, "-")) {
        *out = count;
        return true;
    }
    if (token.n == 0 || token.n > 9 || (token.p[0] == '0' && token.n > 1))
        return false;
    for (size_t i = 0; i < token.n; i++) {
        if (token.p[i] < '0' || token.p[i] > '9')
            return false;
        v = v * 10 + (size_t)(token.p[i] - '0');
    }
    *out = v;
    return v <= count;
}

static struct err edit_at(const struct edit *e, const struct json *v, struct bytes pointer, unsigned depth,
                          const struct json **out);

static struct err edit_object(const struct edit *e, const struct json *v, struct bytes key, struct bytes rest,
                              unsigned depth, const struct json **out)
{
    const struct json *old = json_find(v, key), *made = NULL;
    bool is_last = rest.n == 0;
    if (old == NULL && !(is_last && e->kind == EDIT_ADD))
        return FAIL(ERR_ABSENT, "the patch names a member that is not there");
    if (!is_last)
        TRY(edit_at(e, old, rest, depth + 1, &made));
    else
        made = e->value;
    struct tree_map m;
    tree_map_init(&m, e->arena);
    for (size_t i = 0; i < v->count; i++)
        if (!bytes_equal(v->members[i].key, key))
            tree_map_add(&m, v->members[i].key, v->members[i].value);
    if (!is_last || e->kind != EDIT_REMOVE)
        tree_map_add(&m, key, made);
    return tree_map_end(&m, out);
}

static struct err edit_array(const struct edit *e, const struct json *v, struct bytes token, struct bytes rest,
                             unsigned depth, const struct json **out)
{
    size_t at;
    bool is_last = rest.n == 0;
    if (!index_of(token, v->count, &at) || (at == v->count && !(is_last && e->kind == EDIT_ADD)))
        return FAIL(ERR_ABSENT, "the patch names an item that is not there");
    struct tree_list l;
    tree_list_init(&l, e->arena);
    for (size_t i = 0; i <= v->count; i++) {
        const struct json *made = i < v->count ? v->items[i] : NULL;
        if (i == at && is_last && e->kind != EDIT_REMOVE)
            tree_list_add(&l, e->value);
        if (i == at && !is_last)
            TRY(edit_at(e, v->items[i], rest, depth + 1, &made));
        bool is_gone = i == at && is_last && e->kind != EDIT_ADD;
        if (made != NULL && !is_gone)
            tree_list_add(&l, made);
    }
    return tree_list_end(&l, out);
}

static struct err edit_at(const struct edit *e, const struct json *v, struct bytes pointer, unsigned depth,
                          const struct json **out)
{
    struct bytes token;
    if (depth > JSON_DEPTH_MAX)
        return FAIL(ERR_LIMIT, "a patch that goes too deep");
    if (pointer.n == 0) {
        if (e->kind == EDIT_REMOVE)
            return FAIL(ERR_FORMAT, "the whole document cannot be removed");
        *out = e->value;
        return OK;
    }
    TRY(take_token(e->arena, &pointer, &token));
    if (json_is(v, JSON_OBJECT))
        return edit_object(e, v, token, pointer, depth, out);
    if (json_is(v, JSON_ARRAY))
        return edit_array(e, v, token, pointer, depth, out);
    return FAIL(ERR_ABSENT, "the patch goes through a value that holds nothing");
}

struct err patch_find(struct arena *a, const struct json *document, struct bytes pointer, const struct json **out)
{
    const struct json *v = document;
    *out = NULL;
    while (pointer.n > 0 && v != NULL) {
        struct bytes token;
        size_t at;
        struct err e = take_token(a, &pointer, &token);
        if (failed(e))
            return e.code == ERR_FORMAT ? OK : e;
        if (json_is(v, JSON_OBJECT))
            v = json_find(v, token);
        else if (json_is(v, JSON_ARRAY) && index_of(token, v->count, &at) && at < v->count)
            v = v->items[at];
        else
            v = NULL;
    }
    *out = v;
    return OK;
}

static struct err need_at(struct arena *a, const struct json *document, const struct json *op, const char *member,
                          const struct json **out)
{
    struct bytes pointer;
    TRY(json_need_string(op, member, &pointer));
    TRY(patch_find(a, document, pointer, out));
    return *out == NULL ? FAIL(ERR_ABSENT, "the patch names a value that is not there") : OK;
}

static struct err run(struct arena *a, const struct json *document, struct edit e, struct bytes path,
                      const struct json **out)
{
    e.arena = a;
    return edit_at(&e, document, path, 0, out);
}

static struct err apply_copy(struct arena *a, const struct json *document, const struct json *op, struct bytes path,
                             bool moves, const struct json **out)
{
    const struct json *value, *without = document;
    struct bytes from;
    TRY(json_need_string(op, "from", &from));
    TRY(need_at(a, document, op, "from", &value));
    if (moves && bytes_starts(path, from) && path.n > from.n && path.p[from.n] == '/')
        return FAIL(ERR_FORMAT, "a value cannot move into itself");
    if (moves)
        TRY(run(a, document, (struct edit){.kind = EDIT_REMOVE}, from, &without));
    return run(a, without, (struct edit){.kind = EDIT_ADD, .value = value}, path, out);
}

static struct err apply_one(struct arena *a, const struct json *document, const struct json *op,
                            const struct json **out)
{
    struct bytes name, path;
    TRY(json_need_string(op, "op", &name));
    TRY(json_need_string(op, "path", &path));
    if (bytes_is(name, "remove"))
        return run(a, document, (struct edit){.kind = EDIT_REMOVE}, path, out);
    if (bytes_is(name, "copy") || bytes_is(name, "move"))
        return apply_copy(a, document, op, path, bytes_is(name, "move"), out);
    const struct json *value = json_at(op, "value");
    if (value == NULL)
        return FAIL(ERR_FORMAT, "an operation without a value, or of an unknown name");
    if (bytes_is(name, "add"))
        return run(a, document, (struct edit){.kind = EDIT_ADD, .value = value}, path, out);
    if (bytes_is(name, "replace"))
        return run(a, document, (struct edit){.kind = EDIT_REPLACE, .value = value}, path, out);
    if (!bytes_is(name, "test"))
        return FAIL(ERR_FORMAT, "an operation of an unknown name");
    const struct json *have;
    TRY(need_at(a, document, op, "path", &have));
    *out = document;
    return json_equal(have, value) ? OK : FAIL(ERR_DENIED, "a test of the patch fails");
}

struct err patch_apply(struct arena *a, const struct json *document, const struct json *patch, const struct json **out)
{
    if (!json_is(patch, JSON_ARRAY))
        return FAIL(ERR_FORMAT, "a patch is an array");
    if (patch->count > PATCH_OPS_MAX)
        return FAIL(ERR_LIMIT, "too many operations in a patch");
    const struct json *v = document;
    for (size_t i = 0; i < patch->count; i++)
        TRY(apply_one(a, v, patch->items[i], &v));
    *out = v;
    return OK;
}
