/*
 * Comparison and membership.
 */
#include "rego/builtins/builtin.h"
#include "rego/value.h"

static int order(const struct call *c)
{
    return json_compare(c->args[0], c->args[1]);
}

static struct err bi_equal(struct call *c, const struct json **out)
{
    *out = value_bool(order(c) == 0);
    return OK;
}

static struct err bi_neq(struct call *c, const struct json **out)
{
    *out = value_bool(order(c) != 0);
    return OK;
}

static struct err bi_lt(struct call *c, const struct json **out)
{
    *out = value_bool(order(c) < 0);
    return OK;
}

static struct err bi_lte(struct call *c, const struct json **out)
{
    *out = value_bool(order(c) <= 0);
    return OK;
}

static struct err bi_gt(struct call *c, const struct json **out)
{
    *out = value_bool(order(c) > 0);
    return OK;
}

static struct err bi_gte(struct call *c, const struct json **out)
{
    *out = value_bool(order(c) >= 0);
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
    if (collection->type >= JSON_ARRAY)
        TRY(builtin_cost(c, collection->count));
    *out = value_bool(holds(collection, c->args[0]));
    return OK;
}

static struct err bi_member_of_key(struct call *c, const struct json **out)
{
    const struct json *v = value_index(c->args[2], c->args[0]);
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
