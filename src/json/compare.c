/*
 * Reading a tree: order and equality, members by name, members that must be there.
 */
#include "json/json.h"

#include <stdarg.h>

#include "json/number.h"

#define FEW 12 /* so many members are searched one by one: most differ in length */

static int compare_numbers(const struct json *a, const struct json *b)
{
    if (a->is_int && b->is_int)
        return (a->as_int > b->as_int) - (a->as_int < b->as_int);
    struct number x = number_split(a->text);
    struct number y = number_split(b->text);
    return number_compare(&x, &y);
}

static int compare_items(const struct json *a, const struct json *b)
{
    for (size_t i = 0; i < a->count && i < b->count; i++) {
        int order = json_compare(a->items[i], b->items[i]);
        if (order != 0)
            return order;
    }
    return (a->count > b->count) - (a->count < b->count);
}

/* A key that is no string against one that is: the types decide. */
static int compare_key(const struct json_member *member, struct bytes key)
{
    if (member->name == NULL)
        return bytes_compare(member->key, key);
    return member->name->type < JSON_STRING ? -1 : 1;
}

int json_compare_keys(const struct json_member *a, const struct json_member *b)
{
    if (b->name == NULL)
        return compare_key(a, b->key);
    if (a->name == NULL)
        return -compare_key(b, a->key);
    return json_compare(a->name, b->name);
}

static int compare_members(const struct json *a, const struct json *b)
{
    for (size_t i = 0; i < a->count && i < b->count; i++) {
        int order = json_compare_keys(&a->members[i], &b->members[i]);
        if (order == 0)
            order = json_compare(a->members[i].value, b->members[i].value);
        if (order != 0)
            return order;
    }
    return (a->count > b->count) - (a->count < b->count);
}

int json_compare(const struct json *a, const struct json *b)
{
    if (a == b)
        return 0;
    if (a->type != b->type)
        return a->type < b->type ? -1 : 1;
    switch (a->type) {
    case JSON_NULL:
        return 0;
    case JSON_BOOL:
        return (int)a->as_bool - (int)b->as_bool;
    case JSON_NUMBER:
        return compare_numbers(a, b);
    case JSON_STRING:
        return bytes_compare(a->text, b->text);
    case JSON_ARRAY:
    case JSON_SET:
        return compare_items(a, b);
    case JSON_OBJECT:
        break;
    }
    return compare_members(a, b);
}

static bool same_text(struct bytes a, struct bytes b)
{
    return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

static bool same_members(const struct json *a, const struct json *b)
{
    for (size_t i = 0; i < a->count; i++)
        if (json_compare_keys(&a->members[i], &b->members[i]) != 0 ||
            !json_equal(a->members[i].value, b->members[i].value))
            return false;
    return true;
}

static bool same_items(const struct json *a, const struct json *b)
{
    for (size_t i = 0; i < a->count; i++)
        if (!json_equal(a->items[i], b->items[i]))
            return false;
    return true;
}

bool json_equal(const struct json *a, const struct json *b)
{
    if (a == b)
        return true;
    if (a->type != b->type)
        return false;
    switch (a->type) {
    case JSON_NULL:
        return true;
    case JSON_BOOL:
        return a->as_bool == b->as_bool;
    case JSON_NUMBER:
        return compare_numbers(a, b) == 0;
    case JSON_STRING:
        return same_text(a->text, b->text);
    case JSON_ARRAY:
    case JSON_SET:
        return a->count == b->count && same_items(a, b);
    case JSON_OBJECT:
        break;
    }
    return a->count == b->count && same_members(a, b);
}

static const struct json *find_among_few(const struct json *object, struct bytes key)
{
    for (size_t i = 0; i < object->count; i++)
        if (object->members[i].name == NULL && same_text(object->members[i].key, key))
            return object->members[i].value;
    return NULL;
}

const struct json *json_find(const struct json *object, struct bytes key)
{
    if (!json_is(object, JSON_OBJECT))
        return NULL;
    if (object->count <= FEW)
        return find_among_few(object, key);
    size_t low = 0;
    size_t high = object->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = compare_key(&object->members[mid], key);
        if (order == 0)
            return object->members[mid].value;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

const struct json *json_at(const struct json *object, const char *key)
{
    return json_find(object, bytes_of_text(key));
}

const struct json *json_path(const struct json *object, ...)
{
    va_list keys;
    va_start(keys, object);
    for (;;) {
        const char *key = va_arg(keys, const char *);
        if (key == NULL)
            break;
        object = json_at(object, key);
    }
    va_end(keys);
    return object;
}

static struct err need(const struct json *object, const char *key, enum json_type type, const struct json **out)
{
    const struct json *v = json_at(object, key);
    if (v == NULL)
        return FAIL(ERR_FORMAT, "a member is missing");
    if (v->type != type)
        return FAIL(ERR_FORMAT, "a member has another type");
    *out = v;
    return OK;
}

struct err json_need_string(const struct json *object, const char *key, struct bytes *out)
{
    const struct json *v;
    TRY(need(object, key, JSON_STRING, &v));
    *out = v->text;
    return OK;
}

/* "1.0" and "1e3" are integers in value, but who asks for one means digits; "-0" is none either. */
static bool is_plain_integer(const struct json *v)
{
    if (!v->is_int || bytes_is(v->text, "-0"))
        return false;
    for (size_t i = 0; i < v->text.n; i++)
        if (v->text.p[i] == '.' || v->text.p[i] == 'e' || v->text.p[i] == 'E')
            return false;
    return true;
}

struct err json_need_int(const struct json *object, const char *key, int64_t min, int64_t max, int64_t *out)
{
    const struct json *v;
    TRY(need(object, key, JSON_NUMBER, &v));
    if (!is_plain_integer(v))
        return FAIL(ERR_FORMAT, "a member is no integer of 64 bits");
    if (v->as_int < min || v->as_int > max)
        return FAIL(ERR_FORMAT, "an integer is out of its range");
    *out = v->as_int;
    return OK;
}

struct err json_need_bool(const struct json *object, const char *key, bool *out)
{
    const struct json *v;
    TRY(need(object, key, JSON_BOOL, &v));
    *out = v->as_bool;
    return OK;
}

struct err json_need_object(const struct json *object, const char *key, const struct json **out)
{
    return need(object, key, JSON_OBJECT, out);
}

struct err json_need_array(const struct json *object, const char *key, const struct json **out)
{
    return need(object, key, JSON_ARRAY, out);
}
