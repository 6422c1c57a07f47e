/*
 * What stands in brackets and braces: arrays, sets, objects, comprehensions, template strings.
 */
#include "rego/parse.h"

struct err parse_list(struct parser *p, enum token_kind close, struct list *out)
{
    bool closed;
    TRY(parser_take(p, close, &closed));
    while (!closed) {
        struct term *item;
        TRY(parse_expression(p, NULL, &item));
        TRY(list_add(out, item));
        bool more;
        TRY(parser_take(p, TOKEN_COMMA, &more));
        TRY(parser_take(p, close, &closed));
        if (!more && !closed)
            return parser_refuse(p, "expected a comma or the end of the list");
    }
    return OK;
}

static enum token_kind closing(enum term_kind kind)
{
    return kind == TERM_ARRAY ? TOKEN_BRACKET_CLOSE : TOKEN_BRACE_CLOSE;
}

static enum term_kind of_kind(enum term_kind kind)
{
    if (kind == TERM_ARRAY)
        return TERM_ARRAY_OF;
    return kind == TERM_SET ? TERM_SET_OF : TERM_OBJECT_OF;
}

/* The rest of "[a, b" or "{a, b", whose first items are read. */
static struct err parse_rest(struct parser *p, enum term_kind kind, struct place at, struct list *items,
                             struct term **out)
{
    bool more;
    TRY(parser_take(p, TOKEN_COMMA, &more));
    if (more)
        TRY(parse_list(p, closing(kind), items));
    else
        TRY(parser_expect(p, closing(kind), "expected a comma or the end of the list"));
    TRY(ast_term(p->arena, kind, at, out));
    return ast_adopt(*out, items);
}

/* What binds less than a union: behind it the union would have to be taken apart. */
static bool binds_less(const struct term *t)
{
    static const char *const names[] = {
        "equal", "neq", "lt", "lte", "gt", "gte", "eq", "assign", "internal.member_2", "internal.member_3"};
    for (size_t i = 0; t->kind == TERM_CALL && t->callee == NULL && i < sizeof(names) / sizeof(names[0]); i++)
        if (bytes_is(t->name, names[i]))
            return true;
    return false;
}

static bool is_pair(const struct literal *l)
{
    const struct term *t = l->term;
    return t->kind == TERM_CALL && t->callee == NULL && bytes_is(t->name, "internal.member_3") && l->text.p[0] != '(';
}

/* "[a | b, c]": a comma shows that the bar was a union, and that in "[a | b, c in d, e]" the first comma was one, too.
 */
static struct err items_of(struct parser *p, struct term *left, const struct body *b, struct list *out)
{
    const struct literal *l = b->items[0];
    bool plain = l->kind == LITERAL_EXPRESSION && !l->negated && l->withs == NULL;
    bool pair = plain && is_pair(l);
    struct term *right = pair ? l->term->items[0] : l->term;
    struct term *item;
    if (!plain || binds_less(right))
        return parser_refuse(p, "expected a line end or ; behind the expression");
    TRY(ast_operator(p->arena, "or", left, right, &item));
    TRY(list_add(out, item));
    if (!pair)
        return OK;
    TRY(ast_operator(p->arena, "internal.member_2", l->term->items[1], l->term->items[2], &item));
    return list_add(out, item);
}

/* Behind "[ term" or "{ term" or "{ key: term" when '|' follows. */
static struct err parse_comprehension(struct parser *p, enum term_kind kind, struct place at, struct term *const *head,
                                      struct term **out)
{
    struct body *body;
    struct list items = {.arena = p->arena};
    TRY(parser_step(p));
    TRY(kind == TERM_OBJECT ? parse_body(p, &body) : parse_body_or_item(p, &body));
    if (p->tok.kind == TOKEN_COMMA && kind != TERM_OBJECT) {
        TRY(items_of(p, head[0], body, &items));
        return parse_rest(p, kind, at, &items, out);
    }
    TRY(ast_term(p->arena, of_kind(kind), at, out));
    TRY(ast_items(p->arena, *out, head, kind == TERM_OBJECT ? 2 : 1));
    (*out)->body = body;
    TRY(ast_deepen(*out, body->depth));
    return parser_expect(p, closing(kind), "expected the end of the comprehension");
}

