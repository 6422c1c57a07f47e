/*
 * Building values and putting their parts in order. Text from outside reaches it only as checked strings and numbers.
 */
#include "json/value.h"

#include "json/number.h"

#define FEW 12 /* so many members are sorted by insertion */

static int by_key(const void *a, const void *b)
{
    return json_compare_keys(a, b);
}

static int by_value(const void *a, const void *b)
{
    return json_compare(*(const struct json *const *)a, *(const struct json *const *)b);
}

static void insertion_sort(struct json_member *members, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct json_member moving = members[i];
        size_t at = i;
        for (; at > 0 && by_key(&members[at - 1], &moving) > 0; at--)
            members[at] = members[at - 1];
        members[at] = moving;
    }
}

/*
 * The C library's sort is a merge sort or an introsort, which no input makes quadratic. (glibc before 2.37 turns to a
 * quicksort where its copy would take a quarter of the machine's memory; JSON_TEXT_MAX keeps members below that.)
 */
const struct json_member *value_sort_members(struct json_member *members, size_t count)
{
    bool sorted = true;
    for (size_t i = 1; sorted && i < count; i++)
        sorted = by_key(&members[i - 1], &members[i]) < 0;
    if (sorted)
        return NULL;
    if (count <= FEW)
        insertion_sort(members, count);
    else
        qsort(members, count, sizeof(*members), by_key);
    for (size_t i = 1; i < count; i++)
        if (by_key(&members[i - 1], &members[i]) == 0)
            return &members[i];
    return NULL;
}

size_t value_keep_last(struct json_member *members, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || by_key(&members[kept - 1], &members[i]) != 0)
            members[kept++] = members[i];
        else if (members[i].value > members[kept - 1].value)
            members[kept - 1] = members[i];
    }
    return kept;
}

size_t value_sort_items(const struct json **items, size_t count)
{
    if (count == 0)
        return 0;
    qsort(items, count, sizeof(*items), by_value);
    size_t kept = 1;
    for (size_t i = 1; i < count; i++)
        if (!json_equal(items[kept - 1], items[i]))
            items[kept++] = items[i];
    return kept;
}

uint64_t json_key_weight(const struct json_member *m)
{
    return m->name == NULL ? 1 + m->key.n / 64 : json_weight(m->name);
}

void json_weigh(struct json *v)
{
    uint64_t weight = 0;
    for (size_t i = 0; i < v->count; i++)
        weight += v->type != JSON_OBJECT ? json_weight(v->items[i])
                                         : json_key_weight(&v->members[i]) + json_weight(v->members[i].value);
    v->weight = weight;
}

static struct err put(struct arena *a, const struct json *v, const struct json **out)
{
    struct json *copy;
    TRY(arena_new(a, &copy));
    *copy = *v;
    if (v->type >= JSON_ARRAY)
        json_weigh(copy);
    *out = copy;
    return OK;
}

struct err json_new_null(struct arena *a, const struct json **out)
{
    return put(a, &(struct json){.type = JSON_NULL}, out);
}

struct err json_new_bool(struct arena *a, bool v, const struct json **out)
{
    return put(a, &(struct json){.type = JSON_BOOL, .as_bool = v}, out);
}

/* Counts and indexes are small: those integers exist already. */
#define INT(n_)                                                                                                        \
    {                                                                                                                  \
        .type = JSON_NUMBER, .is_int = true, .as_int = (n_), .text = {(const uint8_t *)#n_, sizeof(#n_) - 1 }          \
    }
#define TEN(n_)                                                                                                        \
    INT(n_##0), INT(n_##1), INT(n_##2), INT(n_##3), INT(n_##4), INT(n_##5), INT(n_##6), INT(n_##7), INT(n_##8),        \
        INT(n_##9)
static const struct json small[] = {
    INT(0),  INT(1),  INT(2),  INT(3),  INT(4),  INT(5),  INT(6),  INT(7),  INT(8),  INT(9),  TEN(1),  TEN(2),
    TEN(3),  TEN(4),  TEN(5),  TEN(6),  TEN(7),  TEN(8),  TEN(9),  TEN(10), TEN(11), TEN(12), TEN(13), TEN(14),
    TEN(15), TEN(16), TEN(17), TEN(18), TEN(19), TEN(20), TEN(21), TEN(22), TEN(23), TEN(24), TEN(25),
};

struct err json_new_int(struct arena *a, int64_t v, const struct json **out)
{
    if (v >= 0 && (size_t)v < sizeof(small) / sizeof(small[0])) {
        *out = &small[v];
        return OK;
    }
    char digits[DECIMAL_MAX];
    struct json value = {.type = JSON_NUMBER, .is_int = true, .as_int = v};
    TRY(arena_copy(a, bytes_decimal(v, digits), &value.text));
    return put(a, &value, out);
}

struct err json_new_number(struct arena *a, struct bytes text, const struct json **out)
{
    char *copy;
    struct json value;
    TRY(arena_text(a, text, &copy));
    TRY(number_scan((const uint8_t *)copy, &value));
    if (value.text.n != text.n)
        return FAIL(ERR_FORMAT, "bytes are left behind the number");
    return put(a, &value, out);
}

struct err json_new_string(struct arena *a, struct bytes v, const struct json **out)
{
    if (!bytes_is_utf8(v))
        return FAIL(ERR_FORMAT, "a string is not UTF-8");
    struct json value = {.type = JSON_STRING};
    TRY(arena_copy(a, v, &value.text));
    return put(a, &value, out);
}

static struct err copy_items(struct arena *a, const struct json *const *items, size_t count, const struct json ***out)
{
    const struct json **copy;
    TRY(arena_array(a, count, &copy));
    for (size_t i = 0; i < count; i++)
        copy[i] = items[i];
    *out = copy;
    return OK;
}

struct err json_new_array(struct arena *a, const struct json *const *items, size_t count, const struct json **out)
{
    const struct json **copy;
    TRY(copy_items(a, items, count, &copy));
    return put(a, &(struct json){.type = JSON_ARRAY, .count = count, .items = copy}, out);
}

struct err json_new_set(struct arena *a, const struct json *const *items, size_t count, const struct json **out)
{
    const struct json **copy;
    TRY(copy_items(a, items, count, &copy));
    size_t kept = value_sort_items(copy, count);
    return put(a, &(struct json){.type = JSON_SET, .count = kept, .items = copy}, out);
}

struct err json_new_object(struct arena *a, const struct json_member *members, size_t count, const struct json **out)
{
    struct json_member *copy;
    TRY(arena_array(a, count, &copy));
    for (size_t i = 0; i < count; i++) {
        if (!bytes_is_utf8(members[i].key))
            return FAIL(ERR_FORMAT, "a key is not UTF-8");
        TRY(arena_copy(a, members[i].key, &copy[i].key));
        copy[i].value = members[i].value;
        copy[i].name = members[i].name;
    }
    if (value_sort_members(copy, count) != NULL)
        return FAIL(ERR_FORMAT, "a key stands twice");
    return put(a, &(struct json){.type = JSON_OBJECT, .count = count, .members = copy}, out);
}
