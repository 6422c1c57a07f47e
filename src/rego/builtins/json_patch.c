/*
 * json.patch: RFC 6902 on values, inside sets too. Each operation makes a new value along its path.
 */
#include "rego/builtins/json_path.h"
#include "rego/value.h"

enum edit { EDIT_INSERT, EDIT_DELETE };

struct change {
    struct call *c;
    enum edit edit;
    const struct json *path;
    const struct json *value; /* INSERT */
};

/* The index that a part of a path means in an array of `count` items; "-" is the one behind the last. */
static bool read_index(const struct json *part, size_t count, size_t *out)
{
    if (part->type == JSON_NUMBER) {
        *out = part->is_int && part->as_int >= 0 ? (size_t)part->as_int : SIZE_MAX;
        return part->is_int && part->as_int >= 0;
    }
    if (part->type != JSON_STRING || part->text.n == 0 || part->text.n > 9)
        return false;
    *out = count;
    if (bytes_is(part->text, "-"))
        return true;
    if (part->text.n > 1 && part->text.p[0] == '0')
        return false;
    size_t n = 0;
    for (size_t i = 0; i < part->text.n; i++) {
        if (part->text.p[i] < '0' || part->text.p[i] > '9')
            return false;
        n = n * 10 + (size_t)(part->text.p[i] - '0');
    }
    *out = n;
    return true;
}

static struct err no_path(struct call *c)
{
    return builtin_error(c, "a path of the patch does not exist in the document");
}

/* What stands under a part of a path; NULL if nothing does. */
static const struct json *find_part(const struct json *v, const struct json *part)
{
    size_t index;
    if (v->type == JSON_OBJECT)
        return value_find(v, part);
    if (v->type == JSON_SET)
        return value_index(v, part);
    if (v->type != JSON_ARRAY || !read_index(part, v->count, &index) || index >= v->count)
        return NULL;
    return v->items[index];
}

static struct err find_path(struct call *c, const struct json *v, const struct json *path, const struct json **out)
{
    for (size_t i = 0; i < path->count && v != NULL; i++) {
        TRY(builtin_cost(c, json_weight(path->items[i])));
        v = find_part(v, path->items[i]);
    }
    *out = v;
    return v == NULL ? no_path(c) : OK;
}

/* An object with another value under a key, or without the key where the value is NULL. */
static struct err put_member(struct call *c, const struct json *v, const struct json *key, const struct json *value,
                             const struct json **out)
{
    struct members all = {.arena = c->arena};
    for (size_t i = 0; i < v->count; i++) {
        const struct json *k;
        TRY(value_key(c->arena, &v->members[i], &k));
        if (!json_equal(k, key))
            TRY(members_add(&all, k, v->members[i].value));
    }
    if (value != NULL)
        TRY(members_add(&all, key, value));
    return value_object(c->arena, all.items, all.count, NULL, out);
}

/* A set with one member for another; either may be NULL. */
static struct err put_in_set(struct call *c, const struct json *v, const struct json *old, const struct json *new,
                             const struct json **out)
{
    struct values all = {.arena = c->arena};
    for (size_t i = 0; i < v->count; i++)
        if (old == NULL || !json_equal(v->items[i], old))
            TRY(values_add(&all, v->items[i]));
    if (new != NULL)
        TRY(values_add(&all, new));
    return value_set(c->arena, all.items, all.count, out);
}

/* An array with `new` before the item at an index, which stays where `keep` says so. */
static struct err put_item(struct call *c, const struct json *v, size_t index, const struct json *new, bool keep,
                           const struct json **out)
{
    struct values all = {.arena = c->arena};
    for (size_t i = 0; i <= v->count; i++) {
        if (i == index && new != NULL)
            TRY(values_add(&all, new));
        if (i < v->count && (i != index || keep))
            TRY(values_add(&all, v->items[i]));
    }
    return value_array(c->arena, all.items, all.count, out);
}

/* The last part of the path: where the change is made. */
static struct err apply_here(const struct change *ch, const struct json *v, const struct json *part,
                             const struct json **out)
{
    struct call *c = ch->c;
    bool insert = ch->edit == EDIT_INSERT;
    size_t index;
    if (!insert && find_part(v, part) == NULL)
        return no_path(c);
    if (v->type == JSON_OBJECT)
        return put_member(c, v, part, insert ? ch->value : NULL, out);
    if (v->type == JSON_SET) {
        if (insert && !json_equal(part, ch->value))
            return builtin_error(c, "set key %s does not equal value to be inserted", value_type_name(part->type));
        return put_in_set(c, v, insert ? NULL : part, insert ? ch->value : NULL, out);
    }
    if (v->type != JSON_ARRAY || !read_index(part, v->count, &index) || index > v->count)
        return no_path(c);
    return put_item(c, v, index, insert ? ch->value : NULL, insert, out);
}

