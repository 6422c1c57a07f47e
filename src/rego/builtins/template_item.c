/*
 * Expressions of templates. Numbers of the documents behave like text, as in the engine that policies are written for:
 * only numbers that the template itself brings are numbers.
 */
#include "rego/builtins/template.h"
#include "rego/value.h"

#define ARGS_MAX     8
#define SHOWN(text_) (int)((text_).n > 40 ? 40 : (text_).n), (const char *)(text_).p

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct bytes template_trim(struct bytes text)
{
    while (text.n > 0 && is_space(text.p[0]))
        text = bytes_of(text.p + 1, text.n - 1);
    while (text.n > 0 && is_space(text.p[text.n - 1]))
        text.n--;
    return bytes_of(text.p, text.n);
}

static bool is_word(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c >= 0x80;
}

static void skip(struct bytes *text, size_t n)
{
    *text = bytes_of(text->p + n, text->n - n);
}

static void skip_space(struct bytes *text)
{
    while (text->n > 0 && is_space(text->p[0]))
        skip(text, 1);
}

struct bytes template_name(struct bytes *text)
{
    size_t n = text->n > 0 && text->p[0] == '$';
    while (n < text->n && is_word(text->p[n]))
        n++;
    struct bytes name = bytes_of(text->p, n);
    skip(text, n);
    return name;
}

bool template_is_true(struct item item)
{
    if (item.kind != ITEM_VALUE)
        return item.kind == ITEM_INDEX && item.index != 0;
    const struct json *v = item.value;
    if (v->type == JSON_BOOL)
        return v->as_bool;
    if (v->type == JSON_STRING || v->type == JSON_NUMBER)
        return v->text.n > 0;
    return v->type != JSON_NULL && v->count > 0;
}

static void put_value(const struct json *v, bool inside, struct buf *out)
{
    if (v->type == JSON_NULL) {
        buf_text(out, inside ? "<nil>" : "<undefined>");
    } else if (v->type == JSON_STRING || v->type == JSON_NUMBER) {
        buf_add(out, v->text);
    } else if (v->type == JSON_BOOL) {
        buf_text(out, v->as_bool ? "true" : "false");
    } else {
        buf_text(out, v->type == JSON_OBJECT ? "map[" : "[");
        for (size_t i = 0; i < v->count; i++) {
            buf_text(out, i > 0 ? " " : "");
            if (v->type == JSON_OBJECT) {
                buf_add(out, v->members[i].key);
                buf_text(out, ":");
            }
            put_value(v->type == JSON_OBJECT ? v->members[i].value : v->items[i], true, out);
        }
        buf_text(out, "]");
    }
}

void template_put(struct item item, struct buf *out)
{
    if (item.kind == ITEM_INDEX)
        buf_decimal(out, item.index);
    else if (item.kind == ITEM_NONE)
        buf_text(out, "<undefined>");
    else
        put_value(item.value, false, out);
}

static struct item item_of(const struct json *v)
{
    return (struct item){v == NULL ? ITEM_NONE : ITEM_VALUE, v, 0};
}

static struct item index_of(int64_t n)
{
    return (struct item){ITEM_INDEX, NULL, n};
}

/* ".a.b" behind an operand. */
static struct err take_fields(struct template *t, struct bytes *text, struct item *item)
{
    while (text->n > 1 && text->p[0] == '.' && is_word(text->p[1])) {
        skip(text, 1);
        struct bytes name = template_name(text);
        if (item->kind != ITEM_VALUE || item->value->type != JSON_OBJECT)
            return builtin_error(t->c, "can't evaluate field %.*s", SHOWN(name));
        *item = item_of(json_find(item->value, name));
    }
    return OK;
}

static struct err take_variable(struct template *t, struct bytes *text, struct item *out)
{
    struct bytes name = template_name(text);
    *out = t->root;
    for (size_t i = t->variable_count; i > 0 && name.n > 1; i--)
        if (bytes_equal(t->variables[i - 1].name, name)) {
            *out = t->variables[i - 1].item;
            return take_fields(t, text, out);
        }
    if (name.n > 1)
        return builtin_error(t->c, "undefined variable \"%.*s\"", SHOWN(name));
    return take_fields(t, text, out);
}

