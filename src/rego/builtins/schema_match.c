/*
 * A document against a checked schema. Both may be hostile: every step is charged, and references cannot go round
 * without end.
 */
#include "rego/builtins/match.h"
#include "rego/builtins/schema.h"

#include <stdarg.h>

static void put_place(const struct schema_place *at, struct buf *out)
{
    if (at->up == NULL)
        return;
    put_place(at->up, out);
    if (out->n > 0)
        buf_text(out, ".");
    if (at->is_index)
        buf_decimal(out, (int64_t)at->index);
    else
        buf_add(out, at->key);
}

static struct err place_text(struct schema_run *r, const struct schema_place *at, struct bytes *out)
{
    SCOPED(buf) struct buf b = {0};
    struct bytes text;
    buf_init(&b, 1 << 20);
    if (at->up == NULL)
        buf_text(&b, "(root)");
    put_place(at, &b);
    TRY(buf_end(&b, &text));
    return arena_copy(r->call->arena, text, out);
}

struct err schema_fault(struct schema_run *r, const struct schema_place *at, const char *type, bool *holds,
                        const char *format, ...)
{
    va_list args;
    char text[600];
    SCOPED(buf) struct buf both = {0};
    struct bytes place;
    struct bytes whole;
    struct json_object o;
    const struct json *v;
    *holds = false;
    if (r->faults == NULL)
        return OK;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    buf_init(&both, 2 << 20);
    TRY(place_text(r, at, &place));
    TRY(builtin_cost(r->call, 256 + place.n));
    buf_add(&both, place);
    buf_text(&both, ": ");
    buf_text(&both, text);
    TRY(buf_end(&both, &whole));
    json_object_init(&o, r->call->arena);
    TRY(value_string(r->call->arena, bytes_of_text(text), &v));
    json_object_add(&o, "desc", v);
    TRY(value_string(r->call->arena, whole, &v));
    json_object_add(&o, "error", v);
    json_object_string(&o, "field", place);
    json_object_text(&o, "type", type);
    TRY(json_object_end(&o, &v));
    return values_add(r->faults, v);
}

/* Whether a value holds, when nobody asks why not. */
static struct err quietly(struct schema_run *r, const struct json *s, const struct json *v,
                          const struct schema_place *at, bool *holds)
{
    struct schema_run quiet = *r;
    quiet.faults = NULL;
    return schema_match(&quiet, s, v, at, holds);
}

/* A part of the whole: what does not hold there does not hold here. */
static struct err with(struct schema_run *r, const struct json *s, const struct json *v, const struct schema_place *at,
                       bool *holds)
{
    bool here;
    TRY(schema_match(r, s, v, at, &here));
    *holds = *holds && here;
    return OK;
}

static struct err match_count(struct schema_run *r, const struct json *s, const struct json *v,
                              const struct schema_place *at, bool *holds)
{
    bool array = v->type == JSON_ARRAY;
    const struct json *least = json_at(s, array ? "minItems" : "minProperties");
    const struct json *most = json_at(s, array ? "maxItems" : "maxProperties");
    int64_t n = (int64_t)v->count;
    const char *what = array ? "Array must have" : "Must have";
    const char *parts = array ? "items" : "properties";
    if (least != NULL && n < least->as_int)
        TRY(schema_fault(r, at, array ? "array_min_items" : "array_min_properties", holds, "%s at least %.*s %s", what,
                         NOTE_TEXT(least->text), parts));
    if (most != NULL && n > most->as_int)
        TRY(schema_fault(r, at, array ? "array_max_items" : "array_max_properties", holds, "%s at most %.*s %s", what,
                         NOTE_TEXT(most->text), parts));
    return OK;
}

static struct err match_items(struct schema_run *r, const struct json *s, const struct json *v,
                              const struct schema_place *at, bool *holds)
{
    const struct json *items = json_at(s, "items");
    const struct json *more = json_at(s, "additionalItems");
    size_t listed = json_is(items, JSON_ARRAY) ? items->count : 0;
    if (json_is(more, JSON_BOOL) && !more->as_bool && json_is(items, JSON_ARRAY) && v->count > listed)
        return schema_fault(r, at, "array_no_additional_items", holds, "No additional items allowed on array");
    for (size_t i = 0; items != NULL && i < v->count; i++) {
        const struct schema_place below = {.up = at, .index = i, .is_index = true};
        const struct json *one = items->type != JSON_ARRAY ? items : i < listed ? items->items[i] : more;
        if (one != NULL)
            TRY(with(r, one, v->items[i], &below, holds));
    }
    return OK;
}

