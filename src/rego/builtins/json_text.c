/*
 * Values as JSON text and back. The text is that of Go's encoder: `<`, `>`, `&` and the two line separators of Unicode
 * are escaped. Reading is as strict as for every other JSON: no key twice.
 */
#include "rego/builtins/builtin.h"
#include "rego/value.h"

#define SEPARATOR_BYTES 3

/* Inside JSON text these characters occur in strings only. */
static void put_safe(struct bytes text, struct buf *out)
{
    size_t done = 0;
    for (size_t i = 0; i < text.n; i++) {
        const char *escape = text.p[i] == '<' ? "\\u003c" : text.p[i] == '>' ? "\\u003e" : "\\u0026";
        size_t n = text.p[i] == '<' || text.p[i] == '>' || text.p[i] == '&';
        struct bytes rest = bytes_of(text.p + i, text.n - i);
        if (text.p[i] == 0xe2 && bytes_starts(rest, BYTES_LIT("\xe2\x80\xa8"))) {
            escape = "\\u2028";
            n = SEPARATOR_BYTES;
        } else if (text.p[i] == 0xe2 && bytes_starts(rest, BYTES_LIT("\xe2\x80\xa9"))) {
            escape = "\\u2029";
            n = SEPARATOR_BYTES;
        }
        if (n == 0)
            continue;
        buf_add(out, bytes_of(text.p + done, i - done));
        buf_text(out, escape);
        i += n - 1;
        done = i + 1;
    }
    buf_add(out, bytes_of(text.p + done, text.n - done));
}

static struct err marshal(struct call *c, struct buf *out)
{
    SCOPED(buf) struct buf plain = {0};
    struct bytes text;
    builtin_text(c, &plain);
    json_encode(c->args[0], &plain);
    TRY(buf_end(&plain, &text));
    TRY(builtin_cost(c, text.n));
    put_safe(text, out);
    return OK;
}

static struct err bi_marshal(struct call *c, const struct json **out)
{
    SCOPED(buf) struct buf b = {0};
    builtin_text(c, &b);
    TRY(marshal(c, &b));
    return builtin_string(c, &b, out);
}

struct style {
    struct bytes prefix;
    struct bytes indent;
    bool asked;   /* prefix or indent is given */
    bool decided; /* "pretty" is given */
    bool pretty;
};

static struct err read_option(struct call *c, const struct json_member *m, struct style *s)
{
    bool text = m->value->type == JSON_STRING;
    c->code = "eval_type_error";
    if (m->name == NULL && bytes_is(m->key, "pretty")) {
        if (m->value->type != JSON_BOOL)
            return builtin_error(c, "operand 2 key \"pretty\" failed cast to bool");
        s->decided = true;
        s->pretty = m->value->as_bool;
        return OK;
    }
    if (m->name != NULL)
        return builtin_error(c, "operand 2 failed to stringify key");
    if (!bytes_is(m->key, "prefix") && !bytes_is(m->key, "indent"))
        return builtin_error(c, "operand 2 object contained unknown key \"%.*s\"", m->key.n > 100 ? 100 : (int)m->key.n,
                             (const char *)m->key.p);
    if (!text)
        return builtin_error(c, "operand 2 key \"%.*s\" failed cast to string", (int)m->key.n, (const char *)m->key.p);
    s->asked = true;
    if (bytes_is(m->key, "prefix"))
        s->prefix = m->value->text;
    else
        s->indent = m->value->text;
    return OK;
}

static void put_line(const struct style *s, size_t depth, struct buf *out)
{
    buf_text(out, "\n");
    buf_add(out, s->prefix);
    for (size_t i = 0; i < depth && out->bad == 0; i++)
        buf_add(out, s->indent);
}

/* The length of the string literal at the start. */
static size_t literal_length(struct bytes text)
{
    size_t i = 1;
    while (text.p[i] != '"')
        i += text.p[i] == '\\' ? 2 : 1;
    return i + 1;
}

/* Compact JSON text on lines. */
static void put_pretty(const struct style *s, struct bytes text, struct buf *out)
{
    size_t depth = 0;
    buf_add(out, s->prefix);
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.p[i];
        bool opens = c == '{' || c == '[';
        bool empty = opens && (text.p[i + 1] == '}' || text.p[i + 1] == ']');
        if (c == '"') {
            size_t n = literal_length(bytes_of(text.p + i, text.n - i));
            buf_add(out, bytes_of(text.p + i, n));
            i += n - 1;
            continue;
        }
        if (c == '}' || c == ']')
            put_line(s, --depth, out);
        buf_u8(out, c);
        if (empty)
            buf_u8(out, text.p[++i]);
        else if (opens)
            put_line(s, ++depth, out);
        else if (c == ',')
            put_line(s, depth, out);
        else if (c == ':')
            buf_text(out, " ");
    }
}

static struct err bi_marshal_with_options(struct call *c, const struct json **out)
{
    SCOPED(buf) struct buf compact = {0};
    SCOPED(buf) struct buf b = {0};
    struct bytes text;
    struct style s = {.prefix = BYTES_EMPTY, .indent = BYTES_LIT("\t")};
    TRY(builtin_need(c, 2, JSON_OBJECT));
    for (size_t i = 0; i < c->args[1]->count; i++)
        TRY(read_option(c, &c->args[1]->members[i], &s));
    builtin_text(c, &compact);
    TRY(marshal(c, &compact));
    if (!(s.decided ? s.pretty : s.asked))
        return builtin_string(c, &compact, out);
    TRY(buf_end(&compact, &text));
    builtin_text(c, &b);
    put_pretty(&s, text, &b);
    return builtin_string(c, &b, out);
}

static struct err bi_unmarshal(struct call *c, const struct json **out)
{
    struct json_fault fault = {0};
    TRY(builtin_need_strings(c, 1));
    TRY(builtin_cost(c, c->args[0]->text.n));
    struct err decoded = json_decode(c->arena, c->args[0]->text, NULL, &fault, out);
    if (decoded.code != ERR_FORMAT)
        return decoded;
    return builtin_error(c, "not valid JSON: the text is wrong at byte %zu", fault.offset);
}

static struct err bi_is_valid(struct call *c, const struct json **out)
{
    SCOPED(arena) struct arena scratch;
    const struct json *v;
    arena_init(&scratch, c->arena->cap > c->arena->used ? c->arena->cap - c->arena->used : 1);
    *out = value_bool(false);
    if (c->args[0]->type != JSON_STRING)
        return OK;
    TRY(builtin_need_strings(c, 1));
    TRY(builtin_cost(c, c->args[0]->text.n));
    struct err decoded = json_decode(&scratch, c->args[0]->text, NULL, NULL, &v);
    if (failed(decoded) && decoded.code != ERR_FORMAT)
        return decoded;
    *out = value_bool(!failed(decoded));
    return OK;
}

const struct builtin builtins_json_text[] = {
    {"json.marshal", 1, false, bi_marshal},
    {"json.marshal_with_options", 2, false, bi_marshal_with_options},
    {"json.unmarshal", 1, false, bi_unmarshal},
    {"json.is_valid", 1, false, bi_is_valid},
};
BUILTIN_ROWS(json_text)
