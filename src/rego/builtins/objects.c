#include "rego/builtins/builtin.h"
#include "rego/value.h"

static struct err bi_get(struct call *c, const struct json **out)
{
    TRY(builtin_need(c, 1, JSON_OBJECT));
    const struct json *key = c->args[1];
    const struct json *found = c->args[0];
    TRY(builtin_cost(c, json_weight(key)));
    if (key->type != JSON_ARRAY)
        found = value_find(found, key);
    for (size_t i = 0; key->type == JSON_ARRAY && found != NULL && i < key->count; i++)
        found = value_index(found, key->items[i]);
    *out = found != NULL ? found : c->args[2];
    return OK;
}

static struct err bi_keys(struct call *c, const struct json **out)
{
    struct values keys = {.arena = c->arena};
    TRY(builtin_need(c, 1, JSON_OBJECT));
    TRY(builtin_cost_keys(c, c->args[0]));
    for (size_t i = 0; i < c->args[0]->count; i++) {
        const struct json *key;
        TRY(value_key(c->arena, &c->args[0]->members[i], &key));
        TRY(values_add(&keys, key));
    }
    return value_set(c->arena, keys.items, keys.count, out);
}

/* The keys that remove and filter name: an array, a set, or the keys of an object. */
static struct err named_keys(struct call *c, const struct json **out)
{
    const struct json *v = c->args[1];
    if (v->type == JSON_SET) {
        *out = v;
        return OK;
    }
    if (v->type == JSON_ARRAY)
        return builtin_set(c, v->items, v->count, out);
    if (v->type != JSON_OBJECT)
        return builtin_type_error(c, 2, "one of {object, set, array}");
    struct call keys = {.arena = c->arena, .eval = c->eval, .args = &c->args[1], .count = 1, .name = c->name};
    return bi_keys(&keys, out);
}

static struct err keep_members(struct call *c, bool named, const struct json **out)
{
    const struct json *keys;
    struct members kept = {.arena = c->arena};
    TRY(builtin_need(c, 1, JSON_OBJECT));
    TRY(named_keys(c, &keys));
    TRY(builtin_cost_keys(c, c->args[0]));
    for (size_t i = 0; i < c->args[0]->count; i++) {
        const struct json *key;
        TRY(value_key(c->arena, &c->args[0]->members[i], &key));
        if (value_has(keys, key) == named)
            TRY(members_add(&kept, key, c->args[0]->members[i].value));
    }
    return value_object(c->arena, kept.items, kept.count, NULL, out);
}

static struct err bi_remove(struct call *c, const struct json **out)
{
    return keep_members(c, false, out);
}

static struct err bi_filter(struct call *c, const struct json **out)
{
    return keep_members(c, true, out);
}

/* Objects merge key by key, the right one wins. Depth: bounded by the values'. */
static struct err merge(struct call *c, const struct json *left, const struct json *right, const struct json **out)
{
    struct members all = {.arena = c->arena};
    *out = right;
    if (left->type != JSON_OBJECT || right->type != JSON_OBJECT)
        return OK;
    TRY(builtin_cost_keys(c, left));
    TRY(builtin_cost_keys(c, right));
    for (size_t i = 0; i < left->count; i++) {
        const struct json *key;
        TRY(value_key(c->arena, &left->members[i], &key));
        TRY(members_add(&all, key, left->members[i].value));
    }
    for (size_t i = 0; i < right->count; i++) {
        const struct json *key;
        const struct json *v = right->members[i].value;
        TRY(value_key(c->arena, &right->members[i], &key));
        const struct json *old = value_find(left, key);
        if (old != NULL)
            TRY(merge(c, old, v, &v));
        TRY(members_add(&all, key, v));
    }
    return value_object(c->arena, all.items, all.count, NULL, out);
}

static struct err bi_union(struct call *c, const struct json **out)
{
    TRY(builtin_need(c, 1, JSON_OBJECT));
    TRY(builtin_need(c, 2, JSON_OBJECT));
    return merge(c, c->args[0], c->args[1], out);
}

