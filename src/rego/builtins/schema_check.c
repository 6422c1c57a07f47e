/*
 * Whether a schema is one. It stands in a policy or in its documents, so it may be hostile. Words of later drafts that
 * restrict a document are refused: passing over them would pass documents that their writer meant to refuse.
 */
#include "rego/builtins/match.h"
#include "rego/builtins/schema.h"

struct check {
    struct call *call;
    const struct json *root;
    struct values seen; /* targets of references: each is checked once */
    unsigned depth;
};

static struct err check(struct check *k, const struct json *s);

typedef struct err check_value(struct check *k, const char *word, const struct json *v);

static struct err must_be(struct check *k, const char *word, const char *what)
{
    return builtin_error(k->call, "%s must be %s", word, what);
}

static struct err is_schema(struct check *k, const char *word, const struct json *v)
{
    (void)word;
    return check(k, v);
}

static struct err is_schemas(struct check *k, const char *word, const struct json *v)
{
    if (v->type != JSON_ARRAY || v->count == 0)
        return must_be(k, word, "an array of schemas");
    for (size_t i = 0; i < v->count; i++)
        TRY(check(k, v->items[i]));
    return OK;
}

static struct err is_items(struct check *k, const char *word, const struct json *v)
{
    if (v->type != JSON_ARRAY)
        return check(k, v);
    return v->count == 0 ? OK : is_schemas(k, word, v);
}

static struct err is_schema_map(struct check *k, const char *word, const struct json *v)
{
    if (v->type != JSON_OBJECT)
        return must_be(k, word, "an object of schemas");
    for (size_t i = 0; i < v->count; i++)
        TRY(check(k, v->members[i].value));
    return OK;
}

static struct err is_pattern_map(struct check *k, const char *word, const struct json *v)
{
    TRY(is_schema_map(k, word, v));
    for (size_t i = 0; i < v->count; i++)
        TRY(match_need_pattern(k->call, v->members[i].key));
    return OK;
}

static struct err is_string(struct check *k, const char *word, const struct json *v)
{
    return v->type == JSON_STRING ? OK : must_be(k, word, "a string");
}

static struct err is_pattern(struct check *k, const char *word, const struct json *v)
{
    TRY(is_string(k, word, v));
    return match_need_pattern(k->call, v->text);
}

static struct err is_strings(struct check *k, const char *word, const struct json *v)
{
    if (v->type != JSON_ARRAY)
        return must_be(k, word, "an array of strings");
    for (size_t i = 0; i < v->count; i++)
        TRY(is_string(k, word, v->items[i]));
    return OK;
}

static struct err is_dependencies(struct check *k, const char *word, const struct json *v)
{
    if (v->type != JSON_OBJECT)
        return must_be(k, word, "an object");
    for (size_t i = 0; i < v->count; i++) {
        const struct json *one = v->members[i].value;
        TRY(one->type == JSON_ARRAY ? is_strings(k, word, one) : check(k, one));
    }
    return OK;
}

static struct err is_count(struct check *k, const char *word, const struct json *v)
{
    return v->type == JSON_NUMBER && v->is_int && v->as_int >= 0 ? OK : must_be(k, word, "a number that counts");
}

static struct err is_number(struct check *k, const char *word, const struct json *v)
{
    return v->type == JSON_NUMBER ? OK : must_be(k, word, "a number");
}

static struct err is_divisor(struct check *k, const char *word, const struct json *v)
{
    if (v->type != JSON_NUMBER ||
        json_compare(v, &(struct json){.type = JSON_NUMBER, .is_int = true, .text = BYTES_LIT("0")}) <= 0)
        return must_be(k, word, "a number above 0");
    return OK;
}

/* A flag in draft 4, a bound from draft 6 on. */
static struct err is_bound(struct check *k, const char *word, const struct json *v)
{
    return v->type == JSON_BOOL || v->type == JSON_NUMBER ? OK : must_be(k, word, "a number or a boolean");
}

static struct err is_flag(struct check *k, const char *word, const struct json *v)
{
    return v->type == JSON_BOOL ? OK : must_be(k, word, "a boolean");
}

