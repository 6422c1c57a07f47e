#include "codec/toml_value.h"

#include "base/limits.h"

#define ITEMS_FIRST 16

static struct err take_value(struct toml *t, size_t depth, const struct json **out);

struct err toml_check_depth(struct toml *t, size_t depth)
{
    if (depth > TOML_DEPTH_MAX)
        return toml_wrong_at(&t->text, ERR_LIMIT, t->text.at, "fewer tables and arrays inside each other");
    return OK;
}

/* Values of an array while it grows. */
struct items {
    const struct json **p;
    size_t count;
    size_t cap;
};

static struct err add_item(struct toml *t, struct items *items, const struct json *v)
{
    if (items->count == items->cap) {
        size_t cap = items->cap == 0 ? ITEMS_FIRST : items->cap * 2;
        const struct json **p;
        TRY(arena_array(&t->scratch, cap, &p));
        for (size_t i = 0; i < items->count; i++)
            p[i] = items->p[i];
        items->p = p;
        items->cap = cap;
    }
    items->p[items->count++] = v;
    return OK;
}

static struct err take_array(struct toml *t, size_t depth, const struct json **out)
{
    struct items items = {0};
    t->text.at++;
    TRY(toml_skip_lines(&t->text));
    while (*t->text.at != ']') {
        const struct json *v;
        TRY(take_value(t, depth, &v));
        TRY(add_item(t, &items, v));
        TRY(toml_skip_lines(&t->text));
        if (*t->text.at != ',' && *t->text.at != ']')
            return toml_wrong(&t->text, "a comma or the end of the array");
        t->text.at += *t->text.at == ',';
        TRY(toml_skip_lines(&t->text));
    }
    t->text.at++;
    return json_new_array(t->arena, items.p, items.count, out);
}

/* One line, and no comma behind the last pair. */
static struct err take_inline_table(struct toml *t, size_t depth, const struct json **out)
{
    struct toml_node table = {.kind = TOML_HEADER};
    t->text.at++;
    toml_skip_blank(&t->text);
    bool more = *t->text.at != '}';
    while (more) {
        toml_skip_blank(&t->text);
        TRY(toml_take_pair(t, &table, depth));
        toml_skip_blank(&t->text);
        more = *t->text.at == ',';
        if (more)
            t->text.at++;
    }
    if (*t->text.at != '}')
        return toml_wrong(&t->text, "a comma or the end of the inline table, in the same line");
    t->text.at++;
    return toml_tree_json(t->arena, &t->scratch, &table, out);
}

static bool take_word(struct toml *t, const char *word)
{
    if (strncmp((const char *)t->text.at, word, strlen(word)) != 0)
        return false;
    t->text.at += strlen(word);
    return true;
}

static struct err take_bool(struct toml *t, const struct json **out)
{
    if (take_word(t, "true"))
        return json_new_bool(t->arena, true, out);
    if (take_word(t, "false"))
        return json_new_bool(t->arena, false, out);
    return toml_wrong(&t->text, "a value");
}

static struct err take_string(struct toml *t, const struct json **out)
{
    struct bytes text;
    TRY(toml_take_string(&t->text, &text));
    return json_new_string(t->arena, text, out);
}

/* `depth` tables and arrays stand around the value. */
static struct err take_value(struct toml *t, size_t depth, const struct json **out)
{
    switch (*t->text.at) {
    case '"':
    case '\'':
        return take_string(t, out);
    case '[':
        TRY(toml_check_depth(t, depth + 1));
        return take_array(t, depth + 1, out);
    case '{':
        TRY(toml_check_depth(t, depth + 1));
        return take_inline_table(t, depth + 1, out);
    case '+':
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
    case 'i':
    case 'n':
        return toml_take_number(t, out);
    default:
        return take_bool(t, out);
    }
}

/* The table that a dotted key goes through. Only tables without a header of their own take members this way. */
static struct err enter_table(struct toml *t, struct toml_node *table, struct bytes key, const uint8_t *key_at,
                              struct toml_node **out)
{
    struct toml_node *child = toml_tree_find(table, key);
    if (child == NULL)
        return toml_tree_add(&t->scratch, table, key, TOML_DOTTED, out);
    if (child->kind != TOML_DOTTED && child->kind != TOML_IMPLICIT)
        return toml_wrong_at(&t->text, ERR_FORMAT, key_at, "a dotted key adds to no value and no table with a header");
    child->kind = TOML_DOTTED;
    *out = child;
    return OK;
}

struct err toml_take_pair(struct toml *t, struct toml_node *table, size_t depth)
{
    struct toml_text *text = &t->text;
    struct bytes key;
    const uint8_t *key_at;
    for (;;) {
        key_at = text->at;
        TRY(toml_take_key(text, &key));
        toml_skip_blank(text);
        if (*text->at != '.')
            break;
        TRY(toml_check_depth(t, ++depth));
        TRY(enter_table(t, table, key, key_at, &table));
        text->at++;
        toml_skip_blank(text);
    }
    if (*text->at != '=')
        return toml_wrong(text, "an equals sign");
    if (toml_tree_find(table, key) != NULL)
        return toml_wrong_at(text, ERR_FORMAT, key_at, "a key that is not defined already");
    text->at++;
    toml_skip_blank(text);
    const struct json *value;
    struct toml_node *pair;
    TRY(take_value(t, depth, &value));
    TRY(toml_tree_add(&t->scratch, table, key, TOML_VALUE, &pair));
    pair->value = value;
    return OK;
}