/* "text" as in JSON, or `text`. */
static struct err take_text(struct template *t, struct bytes *text, struct item *out)
{
    const struct json *v;
    uint8_t quote = text->p[0];
    size_t n = 1;
    while (n < text->n && text->p[n] != quote)
        n += quote == '"' && text->p[n] == '\\' ? 2 : 1;
    if (n >= text->n)
        return builtin_error(t->c, "unterminated quoted string");
    struct bytes literal = bytes_of(text->p, n + 1);
    skip(text, n + 1);
    if (quote == '`') {
        TRY(value_string(t->c->arena, bytes_of(literal.p + 1, n - 1), &v));
    } else {
        struct err read = json_decode(t->c->arena, literal, NULL, NULL, &v);
        if (read.code == ERR_FORMAT)
            return builtin_error(t->c, "invalid syntax: %.*s", SHOWN(literal));
        TRY(read);
    }
    *out = item_of(v);
    return OK;
}

static struct err take_number(struct template *t, struct bytes *text, struct item *out)
{
    const struct json *v;
    size_t n = text->p[0] == '-';
    while (n < text->n && is_word(text->p[n]))
        n++;
    struct bytes literal = bytes_of(text->p, n);
    struct err read = json_new_number(t->c->arena, literal, &v);
    if (read.code == ERR_NOMEM)
        return read;
    if (failed(read) || !v->is_int)
        return builtin_error(t->c, "bad number syntax: \"%.*s\"", SHOWN(literal));
    skip(text, n);
    *out = index_of(v->as_int);
    return OK;
}

static struct err take_pipeline(struct template *t, struct item dot, struct bytes *text, struct item *out);

static struct err take_parentheses(struct template *t, struct item dot, struct bytes *text, struct item *out)
{
    skip(text, 1);
    if (++t->depth > TEMPLATE_DEPTH)
        return FAIL(ERR_LIMIT, "a template is nested too deeply");
    TRY(take_pipeline(t, dot, text, out));
    t->depth--;
    if (text->n == 0 || text->p[0] != ')')
        return builtin_error(t->c, "unclosed left paren");
    skip(text, 1);
    return take_fields(t, text, out);
}

static struct err take_operand(struct template *t, struct item dot, struct bytes *text, struct item *out)
{
    uint8_t c = text->n > 0 ? text->p[0] : 0;
    if (c == '.') {
        *out = dot;
        if (text->n > 1 && is_word(text->p[1]))
            return take_fields(t, text, out);
        skip(text, 1);
        return OK;
    }
    if (c == '$')
        return take_variable(t, text, out);
    if (c == '"' || c == '`')
        return take_text(t, text, out);
    if (c == '(')
        return take_parentheses(t, dot, text, out);
    if (c == '-' || (c >= '0' && c <= '9'))
        return take_number(t, text, out);
    struct bytes word = *text;
    struct bytes name = template_name(&word);
    if (!bytes_is(name, "true") && !bytes_is(name, "false"))
        return builtin_error(t->c, "unexpected \"%.*s\" in operand", SHOWN(name.n > 0 ? name : *text));
    *text = word;
    *out = item_of(value_bool(bytes_is(name, "true")));
    return OK;
}

/* The order of two comparable items: both text, both numbers of the template, or both true or false. */
static struct err compare(struct template *t, const struct item *a, const struct item *b, bool order, int *out)
{
    if (a->kind == ITEM_INDEX && b->kind == ITEM_INDEX) {
        *out = (a->index > b->index) - (a->index < b->index);
        return OK;
    }
    bool values = a->kind == ITEM_VALUE && b->kind == ITEM_VALUE;
    enum json_type x = values ? a->value->type : JSON_NULL;
    enum json_type y = values ? b->value->type : JSON_NULL;
    if (values)
        TRY(builtin_cost_compare(t->c, a->value, b->value));
    if ((x == JSON_STRING || x == JSON_NUMBER) && (y == JSON_STRING || y == JSON_NUMBER))
        *out = bytes_compare(a->value->text, b->value->text);
    else if (x == JSON_BOOL && y == JSON_BOOL && !order)
        *out = (int)a->value->as_bool - (int)b->value->as_bool;
    else
        return builtin_error(t->c, "incompatible types for comparison");
    return OK;
}

static struct err call_eq(struct template *t, const struct item *args, size_t count, struct item *out)
{
    bool equal = false;
    for (size_t i = 1; i < count && !equal; i++) {
        int order;
        TRY(compare(t, &args[0], &args[i], false, &order));
        equal = order == 0;
    }
    *out = item_of(value_bool(equal));
    return OK;
}

static struct err call_order(struct template *t, struct bytes name, const struct item *args, struct item *out)
{
    int order;
    TRY(compare(t, &args[0], &args[1], name.p[0] != 'n', &order));
    bool holds = bytes_is(name, "ne")   ? order != 0
                 : bytes_is(name, "lt") ? order < 0
                 : bytes_is(name, "le") ? order <= 0
                 : bytes_is(name, "gt") ? order > 0
                                        : order >= 0;
    *out = item_of(value_bool(holds));
    return OK;
}