static struct err is_enum(struct check *k, const char *word, const struct json *v)
{
    return v->type == JSON_ARRAY && v->count > 0 ? OK : must_be(k, word, "an array that is not empty");
}

static struct err is_type_name(struct check *k, const struct json *v)
{
    static const char *const names[] = {"array", "boolean", "integer", "number", "null", "object", "string"};
    if (v->type != JSON_STRING)
        return must_be(k, "type", "a string or an array of strings");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (bytes_is(v->text, names[i]))
            return OK;
    return builtin_error(k->call,
                         "has a primitive type that is NOT VALID -- given: /%.*s/ Expected valid values are:[array "
                         "boolean integer number null object string]",
                         NOTE_TEXT(v->text));
}

static struct err is_type(struct check *k, const char *word, const struct json *v)
{
    (void)word;
    if (v->type != JSON_ARRAY)
        return is_type_name(k, v);
    for (size_t i = 0; i < v->count; i++)
        TRY(is_type_name(k, v->items[i]));
    return v->count > 0 ? OK : must_be(k, "type", "an array that is not empty");
}

static struct err is_format(struct check *k, const char *word, const struct json *v)
{
    TRY(is_string(k, word, v));
    if (schema_knows_format(v->text))
        return OK;
    return builtin_error(k->call, "the format %.*s is not checked here", NOTE_TEXT(v->text));
}

static struct err is_dialect(struct check *k, const char *word, const struct json *v)
{
    static const char *const known[] = {"http://json-schema.org/draft-04/schema",
                                        "http://json-schema.org/draft-06/schema",
                                        "http://json-schema.org/draft-07/schema"};
    TRY(is_string(k, word, v));
    struct bytes text = v->text;
    text.n -= text.n > 0 && text.p[text.n - 1] == '#';
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (bytes_is(text, known[i]))
            return OK;
    return builtin_error(k->call, "the $schema %.*s is not known here", NOTE_TEXT(v->text));
}

static struct err is_reference(struct check *k, const char *word, const struct json *v)
{
    const struct json *target;
    TRY(is_string(k, word, v));
    TRY(schema_resolve(k->call, k->root, v->text, &target));
    TRY(builtin_cost(k->call, k->seen.count + 8));
    for (size_t i = 0; i < k->seen.count; i++)
        if (k->seen.items[i] == target)
            return OK;
    TRY(values_add(&k->seen, target));
    return check(k, target);
}

/* Below the root it would change what references mean. */
static struct err is_id(struct check *k, const char *word, const struct json *v)
{
    TRY(is_string(k, word, v));
    return k->depth == 1 ? OK : builtin_error(k->call, "$id is read at the root of a schema only");
}

static struct err is_later(struct check *k, const char *word, const struct json *v)
{
    (void)v;
    return builtin_error(k->call, "%s is of a later draft and not checked here", word);
}

static const struct {
    const char *word;
    check_value *is;
} WORDS[] = {
    {"$id", is_id},
    {"$ref", is_reference},
    {"$schema", is_dialect},
    {"additionalItems", is_schema},
    {"additionalProperties", is_schema},
    {"allOf", is_schemas},
    {"anyOf", is_schemas},
    {"contains", is_schema},
    {"definitions", is_schema_map},
    {"dependencies", is_dependencies},
    {"else", is_schema},
    {"enum", is_enum},
    {"exclusiveMaximum", is_bound},
    {"exclusiveMinimum", is_bound},
    {"format", is_format},
    {"if", is_schema},
    {"items", is_items},
    {"maximum", is_number},
    {"maxItems", is_count},
    {"maxLength", is_count},
    {"maxProperties", is_count},
    {"minimum", is_number},
    {"minItems", is_count},
    {"minLength", is_count},
    {"minProperties", is_count},
    {"multipleOf", is_divisor},
    {"not", is_schema},
    {"oneOf", is_schemas},
    {"pattern", is_pattern},
    {"patternProperties", is_pattern_map},
    {"properties", is_schema_map},
    {"propertyNames", is_schema},
    {"required", is_strings},
    {"then", is_schema},
    {"type", is_type},
    {"uniqueItems", is_flag},
    {"$dynamicRef", is_later},
    {"$recursiveRef", is_later},
    {"dependentRequired", is_later},
    {"dependentSchemas", is_later},
    {"maxContains", is_later},
    {"minContains", is_later},
    {"prefixItems", is_later},
    {"unevaluatedItems", is_later},
    {"unevaluatedProperties", is_later},
};

