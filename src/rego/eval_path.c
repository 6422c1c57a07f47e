/*
 * Paths through `data`, where documents and rules share one tree, and through values.
 */
#include "rego/eval.h"

struct err slot_root(struct eval *e, struct bytes name, struct slot *out)
{
    *out = (struct slot){.value = e->scene->input};
    if (bytes_is(name, "data"))
        *out = (struct slot){
            .value = e->scene->data,
            .node = scene_masks(e->scene, e->policy->root) ? NULL : e->policy->root,
            .is_document = true,
        };
    return OK;
}

static bool holds_rules(const struct node *n)
{
    return n->clauses != NULL || n->fallback != NULL || node_is_extent(n);
}

static const struct json *index_of(const struct json *container, const struct json *key)
{
    return container == NULL ? NULL : value_index(container, key);
}

/* A path of `data` finds the member "2" by the number 2, too: documents have no other keys than strings. */
static const struct json *index_document(struct slot from, const struct json *key)
{
    const struct json *v = index_of(from.value, key);
    if (v == NULL && from.is_document && key->type == JSON_NUMBER)
        v = json_find(from.value, key->text);
    return v;
}

/* What the rules at a place say about a key; nothing: what the document beneath says. */
static struct err select_from_rules(struct eval *e, struct slot from, const struct json *key, struct slot *out)
{
    const struct json *v;
    TRY(rule_value(e, from.node, node_is_extent(from.node) ? key : NULL, &v));
    v = index_of(v, key);
    *out = (struct slot){.value = v != NULL ? v : index_of(from.value, key)};
    return OK;
}

struct err slot_select(struct eval *e, struct slot from, const struct json *key, struct slot *out)
{
    return slot_enter(e, from, key, from.node == NULL ? NULL : node_child(from.node, key), out);
}

struct err slot_enter(struct eval *e, struct slot from, const struct json *key, const struct node *child,
                      struct slot *out)
{
    *out = (struct slot){.value = NULL};
    if (from.node != NULL && from.node->is_function)
        return OK;
    if (from.node != NULL && holds_rules(from.node))
        return select_from_rules(e, from, key, out);
    out->value = index_document(from, key);
    out->is_document = from.is_document;
    if (from.node != NULL && child != NULL && !child->is_function && !scene_masks(e->scene, child))
        out->node = child;
    return OK;
}

/* All that stands beneath a place; a document at the very place of a rule hides what the rule says. */
static struct err value_of_children(struct eval *e, struct slot from, const struct json **out)
{
    struct members members = {.arena = e->arena};
    for (size_t i = 0; i < from.node->count; i++) {
        struct slot child;
        const struct json *v;
        const struct json *key = from.node->children[i]->key;
        TRY(slot_select(e, from, key, &child));
        if (child.node != NULL && child.value != NULL && holds_rules(child.node))
            continue;
        TRY(slot_value(e, child, &v));
        if (v != NULL)
            TRY(members_add(&members, key, v));
    }
    size_t from_rules = members.count;
    for (size_t i = 0; json_is(from.value, JSON_OBJECT) && i < from.value->count; i++) {
        const struct json *key;
        TRY(value_key(e->arena, &from.value->members[i], &key));
        size_t j = 0;
        while (j < from_rules && json_compare_keys(&members.items[j], &from.value->members[i]) != 0)
            j++;
        if (j == from_rules)
            TRY(members_add(&members, key, from.value->members[i].value));
    }
    return value_object(e->arena, members.items, members.count, NULL, out);
}

struct err slot_value(struct eval *e, struct slot from, const struct json **out)
{
    *out = from.value;
    if (from.node == NULL)
        return OK;
    TRY(eval_charge(e, 1));
    if (!holds_rules(from.node)) {
        TRY(eval_enter(e));
        TRY(value_of_children(e, from, out));
        e->depth--;
        return OK;
    }
    const struct json *v;
    TRY(rule_value(e, from.node, NULL, &v));
    if (v == NULL || from.value == NULL) {
        *out = v != NULL ? v : from.value;
        return OK;
    }
    return scene_merge(e->arena, from.value, v, out);
}

/* The keys of documents and of rules at one place. */
static struct err collect_keys(struct eval *e, struct slot from, struct values *out)
{
    struct values all = {.arena = e->arena};
    for (size_t i = 0; json_is(from.value, JSON_OBJECT) && i < from.value->count; i++) {
        const struct json *key;
        TRY(value_key(e->arena, &from.value->members[i], &key));
        TRY(values_add(&all, key));
    }
    for (size_t i = 0; i < from.node->count; i++)
        TRY(values_add(&all, from.node->children[i]->key));
    const struct json *set;
    TRY(value_set(e->arena, all.items, all.count, &set));
    *out = (struct values){.arena = e->arena};
    for (size_t i = 0; i < set->count; i++)
        TRY(values_add(out, set->items[i]));
    return OK;
}

struct err slot_scan(struct eval *e, struct slot from, struct iterator *out)
{
    *out = (struct iterator){.from = from};
    if (from.node == NULL)
        return OK;
    if (!holds_rules(from.node))
        return collect_keys(e, from, &out->keys);
    const struct json *v;
    TRY(slot_value(e, from, &v));
    out->from = (struct slot){.value = v};
    return OK;
}

static struct err next_of_value(struct eval *e, struct iterator *it, const struct json **key, struct slot *out,
                                bool *more)
{
    const struct json *v = it->from.value;
    *more = v != NULL && v->type >= JSON_ARRAY && it->index < v->count;
    if (!*more)
        return OK;
    size_t i = it->index++;
    if (v->type == JSON_OBJECT) {
        *out = (struct slot){.value = v->members[i].value};
        return value_key(e->arena, &v->members[i], key);
    }
    *out = (struct slot){.value = v->items[i]};
    *key = v->items[i];
    return v->type == JSON_ARRAY ? value_int(e->arena, (int64_t)i, key) : OK;
}

struct err slot_next(struct eval *e, struct iterator *it, const struct json **key, struct slot *out, bool *more)
{
    if (it->from.node == NULL)
        return next_of_value(e, it, key, out, more);
    *out = (struct slot){.value = NULL};
    while (it->index < it->keys.count && out->value == NULL && out->node == NULL) {
        *key = it->keys.items[it->index++];
        TRY(slot_select(e, it->from, *key, out));
    }
    *more = out->value != NULL || out->node != NULL;
    return OK;
}
