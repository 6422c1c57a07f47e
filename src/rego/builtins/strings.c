#include "rego/builtins/builtin.h"
#include "rego/builtins/chars.h"
#include "rego/value.h"

static struct err bi_startswith(struct call *c, const struct json **out)
{
    TRY(builtin_need_strings(c, 2));
    *out = value_bool(bytes_starts(c->args[0]->text, c->args[1]->text));
    return OK;
}

static struct err bi_endswith(struct call *c, const struct json **out)
{
    TRY(builtin_need_strings(c, 2));
    *out = value_bool(chars_ends(c->args[0]->text, c->args[1]->text));
    return OK;
}

static struct err bi_contains(struct call *c, const struct json **out)
{
    TRY(builtin_need_strings(c, 2));
    *out = value_bool(chars_find(c->args[0]->text, c->args[1]->text, 0) != SIZE_MAX);
    return OK;
}

static struct err bi_concat(struct call *c, const struct json **out)
{
    SCOPED(buf) struct buf b = {0};
    TRY(builtin_need(c, 1, JSON_STRING));
    TRY(builtin_need_collection(c, 2));
    TRY(builtin_need_text_items(c, 2));
    builtin_text(c, &b);
    for (size_t i = 0; i < c->args[1]->count; i++) {
        if (i > 0)
            buf_add(&b, c->args[0]->text);
        buf_add(&b, c->args[1]->items[i]->text);
    }
    return builtin_string(c, &b, out);
}

static struct err bi_indexof(struct call *c, const struct json **out)
{
    TRY(builtin_need_strings(c, 2));
    if (c->args[1]->text.n == 0)
        return builtin_error(c, "empty search character");
    size_t at = chars_find(c->args[0]->text, c->args[1]->text, 0);
    int64_t index = at == SIZE_MAX ? -1 : (int64_t)chars_count(bytes_of(c->args[0]->text.p, at));
    return value_int(c->arena, index, out);
}

static struct err bi_indexof_n(struct call *c, const struct json **out)
{
    struct values all = {.arena = c->arena};
    TRY(builtin_need_strings(c, 2));
    struct bytes text = c->args[0]->text;
    struct bytes part = c->args[1]->text;
    if (part.n == 0)
        return builtin_error(c, "empty search character");
    int64_t index = 0;
    size_t from = 0;
    for (size_t at = 0; (at = chars_find(text, part, at)) != SIZE_MAX; index++) {
        const struct json *v;
        index += (int64_t)chars_count(bytes_of(text.p + from, at - from));
        TRY(builtin_cost(c, part.n)); /* finds may overlap, then the same bytes are read again */
        TRY(value_int(c->arena, index, &v));
        TRY(values_add(&all, v));
        (void)chars_next(text, &at);
        from = at;
    }
    return value_array(c->arena, all.items, all.count, out);
}

static struct err mapped(struct call *c, uint32_t (*map)(uint32_t), const struct json **out)
{
    SCOPED(buf) struct buf b = {0};
    uint8_t utf8[4];
    TRY(builtin_need_strings(c, 1));
    builtin_text(c, &b);
    for (size_t at = 0; at < c->args[0]->text.n;)
        buf_add(&b, bytes_of(utf8, bytes_encode_utf8(map(chars_next(c->args[0]->text, &at)), utf8)));
    return builtin_string(c, &b, out);
}

static struct err bi_lower(struct call *c, const struct json **out)
{
    return mapped(c, chars_lower, out);
}

static struct err bi_upper(struct call *c, const struct json **out)
{
    return mapped(c, chars_upper, out);
}

/* An empty `old` stands before each character and at the end. */
static void replace_empty(struct bytes text, struct bytes new, struct buf *out)
{
    buf_add(out, new);
    for (size_t at = 0; at < text.n;) {
        size_t from = at;
        (void)chars_next(text, &at);
        buf_add(out, bytes_of(text.p + from, at - from));
        buf_add(out, new);
    }
}

static void replace_all(struct bytes text, struct bytes old, struct bytes new, struct buf *out)
{
    size_t at = 0;
    for (size_t found; (found = chars_find(text, old, at)) != SIZE_MAX; at = found + old.n) {
        buf_add(out, bytes_of(text.p + at, found - at));
        buf_add(out, new);
    }
    buf_add(out, bytes_of(text.p + at, text.n - at));
}

static struct err bi_replace(struct call *c, const struct json **out)
{
    SCOPED(buf) struct buf b = {0};
    TRY(builtin_need_strings(c, 3));
    if (c->args[1]->text.n != 0 && chars_find(c->args[0]->text, c->args[1]->text, 0) == SIZE_MAX) {
        *out = c->args[0];
        return OK;
    }
    builtin_text(c, &b);
    if (c->args[1]->text.n == 0)
        replace_empty(c->args[0]->text, c->args[2]->text, &b);
    else
        replace_all(c->args[0]->text, c->args[1]->text, c->args[2]->text, &b);
    return builtin_string(c, &b, out);
}

/* The first pattern in order that stands at `at`; the empty one does not stand there twice in a row. */
static const struct json_member *find_pattern(const struct json *patterns, struct bytes rest, bool after_empty)
{
    for (size_t i = 0; i < patterns->count; i++) {
        const struct json_member *m = &patterns->members[i];
        if (bytes_starts(rest, m->key) && !(after_empty && m->key.n == 0))
            return m;
    }
    return NULL;
}

