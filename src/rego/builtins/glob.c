/*
 * glob.*
 */
#include "rego/builtins/builtin.h"
#include "rego/builtins/chars.h"
#include "rego/builtins/match.h"
#include "rego/value.h"

static struct err bad_delimiter(struct call *c, const struct json *item)
{
    c->code = "eval_type_error";
    return builtin_error(c, "operand 2 must be array of %s but got array containing %s",
                         item->type == JSON_STRING ? "runes" : "strings", value_type_name(item->type));
}

/* null: nothing delimits; an empty list: the dot does. */
static struct err read_delimiters(struct call *c, enum regex_syntax *syntax, struct buf *out)
{
    const struct json *list = c->args[1];
    *syntax = list->type == JSON_NULL ? SYNTAX_GLOB : SYNTAX_GLOB_PATH;
    if (list->type == JSON_NULL)
        return OK;
    if (list->type != JSON_ARRAY)
        return builtin_type_error(c, 2, "one of {array, null}");
    TRY(builtin_cost(c, list->count));
    for (size_t i = 0; i < list->count; i++) {
        const struct json *item = list->items[i];
        if (item->type != JSON_STRING || item->text.n > 4 || chars_count(item->text) != 1)
            return bad_delimiter(c, item);
        buf_add(out, item->text);
    }
    if (list->count == 0)
        buf_u8(out, '.');
    return OK;
}

static struct err bi_match(struct call *c, const struct json **out)
{
    SCOPED(buf) struct buf delimiters;
    struct bytes characters;
    enum regex_syntax syntax;
    bool yes;
    buf_init(&delimiters, 4096);
    TRY(builtin_need(c, 1, JSON_STRING));
    TRY(read_delimiters(c, &syntax, &delimiters));
    TRY(buf_end(&delimiters, &characters));
    TRY(builtin_need(c, 3, JSON_STRING));
    TRY(match_glob(c, c->args[0]->text, syntax, characters, c->args[2]->text, &yes));
    *out = value_bool(yes);
    return OK;
}

static struct err bi_quote_meta(struct call *c, const struct json **out)
{
    SCOPED(buf) struct buf b = {0};
    TRY(builtin_need_strings(c, 1));
    struct bytes text = c->args[0]->text;
    builtin_text(c, &b);
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] != '\0' && strchr("*?\\[]{}", text.p[i]) != NULL)
            buf_u8(&b, '\\');
        buf_u8(&b, text.p[i]);
    }
    return builtin_string(c, &b, out);
}

const struct builtin builtins_glob[] = {
    {"glob.match", 3, false, bi_match},
    {"glob.quote_meta", 1, false, bi_quote_meta},
};
BUILTIN_ROWS(glob)
