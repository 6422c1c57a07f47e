/*
 * The rules of JSON Schema about single values: types, constants, numbers, strings.
 */
#include "rego/arith.h"
#include "rego/builtins/chars.h"
#include "rego/builtins/match.h"
#include "rego/builtins/schema.h"

static const char *type_of(const struct json *v)
{
    return v->type == JSON_NUMBER && arith_is_integer(v) ? "integer" : value_type_name(v->type);
}

static bool has_type(const struct json *v, const struct json *name)
{
    return bytes_is(name->text, type_of(v)) || bytes_is(name->text, value_type_name(v->type));
}

/* Several values as one text. */
static struct err put_list(struct schema_run *r, const struct json *list, const char *between, bool bare,
                           struct bytes *out)
{
    SCOPED(buf) struct buf b = {0};
    struct bytes text;
    buf_init(&b, 1 << 16);
    for (size_t i = 0; i < list->count; i++) {
        if (i > 0)
            buf_text(&b, between);
        if (bare)
            buf_add(&b, list->items[i]->text);
        else
            json_encode(list->items[i], &b);
    }
    struct err e = buf_end(&b, &text);
    if (e.code == ERR_LIMIT)
        text = BYTES_LIT("...");
    else if (failed(e))
        return e;
    return arena_copy(r->call->arena, text, out);
}

static struct err match_type(struct schema_run *r, const struct json *wanted, const struct json *v,
                             const struct schema_place *at, bool *holds)
{
    struct bytes names;
    if (wanted->type == JSON_STRING) {
        if (has_type(v, wanted))
            return OK;
        return schema_fault(r, at, "invalid_type", holds, "Invalid type. Expected: %.*s, given: %s",
                            NOTE_TEXT(wanted->text), type_of(v));
    }
    TRY(builtin_cost(r->call, wanted->count));
    for (size_t i = 0; i < wanted->count; i++)
        if (has_type(v, wanted->items[i]))
            return OK;
    TRY(put_list(r, wanted, ",", true, &names));
    return schema_fault(r, at, "invalid_type", holds, "Invalid type. Expected: [%.*s], given: %s", NOTE_TEXT(names),
                        type_of(v));
}

static struct err match_enum(struct schema_run *r, const struct json *list, const struct json *v,
                             const struct schema_place *at, bool *holds)
{
    struct bytes text;
    TRY(builtin_cost(r->call, 8 * list->count + json_weight(list)));
    for (size_t i = 0; i < list->count; i++)
        if (json_equal(list->items[i], v))
            return OK;
    TRY(put_list(r, list, ", ", false, &text));
    const struct bytes key = at->up == NULL ? BYTES_LIT("(root)") : at->key;
    return schema_fault(r, at, "enum", holds, "%.*s must be one of the following: %.*s", NOTE_TEXT(key),
                        NOTE_TEXT(text));
}

static struct err match_const(struct schema_run *r, const struct json *wanted, const struct json *v,
                              const struct schema_place *at, bool *holds)
{
    struct bytes text;
    const struct json list = {.type = JSON_ARRAY, .count = 1, .items = &wanted};
    TRY(builtin_cost_compare(r->call, wanted, v));
    if (json_equal(wanted, v))
        return OK;
    TRY(put_list(r, &list, "", false, &text));
    const struct bytes key = at->up == NULL ? BYTES_LIT("(root)") : at->key;
    return schema_fault(r, at, "const", holds, "%.*s does not match: %.*s", NOTE_TEXT(key), NOTE_TEXT(text));
}

static struct err is_multiple(struct schema_run *r, const struct json *v, const struct json *of, bool *out)
{
    struct arena *a = r->call->arena;
    int a_n = arith_decimals(v);
    int b_n = arith_decimals(of);
    int n = a_n > b_n ? a_n : b_n;
    const struct json *rest;
    TRY(builtin_cost(r->call, arith_cost_of((uint64_t)n) + arith_cost(v) + arith_cost(of)));
    TRY(arith_scale10(a, v, n, &v));
    TRY(arith_scale10(a, of, n, &of));
    TRY(arith_compute(a, ARITH_REMAINDER, v, of, &rest));
    *out = arith_is_zero(rest);
    return OK;
}

