/*
 * The part of YAML that annotations use. The text is that of a policy, so it may be hostile; nesting is bounded.
 */
#include "rego/annotation.h"
#include "rego/lex.h"
#include "rego/value.h"

#define DEPTH_MAX 32

struct line {
    struct place at;
    size_t indent;
    struct bytes text; /* without indentation and trailing space */
};

struct reader {
    struct arena *arena;
    struct rego_error *error;
    struct line *lines;
    size_t count;
    size_t next;
    unsigned depth;
};

static struct err read_node(struct reader *r, const struct json **out);

static struct err refuse(struct reader *r, const char *what)
{
    const struct line *l = &r->lines[r->next < r->count ? r->next : r->count - 1];
    return note_fail(r->error, REGO_ERR_PARSE, "rego_parse_error", l->at, "annotation: %s", what);
}

static struct bytes skip(struct bytes text, size_t n)
{
    return bytes_of(text.p + n, text.n - n);
}

static struct bytes trim(struct bytes text)
{
    while (text.n > 0 && (text.p[0] == ' ' || text.p[0] == '\t'))
        text = skip(text, 1);
    while (text.n > 0 && (text.p[text.n - 1] == ' ' || text.p[text.n - 1] == '\t' || text.p[text.n - 1] == '\r'))
        text.n--;
    return text;
}

/* Whether a line is there that is no deeper comment, and its indentation. */
static bool more(struct reader *r)
{
    while (r->next < r->count && (r->lines[r->next].text.n == 0 || r->lines[r->next].text.p[0] == '#'))
        r->next++;
    return r->next < r->count;
}

static bool is_item(struct bytes text)
{
    return bytes_is(text, "-") || bytes_starts(text, BYTES_LIT("- "));
}

/* How long a quoted text is, quotes included; 0 where it does not end. */
static size_t quoted_len(struct bytes text)
{
    for (size_t i = 1; i < text.n; i++) {
        if (text.p[0] == '"' && text.p[i] == '\\')
            i++;
        else if (text.p[i] == text.p[0] && (text.p[0] == '"' || i + 1 == text.n || text.p[i + 1] != '\''))
            return i + 1;
        else if (text.p[i] == text.p[0])
            i++;
    }
    return 0;
}

/* Where the key of "key: value" ends; false where the text is no member of a map. */
static bool find_colon(struct bytes text, size_t *out)
{
    size_t i = 0;
    if (text.n > 0 && (text.p[0] == '"' || text.p[0] == '\'')) {
        i = quoted_len(text);
        if (i == 0)
            return false;
    }
    for (; i < text.n; i++)
        if (text.p[i] == ':' && (i + 1 == text.n || text.p[i + 1] == ' ')) {
            *out = i;
            return i > 0;
        }
    return false;
}

static struct err read_quoted(struct reader *r, struct bytes text, const struct json **out)
{
    uint8_t *p;
    size_t n = 0;
    if (text.p[0] == '"') {
        struct err e = json_decode(r->arena, text, NULL, NULL, out);
        return e.code == ERR_FORMAT ? refuse(r, "a string with an unknown escape") : e;
    }
    TRY(arena_array(r->arena, text.n, &p));
    for (size_t i = 1; i + 1 < text.n; i++) {
        p[n++] = text.p[i];
        i += text.p[i] == '\'';
    }
    return json_new_string(r->arena, bytes_of(p, n), out);
}

/* A scalar without quotes. */
static struct err read_plain(struct reader *r, struct bytes text, const struct json **out)
{
    for (size_t i = 1; i < text.n; i++)
        if (text.p[i] == '#' && text.p[i - 1] == ' ')
            text = trim(bytes_of(text.p, i));
    *out = &value_null;
    if (text.n == 0 || bytes_is(text, "~") || bytes_is(text, "null"))
        return OK;
    if (memchr("&*!%@`|>?", text.p[0], 9) != NULL)
        return refuse(r, "a form of YAML that is not read here");
    *out = value_bool(true);
    if (bytes_is(text, "true"))
        return OK;
    *out = value_bool(false);
    if (bytes_is(text, "false"))
        return OK;
    struct err e = json_new_number(r->arena, text, out);
    return e.code == ERR_FORMAT || e.code == ERR_LIMIT ? json_new_string(r->arena, text, out) : e;
}

