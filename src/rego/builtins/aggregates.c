#include "rego/arith.h"
#include "rego/builtins/builtin.h"
#include "rego/builtins/chars.h"
#include "rego/value.h"

static struct err bi_count(struct call *c, const struct json **out)
{
    const struct json *v = c->args[0];
    if (v->type == JSON_STRING) {
        TRY(builtin_cost(c, v->text.n));
        return value_int(c->arena, (int64_t)chars_count(v->text), out);
    }
    if (v->type < JSON_ARRAY)
        return builtin_type_error(c, 1, "one of {array, object, set, string}");
    return value_int(c->arena, (int64_t)v->count, out);
}

static struct err need_numbers(struct call *c)
{
    TRY(builtin_need_collection(c, 1));
    const struct json *v = c->args[0];
    uint64_t work = 0;
    for (size_t i = 0; i < v->count; i++) {
        if (v->items[i]->type != JSON_NUMBER) {
            c->code = "eval_type_error";
            return builtin_error(c, "operand 1 must be %s of numbers but got %s containing %s",
                                 value_type_name(v->type), value_type_name(v->type),
                                 value_type_name(v->items[i]->type));
        }
        work += 8 + 2 * arith_cost(v->items[i]); /* the sum so far has as many digits */
    }
    return builtin_cost(c, work);
}

static struct err fold(struct call *c, enum arith_op op, int64_t first, const struct json **out)
{
    const struct json *total;
    TRY(need_numbers(c));
    TRY(value_int(c->arena, first, &total));
    for (size_t i = 0; i < c->args[0]->count; i++)
        TRY(arith_compute(c->arena, op, total, c->args[0]->items[i], &total));
    *out = total;
    return OK;
}

static struct err bi_sum(struct call *c, const struct json **out)
{
    return fold(c, ARITH_ADD, 0, out);
}

static struct err bi_product(struct call *c, const struct json **out)
{
    return fold(c, ARITH_MULTIPLY, 1, out);
}

static struct err extreme(struct call *c, int sign, const struct json **out)
{
    TRY(builtin_need_collection(c, 1));
    const struct json *v = c->args[0];
    const struct json *best = v->count == 0 ? NULL : v->items[0];
    for (size_t i = 1; i < v->count; i++)
        if (sign * json_compare(v->items[i], best) > 0)
            best = v->items[i];
    *out = best;
    return OK;
}

static struct err bi_max(struct call *c, const struct json **out)
{
    return extreme(c, 1, out);
}

static struct err bi_min(struct call *c, const struct json **out)
{
    return extreme(c, -1, out);
}

static int by_value(const void *a, const void *b)
{
    return json_compare(*(const struct json *const *)a, *(const struct json *const *)b);
}

static struct err bi_sort(struct call *c, const struct json **out)
{
    struct values items = {.arena = c->arena};
    TRY(builtin_need_collection(c, 1));
    TRY(builtin_cost(c, json_weight(c->args[0]) * 8));
    for (size_t i = 0; i < c->args[0]->count; i++)
        TRY(values_add(&items, c->args[0]->items[i]));
    if (items.count > 1)
        qsort(items.items, items.count, sizeof(const struct json *), by_value);
    return value_array(c->arena, items.items, items.count, out);
}

static bool is_true(const struct json *v)
{
    return v->type == JSON_BOOL && v->as_bool;
}

static struct err bi_all(struct call *c, const struct json **out)
{
    bool all = true;
    TRY(builtin_need_collection(c, 1));
    for (size_t i = 0; i < c->args[0]->count; i++)
        all = all && is_true(c->args[0]->items[i]);
    *out = value_bool(all);
    return OK;
}

static struct err bi_any(struct call *c, const struct json **out)
{
    bool any = false;
    TRY(builtin_need_collection(c, 1));
    for (size_t i = 0; i < c->args[0]->count; i++)
        any = any || is_true(c->args[0]->items[i]);
    *out = value_bool(any);
    return OK;
}

const struct builtin builtins_aggregates[] = {
    {"count", 1, false, bi_count}, {"sum", 1, false, bi_sum}, {"product", 1, false, bi_product},
    {"max", 1, false, bi_max},     {"min", 1, false, bi_min}, {"sort", 1, false, bi_sort},
    {"all", 1, false, bi_all},     {"any", 1, false, bi_any},
};
BUILTIN_ROWS(aggregates)
