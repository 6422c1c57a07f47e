/*
 * json.verify_schema and json.match_schema. Document and schema are JSON texts or values; sets count as arrays.
 */
#include "rego/builtins/schema.h"

#include "base/limits.h"
#include "rego/eval.h"

/* An operand as plain JSON. */
static struct err read_operand(struct call *c, size_t index, const struct json **out)
{
    SCOPED(buf) struct buf b = {0};
    const struct json *v = c->args[index - 1];
    struct bytes text = v->text;
    if (v->type != JSON_STRING && v->type != JSON_OBJECT)
        return builtin_error(c, "wrong type, expected string or object");
    if (v->type == JSON_OBJECT) {
        buf_init(&b, JSON_TEXT_MAX);
        json_encode(v, &b);
        TRY(buf_end(&b, &text));
    }
    TRY(builtin_cost(c, 4 * text.n));
    return builtin_settle(c, json_decode(c->arena, text, NULL, NULL, out), "operand %zu is not JSON", index);
}

static struct err read_schema(struct call *c, size_t index, const struct json **out)
{
    TRY(read_operand(c, index, out));
    return schema_check(c, *out);
}

static struct err bi_verify(struct call *c, const struct json **out)
{
    const struct json *pair[2] = {value_bool(true), &value_null};
    const struct json *schema;
    struct err e = read_schema(c, 1, &schema);
    if (failed(e)) {
        char text[sizeof(c->message) + 16];
        if (e.code != ERR_STATE || c->message[0] == '\0' || c->eval->error->status == REGO_ERR_LIMIT)
            return e;
        (void)snprintf(text, sizeof(text), "jsonschema: %s", c->message);
        c->message[0] = '\0';
        pair[0] = value_bool(false);
        TRY(value_string(c->arena, bytes_of_text(text), &pair[1]));
    }
    return value_array(c->arena, pair, 2, out);
}

static struct err bi_match(struct call *c, const struct json **out)
{
    struct values faults = {.arena = c->arena};
    const struct schema_place top = {0};
    const struct json *document;
    const struct json *pair[2];
    struct schema_run r = {.call = c, .faults = &faults};
    bool holds;
    TRY(read_operand(c, 1, &document));
    TRY(read_schema(c, 2, &r.root));
    TRY(schema_match(&r, r.root, document, &top, &holds));
    pair[0] = value_bool(holds);
    TRY(value_array(c->arena, faults.items, faults.count, &pair[1]));
    return value_array(c->arena, pair, 2, out);
}

const struct builtin builtins_schema[] = {
    {"json.match_schema", 2, false, bi_match},
    {"json.verify_schema", 1, false, bi_verify},
};
BUILTIN_ROWS(schema)
