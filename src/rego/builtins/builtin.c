#include "rego/builtins/builtin.h"

#include <stdarg.h>

#include "rego/eval.h"

#define TEXT_MAX (16UL * 1024 * 1024)

struct table {
    const struct builtin *rows;
    const size_t *count;
};

/* One table per line, so that families added side by side do not meet in one line. */
/* clang-format off */
#define TABLE(name_) {builtins_##name_, &builtins_##name_##_count}
static const struct table tables[] = {
    TABLE(compare),
    TABLE(numbers),
    TABLE(aggregates),
    TABLE(arrays),
    TABLE(sets),
    TABLE(objects),
    TABLE(strings),
    TABLE(types),
    TABLE(text),
    TABLE(regex),
    TABLE(glob),
    TABLE(globs),
    TABLE(net),
    TABLE(hashes),
    TABLE(jwt),
    TABLE(jwt_sign),
    TABLE(x509),
    TABLE(private_keys),
    TABLE(schema),
    TABLE(metadata),
    TABLE(graph),
    TABLE(format),
    TABLE(trim),
    TABLE(encoding),
    TABLE(urlquery),
    TABLE(json_text),
    TABLE(json_path),
    TABLE(json_patch),
    TABLE(units),
    TABLE(semver),
    TABLE(random),
    TABLE(time),
    TABLE(duration),
    TABLE(refused),
    TABLE(template),
};
/* clang-format on */

const struct builtin *builtin_find(struct bytes name)
{
    for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
        for (size_t i = 0; i < *tables[t].count; i++)
            if (bytes_is(name, tables[t].rows[i].name))
                return &tables[t].rows[i];
    return NULL;
}

/* How many single-character changes lie between two short names; large when it is clear that they are unlike. */
static unsigned distance(const char *a, const char *b)
{
    unsigned row[64];
    size_t n = strlen(a);
    size_t m = strlen(b);
    if (n >= 63 || m >= 63)
        return 99;
    for (size_t j = 0; j <= m; j++)
        row[j] = (unsigned)j;
    for (size_t i = 1; i <= n; i++) {
        unsigned corner = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            unsigned best = corner + (a[i - 1] != b[j - 1]);
            corner = row[j];
            best = row[j] + 1 < best ? row[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            row[j] = best;
        }
    }
    return row[m];
}

void builtin_hint(struct rego_error *error, const char *name)
{
    const char *nearest = NULL;
    unsigned least = 3;
    for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
        for (size_t i = 0; i < *tables[t].count; i++) {
            unsigned d = distance(name, tables[t].rows[i].name);
            if (d < least && strncmp(tables[t].rows[i].name, "internal.", 9) != 0) {
                least = d;
                nearest = tables[t].rows[i].name;
            }
        }
    if (nearest == NULL || error == NULL)
        return;
    char hint[120];
    (void)snprintf(hint, sizeof(hint), "did you mean %s?", nearest);
    note_hint(error, hint);
}

static struct err report(struct call *c)
{
    if (c->code == NULL)
        c->code = "eval_builtin_error";
    return FAIL(ERR_STATE, "a builtin refuses its operands");
}

struct err builtin_error(struct call *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(c->message, sizeof(c->message), format, args);
    va_end(args);
    return report(c);
}

struct err builtin_settle(struct call *c, struct err e, const char *format, ...)
{
    if (!failed(e) || e.code == ERR_NOMEM || e.code == ERR_BUG || e.code == ERR_IO)
        return e;
    if (c->message[0] != '\0' || c->eval->error->status == REGO_ERR_LIMIT)
        return e;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(c->message, sizeof(c->message), format, args);
    va_end(args);
    return report(c);
}

struct err builtin_type_error(struct call *c, size_t index, const char *want)
{
    c->code = "eval_type_error";
    return builtin_error(c, "operand %zu must be %s but got %s", index, want,
                         value_type_name(c->args[index - 1]->type));
}

struct err builtin_need(struct call *c, size_t index, enum json_type type)
{
    if (c->args[index - 1]->type == type)
        return OK;
    return builtin_type_error(c, index, value_type_name(type));
}

struct err builtin_need_int(struct call *c, size_t index, int64_t *out)
{
    const struct json *v = c->args[index - 1];
    TRY(builtin_need(c, index, JSON_NUMBER));
    if (!v->is_int) {
        c->code = "eval_type_error";
        return builtin_error(c, "operand %zu must be integer number but got floating-point number", index);
    }
    *out = v->as_int;
    return OK;
}

struct err builtin_need_collection(struct call *c, size_t index)
{
    enum json_type type = c->args[index - 1]->type;
    if (type != JSON_ARRAY && type != JSON_SET)
        return builtin_type_error(c, index, "one of {array, set}");
    return builtin_cost(c, json_weight(c->args[index - 1]));
}

struct err builtin_cost(struct call *c, uint64_t work)
{
    return eval_charge(c->eval, work / 8);
}

struct err builtin_cost_compare(struct call *c, const struct json *a, const struct json *b)
{
    uint64_t x = json_weight(a);
    uint64_t y = json_weight(b);
    return builtin_cost(c, x < y ? x : y);
}

struct err builtin_cost_keys(struct call *c, const struct json *object)
{
    uint64_t work = 0;
    for (size_t i = 0; i < object->count; i++)
        work += 2 * json_key_weight(&object->members[i]);
    return builtin_cost(c, work);
}

struct err builtin_set(struct call *c, const struct json *const *items, size_t n, const struct json **out)
{
    uint64_t work = 0;
    for (size_t i = 0; i < n; i++)
        work += 8 * json_weight(items[i]);
    TRY(builtin_cost(c, work));
    return value_set(c->arena, items, n, out);
}

struct err builtin_need_strings(struct call *c, size_t count)
{
    uint64_t work = 0;
    for (size_t i = 1; i <= count; i++) {
        TRY(builtin_need(c, i, JSON_STRING));
        work += c->args[i - 1]->text.n;
    }
    return builtin_cost(c, work);
}

struct err builtin_need_text_items(struct call *c, size_t index)
{
    const struct json *list = c->args[index - 1];
    TRY(builtin_cost(c, list->count));
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i]->type == JSON_STRING)
            continue;
        c->code = "eval_type_error";
        return builtin_error(c, "operand %zu must be %s of strings but got %s containing %s", index,
                             value_type_name(list->type), value_type_name(list->type),
                             value_type_name(list->items[i]->type));
    }
    return OK;
}

void builtin_text(const struct call *c, struct buf *b)
{
    size_t left = c->arena->cap > c->arena->used ? c->arena->cap - c->arena->used : 0;
    buf_init(b, left < TEXT_MAX ? left : TEXT_MAX);
    struct buf *spare = c->eval->spare;
    if (spare == NULL)
        return;
    b->p = spare->p;
    b->cap = spare->cap;
    *spare = (struct buf){0};
}

struct err builtin_string(struct call *c, struct buf *b, const struct json **out)
{
    struct bytes text;
    struct buf *spare = c->eval->spare;
    TRY(buf_end(b, &text));
    TRY(builtin_cost(c, text.n));
    TRY(value_string(c->arena, text, out));
    if (spare != NULL && spare->p == NULL) { /* for the next one */
        *spare = (struct buf){.p = b->p, .cap = b->cap};
        *b = (struct buf){0};
    }
    return OK;
}
