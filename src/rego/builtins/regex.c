/*
 * regex.*: what OPA makes of Go's regular expressions.
 */
#include "rego/builtins/builtin.h"
#include "rego/builtins/chars.h"
#include "rego/builtins/match.h"
#include "rego/unicode.h"
#include "rego/value.h"

static struct err bi_match(struct call *c, const struct json **out)
{
    struct matcher m;
    bool yes;
    TRY(builtin_need_strings(c, 2));
    TRY(match_begin(c, c->args[0]->text, c->args[1]->text, &m));
    TRY(match_any(&m, &yes));
    *out = value_bool(yes);
    return OK;
}

static struct err bi_is_valid(struct call *c, const struct json **out)
{
    bool yes = false;
    if (c->args[0]->type == JSON_STRING)
        TRY(match_is_pattern(c, c->args[0]->text, &yes));
    *out = value_bool(yes);
    return OK;
}

static struct err add_text(struct values *l, struct bytes text, size_t from, size_t to)
{
    const struct json *v;
    TRY(value_string(l->arena, bytes_of(text.p + from, to - from), &v));
    return values_add(l, v);
}

/* The text between matches; an empty match at the begin of the text cuts nothing off. */
static struct err bi_split(struct call *c, const struct json **out)
{
    struct values all = {.arena = c->arena};
    struct matcher m;
    size_t places[2];
    size_t from = 0;
    size_t end = 0;
    bool found;
    TRY(builtin_need_strings(c, 2));
    struct bytes text = c->args[1]->text;
    TRY(match_begin(c, c->args[0]->text, text, &m));
    if (c->args[0]->text.n > 0 && text.n == 0) {
        TRY(add_text(&all, text, 0, 0));
        return value_array(c->arena, all.items, all.count, out);
    }
    for (;;) {
        TRY(match_next(&m, places, 2, &found));
        if (!found)
            break;
        end = places[0];
        if (places[1] != 0)
            TRY(add_text(&all, text, from, end));
        from = places[1];
    }
    if (end != text.n)
        TRY(add_text(&all, text, from, text.n));
    return value_array(c->arena, all.items, all.count, out);
}

static struct err bi_find_n(struct call *c, const struct json **out)
{
    struct values all = {.arena = c->arena};
    struct matcher m;
    size_t places[2];
    int64_t most;
    bool found;
    TRY(builtin_need_strings(c, 2));
    TRY(builtin_need_int(c, 3, &most));
    struct bytes text = c->args[1]->text;
    TRY(match_begin(c, c->args[0]->text, text, &m));
    for (; most != 0; most -= most > 0) { /* below zero: all of them */
        TRY(match_next(&m, places, 2, &found));
        if (!found)
            break;
        TRY(add_text(&all, text, places[0], places[1]));
    }
    return value_array(c->arena, all.items, all.count, out);
}

static struct err groups_of(struct call *c, struct bytes text, const size_t *places, size_t count,
                            const struct json **out)
{
    struct values groups = {.arena = c->arena};
    for (size_t i = 0; i < count; i += 2) {
        bool took_part = places[i] != REGEX_NOWHERE && places[i + 1] != REGEX_NOWHERE;
        TRY(add_text(&groups, text, took_part ? places[i] : 0, took_part ? places[i + 1] : 0));
    }
    TRY(builtin_cost(c, count));
    return value_array(c->arena, groups.items, groups.count, out);
}

static struct err bi_find_all(struct call *c, const struct json **out)
{
    struct values all = {.arena = c->arena};
    const struct json *groups;
    struct matcher m;
    size_t *places;
    int64_t most;
    bool found;
    TRY(builtin_need_strings(c, 2));
    TRY(builtin_need_int(c, 3, &most));
    struct bytes text = c->args[1]->text;
    TRY(match_begin(c, c->args[0]->text, text, &m));
    size_t count = match_places(&m);
    TRY(arena_array(c->arena, count, &places));
    for (; most != 0; most -= most > 0) { /* below zero: all of them */
        TRY(match_next(&m, places, count, &found));
        if (!found)
            break;
        TRY(groups_of(c, text, places, count, &groups));
        TRY(values_add(&all, groups));
    }
    return value_array(c->arena, all.items, all.count, out);
}

static bool is_name_character(uint32_t c)
{
    if (c < 0x80)
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    return unicode_is("L", c) || unicode_is("Nd", c);
}

/* The name behind a dollar, in braces or not: as long as its characters go. False: there is none. */
static bool read_name(struct bytes template, size_t *at, struct bytes *out)
{
    size_t i = *at;
    bool brace = i < template.n && template.p[i] == '{';
    i += brace;
    size_t from = i;
    size_t end = i;
    while (i < template.n && is_name_character(chars_next(template, &i)))
        end = i;
    if (end == from || (brace && (end == template.n || template.p[end] != '}')))
        return false;
    *out = bytes_of(template.p + from, end - from);
    *at = end + brace;
    return true;
}

/* A number without needless zeros, or SIZE_MAX. */
static size_t number_of(struct bytes name)
{
    size_t value = 0;
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] < '0' || name.p[i] > '9' || value > 100000000)
            return SIZE_MAX;
        value = value * 10 + (size_t)(name.p[i] - '0');
    }
    return name.n > 1 && name.p[0] == '0' ? SIZE_MAX : value;
}