static struct err match_unique(struct schema_run *r, const struct json *v, const struct schema_place *at, bool *holds)
{
    const struct json *set;
    TRY(builtin_set(r->call, v->items, v->count, &set));
    if (set->count == v->count)
        return OK;
    for (size_t j = 1; r->faults != NULL && j < v->count; j++) {
        TRY(builtin_cost(r->call, 8 * j * json_weight(v->items[j])));
        for (size_t i = 0; i < j; i++)
            if (json_equal(v->items[i], v->items[j]))
                return schema_fault(r, at, "unique", holds, "array items[%zu,%zu] must be unique", i, j);
    }
    return schema_fault(r, at, "unique", holds, "array items must be unique");
}

static struct err match_array(struct schema_run *r, const struct json *s, const struct json *v,
                              const struct schema_place *at, bool *holds)
{
    const struct json *unique = json_at(s, "uniqueItems");
    const struct json *contains = json_at(s, "contains");
    bool found = contains == NULL;
    TRY(match_count(r, s, v, at, holds));
    TRY(match_items(r, s, v, at, holds));
    if (json_is(unique, JSON_BOOL) && unique->as_bool)
        TRY(match_unique(r, v, at, holds));
    for (size_t i = 0; !found && i < v->count; i++)
        TRY(quietly(r, contains, v->items[i], at, &found));
    return found ? OK : schema_fault(r, at, "contains", holds, "At least one of the items must match");
}

static struct err match_required(struct schema_run *r, const struct json *names, const struct json *v,
                                 const struct schema_place *at, bool *holds)
{
    if (names != NULL)
        TRY(builtin_cost(r->call, 8 * names->count));
    for (size_t i = 0; names != NULL && i < names->count; i++)
        if (json_find(v, names->items[i]->text) == NULL)
            TRY(schema_fault(r, at, "required", holds, "%.*s is required", NOTE_TEXT(names->items[i]->text)));
    return OK;
}

static struct err match_dependencies(struct schema_run *r, const struct json *s, const struct json *v,
                                     const struct schema_place *at, bool *holds)
{
    const struct json *all = json_at(s, "dependencies");
    for (size_t i = 0; all != NULL && i < all->count; i++) {
        const struct json *need = all->members[i].value;
        TRY(builtin_cost(r->call, 8 * (1 + (need->type == JSON_ARRAY ? need->count : 0))));
        if (json_find(v, all->members[i].key) == NULL)
            continue;
        if (need->type != JSON_ARRAY)
            TRY(with(r, need, v, at, holds));
        for (size_t k = 0; need->type == JSON_ARRAY && k < need->count; k++)
            if (json_find(v, need->items[k]->text) == NULL)
                TRY(schema_fault(r, at, "missing_dependency", holds, "Has a dependency on %.*s",
                                 NOTE_TEXT(need->items[k]->text)));
    }
    return OK;
}

/* One member against properties, patternProperties and additionalProperties. */
static struct err match_member(struct schema_run *r, const struct json *s, const struct json_member *m,
                               const struct schema_place *at, bool *holds)
{
    const struct json *properties = json_at(s, "properties");
    const struct json *patterns = json_at(s, "patternProperties");
    const struct json *more = json_at(s, "additionalProperties");
    const struct json *own = json_find(properties, m->key);
    const struct schema_place below = {.up = at, .key = m->key};
    bool named = own != NULL;
    if (own != NULL)
        TRY(with(r, own, m->value, &below, holds));
    for (size_t i = 0; patterns != NULL && i < patterns->count; i++) {
        struct matcher matcher;
        bool yes;
        TRY(match_begin(r->call, patterns->members[i].key, m->key, &matcher));
        TRY(match_any(&matcher, &yes));
        named = named || yes;
        if (yes)
            TRY(with(r, patterns->members[i].value, m->value, &below, holds));
    }
    if (named || more == NULL)
        return OK;
    if (more->type == JSON_BOOL && !more->as_bool)
        return schema_fault(r, at, "additional_property_not_allowed", holds, "Additional property %.*s is not allowed",
                            NOTE_TEXT(m->key));
    return with(r, more, m->value, &below, holds);
}