/* Every part of the container is looked at, most for whether it is the one that the path names. */
static struct err cost_of_rebuilding(struct call *c, const struct json *v, const struct json *part)
{
    TRY(builtin_cost(c, v->type == JSON_SET ? json_weight(v) : v->count * json_weight(part)));
    if (v->type == JSON_OBJECT)
        TRY(builtin_cost_keys(c, v));
    return builtin_cost(c, 8 * v->count + 8);
}

/* Depth: that of the value. */
static struct err apply(const struct change *ch, const struct json *v, size_t at, const struct json **out)
{
    struct call *c = ch->c;
    size_t index;
    const struct json *part = ch->path->items[at];
    TRY(cost_of_rebuilding(c, v, part));
    if (at + 1 == ch->path->count)
        return apply_here(ch, v, part, out);
    const struct json *inner = find_part(v, part);
    if (inner == NULL)
        return no_path(c);
    TRY(apply(ch, inner, at + 1, &inner));
    if (v->type == JSON_OBJECT)
        return put_member(c, v, part, inner, out);
    if (v->type == JSON_SET)
        return put_in_set(c, v, part, inner, out);
    return read_index(part, v->count, &index) ? put_item(c, v, index, inner, false, out) : no_path(c);
}

/* The document is NULL once all of it was removed; another may be put in its place. */
static struct err edit(struct call *c, enum edit how, const struct json *path, const struct json *value,
                       const struct json **document)
{
    struct change ch = {.c = c, .edit = how, .path = path, .value = value};
    if (path->count > 0)
        return *document == NULL ? no_path(c) : apply(&ch, *document, 0, document);
    if (how == EDIT_DELETE && *document == NULL)
        return no_path(c);
    *document = how == EDIT_DELETE ? NULL : value;
    return OK;
}

static struct err attribute(struct call *c, const struct json *operation, const char *name, const struct json **out)
{
    *out = json_at(operation, name);
    return *out == NULL ? builtin_error(c, "missing '%s' attribute", name) : OK;
}

static struct err path_attribute(struct call *c, const struct json *operation, const char *name,
                                 const struct json **out)
{
    TRY(attribute(c, operation, name, out));
    return path_read(c, *out, out);
}

static struct err change_value(struct call *c, const struct json *operation, struct bytes op, const struct json *path,
                               const struct json **document)
{
    const struct json *value;
    const struct json *found;
    TRY(attribute(c, operation, "value", &value));
    if (bytes_is(op, "add"))
        return edit(c, EDIT_INSERT, path, value, document);
    TRY(find_path(c, *document, path, &found));
    bool test = bytes_is(op, "test");
    if (test)
        TRY(builtin_cost_compare(c, found, value));
    if (test)
        return json_equal(found, value) ? OK : builtin_error(c, "a test of the patch does not hold");
    if (path->count > 0)
        TRY(edit(c, EDIT_DELETE, path, NULL, document));
    return edit(c, EDIT_INSERT, path, value, document);
}

static struct err transfer(struct call *c, const struct json *operation, struct bytes op, const struct json *path,
                           const struct json **document)
{
    const struct json *from;
    const struct json *value;
    TRY(path_attribute(c, operation, "from", &from));
    TRY(find_path(c, *document, from, &value));
    if (bytes_is(op, "move"))
        TRY(edit(c, EDIT_DELETE, from, NULL, document));
    return edit(c, EDIT_INSERT, path, value, document);
}

static struct err operate(struct call *c, const struct json *operation, const struct json **document)
{
    const struct json *op;
    const struct json *path;
    TRY(builtin_cost(c, 8));
    if (operation->type != JSON_OBJECT)
        return builtin_error(c, "must be an array of JSON-Patch objects, but at least one element is not an object");
    TRY(attribute(c, operation, "op", &op));
    if (op->type != JSON_STRING)
        return builtin_error(c, "attribute 'op' must be a string");
    bool by_value = bytes_is(op->text, "add") || bytes_is(op->text, "replace") || bytes_is(op->text, "test");
    bool by_path = bytes_is(op->text, "move") || bytes_is(op->text, "copy");
    if (!by_value && !by_path && !bytes_is(op->text, "remove"))
        return builtin_error(c, "unrecognized op '%.*s'", op->text.n > 40 ? 40 : (int)op->text.n,
                             (const char *)op->text.p);
    TRY(path_attribute(c, operation, "path", &path));
    if (by_value)
        return change_value(c, operation, op->text, path, document);
    if (by_path)
        return transfer(c, operation, op->text, path, document);
    return edit(c, EDIT_DELETE, path, NULL, document);
}

static struct err bi_json_patch(struct call *c, const struct json **out)
{
    const struct json *document = c->args[0];
    TRY(builtin_need(c, 2, JSON_ARRAY));
    for (size_t i = 0; i < c->args[1]->count; i++)
        TRY(operate(c, c->args[1]->items[i], &document));
    *out = document;
    return document == NULL ? builtin_error(c, "the whole document cannot be removed") : OK;
}

const struct builtin builtins_json_patch[] = {
    {"json.patch", 2, false, bi_json_patch},
};
BUILTIN_ROWS(json_patch)
