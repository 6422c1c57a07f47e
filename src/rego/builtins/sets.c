#include "rego/builtins/builtin.h"
#include "rego/builtins/set_ops.h"
#include "rego/value.h"

struct err set_union(struct arena *a, const struct json *x, const struct json *y, const struct json **out)
{
    struct values all = {.arena = a};
    for (size_t i = 0; i < x->count; i++)
        TRY(values_add(&all, x->items[i]));
    for (size_t i = 0; i < y->count; i++)
        TRY(values_add(&all, y->items[i]));
    return value_set(a, all.items, all.count, out);
}

static struct err select_items(struct arena *a, const struct json *x, const struct json *y, bool in_both,
                               const struct json **out)
{
    struct values some = {.arena = a};
    for (size_t i = 0; i < x->count; i++)
        if (value_has(y, x->items[i]) == in_both)
            TRY(values_add(&some, x->items[i]));
    return value_set(a, some.items, some.count, out);
}

struct err set_intersection(struct arena *a, const struct json *x, const struct json *y, const struct json **out)
{
    return select_items(a, x, y, true, out);
}

struct err set_difference(struct arena *a, const struct json *x, const struct json *y, const struct json **out)
{
    return select_items(a, x, y, false, out);
}

static struct err need_two_sets(struct call *c)
{
    TRY(builtin_need(c, 1, JSON_SET));
    TRY(builtin_need(c, 2, JSON_SET));
    return builtin_cost(c, json_weight(c->args[0]) + json_weight(c->args[1]));
}

static struct err bi_and(struct call *c, const struct json **out)
{
    TRY(need_two_sets(c));
    return set_intersection(c->arena, c->args[0], c->args[1], out);
}

static struct err bi_or(struct call *c, const struct json **out)
{
    TRY(need_two_sets(c));
    return set_union(c->arena, c->args[0], c->args[1], out);
}

static struct err bi_set_diff(struct call *c, const struct json **out)
{
    TRY(need_two_sets(c));
    return set_difference(c->arena, c->args[0], c->args[1], out);
}

static struct err need_set_of_sets(struct call *c)
{
    TRY(builtin_need(c, 1, JSON_SET));
    TRY(builtin_cost(c, c->args[0]->count));
    for (size_t i = 0; i < c->args[0]->count; i++)
        if (c->args[0]->items[i]->type != JSON_SET) {
            c->code = "eval_type_error";
            return builtin_error(c, "operand 1 must be set of sets but got set containing %s",
                                 value_type_name(c->args[0]->items[i]->type));
        }
    return OK;
}

static struct err bi_union(struct call *c, const struct json **out)
{
    struct values all = {.arena = c->arena};
    TRY(need_set_of_sets(c));
    for (size_t i = 0; i < c->args[0]->count; i++) {
        const struct json *set = c->args[0]->items[i];
        for (size_t j = 0; j < set->count; j++)
            TRY(values_add(&all, set->items[j]));
    }
    return builtin_set(c, all.items, all.count, out);
}

static struct err bi_intersection(struct call *c, const struct json **out)
{
    TRY(need_set_of_sets(c));
    const struct json *sets = c->args[0];
    const struct json *all = sets->count == 0 ? &value_empty_set : sets->items[0];
    for (size_t i = 1; i < sets->count; i++) {
        TRY(builtin_cost(c, json_weight(all)));
        TRY(set_intersection(c->arena, all, sets->items[i], &all));
    }
    *out = all;
    return OK;
}

const struct builtin builtins_sets[] = {
    {"and", 2, false, bi_and},           {"or", 2, false, bi_or},
    {"union", 1, false, bi_union},       {"intersection", 1, false, bi_intersection},
    {"set_diff", 2, false, bi_set_diff},
};
BUILTIN_ROWS(sets)