static void put_group(const struct matcher *m, const size_t *places, struct bytes name, struct buf *out)
{
    size_t count = match_places(m) / 2;
    size_t group = number_of(name);
    for (size_t i = 0; group == SIZE_MAX && i < count; i++)
        if (bytes_equal(match_group_name(m, i), name) && places[2 * i + 1] != REGEX_NOWHERE)
            group = i;
    if (group < count && places[2 * group] != REGEX_NOWHERE && places[2 * group + 1] != REGEX_NOWHERE)
        buf_add(out, bytes_of(m->text.p + places[2 * group], places[2 * group + 1] - places[2 * group]));
}

/* $1, ${1}, $name, ${name}; $$ is a dollar. */
static void expand(const struct matcher *m, const size_t *places, struct bytes template, struct buf *out)
{
    struct bytes name;
    for (size_t at = 0; at < template.n;) {
        const uint8_t *dollar = memchr(template.p + at, '$', template.n - at);
        size_t end = dollar == NULL ? template.n : (size_t)(dollar - template.p);
        buf_add(out, bytes_of(template.p + at, end - at));
        if (dollar == NULL)
            return;
        at = end + 1;
        if (at < template.n && template.p[at] == '$') {
            buf_u8(out, '$');
            at++;
        } else if (read_name(template, &at, &name)) {
            put_group(m, places, name, out);
        } else {
            buf_u8(out, '$');
        }
    }
}

static struct err replace(struct call *c, struct matcher *m, struct bytes template, struct buf *b)
{
    size_t *places;
    size_t from = 0;
    bool found;
    size_t count = match_places(m);
    TRY(arena_array(c->arena, count, &places));
    for (;;) {
        TRY(match_next(m, places, count, &found));
        if (!found)
            break;
        buf_add(b, bytes_of(m->text.p + from, places[0] - from));
        expand(m, places, template, b);
        TRY(builtin_cost(c, template.n * count)); /* a name is looked for among all groups */
        from = places[1];
    }
    buf_add(b, bytes_of(m->text.p + from, m->text.n - from));
    return OK;
}

static struct err bi_replace(struct call *c, const struct json **out)
{
    SCOPED(buf) struct buf b = {0};
    struct matcher m;
    TRY(builtin_need_strings(c, 3));
    TRY(match_begin(c, c->args[1]->text, c->args[0]->text, &m));
    builtin_text(c, &b);
    TRY(replace(c, &m, c->args[2]->text, &b));
    return builtin_string(c, &b, out);
}

/* The end of the part in delimiters that begins at `at`; SIZE_MAX: they do not balance. */
static size_t part_end(struct bytes text, size_t at, uint8_t open, uint8_t close)
{
    size_t level = 0;
    for (; at < text.n; at++) {
        if (text.p[at] == open)
            level++;
        else if (text.p[at] == close && --level == 0)
            return at;
    }
    return SIZE_MAX;
}

static void quote(struct bytes text, struct buf *out)
{
    for (size_t i = 0; i < text.n; i++) {
        if (strchr("\\.+*?()|[]{}^$", text.p[i]) != NULL && text.p[i] != '\0')
            buf_u8(out, '\\');
        buf_u8(out, text.p[i]);
    }
}

/* Text as it is, and patterns between delimiters, each a group that is a pattern by itself too. */
static struct err make_template(struct call *c, struct bytes text, uint8_t open, uint8_t close, struct buf *out)
{
    size_t from = 0;
    buf_u8(out, '^');
    for (size_t at = 0; at < text.n; at++) {
        if (text.p[at] != open && text.p[at] != close)
            continue;
        size_t end = text.p[at] == open ? part_end(text, at, open, close) : SIZE_MAX;
        if (end == SIZE_MAX)
            return builtin_error(c, "unbalanced braces in \"%.*s\"", (int)text.n, (const char *)text.p);
        struct bytes inner = bytes_of(text.p + at + 1, end - at - 1);
        TRY(match_need_pattern(c, inner));
        quote(bytes_of(text.p + from, at - from), out);
        buf_u8(out, '(');
        buf_add(out, inner);
        buf_u8(out, ')');
        at = end;
        from = end + 1;
    }
    quote(bytes_of(text.p + from, text.n - from), out);
    buf_u8(out, '$');
    return OK;
}

static struct err bi_template_match(struct call *c, const struct json **out)
{
    static const char *const names[] = {"start", "end"};
    SCOPED(buf) struct buf b = {0};
    struct matcher m;
    struct bytes pattern;
    bool yes;
    TRY(builtin_need_strings(c, 4));
    for (size_t i = 2; i < 4; i++)
        if (c->args[i]->text.n != 1)
            return builtin_error(c, "%s delimiter has to be exactly one character long but is %zu long", names[i - 2],
                                 c->args[i]->text.n);
    buf_init(&b, REGEX_PATTERN_MAX * 2);
    TRY(make_template(c, c->args[0]->text, c->args[2]->text.p[0], c->args[3]->text.p[0], &b));
    TRY(buf_end(&b, &pattern));
    TRY(match_begin(c, pattern, c->args[1]->text, &m));
    TRY(match_any(&m, &yes));
    *out = value_bool(yes);
    return OK;
}

const struct builtin builtins_regex[] = {
    {"regex.match", 2, false, bi_match, 1},       {"re_match", 2, false, bi_match, 1},
    {"regex.is_valid", 1, false, bi_is_valid, 1}, {"regex.split", 2, false, bi_split, 1},
    {"regex.find_n", 3, false, bi_find_n, 1},     {"regex.find_all_string_submatch_n", 3, false, bi_find_all, 1},
    {"regex.replace", 3, false, bi_replace, 2},   {"regex.template_match", 4, false, bi_template_match, 0},
};
BUILTIN_ROWS(regex)
