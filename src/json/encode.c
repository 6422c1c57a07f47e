#include "json/encode.h"

#include "json/literal.h"

/* One line end and the indentation of `depth`, where the style has them. */
static void put_line(const struct encoder *e, size_t depth)
{
    if (!e->pretty)
        return;
    buf_text(e->out, "\n");
    buf_fill(e->out, ' ', 2 * depth);
}

static struct err put_items(struct encoder *e, const struct json *v, size_t depth)
{
    buf_u8(e->out, '[');
    for (size_t i = 0; i < v->count; i++) {
        if (i > 0)
            buf_u8(e->out, ',');
        put_line(e, depth + 1);
        TRY(encode_value(e, v->items[i], depth + 1));
    }
    if (v->count > 0)
        put_line(e, depth);
    buf_u8(e->out, ']');
    return OK;
}

/* A key that is no string stands as the text of its value. */
static struct err put_key(struct encoder *e, const struct json_member *member, size_t depth)
{
    if (member->name == NULL) {
        literal_put(member->key, e->out);
        return OK;
    }
    SCOPED(buf) struct buf text;
    buf_init(&text, e->out->max);
    struct encoder inner = {.out = &text, .number = e->number};
    TRY(encode_value(&inner, member->name, depth + 1));
    struct bytes key;
    TRY(buf_end(&text, &key));
    literal_put(key, e->out);
    return OK;
}

static struct err put_members(struct encoder *e, const struct json *v, size_t depth)
{
    const struct json_member *members = v->members;
    if (e->order != NULL)
        TRY(e->order(&e->scratch, v, &members));
    buf_u8(e->out, '{');
    for (size_t i = 0; i < v->count; i++) {
        if (i > 0)
            buf_u8(e->out, ',');
        put_line(e, depth + 1);
        TRY(put_key(e, &members[i], depth));
        buf_u8(e->out, ':');
        if (e->pretty)
            buf_u8(e->out, ' ');
        TRY(encode_value(e, members[i].value, depth + 1));
    }
    if (v->count > 0)
        put_line(e, depth);
    buf_u8(e->out, '}');
    return OK;
}

struct err encode_value(struct encoder *e, const struct json *v, size_t depth)
{
    switch (v->type) {
    case JSON_NULL:
        buf_text(e->out, "null");
        return OK;
    case JSON_BOOL:
        buf_text(e->out, v->as_bool ? "true" : "false");
        return OK;
    case JSON_NUMBER:
        if (e->number != NULL)
            return e->number(v, e->out);
        buf_add(e->out, v->text);
        return OK;
    case JSON_STRING:
        literal_put(v->text, e->out);
        return OK;
    case JSON_ARRAY:
    case JSON_SET:
        return put_items(e, v, depth);
    case JSON_OBJECT:
        break;
    }
    return put_members(e, v, depth);
}

/* Without a hook for numbers or order nothing can fail but the buffer, which is sticky. */
static void encode_plain(const struct json *v, bool pretty, struct buf *out)
{
    struct encoder e = {.out = out, .pretty = pretty};
    struct err done = encode_value(&e, v, 0);
    if (failed(done))
        out->bad = done.code;
}

void json_encode(const struct json *v, struct buf *out)
{
    encode_plain(v, false, out);
}

void json_encode_pretty(const struct json *v, struct buf *out)
{
    encode_plain(v, true, out);
    buf_text(out, "\n");
}