static struct err bi_union_n(struct call *c, const struct json **out)
{
    const struct json *all = &value_empty_object;
    TRY(builtin_need(c, 1, JSON_ARRAY));
    for (size_t i = 0; i < c->args[0]->count; i++) {
        const struct json *item = c->args[0]->items[i];
        if (item->type != JSON_OBJECT) {
            c->code = "eval_type_error";
            return builtin_error(c, "operand 1 must be array of objects but got array containing %s",
                                 value_type_name(item->type));
        }
        TRY(merge(c, all, item, &all));
    }
    *out = all;
    return OK;
}

/* Depth: bounded by the values'. Every level pays for itself, so that hostile documents cannot hide work below it. */
static struct err covers(struct call *c, const struct json *super, const struct json *sub, bool *out);

static struct err object_covers(struct call *c, const struct json *super, const struct json *sub, bool *out)
{
    *out = true;
    TRY(builtin_cost_keys(c, sub));
    TRY(builtin_cost(c, 4 * sub->count));
    for (size_t i = 0; *out && i < sub->count; i++) {
        const struct json_member *m = &sub->members[i];
        const struct json *v = m->name == NULL ? json_find(super, m->key) : value_find(super, m->name);
        *out = v != NULL;
        if (v != NULL)
            TRY(covers(c, v, m->value, out));
    }
    return OK;
}

static bool set_covers(const struct json *super, const struct json *sub)
{
    for (size_t i = 0; i < sub->count; i++)
        if (!value_has(super, sub->items[i]))
            return false;
    return true;
}

static bool array_covers_at(const struct json *super, const struct json *sub, size_t at)
{
    for (size_t i = 0; i < sub->count; i++)
        if (!json_equal(super->items[at + i], sub->items[i]))
            return false;
    return true;
}

static bool array_covers(const struct json *super, const struct json *sub)
{
    for (size_t at = 0; at + sub->count <= super->count; at++)
        if (array_covers_at(super, sub, at))
            return true;
    return false;
}

static bool array_covers_set(const struct json *super, const struct json *sub)
{
    for (size_t i = 0; i < sub->count; i++) {
        size_t at = 0;
        while (at < super->count && !json_equal(super->items[at], sub->items[i]))
            at++;
        if (at == super->count)
            return false;
    }
    return true;
}

static struct err covers(struct call *c, const struct json *super, const struct json *sub, bool *out)
{
    if (super->type == JSON_OBJECT && sub->type == JSON_OBJECT)
        return object_covers(c, super, sub, out);
    bool arrays = super->type == JSON_ARRAY && sub->type == JSON_ARRAY;
    bool sets = super->type == JSON_SET && sub->type == JSON_SET;
    if (arrays)
        TRY(builtin_cost(c, json_weight(super) * (sub->count + 1)));
    else if (sets)
        TRY(builtin_cost(c, json_weight(sub)));
    else
        TRY(builtin_cost_compare(c, super, sub));
    *out = arrays ? array_covers(super, sub) : sets ? set_covers(super, sub) : json_equal(super, sub);
    return OK;
}

static struct err bi_subset(struct call *c, const struct json **out)
{
    const struct json *super = c->args[0];
    const struct json *sub = c->args[1];
    if (super->type < JSON_ARRAY)
        return builtin_type_error(c, 1, "object, set or array");
    if (sub->type < JSON_ARRAY)
        return builtin_type_error(c, 2, "object, set or array");
    bool all;
    if (super->type == JSON_ARRAY && sub->type == JSON_SET) {
        TRY(builtin_cost(c, json_weight(super) * (sub->count + 1)));
        *out = value_bool(array_covers_set(super, sub));
        return OK;
    }
    if (super->type != sub->type) {
        c->code = "eval_type_error";
        return builtin_error(c, "both arguments object.subset must be of the same type or array and set");
    }
    TRY(covers(c, super, sub, &all));
    *out = value_bool(all);
    return OK;
}

const struct builtin builtins_objects[] = {
    {"object.get", 3, false, bi_get},       {"object.keys", 1, false, bi_keys},
    {"object.remove", 2, false, bi_remove}, {"object.filter", 2, false, bi_filter},
    {"object.union", 2, false, bi_union},   {"object.union_n", 1, false, bi_union_n},
    {"object.subset", 2, false, bi_subset},
};
BUILTIN_ROWS(objects)