static void replace_patterns(const struct json *patterns, struct bytes text, struct buf *out)
{
    bool after_empty = false;
    for (size_t at = 0; at <= text.n;) {
        const struct json_member *m = find_pattern(patterns, bytes_of(text.p + at, text.n - at), after_empty);
        after_empty = m != NULL && m->key.n == 0;
        if (m != NULL) {
            buf_add(out, m->value->text);
            at += m->key.n;
            continue;
        }
        if (at == text.n)
            return;
        size_t from = at;
        (void)chars_next(text, &at);
        buf_add(out, bytes_of(text.p + from, at - from));
    }
}

static struct err bi_replace_n(struct call *c, const struct json **out)
{
    SCOPED(buf) struct buf b = {0};
    TRY(builtin_need(c, 1, JSON_OBJECT));
    TRY(builtin_need(c, 2, JSON_STRING));
    const struct json *patterns = c->args[0];
    uint64_t work = 1; /* for each byte of the text: every pattern may be compared there */
    c->code = "eval_type_error";
    for (size_t i = 0; i < patterns->count; i++) {
        work += 1 + patterns->members[i].key.n / 64;
        if (patterns->members[i].name != NULL)
            return builtin_error(c, "operand 1 non-string key found in pattern object");
        if (patterns->members[i].value->type != JSON_STRING)
            return builtin_error(c, "operand 1 non-string value found in pattern object");
    }
    TRY(builtin_cost(c, work * c->args[1]->text.n));
    builtin_text(c, &b);
    replace_patterns(patterns, c->args[1]->text, &b);
    return builtin_string(c, &b, out);
}

static struct err add_text(struct call *c, struct values *l, struct bytes text)
{
    const struct json *v;
    TRY(value_string(c->arena, text, &v));
    return values_add(l, v);
}

static struct err bi_split(struct call *c, const struct json **out)
{
    struct values all = {.arena = c->arena};
    TRY(builtin_need_strings(c, 2));
    struct bytes text = c->args[0]->text;
    struct bytes by = c->args[1]->text;
    size_t at = 0;
    while (by.n == 0 && at < text.n) {
        size_t from = at;
        (void)chars_next(text, &at);
        TRY(add_text(c, &all, bytes_of(text.p + from, at - from)));
    }
    for (size_t found; by.n > 0 && (found = chars_find(text, by, at)) != SIZE_MAX; at = found + by.n)
        TRY(add_text(c, &all, bytes_of(text.p + at, found - at)));
    if (by.n > 0)
        TRY(add_text(c, &all, bytes_of(text.p + at, text.n - at)));
    return value_array(c->arena, all.items, all.count, out);
}

static struct err bi_substring(struct call *c, const struct json **out)
{
    int64_t first;
    int64_t length;
    TRY(builtin_need_strings(c, 1));
    TRY(builtin_need_int(c, 2, &first));
    TRY(builtin_need_int(c, 3, &length));
    if (first < 0)
        return builtin_error(c, "negative offset");
    struct bytes text = c->args[0]->text;
    size_t from = chars_offset(text, (size_t)first);
    struct bytes rest = bytes_of(text.p + from, text.n - from);
    if (length >= 0)
        rest.n = chars_offset(rest, (size_t)length);
    return value_string(c->arena, bytes_of(rest.p, rest.n), out);
}

static struct err bi_reverse(struct call *c, const struct json **out)
{
    uint8_t *copy;
    TRY(builtin_need_strings(c, 1));
    struct bytes text = c->args[0]->text;
    TRY(arena_array(c->arena, text.n, &copy));
    for (size_t at = 0; at < text.n;) {
        size_t from = at;
        (void)chars_next(text, &at);
        memcpy(copy + text.n - at, text.p + from, at - from);
    }
    return value_string(c->arena, bytes_of(copy, text.n), out);
}

static struct err bi_strings_count(struct call *c, const struct json **out)
{
    TRY(builtin_need_strings(c, 2));
    struct bytes text = c->args[0]->text;
    struct bytes part = c->args[1]->text;
    if (part.n == 0)
        return value_int(c->arena, (int64_t)chars_count(text) + 1, out);
    int64_t n = 0;
    for (size_t at = 0; (at = chars_find(text, part, at)) != SIZE_MAX; at += part.n)
        n++;
    return value_int(c->arena, n, out);
}

const struct builtin builtins_strings[] = {
    {"startswith", 2, false, bi_startswith},
    {"endswith", 2, false, bi_endswith},
    {"contains", 2, false, bi_contains},
    {"concat", 2, false, bi_concat},
    {"indexof", 2, false, bi_indexof},
    {"indexof_n", 2, false, bi_indexof_n},
    {"lower", 1, false, bi_lower},
    {"upper", 1, false, bi_upper},
    {"replace", 3, false, bi_replace},
    {"strings.replace_n", 2, false, bi_replace_n},
    {"split", 2, false, bi_split},
    {"substring", 3, false, bi_substring},
    {"strings.reverse", 1, false, bi_reverse},
    {"strings.count", 2, false, bi_strings_count},
};
BUILTIN_ROWS(strings)
