/*
 * The form encoding of queries in URLs: `a=b&c=d`, a space is `+`.
 */
#include "rego/builtins/builtin.h"
#include "rego/value.h"

static bool is_plain(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
           c == '.' || c == '~';
}

static void put_escaped(struct bytes text, struct buf *out)
{
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.p[i];
        if (is_plain(c) || c == ' ') {
            buf_u8(out, c == ' ' ? '+' : c);
            continue;
        }
        buf_u8(out, '%');
        buf_u8(out, (uint8_t) "0123456789ABCDEF"[c >> 4]);
        buf_u8(out, (uint8_t) "0123456789ABCDEF"[c & 15]);
    }
}

static struct err bi_encode(struct call *c, const struct json **out)
{
    SCOPED(buf) struct buf b = {0};
    TRY(builtin_need_strings(c, 1));
    builtin_text(c, &b);
    put_escaped(c->args[0]->text, &b);
    return builtin_string(c, &b, out);
}

static int digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static struct err put_plain(struct call *c, struct bytes text, struct buf *out)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] != '%') {
            buf_u8(out, text.p[i] == '+' ? ' ' : text.p[i]);
            continue;
        }
        struct bytes escape = bytes_of(text.p + i, text.n - i < 3 ? text.n - i : 3);
        if (escape.n < 3 || digit(escape.p[1]) < 0 || digit(escape.p[2]) < 0)
            return builtin_error(c, "invalid URL escape \"%.*s\"", (int)escape.n, (const char *)escape.p);
        buf_u8(out, (uint8_t)(digit(escape.p[1]) << 4 | digit(escape.p[2])));
        i += 2;
    }
    return OK;
}

static struct err decode(struct call *c, struct bytes text, const struct json **out)
{
    SCOPED(buf) struct buf b = {0};
    builtin_text(c, &b);
    TRY(put_plain(c, text, &b));
    return builtin_string(c, &b, out);
}

static struct err bi_decode(struct call *c, const struct json **out)
{
    TRY(builtin_need_strings(c, 1));
    return decode(c, c->args[0]->text, out);
}

static struct err put_pair(struct call *c, struct bytes key, const struct json *v, struct buf *out)
{
    if (v->type != JSON_STRING) {
        c->code = "eval_type_error";
        return builtin_error(c, "operand 1 values must be string, array[string], or set[string]");
    }
    buf_text(out, out->n > 0 ? "&" : "");
    put_escaped(key, out);
    buf_text(out, "=");
    put_escaped(v->text, out);
    return OK;
}

/* A key that is no string stands for its JSON text. */
static struct err key_text(struct call *c, const struct json_member *m, struct bytes *out)
{
    SCOPED(buf) struct buf b = {0};
    struct bytes text;
    *out = m->key;
    if (m->name == NULL)
        return OK;
    builtin_text(c, &b);
    json_encode(m->name, &b);
    TRY(buf_end(&b, &text));
    return arena_copy(c->arena, text, out);
}

static struct err bi_encode_object(struct call *c, const struct json **out)
{
    SCOPED(buf) struct buf b = {0};
    TRY(builtin_need(c, 1, JSON_OBJECT));
    builtin_text(c, &b);
    for (size_t i = 0; i < c->args[0]->count; i++) {
        struct bytes key;
        const struct json *v = c->args[0]->members[i].value;
        TRY(key_text(c, &c->args[0]->members[i], &key));
        bool many = v->type == JSON_ARRAY || v->type == JSON_SET;
        if (!many)
            TRY(put_pair(c, key, v, &b));
        for (size_t k = 0; many && k < v->count; k++)
            TRY(put_pair(c, key, v->items[k], &b));
    }
    return builtin_string(c, &b, out);
}

struct pair {
    const struct json *key;
    const struct json *value;
    size_t at;
};

static struct err split_pairs(struct call *c, struct bytes text, struct pair **out, size_t *count)
{
    size_t parts = 1;
    *count = 0;
    for (size_t i = 0; i < text.n; i++)
        parts += text.p[i] == '&';
    TRY(arena_array(c->arena, parts, out));
    for (size_t at = 0; at < text.n;) {
        const uint8_t *amp = memchr(text.p + at, '&', text.n - at);
        size_t end = amp == NULL ? text.n : (size_t)(amp - text.p);
        struct bytes part = bytes_of(text.p + at, end - at);
        at = end + 1;
        if (part.n == 0)
            continue;
        if (memchr(part.p, ';', part.n) != NULL)
            return builtin_error(c, "invalid semicolon separator in query");
        const uint8_t *equal = memchr(part.p, '=', part.n);
        size_t key = equal == NULL ? part.n : (size_t)(equal - part.p);
        size_t value = equal == NULL ? part.n : key + 1;
        struct pair *p = &(*out)[*count];
        p->at = (*count)++;
        TRY(decode(c, bytes_of(part.p, key), &p->key));
        TRY(decode(c, bytes_of(part.p + value, part.n - value), &p->value));
    }
    return OK;
}

static int by_key(const void *a, const void *b)
{
    const struct pair *x = a;
    const struct pair *y = b;
    int order = json_compare(x->key, y->key);
    return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

static struct err bi_decode_object(struct call *c, const struct json **out)
{
    struct pair *pairs;
    size_t count;
    struct members all = {.arena = c->arena};
    TRY(builtin_need_strings(c, 1));
    TRY(split_pairs(c, c->args[0]->text, &pairs, &count));
    if (count > 1)
        qsort(pairs, count, sizeof(*pairs), by_key);
    for (size_t i = 0; i < count;) {
        struct values list = {.arena = c->arena};
        const struct json *array;
        const struct json *key = pairs[i].key;
        for (; i < count && json_equal(pairs[i].key, key); i++)
            TRY(values_add(&list, pairs[i].value));
        TRY(value_array(c->arena, list.items, list.count, &array));
        TRY(members_add(&all, key, array));
    }
    return value_object(c->arena, all.items, all.count, NULL, out);
}

const struct builtin builtins_urlquery[] = {
    {"urlquery.encode", 1, false, bi_encode},
    {"urlquery.decode", 1, false, bi_decode},
    {"urlquery.encode_object", 1, false, bi_encode_object},
    {"urlquery.decode_object", 1, false, bi_decode_object},
};
BUILTIN_ROWS(urlquery)