static struct err match_number(struct schema_run *r, const struct json *s, const struct json *v,
                               const struct schema_place *at, bool *holds)
{
    const struct json *least = json_at(s, "minimum");
    const struct json *most = json_at(s, "maximum");
    const struct json *above = json_at(s, "exclusiveMinimum");
    const struct json *below = json_at(s, "exclusiveMaximum");
    const struct json *of = json_at(s, "multipleOf");
    bool yes = true;
    /* Draft 4 says with a flag that a bound is exclusive. */
    if (json_is(above, JSON_BOOL)) {
        above = above->as_bool ? least : NULL;
        least = above != NULL ? NULL : least;
    }
    if (json_is(below, JSON_BOOL)) {
        below = below->as_bool ? most : NULL;
        most = below != NULL ? NULL : most;
    }
    if (of != NULL)
        TRY(is_multiple(r, v, of, &yes));
    if (!yes)
        TRY(schema_fault(r, at, "multiple_of", holds, "Must be a multiple of %.*s", NOTE_TEXT(of->text)));
    if (least != NULL && json_compare(v, least) < 0)
        TRY(schema_fault(r, at, "number_gte", holds, "Must be greater than or equal to %.*s", NOTE_TEXT(least->text)));
    if (above != NULL && json_compare(v, above) <= 0)
        TRY(schema_fault(r, at, "number_gt", holds, "Must be greater than %.*s", NOTE_TEXT(above->text)));
    if (most != NULL && json_compare(v, most) > 0)
        TRY(schema_fault(r, at, "number_lte", holds, "Must be less than or equal to %.*s", NOTE_TEXT(most->text)));
    if (below != NULL && json_compare(v, below) >= 0)
        TRY(schema_fault(r, at, "number_lt", holds, "Must be less than %.*s", NOTE_TEXT(below->text)));
    return OK;
}

static struct err match_string(struct schema_run *r, const struct json *s, const struct json *v,
                               const struct schema_place *at, bool *holds)
{
    const struct json *least = json_at(s, "minLength");
    const struct json *most = json_at(s, "maxLength");
    const struct json *pattern = json_at(s, "pattern");
    const struct json *format = json_at(s, "format");
    bool yes = true;
    TRY(builtin_cost(r->call, v->text.n));
    int64_t n = (int64_t)chars_count(v->text);
    if (least != NULL && n < least->as_int)
        TRY(schema_fault(r, at, "string_gte", holds, "String length must be greater than or equal to %.*s",
                         NOTE_TEXT(least->text)));
    if (most != NULL && n > most->as_int)
        TRY(schema_fault(r, at, "string_lte", holds, "String length must be less than or equal to %.*s",
                         NOTE_TEXT(most->text)));
    if (pattern != NULL) {
        struct matcher m;
        TRY(match_begin(r->call, pattern->text, v->text, &m));
        TRY(match_any(&m, &yes));
    }
    if (!yes)
        TRY(schema_fault(r, at, "pattern", holds, "Does not match pattern '%.*s'", NOTE_TEXT(pattern->text)));
    yes = true;
    if (format != NULL)
        TRY(schema_is_format(r->call, format->text, v->text, &yes));
    if (!yes)
        TRY(schema_fault(r, at, "format", holds, "Does not match format '%.*s'", NOTE_TEXT(format->text)));
    return OK;
}

struct err schema_scalar(struct schema_run *r, const struct json *s, const struct json *v,
                         const struct schema_place *at, bool *holds)
{
    const struct json *type = json_at(s, "type");
    const struct json *list = json_at(s, "enum");
    const struct json *constant = json_at(s, "const");
    if (type != NULL)
        TRY(match_type(r, type, v, at, holds));
    if (list != NULL)
        TRY(match_enum(r, list, v, at, holds));
    if (constant != NULL)
        TRY(match_const(r, constant, v, at, holds));
    if (v->type == JSON_NUMBER)
        return match_number(r, s, v, at, holds);
    return v->type == JSON_STRING ? match_string(r, s, v, at, holds) : OK;
}
