/*
 * Cutting text at its ends, and asking how texts begin and end.
 */
#include "rego/builtins/builtin.h"
#include "rego/builtins/chars.h"
#include "rego/value.h"

static bool is_in(uint32_t character, struct bytes cutset)
{
    for (size_t at = 0; at < cutset.n;)
        if (chars_next(cutset, &at) == character)
            return true;
    return false;
}

static struct bytes cut_left(struct bytes text, struct bytes cutset)
{
    size_t from = 0;
    while (from < text.n) {
        size_t next = from;
        if (!is_in(chars_next(text, &next), cutset))
            break;
        from = next;
    }
    return bytes_of(text.p + from, text.n - from);
}

/* The last character begins at *at, which stands behind it before. */
static uint32_t last_character(struct bytes text, size_t *at)
{
    do
        (*at)--;
    while (*at > 0 && (text.p[*at] & 0xc0) == 0x80);
    size_t begin = *at;
    return chars_next(text, &begin);
}

static struct bytes cut_right(struct bytes text, struct bytes cutset)
{
    size_t end = text.n;
    while (end > 0) {
        size_t before = end;
        if (!is_in(last_character(text, &before), cutset))
            break;
        end = before;
    }
    return bytes_of(text.p, end);
}

/* Each character may be compared with the whole cutset. */
static struct err need_text_and_cutset(struct call *c)
{
    TRY(builtin_need_strings(c, 2));
    return builtin_cost(c, c->args[0]->text.n * c->args[1]->text.n / 8);
}

static struct err bi_trim(struct call *c, const struct json **out)
{
    TRY(need_text_and_cutset(c));
    return value_string(c->arena, cut_right(cut_left(c->args[0]->text, c->args[1]->text), c->args[1]->text), out);
}

static struct err bi_trim_left(struct call *c, const struct json **out)
{
    TRY(need_text_and_cutset(c));
    return value_string(c->arena, cut_left(c->args[0]->text, c->args[1]->text), out);
}

static struct err bi_trim_right(struct call *c, const struct json **out)
{
    TRY(need_text_and_cutset(c));
    return value_string(c->arena, cut_right(c->args[0]->text, c->args[1]->text), out);
}

static struct err bi_trim_prefix(struct call *c, const struct json **out)
{
    TRY(builtin_need_strings(c, 2));
    struct bytes text = c->args[0]->text;
    size_t n = bytes_starts(text, c->args[1]->text) ? c->args[1]->text.n : 0;
    return value_string(c->arena, bytes_of(text.p + n, text.n - n), out);
}

static struct err bi_trim_suffix(struct call *c, const struct json **out)
{
    TRY(builtin_need_strings(c, 2));
    struct bytes text = c->args[0]->text;
    size_t n = chars_ends(text, c->args[1]->text) ? c->args[1]->text.n : 0;
    return value_string(c->arena, bytes_of(text.p, text.n - n), out);
}

static struct err bi_trim_space(struct call *c, const struct json **out)
{
    TRY(builtin_need_strings(c, 1));
    struct bytes text = c->args[0]->text;
    size_t from = 0;
    for (size_t next = 0; next < text.n && chars_is_space(chars_next(text, &next));)
        from = next;
    size_t end = text.n;
    for (size_t before = end; before > from && chars_is_space(last_character(text, &before));)
        end = before;
    return value_string(c->arena, bytes_of(text.p + from, end - from), out);
}

static struct err need_text_or_texts(struct call *c, size_t index)
{
    enum json_type type = c->args[index - 1]->type;
    if (type == JSON_STRING)
        return OK;
    if (type != JSON_ARRAY && type != JSON_SET)
        return builtin_type_error(c, index, "one of {string, set, array}");
    return builtin_need_text_items(c, index);
}

static size_t count_texts(const struct json *v)
{
    return v->type == JSON_STRING ? 1 : v->count;
}

static struct bytes text_at(const struct json *v, size_t i)
{
    return v->type == JSON_STRING ? v->text : v->items[i]->text;
}

static struct err any_match(struct call *c, bool (*matches)(struct bytes, struct bytes), const struct json **out)
{
    TRY(need_text_or_texts(c, 1));
    TRY(need_text_or_texts(c, 2));
    bool found = false;
    for (size_t i = 0; !found && i < count_texts(c->args[0]); i++)
        for (size_t k = 0; !found && k < count_texts(c->args[1]); k++) {
            TRY(builtin_cost(c, 8 + text_at(c->args[1], k).n));
            found = matches(text_at(c->args[0], i), text_at(c->args[1], k));
        }
    *out = value_bool(found);
    return OK;
}

static struct err bi_any_prefix_match(struct call *c, const struct json **out)
{
    return any_match(c, bytes_starts, out);
}

static struct err bi_any_suffix_match(struct call *c, const struct json **out)
{
    return any_match(c, chars_ends, out);
}

const struct builtin builtins_trim[] = {
    {"trim", 2, false, bi_trim},
    {"trim_left", 2, false, bi_trim_left},
    {"trim_right", 2, false, bi_trim_right},
    {"trim_prefix", 2, false, bi_trim_prefix},
    {"trim_suffix", 2, false, bi_trim_suffix},
    {"trim_space", 1, false, bi_trim_space},
    {"strings.any_prefix_match", 2, false, bi_any_prefix_match},
    {"strings.any_suffix_match", 2, false, bi_any_suffix_match},
};
BUILTIN_ROWS(trim)
