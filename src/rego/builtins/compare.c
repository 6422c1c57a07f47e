/*
 * Comparison and membership.
 */
#include "rego/builtins/builtin.h"
#include "rego/value.h"

static struct err order(struct call *c, int *out)
{
    TRY(builtin_cost_compare(c, c->args[0], c->args[1]));
    *out = json_compare(c->args[0], c->args[1]);
    return OK;
}

static struct err bi_equal(struct call *c, const struct json **out)
{
    int by;
    TRY(order(c, &by));
    *out = value_bool(by == 0);
    return OK;
}

static struct err bi_neq(struct call *c, const struct json **out)
{
    int by;
    TRY(order(c, &by));
    *out = value_bool(by != 0);
    return OK;
}

static struct err bi_lt(struct call *c, const struct json **out)
{
    int by;
    TRY(order(c, &by));
    *out = value_bool(by < 0);
    return OK;
}

static struct err bi_lte(struct call *c, const struct json **out)
{
    int by;
    TRY(order(c, &by));
    *out = value_bool(by <= 0);
    return OK;
}

static struct err bi_gt(struct call *c, const struct json **out)
{
    int by;
    TRY(order(c, &by));
    *out = value_bool(by > 0);
    return OK;
}

static struct err bi_gte(struct call *c, const struct json **out)
{
    int by;
    TRY(order(c, &by));
    *out = value_bool(by >= 0);
    return OK;
}

static bool holds(const struct json *c, const struct json *v)
{
    if (c->type == JSON_SET)
        return value_has(c, v);
    for (size_t i = 0; c->type == JSON_ARRAY && i < c->count; i++)
        if (json_equal(c->items[i], v))
            return true;
    for (size_t i = 0; c->type == JSON_OBJECT && i < c->count; i++)
        if (json_equal(c->members[i].value, v))
            return true;
    return false;
}

static struct err bi_member(struct call *c, const struct json **out)
{
    const struct json *collection = c->args[1];
    uint64_t work = json_weight(c->args[0]); /* a set is searched by halves, everything else item by item */
    if (collection->type == JSON_ARRAY || collection->type == JSON_OBJECT)
        work = work * collection->count < json_weight(collection) ? work * collection->count : json_weight(collection);
    TRY(builtin_cost(c, work));
    *out = value_bool(holds(collection, c->args[0]));
    return OK;
}

static struct err bi_member_of_key(struct call *c, const struct json **out)
{
    TRY(builtin_cost(c, json_weight(c->args[0])));
    const struct json *v = value_index(c->args[2], c->args[0]);
    if (v != NULL)
        TRY(builtin_cost_compare(c, v, c->args[1]));
    *out = value_bool(v != NULL && json_equal(v, c->args[1]));
    return OK;
}

const struct builtin builtins_compare[] = {
    {"equal", 2, false, bi_equal},
    {"eq", 2, false, bi_equal},
    {"assign", 2, false, bi_equal},
    {"neq", 2, false, bi_neq},
    {"lt", 2, false, bi_lt},
    {"lte", 2, false, bi_lte},
    {"gt", 2, false, bi_gt},
    {"gte", 2, false, bi_gte},
    {"internal.member_2", 2, false, bi_member},
    {"internal.member_3", 3, false, bi_member_of_key},
};
BUILTIN_ROWS(compare)
