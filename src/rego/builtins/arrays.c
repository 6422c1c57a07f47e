#include "rego/builtins/builtin.h"
#include "rego/value.h"

static struct err add_all(struct values *l, const struct json *from, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++)
        TRY(values_add(l, from->items[i]));
    return OK;
}

static struct err finish(struct call *c, const struct values *l, const struct json **out)
{
    TRY(builtin_cost(c, l->count));
    return value_array(c->arena, l->items, l->count, out);
}

static struct err bi_concat(struct call *c, const struct json **out)
{
    struct values all = {.arena = c->arena};
    TRY(builtin_need(c, 1, JSON_ARRAY));
    TRY(builtin_need(c, 2, JSON_ARRAY));
    TRY(add_all(&all, c->args[0], 0, c->args[0]->count));
    TRY(add_all(&all, c->args[1], 0, c->args[1]->count));
    return finish(c, &all, out);
}

static size_t clamp(int64_t at, size_t count)
{
    if (at < 0)
        return 0;
    return (uint64_t)at > count ? count : (size_t)at;
}

static struct err bi_slice(struct call *c, const struct json **out)
{
    struct values some = {.arena = c->arena};
    int64_t first;
    int64_t end;
    TRY(builtin_need(c, 1, JSON_ARRAY));
    TRY(builtin_need_int(c, 2, &first));
    TRY(builtin_need_int(c, 3, &end));
    TRY(add_all(&some, c->args[0], clamp(first, c->args[0]->count), clamp(end, c->args[0]->count)));
    return finish(c, &some, out);
}

static struct err bi_reverse(struct call *c, const struct json **out)
{
    struct values all = {.arena = c->arena};
    TRY(builtin_need(c, 1, JSON_ARRAY));
    for (size_t i = c->args[0]->count; i > 0; i--)
        TRY(values_add(&all, c->args[0]->items[i - 1]));
    return finish(c, &all, out);
}

static struct err bi_flatten(struct call *c, const struct json **out)
{
    struct values all = {.arena = c->arena};
    TRY(builtin_need(c, 1, JSON_ARRAY));
    for (size_t i = 0; i < c->args[0]->count; i++) {
        const struct json *item = c->args[0]->items[i];
        if (item->type == JSON_ARRAY)
            TRY(add_all(&all, item, 0, item->count));
        else
            TRY(values_add(&all, item));
    }
    return finish(c, &all, out);
}

const struct builtin builtins_arrays[] = {
    {"array.concat", 2, false, bi_concat},
    {"array.slice", 3, false, bi_slice},
    {"array.reverse", 1, false, bi_reverse},
    {"array.flatten", 1, false, bi_flatten},
};
BUILTIN_ROWS(arrays)
