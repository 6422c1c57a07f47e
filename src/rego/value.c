#include "rego/value.h"

#include "base/limits.h"

const struct json value_null = {.type = JSON_NULL};
const struct json value_empty_array = {.type = JSON_ARRAY, .depth = 1};
const struct json value_empty_set = {.type = JSON_SET, .depth = 1};
const struct json value_empty_object = {.type = JSON_OBJECT, .depth = 1};
static const struct json value_true = {.type = JSON_BOOL, .as_bool = true};
static const struct json value_false = {.type = JSON_BOOL};

const struct json *value_bool(bool v)
{
    return v ? &value_true : &value_false;
}

static unsigned depth_of(const struct json *v)
{
    if (v->type < JSON_ARRAY)
        return 0;
    return v->depth == 0 ? JSON_DEPTH_MAX : v->depth;
}

static struct err put(struct arena *a, struct json value, unsigned inner, const struct json **out)
{
    struct json *copy;
    if (inner >= VALUE_DEPTH_MAX)
        return FAIL(ERR_LIMIT, "a value is nested too deeply");
    TRY(arena_new(a, &copy));
    *copy = value;
    copy->depth = (uint16_t)(inner + 1);
    json_weigh(copy);
    if (copy->weight > VALUE_WEIGHT_MAX)
        return FAIL(ERR_LIMIT, "a value holds too much");
    *out = copy;
    return OK;
}

static unsigned deepest(const struct json *const *items, size_t n)
{
    unsigned max = 0;
    for (size_t i = 0; i < n; i++)
        if (depth_of(items[i]) > max)
            max = depth_of(items[i]);
    return max;
}

static struct err copy_items(struct arena *a, const struct json *const *items, size_t n, const struct json ***out)
{
    TRY(arena_array(a, n, out));
    for (size_t i = 0; i < n; i++)
        (*out)[i] = items[i];
    return OK;
}

struct err value_array(struct arena *a, const struct json *const *items, size_t n, const struct json **out)
{
    const struct json **copy;
    TRY(copy_items(a, items, n, &copy));
    return put(a, (struct json){.type = JSON_ARRAY, .count = n, .items = copy}, deepest(items, n), out);
}

static int by_value(const void *a, const void *b)
{
    return json_compare(*(const struct json *const *)a, *(const struct json *const *)b);
}

struct err value_set(struct arena *a, const struct json *const *items, size_t n, const struct json **out)
{
    const struct json **copy;
    TRY(copy_items(a, items, n, &copy));
    bool sorted = true;
    for (size_t i = 1; sorted && i < n; i++)
        sorted = json_compare(copy[i - 1], copy[i]) < 0;
    size_t kept = n;
    if (!sorted) {
        qsort(copy, n, sizeof(*copy), by_value);
        kept = 1;
        for (size_t i = 1; i < n; i++)
            if (!json_equal(copy[kept - 1], copy[i]))
                copy[kept++] = copy[i];
    }
    return put(a, (struct json){.type = JSON_SET, .count = kept, .items = copy}, deepest(copy, kept), out);
}

struct json_member value_member(const struct json *key, const struct json *value)
{
    if (key->type == JSON_STRING)
        return (struct json_member){.key = key->text, .value = value};
    return (struct json_member){.key = BYTES_EMPTY, .value = value, .name = key};
}

struct err value_key(struct arena *a, const struct json_member *m, const struct json **out)
{
    struct json *key;
    if (m->name != NULL) {
        *out = m->name;
        return OK;
    }
    TRY(arena_new(a, &key));
    key->type = JSON_STRING;
    key->text = m->key;
    *out = key;
    return OK;
}

struct place_in_list { /* keeps qsort stable */
    struct json_member member;
    size_t at;
};

