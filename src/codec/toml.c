/*
 * The lines of a TOML document: pairs and headers. Owners write it, but initdata reaches the guest through the host, so
 * the text is hostile.
 */
#include "codec/toml.h"

#include "base/limits.h"
#include "codec/toml_value.h"

#define PAD 16 /* NUL bytes behind the text: more than any look ahead reads */

/* A table on the way of a header; of an array of tables it is the last element. */
static struct err enter(struct toml *t, struct toml_node *table, struct bytes key, const uint8_t *key_at,
                        struct toml_node **out)
{
    struct toml_node *child = toml_tree_find(table, key);
    if (child == NULL)
        return toml_tree_add(&t->scratch, table, key, TOML_IMPLICIT, out);
    if (child->kind == TOML_VALUE)
        return toml_wrong_at(&t->text, ERR_FORMAT, key_at, "a table, and not a value that is defined already");
    *out = child->kind == TOML_TABLES ? child->last : child;
    return OK;
}

/* [name]: a table that nothing but longer headers has named yet. */
static struct err define_table(struct toml *t, struct toml_node *parent, struct bytes key, const uint8_t *key_at,
                               struct toml_node **out)
{
    struct toml_node *child = toml_tree_find(parent, key);
    if (child == NULL)
        return toml_tree_add(&t->scratch, parent, key, TOML_HEADER, out);
    if (child->kind != TOML_IMPLICIT)
        return toml_wrong_at(&t->text, ERR_FORMAT, key_at, "a table that is not defined already");
    child->kind = TOML_HEADER;
    *out = child;
    return OK;
}

/* [[name]]: one more element. */
static struct err define_element(struct toml *t, struct toml_node *parent, struct bytes key, const uint8_t *key_at,
                                 struct toml_node **out)
{
    struct toml_node *child = toml_tree_find(parent, key);
    if (child == NULL)
        TRY(toml_tree_add(&t->scratch, parent, key, TOML_TABLES, &child));
    if (child->kind != TOML_TABLES)
        return toml_wrong_at(&t->text, ERR_FORMAT, key_at, "an array of tables, and not something defined already");
    return toml_tree_append(&t->scratch, child, out);
}

/* A header; *out and *depth are then the table that the next pairs belong to. */
static struct err take_header(struct toml *t, struct toml_node *root, struct toml_node **out, size_t *depth)
{
    struct toml_text *text = &t->text;
    struct toml_node *table = root;
    struct bytes key;
    const uint8_t *key_at;
    bool is_element = text->at[1] == '[';
    text->at += is_element ? 2 : 1;
    *depth = 1;
    for (;;) {
        TRY(toml_check_depth(t, ++*depth));
        toml_skip_blank(text);
        key_at = text->at;
        TRY(toml_take_key(text, &key));
        toml_skip_blank(text);
        if (*text->at != '.')
            break;
        text->at++;
        TRY(enter(t, table, key, key_at, &table));
    }
    if (text->at[0] != ']' || (is_element && text->at[1] != ']'))
        return toml_wrong(text, "the end of the header");
    text->at += is_element ? 2 : 1;
    TRY(toml_take_line_end(text));
    return is_element ? define_element(t, table, key, key_at, out) : define_table(t, table, key, key_at, out);
}

static struct err take_document(struct toml *t, const struct json **out)
{
    struct toml_node root = {.kind = TOML_HEADER};
    struct toml_node *table = &root;
    size_t depth = 1;
    TRY(toml_skip_lines(&t->text));
    while (t->text.at != t->text.end) {
        if (*t->text.at == '[') {
            TRY(take_header(t, &root, &table, &depth));
        } else {
            TRY(toml_take_pair(t, table, depth));
            TRY(toml_take_line_end(&t->text));
        }
        TRY(toml_skip_lines(&t->text));
    }
    return toml_tree_json(t->arena, &t->scratch, &root, out);
}

/* Line and column, counted in characters, of a place in the text. */
static void find_place(const uint8_t *start, const uint8_t *at, struct toml_fault *fault)
{
    fault->line = 1;
    fault->column = 1;
    for (const uint8_t *p = start; p < at; p++) {
        if (*p == '\n') {
            fault->line++;
            fault->column = 1;
        } else if ((*p & 0xc0) != 0x80) {
            fault->column++;
        }
    }
}

/* The end of the longest part that is UTF-8. */
static size_t utf8_len(struct bytes text)
{
    size_t good = 0;
    while (good < text.n) {
        size_t n = 1;
        while (n <= 4 && n <= text.n - good && !bytes_is_utf8(bytes_of(text.p + good, n)))
            n++;
        if (n > 4 || n > text.n - good)
            break;
        good += n;
    }
    return good;
}

static struct err decode(struct toml *t, struct bytes text, struct toml_fault *fault, const struct json **out)
{
    uint8_t *copy;
    TRY(arena_array(&t->scratch, text.n + PAD, &copy));
    memcpy(copy, text.p, text.n);
    t->text = (struct toml_text){.at = copy, .end = copy + text.n, .expected = "a document that fits into memory"};
    struct err e;
    if (bytes_is_utf8(text))
        e = take_document(t, out);
    else
        e = toml_wrong_at(&t->text, ERR_FORMAT, copy + utf8_len(text), "UTF-8");
    if (!failed(e))
        return e;
    const uint8_t *wrong_at = t->text.wrong_at != NULL ? t->text.wrong_at : t->text.at;
    find_place(text.p, text.p + (wrong_at - copy), fault);
    fault->expected = t->text.expected;
    return e;
}

struct err toml_decode(struct arena *a, struct bytes text, struct toml_fault *fault, const struct json **out)
{
    struct toml_fault ignored = {0};
    struct toml_fault *place = fault != NULL ? fault : &ignored;
    *place = (struct toml_fault){1, 1, "a document of at most one MiB"};
    if (text.n > TOML_TEXT_MAX)
        return FAIL(ERR_LIMIT, "the document is too long");
    struct toml t = {.arena = a};
    arena_init(&t.scratch, a->cap);
    struct err e = decode(&t, text, place, out);
    arena_clear(&t.scratch);
    return e;
}