static struct err parse_pairs(struct parser *p, struct list *items)
{
    for (;;) {
        bool more;
        bool closed;
        TRY(parser_take(p, TOKEN_COMMA, &more));
        TRY(parser_take(p, TOKEN_BRACE_CLOSE, &closed));
        if (closed)
            return OK;
        if (!more)
            return parser_refuse(p, "expected a comma or the end of the object");
        struct term *key;
        struct term *value;
        TRY(parse_expression(p, NULL, &key));
        TRY(parser_expect(p, TOKEN_COLON, "expected : behind the key"));
        TRY(parse_expression(p, NULL, &value));
        TRY(list_add(items, key));
        TRY(list_add(items, value));
    }
}

static struct err parse_object(struct parser *p, struct place at, struct term *key, struct term **out)
{
    struct term *head[2] = {key, NULL};
    TRY(parser_step(p));
    TRY(parse_term(p, &head[1]));
    if (p->tok.kind == TOKEN_OR)
        return parse_comprehension(p, TERM_OBJECT, at, head, out);
    TRY(parse_expression(p, head[1], &head[1]));
    struct list items = {.arena = p->arena};
    TRY(list_add(&items, head[0]));
    TRY(list_add(&items, head[1]));
    TRY(parse_pairs(p, &items));
    TRY(ast_term(p->arena, TERM_OBJECT, at, out));
    return ast_adopt(*out, &items);
}

struct err parse_collection(struct parser *p, struct term **out)
{
    struct place at = p->tok.at;
    bool brace = p->tok.kind == TOKEN_BRACE_OPEN;
    enum term_kind kind = brace ? TERM_SET : TERM_ARRAY;
    TRY(parser_step(p));
    bool empty;
    TRY(parser_take(p, closing(kind), &empty));
    if (empty)
        return ast_term(p->arena, brace ? TERM_OBJECT : TERM_ARRAY, at, out);
    struct term *first;
    struct list items = {.arena = p->arena};
    TRY(parse_term(p, &first));
    if (p->tok.kind == TOKEN_OR)
        return parse_comprehension(p, kind, at, &first, out);
    TRY(parse_expression(p, first, &first));
    if (brace && p->tok.kind == TOKEN_COLON)
        return parse_object(p, at, first, out);
    TRY(list_add(&items, first));
    return parse_rest(p, kind, at, &items, out);
}

/* {expr} inside a template: a set of what it yields, so that "undefined" is the empty set. */
static struct err parse_part(struct parser *p, struct term **out)
{
    struct literal *l;
    struct term *name;
    struct term *head;
    struct body *body;
    TRY(parser_step(p));
    struct place at = p->tok.at;
    TRY(parse_literal(p, &l));
    bool plain = l->kind == LITERAL_EXPRESSION && !l->negated;
    if (plain && l->term->kind == TERM_CALL && (bytes_is(l->term->name, "eq") || bytes_is(l->term->name, "assign")))
        plain = false;
    if (!plain)
        return parser_refuse(p, "only an expression may stand in a template string");
    if (p->tok.kind != TOKEN_BRACE_CLOSE)
        return parser_refuse(p, "expected } behind the expression of a template string");
    TRY(ast_var(p->arena, BYTES_LIT("template part"), at, &name));
    TRY(ast_var(p->arena, BYTES_LIT("template part"), at, &head));
    TRY(ast_operator(p->arena, "assign", name, l->term, &l->term));
    TRY(arena_new(p->arena, &body));
    TRY(arena_array(p->arena, 1, &body->items));
    body->items[0] = l;
    body->count = 1;
    TRY(ast_term(p->arena, TERM_SET_OF, at, out));
    (*out)->body = body;
    TRY(ast_deepen(*out, l->term->depth));
    return ast_items(p->arena, *out, &head, 1);
}

struct err parse_template(struct parser *p, struct term **out)
{
    struct place at = p->tok.at;
    bool raw = p->tok.raw;
    struct list parts = {.arena = p->arena};
    for (bool ended = false; !ended;) {
        struct bytes text;
        struct term *part;
        TRY(lex_template_part(&p->lx, raw, &text, &ended));
        if (text.n > 0) {
            TRY(ast_string(p->arena, text, at, &part));
            TRY(list_add(&parts, part));
        }
        if (!ended) {
            TRY(parse_part(p, &part));
            TRY(list_add(&parts, part));
        }
    }
    TRY(parser_step(p));
    struct term *array;
    TRY(ast_term(p->arena, TERM_ARRAY, at, &array));
    TRY(ast_items(p->arena, array, (struct term *const *)parts.items, parts.count));
    return ast_operator(p->arena, "internal.template_string", array, NULL, out);
}
