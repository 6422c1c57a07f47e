/*
 * json.filter and json.remove: what lies on some paths, and all the rest.
 */
#include "rego/builtins/json_path.h"

#include "rego/value.h"

static struct err read_part(struct call *c, struct bytes text, const struct json **out)
{
    SCOPED(buf) struct buf b = {0};
    builtin_text(c, &b);
    for (size_t i = 0; i < text.n; i++) {
        bool escape = text.p[i] == '~' && i + 1 < text.n && (text.p[i + 1] == '0' || text.p[i + 1] == '1');
        buf_u8(&b, !escape ? text.p[i] : text.p[i + 1] == '0' ? '~' : '/');
        i += escape;
    }
    return builtin_string(c, &b, out);
}

struct err path_read(struct call *c, const struct json *v, const struct json **out)
{
    struct values parts = {.arena = c->arena};
    *out = v;
    if (v->type == JSON_ARRAY)
        return OK;
    if (v->type != JSON_STRING) {
        c->code = "eval_type_error";
        return builtin_error(c,
                             "operand 2 must be one of {set, array} containing string paths or array of path segments "
                             "but got %s",
                             value_type_name(v->type));
    }
    struct bytes text = v->text;
    bool any = text.n > 0;
    while (text.n > 0 && text.p[0] == '/')
        text = bytes_of(text.p + 1, text.n - 1);
    while (any) {
        const struct json *part;
        const uint8_t *slash = memchr(text.p, '/', text.n);
        size_t n = slash == NULL ? text.n : (size_t)(slash - text.p);
        TRY(read_part(c, bytes_of(text.p, n), &part));
        TRY(values_add(&parts, part));
        any = slash != NULL;
        text = any ? bytes_of(text.p + n + 1, text.n - n - 1) : text;
    }
    return value_array(c->arena, parts.items, parts.count, out);
}

/* Paths in order, of which a stretch begins with the same parts. */
struct paths {
    const struct json *const *items;
    size_t count;
    size_t depth; /* so many parts are the same */
};

/* A path that ends here; being the shortest it stands first. */
static bool ends_here(const struct paths *p)
{
    return p->count > 0 && p->items[0]->count == p->depth;
}

static size_t first_from(const struct paths *p, const struct json *part, bool behind)
{
    size_t low = 0;
    size_t high = p->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = json_compare(p->items[mid]->items[p->depth], part);
        if (order < 0 || (behind && order == 0))
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* The stretch that goes on with a part. */
static struct paths below(const struct paths *p, const struct json *part)
{
    size_t from = first_from(p, part, false);
    return (struct paths){p->items + from, first_from(p, part, true) - from, p->depth + 1};
}

static struct err read_paths(struct call *c, struct paths *out)
{
    struct values list = {.arena = c->arena};
    const struct json *operand = c->args[1];
    const struct json *sorted;
    TRY(builtin_need(c, 1, JSON_OBJECT));
    if (operand->type != JSON_SET && operand->type != JSON_ARRAY)
        return builtin_type_error(c, 2, "one of {set, array}");
    for (size_t i = 0; i < operand->count; i++) {
        const struct json *path;
        TRY(path_read(c, operand->items[i], &path));
        TRY(builtin_cost(c, 8 + path->count));
        if (path->count > 0)
            TRY(values_add(&list, path));
    }
    TRY(builtin_set(c, list.items, list.count, &sorted));
    *out = (struct paths){sorted->items, sorted->count, 0};
    return OK;
}

/* How a part of a path names the i-th thing of a container: an array's items have the text of their index. */
static struct err part_name(struct call *c, const struct json *v, size_t i, const struct json **out)
{
    char text[24];
    if (v->type == JSON_OBJECT)
        return value_key(c->arena, &v->members[i], out);
    *out = v->items[i];
    if (v->type == JSON_SET)
        return OK;
    (void)snprintf(text, sizeof(text), "%zu", i);
    return value_string(c->arena, bytes_of_text(text), out);
}

static struct err rebuild(struct call *c, const struct json *v, const struct paths *p, bool keep,
                          const struct json **out);

/* What becomes of the i-th thing: *out is NULL where it goes. */
static struct err decide(struct call *c, const struct json *v, size_t i, const struct paths *p, bool keep,
                         const struct json **out)
{
    const struct json *name;
    TRY(part_name(c, v, i, &name));
    const struct json *inner = v->type == JSON_OBJECT ? v->members[i].value : v->items[i];
    struct paths inside = below(p, name);
    *out = NULL;
    if (inside.count == 0 || ends_here(&inside)) {
        *out = keep == (inside.count > 0) ? inner : NULL;
        return OK;
    }
    return rebuild(c, inner, &inside, keep, out);
}

/* A value with only what the paths name, or without it. Depth: that of the value. */
static struct err rebuild(struct call *c, const struct json *v, const struct paths *p, bool keep,
                          const struct json **out)
{
    struct values items = {.arena = c->arena};
    struct members members = {.arena = c->arena};
    *out = v;
    if (v->type < JSON_ARRAY)
        return OK;
    TRY(builtin_cost(c, 8 * v->count + 8 + (v->type == JSON_SET ? json_weight(v) : 0)));
    if (v->type == JSON_OBJECT)
        TRY(builtin_cost_keys(c, v));
    for (size_t i = 0; i < v->count; i++) {
        const struct json *inner;
        const struct json *key;
        TRY(decide(c, v, i, p, keep, &inner));
        if (inner == NULL)
            continue;
        if (v->type != JSON_OBJECT) {
            TRY(values_add(&items, inner));
            continue;
        }
        TRY(value_key(c->arena, &v->members[i], &key));
        TRY(members_add(&members, key, inner));
    }
    if (v->type == JSON_OBJECT)
        return value_object(c->arena, members.items, members.count, NULL, out);
    if (v->type == JSON_SET)
        return value_set(c->arena, items.items, items.count, out);
    return value_array(c->arena, items.items, items.count, out);
}

static struct err bi_json_filter(struct call *c, const struct json **out)
{
    struct paths p;
    TRY(read_paths(c, &p));
    return rebuild(c, c->args[0], &p, true, out);
}

static struct err bi_json_remove(struct call *c, const struct json **out)
{
    struct paths p;
    TRY(read_paths(c, &p));
    return rebuild(c, c->args[0], &p, false, out);
}

const struct builtin builtins_json_path[] = {
    {"json.filter", 2, false, bi_json_filter},
    {"json.remove", 2, false, bi_json_remove},
};
BUILTIN_ROWS(json_path)