static struct err check_words(struct check *k, const struct json *s)
{
    /* Beside a reference nothing counts (draft-07 8.3). */
    const struct json *ref = json_at(s, "$ref");
    if (ref != NULL)
        return is_reference(k, "$ref", ref);
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++) {
        const struct json *v = json_at(s, WORDS[i].word);
        if (v != NULL)
            TRY(WORDS[i].is(k, WORDS[i].word, v));
    }
    return OK;
}

static struct err check(struct check *k, const struct json *s)
{
    TRY(builtin_cost(k->call, 400));
    if (s->type == JSON_BOOL)
        return OK;
    if (s->type != JSON_OBJECT)
        return builtin_error(k->call, "a schema must be an object or a boolean");
    if (k->depth++ == SCHEMA_DEPTH_MAX)
        return builtin_error(k->call, "a schema that is nested too deeply");
    TRY(check_words(k, s));
    k->depth--;
    return OK;
}

struct err schema_check(struct call *c, const struct json *root)
{
    struct check k = {.call = c, .root = root, .seen = {.arena = c->arena}};
    return check(&k, root);
}

static bool is_hex(uint8_t ch)
{
    return (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'f') || (ch >= 'A' && ch <= 'F');
}

/* One step of a pointer: ~0, ~1 and %XX stand for characters. */
static struct err unescape(struct call *c, struct bytes step, struct bytes *out)
{
    uint8_t *p;
    size_t n = 0;
    TRY(arena_array(c->arena, step.n, &p));
    for (size_t i = 0; i < step.n; i++) {
        char hex[3] = "";
        if (step.p[i] == '%' && i + 2 < step.n && is_hex(step.p[i + 1]) && is_hex(step.p[i + 2])) {
            memcpy(hex, step.p + i + 1, 2);
            p[n++] = (uint8_t)strtoul(hex, NULL, 16);
            i += 2;
        } else if (step.p[i] == '~' && i + 1 < step.n && (step.p[i + 1] == '0' || step.p[i + 1] == '1')) {
            p[n++] = step.p[++i] == '0' ? '~' : '/';
        } else {
            p[n++] = step.p[i];
        }
    }
    *out = bytes_of(p, n);
    return OK;
}

static const struct json *step_into(const struct json *v, struct bytes step)
{
    size_t index = 0;
    if (v->type == JSON_OBJECT)
        return json_find(v, step);
    if (v->type != JSON_ARRAY || step.n == 0 || step.n > 6)
        return NULL;
    for (size_t i = 0; i < step.n; i++) {
        if (step.p[i] < '0' || step.p[i] > '9')
            return NULL;
        index = index * 10 + step.p[i] - '0';
    }
    return index < v->count ? v->items[index] : NULL;
}

struct err schema_resolve(struct call *c, const struct json *root, struct bytes ref, const struct json **out)
{
    const struct json *v = root;
    size_t at = 1;
    TRY(builtin_cost(c, ref.n));
    if (ref.n == 0 || ref.p[0] != '#' || (ref.n > 1 && ref.p[1] != '/'))
        return builtin_error(c, "remote reference disabled: %.*s", NOTE_TEXT(ref));
    while (v != NULL && at < ref.n) {
        struct bytes step;
        size_t end = ++at;
        while (end < ref.n && ref.p[end] != '/')
            end++;
        TRY(unescape(c, bytes_of(ref.p + at, end - at), &step));
        v = step_into(v, step);
        at = end;
    }
    if (v == NULL)
        return builtin_error(c, "a reference to nothing: %.*s", NOTE_TEXT(ref));
    *out = v;
    return OK;
}