static struct err match_object(struct schema_run *r, const struct json *s, const struct json *v,
                               const struct schema_place *at, bool *holds)
{
    const struct json *names = json_at(s, "propertyNames");
    TRY(match_count(r, s, v, at, holds));
    TRY(match_required(r, json_at(s, "required"), v, at, holds));
    TRY(match_dependencies(r, s, v, at, holds));
    for (size_t i = 0; i < v->count; i++) {
        bool good = true;
        const struct json key = {.type = JSON_STRING, .text = v->members[i].key};
        if (names != NULL)
            TRY(quietly(r, names, &key, at, &good));
        if (!good)
            TRY(schema_fault(r, at, "invalid_property_name", holds, "Property name of \"%.*s\" does not match",
                             NOTE_TEXT(key.text)));
        TRY(match_member(r, s, &v->members[i], at, holds));
    }
    return OK;
}

/* How many schemas of a list hold. */
static struct err count_holding(struct schema_run *r, const struct json *list, const struct json *v,
                                const struct schema_place *at, size_t *out)
{
    *out = 0;
    for (size_t i = 0; i < list->count; i++) {
        bool here;
        TRY(quietly(r, list->items[i], v, at, &here));
        *out += here;
    }
    return OK;
}

static struct err match_lists(struct schema_run *r, const struct json *s, const struct json *v,
                              const struct schema_place *at, bool *holds)
{
    const struct json *any = json_at(s, "anyOf");
    const struct json *one = json_at(s, "oneOf");
    const struct json *all = json_at(s, "allOf");
    bool every = true;
    size_t n = 1;
    if (any != NULL)
        TRY(count_holding(r, any, v, at, &n));
    if (n == 0)
        TRY(schema_fault(r, at, "number_any_of", holds, "Must validate at least one schema (anyOf)"));
    n = 1;
    if (one != NULL)
        TRY(count_holding(r, one, v, at, &n));
    if (n != 1)
        TRY(schema_fault(r, at, "number_one_of", holds, "Must validate one and only one schema (oneOf)"));
    for (size_t i = 0; all != NULL && i < all->count; i++)
        TRY(with(r, all->items[i], v, at, &every));
    if (!every)
        TRY(schema_fault(r, at, "number_all_of", holds, "Must validate all the schemas (allOf)"));
    return OK;
}

static struct err match_logic(struct schema_run *r, const struct json *s, const struct json *v,
                              const struct schema_place *at, bool *holds)
{
    const struct json *not = json_at(s, "not");
    const struct json *condition = json_at(s, "if");
    bool yes = false;
    bool good = true;
    if (not != NULL)
        TRY(quietly(r, not, v, at, &yes));
    if (yes)
        TRY(schema_fault(r, at, "number_not", holds, "Must not validate the schema (not)"));
    if (condition == NULL)
        return OK;
    TRY(quietly(r, condition, v, at, &yes));
    const struct json *next = json_at(s, yes ? "then" : "else");
    if (next != NULL)
        TRY(with(r, next, v, at, &good));
    if (good)
        return OK;
    if (yes)
        return schema_fault(r, at, "condition_then", holds, "Must validate \"then\" as \"if\" was valid");
    return schema_fault(r, at, "condition_else", holds, "Must validate \"else\" as \"if\" was not valid");
}

static struct err match_schema(struct schema_run *r, const struct json *s, const struct json *v,
                               const struct schema_place *at, bool *holds)
{
    if (s->type == JSON_BOOL)
        return s->as_bool ? OK : schema_fault(r, at, "false", holds, "False always fails validation");
    if (s->type != JSON_OBJECT)
        return schema_fault(r, at, "internal", holds, "no schema");
    const struct json *ref = json_at(s, "$ref");
    if (ref != NULL) {
        TRY(schema_resolve(r->call, r->root, ref->text, &s));
        return with(r, s, v, at, holds);
    }
    TRY(schema_scalar(r, s, v, at, holds));
    if (v->type == JSON_ARRAY)
        TRY(match_array(r, s, v, at, holds));
    if (v->type == JSON_OBJECT)
        TRY(match_object(r, s, v, at, holds));
    TRY(match_lists(r, s, v, at, holds));
    return match_logic(r, s, v, at, holds);
}

struct err schema_match(struct schema_run *r, const struct json *schema, const struct json *v,
                        const struct schema_place *at, bool *holds)
{
    bool here = true;
    TRY(builtin_cost(r->call, 200));
    if (r->depth == SCHEMA_DEPTH_MAX)
        return builtin_error(r->call, "a schema whose references go round");
    r->depth++;
    TRY(match_schema(r, schema, v, at, &here));
    r->depth--;
    *holds = here;
    return OK;
}
