#include "json/json.h"

#define MEMBERS_FIRST 16
#define MEMBERS_MAX   256

void json_object_init(struct json_object *o, struct arena *a)
{
    *o = (struct json_object){.arena = a, .bad = OK};
}

static struct err grow(struct json_object *o)
{
    if (o->count < o->cap)
        return OK;
    if (o->cap == MEMBERS_MAX)
        return FAIL(ERR_LIMIT, "too many members");
    size_t cap = o->cap == 0 ? MEMBERS_FIRST : o->cap * 2;
    struct json_member *members;
    TRY(arena_array(o->arena, cap, &members));
    for (size_t i = 0; i < o->count; i++)
        members[i] = o->members[i];
    o->members = members;
    o->cap = cap;
    return OK;
}

/* Adds a value that was built with the outcome `built`. */
static void add_built(struct json_object *o, const char *key, struct err built, const struct json *value)
{
    if (failed(o->bad))
        return;
    o->bad = failed(built) ? built : grow(o);
    if (failed(o->bad))
        return;
    if (value == NULL) {
        o->bad = FAIL(ERR_FORMAT, "a member without a value");
        return;
    }
    o->members[o->count++] = (struct json_member){bytes_of_text(key), value};
}

void json_object_add(struct json_object *o, const char *key, const struct json *value)
{
    add_built(o, key, OK, value);
}

void json_object_string(struct json_object *o, const char *key, struct bytes v)
{
    const struct json *value = NULL;
    struct err built = json_new_string(o->arena, v, &value);
    add_built(o, key, built, value);
}

void json_object_text(struct json_object *o, const char *key, const char *v)
{
    json_object_string(o, key, bytes_of_text(v));
}

static struct err hex_text(struct arena *a, struct bytes v, struct bytes *out)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t *text;
    if (v.n > SIZE_MAX / 2)
        return FAIL(ERR_LIMIT, "too many bytes for a text");
    TRY(arena_array(a, v.n * 2, &text));
    for (size_t i = 0; i < v.n; i++) {
        text[2 * i] = (uint8_t)digits[v.p[i] >> 4];
        text[2 * i + 1] = (uint8_t)digits[v.p[i] & 15];
    }
    *out = bytes_of(text, v.n * 2);
    return OK;
}

void json_object_hex(struct json_object *o, const char *key, struct bytes v)
{
    struct bytes text;
    struct err made = hex_text(o->arena, v, &text);
    if (failed(made))
        add_built(o, key, made, NULL);
    else
        json_object_string(o, key, text);
}

void json_object_int(struct json_object *o, const char *key, int64_t v)
{
    const struct json *value = NULL;
    struct err built = json_new_int(o->arena, v, &value);
    add_built(o, key, built, value);
}

void json_object_bool(struct json_object *o, const char *key, bool v)
{
    const struct json *value = NULL;
    struct err built = json_new_bool(o->arena, v, &value);
    add_built(o, key, built, value);
}

void json_object_null(struct json_object *o, const char *key)
{
    const struct json *value = NULL;
    struct err built = json_new_null(o->arena, &value);
    add_built(o, key, built, value);
}

struct err json_object_end(struct json_object *o, const struct json **out)
{
    TRY(o->bad);
    return json_new_object(o->arena, o->members, o->count, out);
}
