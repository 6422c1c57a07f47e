#include "cases.h"

struct err compare_plain(struct arena *a, const struct json *v, const struct json **out)
{
    SCOPED(buf) struct buf b;
    struct bytes text;
    buf_init(&b, 64UL << 20);
    json_encode(v, &b);
    TRY(buf_end(&b, &text));
    return json_decode(a, text, NULL, NULL, out);
}

static int by_value(const void *a, const void *b)
{
    return json_compare(*(const struct json *const *)a, *(const struct json *const *)b);
}

static struct err sorted(struct arena *a, const struct json *v, const struct json **out)
{
    const struct json **items;
    TRY(arena_array(a, v->count, &items));
    for (size_t i = 0; i < v->count; i++)
        items[i] = v->items[i];
    if (v->count > 1)
        qsort(items, v->count, sizeof(*items), by_value);
    return json_new_array(a, items, v->count, out);
}

/* Arrays right below a binding are put in order. */
static struct err sort_row(struct arena *a, const struct json *row, const struct json **out)
{
    struct members members = {.arena = a};
    for (size_t i = 0; i < row->count; i++) {
        const struct json *key;
        const struct json *v = row->members[i].value;
        TRY(value_key(a, &row->members[i], &key));
        if (v->type == JSON_ARRAY)
            TRY(sorted(a, v, &v));
        TRY(members_add(&members, key, v));
    }
    return value_object(a, members.items, members.count, NULL, out);
}

static struct err order_rows(struct arena *a, const struct json *rows, bool sort, const struct json **out)
{
    struct values list = {.arena = a};
    for (size_t i = 0; i < rows->count; i++) {
        const struct json *row = rows->items[i];
        if (sort && row->type == JSON_OBJECT)
            TRY(sort_row(a, row, &row));
        TRY(values_add(&list, row));
    }
    const struct json *array;
    TRY(json_new_array(a, list.items, list.count, &array));
    return sorted(a, array, out);
}

struct err compare_rows(struct arena *a, const struct json *have, const struct json *want, bool sort, bool *same)
{
    TRY(order_rows(a, have, sort, &have));
    TRY(order_rows(a, want, sort, &want));
    *same = json_equal(have, want);
    return OK;
}

static struct err parts_of(struct arena *a, const struct json *list, struct values *out)
{
    *out = (struct values){.arena = a};
    for (size_t i = 0; i < list->count; i++) {
        const struct json *v;
        TRY(compare_value(a, list->items[i], &v));
        TRY(values_add(out, v));
    }
    return OK;
}

/* object!: a list of {key, value}. */
static struct err object_of(struct arena *a, const struct json *list, const struct json **out)
{
    struct members members = {.arena = a};
    for (size_t i = 0; i < list->count; i++) {
        const struct json *key = json_at(list->items[i], "key");
        const struct json *v = json_at(list->items[i], "value");
        if (key == NULL || v == NULL)
            return FAIL(ERR_FORMAT, "object! without key and value");
        TRY(compare_value(a, key, &key));
        TRY(compare_value(a, v, &v));
        TRY(members_add(&members, key, v));
    }
    return value_object(a, members.items, members.count, NULL, out);
}

struct err compare_value(struct arena *a, const struct json *want, const struct json **out)
{
    struct values parts;
    *out = want;
    if (want->type == JSON_ARRAY) {
        TRY(parts_of(a, want, &parts));
        return value_array(a, parts.items, parts.count, out);
    }
    if (want->type != JSON_OBJECT)
        return OK;
    if (json_is(json_at(want, "set!"), JSON_ARRAY)) {
        TRY(parts_of(a, json_at(want, "set!"), &parts));
        return value_set(a, parts.items, parts.count, out);
    }
    if (json_is(json_at(want, "object!"), JSON_ARRAY))
        return object_of(a, json_at(want, "object!"), out);
    struct members members = {.arena = a};
    for (size_t i = 0; i < want->count; i++) {
        const struct json *key;
        const struct json *v;
        TRY(value_key(a, &want->members[i], &key));
        TRY(compare_value(a, want->members[i].value, &v));
        TRY(members_add(&members, key, v));
    }
    return value_object(a, members.items, members.count, NULL, out);
}