/* A map of what was read; a key with two values is refused. */
static struct err close_map(struct reader *r, struct members *all, const struct json **out)
{
    bool unique = true;
    TRY(value_object(r->arena, all->items, all->count, &unique, out));
    return unique ? OK : refuse(r, "a key stands twice");
}

static struct err read_flow(struct reader *r, struct bytes *text, const struct json **out);

/* A scalar inside of a list or map in one line: up to a sign of it. */
static struct err flow_scalar(struct reader *r, struct bytes *text, const struct json **out)
{
    size_t n = 0;
    bool quoted = text->n > 0 && (text->p[0] == '"' || text->p[0] == '\'');
    if (quoted)
        n = quoted_len(*text);
    while (!quoted && n < text->n && memchr(",]}", text->p[n], 3) == NULL &&
           !(text->p[n] == ':' && (n + 1 == text->n || text->p[n + 1] == ' ')))
        n++;
    if (n == 0)
        return refuse(r, "a list or map in one line that is malformed");
    struct bytes part = trim(bytes_of(text->p, n));
    *text = trim(skip(*text, n));
    return quoted ? read_quoted(r, part, out) : read_plain(r, part, out);
}

/* One part of it: an item, or a key and a value. */
static struct err flow_part(struct reader *r, struct bytes *text, bool map, struct values *items,
                            struct members *members)
{
    const struct json *key;
    const struct json *v = &value_null;
    if (!map) {
        TRY(read_flow(r, text, &v));
        return values_add(items, v);
    }
    TRY(flow_scalar(r, text, &key));
    if (key->type != JSON_STRING || text->n == 0 || text->p[0] != ':')
        return refuse(r, "a map in one line without a key");
    *text = trim(skip(*text, 1));
    if (text->n > 0 && text->p[0] != ',' && text->p[0] != '}')
        TRY(read_flow(r, text, &v));
    return members_add(members, key, v);
}

/* What stands in one line: [a, b], {k: v} or a scalar. */
static struct err read_flow(struct reader *r, struct bytes *text, const struct json **out)
{
    struct values items = {.arena = r->arena};
    struct members members = {.arena = r->arena};
    if (text->n == 0 || (text->p[0] != '[' && text->p[0] != '{'))
        return flow_scalar(r, text, out);
    bool map = text->p[0] == '{';
    uint8_t end = map ? '}' : ']';
    if (r->depth++ == DEPTH_MAX)
        return refuse(r, "nested too deeply");
    *text = trim(skip(*text, 1));
    while (text->n > 0 && text->p[0] != end) {
        TRY(flow_part(r, text, map, &items, &members));
        if (text->n > 0 && text->p[0] == ',')
            *text = trim(skip(*text, 1));
        else if (text->n == 0 || text->p[0] != end)
            return refuse(r, "a list or map in one line without an end");
    }
    if (text->n == 0)
        return refuse(r, "a list or map in one line without an end");
    *text = trim(skip(*text, 1));
    r->depth--;
    if (map)
        return close_map(r, &members, out);
    return value_array(r->arena, items.items, items.count, out);
}

/* The lines of a block scalar or of a plain one that goes on, joined. */
static struct err join_lines(struct reader *r, struct bytes first, size_t parent, char between, const struct json **out)
{
    SCOPED(buf) struct buf b = {0};
    struct bytes text;
    buf_init(&b, 1 << 20);
    buf_add(&b, first);
    for (; r->next < r->count; r->next++) {
        const struct line *l = &r->lines[r->next];
        if (l->text.n > 0 && l->indent <= parent)
            break;
        if (b.n > 0)
            buf_u8(&b, (uint8_t)(l->text.n == 0 ? '\n' : between));
        buf_add(&b, l->text);
    }
    TRY(buf_end(&b, &text));
    while (text.n > 0 && text.p[text.n - 1] == '\n')
        text.n--;
    return first.n > 0 ? read_plain(r, text, out) : json_new_string(r->arena, text, out);
}

