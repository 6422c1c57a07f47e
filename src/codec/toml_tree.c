/*
 * The members of a table are an AA tree (Andersson 1993): a red-black tree with one rule for rebalancing.
 */
#include "codec/toml_tree.h"

struct toml_node *toml_tree_find(const struct toml_node *table, struct bytes key)
{
    struct toml_node *n = table->members;
    while (n != NULL) {
        int order = bytes_compare(key, n->key);
        if (order == 0)
            return n;
        n = order < 0 ? n->left : n->right;
    }
    return NULL;
}

/* A left child on its parent's level becomes the parent. */
static struct toml_node *skew(struct toml_node *n)
{
    struct toml_node *left = n->left;
    if (left == NULL || left->level != n->level)
        return n;
    n->left = left->right;
    left->right = n;
    return left;
}

/* Of three on one level the middle one rises. */
static struct toml_node *split(struct toml_node *n)
{
    struct toml_node *right = n->right;
    if (right == NULL || right->right == NULL || right->right->level != n->level)
        return n;
    n->right = right->left;
    right->left = n;
    right->level++;
    return right;
}

/* Recursion is as deep as the tree: twice the logarithm of its size. */
static struct toml_node *insert(struct toml_node *root, struct toml_node *fresh)
{
    if (root == NULL)
        return fresh;
    if (bytes_compare(fresh->key, root->key) < 0)
        root->left = insert(root->left, fresh);
    else
        root->right = insert(root->right, fresh);
    return split(skew(root));
}

struct err toml_tree_add(struct arena *scratch, struct toml_node *table, struct bytes key, enum toml_kind kind,
                         struct toml_node **out)
{
    struct toml_node *n;
    TRY(arena_new(scratch, &n));
    *n = (struct toml_node){.kind = kind, .key = key, .level = 1};
    table->members = insert(table->members, n);
    table->count++;
    *out = n;
    return OK;
}

struct err toml_tree_append(struct arena *scratch, struct toml_node *tables, struct toml_node **out)
{
    struct toml_node *n;
    TRY(arena_new(scratch, &n));
    *n = (struct toml_node){.kind = TOML_HEADER};
    if (tables->last == NULL)
        tables->first = n;
    else
        tables->last->next = n;
    tables->last = n;
    tables->count++;
    *out = n;
    return OK;
}

static struct err elements_json(struct arena *a, struct arena *scratch, const struct toml_node *tables,
                                const struct json **out)
{
    const struct json **items;
    size_t count = 0;
    TRY(arena_array(scratch, tables->count, &items));
    for (const struct toml_node *n = tables->first; n != NULL; n = n->next)
        TRY(toml_tree_json(a, scratch, n, &items[count++]));
    return json_new_array(a, items, count, out);
}

static struct err member_json(struct arena *a, struct arena *scratch, const struct toml_node *n,
                              const struct json **out)
{
    switch (n->kind) {
    case TOML_VALUE:
        *out = n->value;
        return OK;
    case TOML_TABLES:
        return elements_json(a, scratch, n, out);
    case TOML_IMPLICIT:
    case TOML_DOTTED:
    case TOML_HEADER:
        break;
    }
    return toml_tree_json(a, scratch, n, out);
}

/* The members of a tree in the order of their keys. */
static struct err walk(struct arena *a, struct arena *scratch, const struct toml_node *n, struct json_member *members,
                       size_t *count)
{
    if (n == NULL)
        return OK;
    TRY(walk(a, scratch, n->left, members, count));
    members[*count].key = n->key;
    TRY(member_json(a, scratch, n, &members[*count].value));
    (*count)++;
    return walk(a, scratch, n->right, members, count);
}

struct err toml_tree_json(struct arena *a, struct arena *scratch, const struct toml_node *table,
                          const struct json **out)
{
    struct json_member *members;
    size_t count = 0;
    TRY(arena_array(scratch, table->count, &members));
    TRY(walk(a, scratch, table->members, members, &count));
    return json_new_object(a, members, count, out);
}