static int by_key(const void *a, const void *b)
{
    const struct place_in_list *x = a;
    const struct place_in_list *y = b;
    int order = json_compare_keys(&x->member, &y->member);
    return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

static struct err sort_members(struct arena *a, struct json_member *members, size_t n)
{
    struct place_in_list *list;
    bool sorted = true;
    for (size_t i = 1; sorted && i < n; i++)
        sorted = json_compare_keys(&members[i - 1], &members[i]) < 0;
    if (sorted)
        return OK;
    TRY(arena_array(a, n, &list));
    for (size_t i = 0; i < n; i++)
        list[i] = (struct place_in_list){members[i], i};
    qsort(list, n, sizeof(*list), by_key);
    for (size_t i = 0; i < n; i++)
        members[i] = list[i].member;
    return OK;
}

struct err value_object(struct arena *a, struct json_member *members, size_t n, bool *unique, const struct json **out)
{
    struct json_member *kept;
    size_t count = 0;
    unsigned depth = 0;
    TRY(sort_members(a, members, n));
    TRY(arena_array(a, n, &kept));
    for (size_t i = 0; i < n; i++) {
        bool again = count > 0 && json_compare_keys(&kept[count - 1], &members[i]) == 0;
        if (again && unique != NULL && !json_equal(kept[count - 1].value, members[i].value)) {
            *unique = false;
            return OK;
        }
        count -= again;
        kept[count++] = members[i];
        unsigned key = members[i].name == NULL ? 0 : depth_of(members[i].name);
        unsigned value = depth_of(members[i].value);
        depth = key > depth ? key : depth;
        depth = value > depth ? value : depth;
    }
    if (unique != NULL)
        *unique = true;
    return put(a, (struct json){.type = JSON_OBJECT, .count = count, .members = kept}, depth, out);
}

const struct json *value_find(const struct json *object, const struct json *key)
{
    if (key->type == JSON_STRING)
        return json_find(object, key->text);
    struct json_member wanted = value_member(key, NULL);
    size_t low = 0;
    size_t high = object->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = json_compare_keys(&object->members[mid], &wanted);
        if (order == 0)
            return object->members[mid].value;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

static const struct json *find_item(const struct json *set, const struct json *item)
{
    size_t low = 0;
    size_t high = set->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = json_compare(set->items[mid], item);
        if (order == 0)
            return set->items[mid];
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

bool value_has(const struct json *set, const struct json *item)
{
    return find_item(set, item) != NULL;
}

const struct json *value_index(const struct json *container, const struct json *key)
{
    if (container->type == JSON_OBJECT)
        return value_find(container, key);
    if (container->type == JSON_SET)
        return find_item(container, key);
    if (container->type != JSON_ARRAY || key->type != JSON_NUMBER || !key->is_int || key->as_int < 0)
        return NULL;
    return (uint64_t)key->as_int < container->count ? container->items[key->as_int] : NULL;
}

#define HASH_BYTES 64 /* of each end of a text */
#define HASH_PARTS 8  /* of a container */
#define HASH_DEPTH 3

static uint64_t mix(uint64_t hash, uint64_t v)
{
    return (hash ^ v) * 0x9e3779b97f4a7c15ULL;
}

static uint64_t hash_text(struct bytes text)
{
    uint64_t hash = text.n;
    size_t n = text.n < HASH_BYTES ? text.n : HASH_BYTES;
    for (size_t i = 0; i < n; i++)
        hash = mix(mix(hash, text.p[i]), text.p[text.n - 1 - i]);
    return hash;
}

/* Numbers that are no integers of 64 bits have many texts: all of them share one hash. Depth: HASH_DEPTH. */
static uint64_t hash_of(const struct json *v, unsigned depth)
{
    uint64_t hash = mix(v->type, v->count);
    if (v->type == JSON_BOOL)
        return mix(hash, v->as_bool);
    if (v->type == JSON_NUMBER)
        return mix(hash, v->is_int ? (uint64_t)v->as_int : 0);
    if (v->type == JSON_STRING)
        return mix(hash, hash_text(v->text));
    for (size_t i = 0; depth > 0 && i < v->count && i < HASH_PARTS; i++) {
        const struct json_member *m = v->type == JSON_OBJECT ? &v->members[i] : NULL;
        if (m != NULL)
            hash = mix(hash, m->name == NULL ? hash_text(m->key) : hash_of(m->name, depth - 1));
        hash = mix(hash, hash_of(m != NULL ? m->value : v->items[i], depth - 1));
    }
    return hash;
}

uint64_t value_hash(const struct json *v)
{
    return hash_of(v, HASH_DEPTH);
}

/* How many bytes at the start are one well-formed character; 0 if none is. */
static size_t character_at(struct bytes text)
{
    size_t n = text.p[0] < 0x80 ? 1 : text.p[0] < 0xe0 ? 2 : text.p[0] < 0xf0 ? 3 : 4;
    return n <= text.n && bytes_is_utf8(bytes_of(text.p, n)) ? n : 0;
}

static struct err repair(struct arena *a, struct bytes text, struct bytes *out)
{
    SCOPED(buf) struct buf b;
    buf_init(&b, text.n * 3 + 1);
    for (size_t i = 0; i < text.n;) {
        size_t n = character_at(bytes_of(text.p + i, text.n - i));
        buf_add(&b, n == 0 ? BYTES_LIT("\xef\xbf\xbd") : bytes_of(text.p + i, n));
        i += n == 0 ? 1 : n;
    }
    struct bytes whole;
    TRY(buf_end(&b, &whole));
    return arena_copy(a, whole, out);
}

struct err value_string(struct arena *a, struct bytes text, const struct json **out)
{
    struct json *v;
    TRY(arena_new(a, &v));
    v->type = JSON_STRING;
    if (bytes_is_utf8(text))
        TRY(arena_copy(a, text, &v->text));
    else
        TRY(repair(a, text, &v->text));
    *out = v;
    return OK;
}

struct err value_int(struct arena *a, int64_t v, const struct json **out)
{
    return json_new_int(a, v, out);
}

const char *value_type_name(enum json_type type)
{
    static const char *const names[] = {"null", "boolean", "number", "string", "array", "object", "set"};
    return names[type];
}

static void print_key(const struct json_member *m, struct buf *out)
{
    if (m->name != NULL)
        value_print(m->name, false, out);
    else
        json_quote(m->key, out);
    buf_text(out, ": ");
}

static void print_items(const struct json *v, struct buf *out)
{
    for (size_t i = 0; i < v->count; i++) {
        if (i > 0)
            buf_text(out, ", ");
        if (v->type == JSON_OBJECT)
            print_key(&v->members[i], out);
        value_print(v->type == JSON_OBJECT ? v->members[i].value : v->items[i], false, out);
    }
}

void value_print(const struct json *v, bool bare, struct buf *out)
{
    if (v->type == JSON_STRING && bare) {
        buf_add(out, v->text);
        return;
    }
    if (v->type < JSON_ARRAY) {
        json_encode(v, out);
        return;
    }
    if (v->type == JSON_SET && v->count == 0) {
        buf_text(out, "set()");
        return;
    }
    buf_text(out, v->type == JSON_ARRAY ? "[" : "{");
    print_items(v, out);
    buf_text(out, v->type == JSON_ARRAY ? "]" : "}");
}

struct err values_add(struct values *l, const struct json *v)
{
    if (l->count == l->cap) {
        size_t cap = l->cap == 0 ? 8 : l->cap * 2;
        const struct json **grown;
        TRY(arena_array(l->arena, cap, &grown));
        for (size_t i = 0; i < l->count; i++)
            grown[i] = l->items[i];
        l->items = grown;
        l->cap = cap;
    }
    l->items[l->count++] = v;
    return OK;
}

struct err members_add(struct members *l, const struct json *key, const struct json *value)
{
    if (l->count == l->cap) {
        size_t cap = l->cap == 0 ? 8 : l->cap * 2;
        struct json_member *grown;
        TRY(arena_array(l->arena, cap, &grown));
        for (size_t i = 0; i < l->count; i++)
            grown[i] = l->items[i];
        l->items = grown;
        l->cap = cap;
    }
    l->items[l->count++] = value_member(key, value);
    return OK;
}
