#include "rego/builtins/builtin.h"
#include "rego/value.h"

static struct err is(struct call *c, enum json_type type, const struct json **out)
{
    *out = value_bool(c->args[0]->type == type);
    return OK;
}

static struct err bi_is_null(struct call *c, const struct json **out)
{
    return is(c, JSON_NULL, out);
}

static struct err bi_is_boolean(struct call *c, const struct json **out)
{
    return is(c, JSON_BOOL, out);
}

static struct err bi_is_number(struct call *c, const struct json **out)
{
    return is(c, JSON_NUMBER, out);
}

static struct err bi_is_string(struct call *c, const struct json **out)
{
    return is(c, JSON_STRING, out);
}

static struct err bi_is_array(struct call *c, const struct json **out)
{
    return is(c, JSON_ARRAY, out);
}

static struct err bi_is_object(struct call *c, const struct json **out)
{
    return is(c, JSON_OBJECT, out);
}

static struct err bi_is_set(struct call *c, const struct json **out)
{
    return is(c, JSON_SET, out);
}

static struct err bi_type_name(struct call *c, const struct json **out)
{
    return value_string(c->arena, bytes_of_text(value_type_name(c->args[0]->type)), out);
}

/* cast_*: of v0; a value of the right type, or undefined. */
static struct err cast(struct call *c, enum json_type type, const struct json **out)
{
    TRY(builtin_need(c, 1, type));
    *out = c->args[0];
    return OK;
}

static struct err bi_cast_string(struct call *c, const struct json **out)
{
    return cast(c, JSON_STRING, out);
}

static struct err bi_cast_boolean(struct call *c, const struct json **out)
{
    return cast(c, JSON_BOOL, out);
}

static struct err bi_cast_null(struct call *c, const struct json **out)
{
    return cast(c, JSON_NULL, out);
}

static struct err bi_cast_object(struct call *c, const struct json **out)
{
    return cast(c, JSON_OBJECT, out);
}

static struct err bi_cast_array(struct call *c, const struct json **out)
{
    TRY(builtin_need_collection(c, 1));
    return value_array(c->arena, c->args[0]->items, c->args[0]->count, out);
}

static struct err bi_cast_set(struct call *c, const struct json **out)
{
    TRY(builtin_need_collection(c, 1));
    return builtin_set(c, c->args[0]->items, c->args[0]->count, out);
}

const struct builtin builtins_types[] = {
    {"is_null", 1, false, bi_is_null},         {"is_boolean", 1, false, bi_is_boolean},
    {"is_number", 1, false, bi_is_number},     {"is_string", 1, false, bi_is_string},
    {"is_array", 1, false, bi_is_array},       {"is_object", 1, false, bi_is_object},
    {"is_set", 1, false, bi_is_set},           {"type_name", 1, false, bi_type_name},
    {"cast_string", 1, false, bi_cast_string}, {"cast_boolean", 1, false, bi_cast_boolean},
    {"cast_null", 1, false, bi_cast_null},     {"cast_object", 1, false, bi_cast_object},
    {"cast_array", 1, false, bi_cast_array},   {"cast_set", 1, false, bi_cast_set},
};
BUILTIN_ROWS(types)
