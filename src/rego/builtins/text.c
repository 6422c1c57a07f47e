/*
 * Template strings, print, trace, walk.
 */
#include "rego/builtins/builtin.h"
#include "rego/value.h"

static struct err put_part(struct call *c, const struct json *part, struct buf *out)
{
    if (part->type != JSON_SET) {
        value_print(part, true, out);
        return OK;
    }
    if (part->count == 0) {
        buf_text(out, "<undefined>");
        return OK;
    }
    if (part->count > 1) {
        c->code = "eval_conflict_error";
        return builtin_error(c, "template-strings must not produce multiple outputs");
    }
    value_print(part->items[0], true, out);
    return OK;
}

static struct err bi_template_string(struct call *c, const struct json **out)
{
    SCOPED(buf) struct buf b = {0};
    TRY(builtin_need(c, 1, JSON_ARRAY)); /* a policy may call this by its name */
    builtin_text(c, &b);
    for (size_t i = 0; i < c->args[0]->count; i++)
        TRY(put_part(c, c->args[0]->items[i], &b));
    return builtin_string(c, &b, out);
}

static struct err bi_true(struct call *c, const struct json **out)
{
    (void)c;
    *out = value_bool(true);
    return OK;
}

static struct err bi_trace(struct call *c, const struct json **out)
{
    TRY(builtin_need(c, 1, JSON_STRING));
    return bi_true(c, out);
}

/* Appends [path, value] of a value and of all below it. Depth: that of the value. */
static struct err walk(struct call *c, const struct json *path, const struct json *v, struct values *out);

static struct err walk_into(struct call *c, const struct json *path, const struct json *key, const struct json *v,
                            struct values *out)
{
    struct values longer = {.arena = c->arena};
    const struct json *below;
    for (size_t i = 0; i < path->count; i++)
        TRY(values_add(&longer, path->items[i]));
    TRY(values_add(&longer, key));
    TRY(value_array(c->arena, longer.items, longer.count, &below));
    return walk(c, below, v, out);
}

static struct err walk(struct call *c, const struct json *path, const struct json *v, struct values *out)
{
    const struct json *pair[2] = {path, v};
    const struct json *key;
    const struct json *entry;
    TRY(builtin_cost(c, 8));
    TRY(value_array(c->arena, pair, 2, &entry));
    TRY(values_add(out, entry));
    for (size_t i = 0; v->type >= JSON_ARRAY && i < v->count; i++) {
        if (v->type == JSON_OBJECT) {
            TRY(value_key(c->arena, &v->members[i], &key));
            TRY(walk_into(c, path, key, v->members[i].value, out));
            continue;
        }
        key = v->items[i];
        if (v->type == JSON_ARRAY)
            TRY(value_int(c->arena, (int64_t)i, &key));
        TRY(walk_into(c, path, key, v->items[i], out));
    }
    return OK;
}

static struct err bi_walk(struct call *c, const struct json **out)
{
    struct values all = {.arena = c->arena};
    TRY(walk(c, &value_empty_array, c->args[0], &all));
    return value_array(c->arena, all.items, all.count, out);
}

const struct builtin builtins_text[] = {
    {"internal.template_string", 1, false, bi_template_string},
    {"print", 0, true, bi_true},
    {"trace", 1, false, bi_trace},
    {"walk", 1, false, bi_walk},
};
BUILTIN_ROWS(text)