static struct err call_len(struct template *t, const struct item *arg, struct item *out)
{
    if (arg->kind != ITEM_VALUE || arg->value->type < JSON_NUMBER)
        return builtin_error(t->c, "len of what has no length");
    const struct json *v = arg->value;
    *out = index_of((int64_t)(v->type < JSON_ARRAY ? v->text.n : v->count));
    return OK;
}

static struct err call_index(struct template *t, const struct item *args, size_t count, struct item *out)
{
    *out = args[0];
    for (size_t i = 1; i < count; i++) {
        const struct json *v = out->kind == ITEM_VALUE ? out->value : &value_null;
        bool key = v->type == JSON_OBJECT && args[i].kind == ITEM_VALUE && args[i].value->type == JSON_STRING;
        bool item = (v->type == JSON_ARRAY || v->type == JSON_SET) && args[i].kind == ITEM_INDEX;
        if (!key && !item)
            return builtin_error(t->c, "cannot index");
        if (item && (args[i].index < 0 || (uint64_t)args[i].index >= v->count))
            return builtin_error(t->c, "index out of range: %lld", (long long)args[i].index);
        *out = item_of(key ? json_find(v, args[i].value->text) : v->items[args[i].index]);
    }
    return OK;
}

struct function {
    const char *name;
    size_t least;
    size_t most;
};

static const struct function functions[] = {
    {"not", 1, 1},          {"and", 1, ARGS_MAX}, {"or", 1, ARGS_MAX}, {"len", 1, 1},
    {"index", 1, ARGS_MAX}, {"eq", 2, ARGS_MAX},  {"ne", 2, 2},        {"lt", 2, 2},
    {"le", 2, 2},           {"gt", 2, 2},         {"ge", 2, 2},
};

static const struct function *find_function(struct bytes name)
{
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
        if (bytes_is(name, functions[i].name))
            return &functions[i];
    return NULL;
}

static struct err apply_function(struct template *t, const struct function *f, const struct item *args, size_t count,
                                 struct item *out)
{
    struct bytes name = bytes_of_text(f->name);
    if (count < f->least || count > f->most)
        return builtin_error(t->c, "wrong number of args for %s: got %zu", f->name, count);
    if (bytes_is(name, "not")) {
        *out = item_of(value_bool(!template_is_true(args[0])));
        return OK;
    }
    if (bytes_is(name, "and") || bytes_is(name, "or")) {
        size_t i = 0;
        while (i + 1 < count && template_is_true(args[i]) == bytes_is(name, "and"))
            i++;
        *out = args[i];
        return OK;
    }
    if (bytes_is(name, "len"))
        return call_len(t, &args[0], out);
    if (bytes_is(name, "index"))
        return call_index(t, args, count, out);
    return bytes_is(name, "eq") ? call_eq(t, args, count, out) : call_order(t, name, args, out);
}

/* A function with its arguments, or one operand; what comes through a pipe is the last argument. */
static struct err take_command(struct template *t, struct item dot, struct bytes *text, const struct item *piped,
                               struct item *out)
{
    struct item args[ARGS_MAX + 1];
    size_t count = 0;
    struct bytes rest = *text;
    const struct function *f = find_function(template_name(&rest));
    if (f == NULL && piped != NULL)
        return builtin_error(t->c, "non executable command in pipeline");
    if (f == NULL)
        return take_operand(t, dot, text, out);
    *text = rest;
    for (skip_space(text); text->n > 0 && text->p[0] != '|' && text->p[0] != ')'; skip_space(text)) {
        if (count == ARGS_MAX)
            return builtin_error(t->c, "too many arguments for %s", f->name);
        TRY(take_operand(t, dot, text, &args[count++]));
    }
    if (piped != NULL)
        args[count++] = *piped;
    return apply_function(t, f, args, count, out);
}

static struct err take_pipeline(struct template *t, struct item dot, struct bytes *text, struct item *out)
{
    skip_space(text);
    TRY(take_command(t, dot, text, NULL, out));
    for (skip_space(text); text->n > 0 && text->p[0] == '|'; skip_space(text)) {
        struct item piped = *out;
        skip(text, 1);
        skip_space(text);
        TRY(take_command(t, dot, text, &piped, out));
    }
    return OK;
}

struct err template_item(struct template *t, struct item dot, struct bytes text, struct item *out)
{
    TRY(builtin_cost(t->c, 8 + text.n));
    TRY(take_pipeline(t, dot, &text, out));
    return text.n == 0 ? OK : builtin_error(t->c, "unexpected \"%.*s\" in command", SHOWN(text));
}