/* A value behind a key or a dash, with the lines below that belong to it. */
static struct err read_inline(struct reader *r, struct bytes text, size_t parent, const struct json **out)
{
    if (text.p[0] == '"' || text.p[0] == '\'') {
        size_t n = quoted_len(text);
        struct bytes behind = n == 0 ? text : trim(skip(text, n));
        if (n == 0 || (behind.n > 0 && behind.p[0] != '#'))
            return refuse(r, "a string without an end");
        return read_quoted(r, bytes_of(text.p, n), out);
    }
    if (text.p[0] == '[' || text.p[0] == '{') {
        TRY(read_flow(r, &text, out));
        return text.n == 0 || text.p[0] == '#' ? OK : refuse(r, "something stands behind a list or map");
    }
    if (text.p[0] == '|' || text.p[0] == '>')
        return join_lines(r, BYTES_EMPTY, parent, text.p[0] == '|' ? '\n' : ' ', out);
    return join_lines(r, text, parent, ' ', out);
}

static struct err read_member(struct reader *r, size_t indent, struct members *all)
{
    size_t colon;
    const struct json *key;
    const struct json *v = &value_null;
    struct bytes text = r->lines[r->next].text;
    if (!find_colon(text, &colon))
        return refuse(r, "expected a key and a colon");
    struct bytes name = trim(bytes_of(text.p, colon));
    bool quoted = name.p[0] == '"' || name.p[0] == '\'';
    if (quoted && quoted_len(name) != name.n)
        return refuse(r, "something stands behind a quoted key");
    TRY(quoted ? read_quoted(r, name, &key) : json_new_string(r->arena, name, &key));
    struct bytes rest = trim(skip(text, colon + 1));
    r->next++;
    if (rest.n > 0 && rest.p[0] != '#')
        TRY(read_inline(r, rest, indent, &v));
    else if (more(r) && (r->lines[r->next].indent > indent ||
                         (r->lines[r->next].indent == indent && is_item(r->lines[r->next].text))))
        TRY(read_node(r, &v));
    return members_add(all, key, v);
}

static struct err read_map(struct reader *r, const struct json **out)
{
    struct members all = {.arena = r->arena};
    size_t indent = r->lines[r->next].indent;
    while (more(r) && r->lines[r->next].indent == indent && !is_item(r->lines[r->next].text))
        TRY(read_member(r, indent, &all));
    return close_map(r, &all, out);
}

static struct err read_list(struct reader *r, const struct json **out)
{
    struct values all = {.arena = r->arena};
    size_t indent = r->lines[r->next].indent;
    while (more(r) && r->lines[r->next].indent == indent && is_item(r->lines[r->next].text)) {
        struct line *l = &r->lines[r->next];
        const struct json *v = &value_null;
        struct bytes rest = trim(skip(l->text, 1));
        if (rest.n > 0) { /* what stands behind the dash is a line of its own, further in */
            l->indent += l->text.n - rest.n;
            l->text = rest;
            TRY(read_node(r, &v));
        } else {
            r->next++;
            if (more(r) && r->lines[r->next].indent > indent)
                TRY(read_node(r, &v));
        }
        TRY(values_add(&all, v));
    }
    return value_array(r->arena, all.items, all.count, out);
}

/* A list, a map or a scalar, which begins at the next line. */
static struct err read_node(struct reader *r, const struct json **out)
{
    size_t colon;
    const struct line *l = &r->lines[r->next];
    if (r->depth++ == DEPTH_MAX)
        return refuse(r, "nested too deeply");
    if (is_item(l->text)) {
        TRY(read_list(r, out));
    } else if (l->text.p[0] != '[' && l->text.p[0] != '{' && find_colon(l->text, &colon)) {
        TRY(read_map(r, out));
    } else {
        r->next++;
        TRY(read_inline(r, l->text, l->indent > 0 ? l->indent - 1 : 0, out));
    }
    r->depth--;
    return OK;
}

struct err annotation_text(struct arena *a, struct rego_error *error, const struct comment *const *lines, size_t count,
                           const struct json **out)
{
    struct reader r = {.arena = a, .error = error, .count = count};
    *out = &value_empty_object;
    TRY(arena_array(a, count, &r.lines));
    for (size_t i = 0; i < count; i++) {
        struct bytes text = lines[i]->text;
        size_t indent = 0;
        while (indent < text.n && text.p[indent] == ' ')
            indent++;
        r.lines[i] = (struct line){lines[i]->at, indent, trim(text)};
    }
    if (!more(&r))
        return OK;
    TRY(read_node(&r, out));
    if (more(&r))
        return refuse(&r, "a line that belongs to nothing");
    return (*out)->type == JSON_OBJECT ? OK : refuse(&r, "not a map");
}
