/*
 * Bodies: literals, one a line or with semicolons between them.
 */
#include "rego/parse.h"

static struct err parse_withs(struct parser *p, struct with **out)
{
    struct with **end = out;
    while (parser_is_word(p, "with")) {
        struct with *w;
        TRY(arena_new(p->arena, &w));
        TRY(parser_step(p));
        TRY(parse_term(p, &w->target));
        if (!parser_is_word(p, "as"))
            return parser_refuse(p, "expected as behind the target of with");
        TRY(parser_step(p));
        TRY(parse_expression(p, NULL, &w->value));
        *end = w;
        end = &w->next;
    }
    return OK;
}

/* Behind "some": names, or one or two patterns and "in". */
static struct err parse_some(struct parser *p, struct literal *l)
{
    struct list terms = {.arena = p->arena};
    bool more = true;
    while (more) {
        struct term *t;
        TRY(parse_infix(p, NULL, &t));
        TRY(list_add(&terms, t));
        TRY(parser_take(p, TOKEN_COMMA, &more));
    }
    if (p->has_in && parser_is_word(p, "in") && terms.count <= 2) {
        l->kind = LITERAL_SOME_IN;
        l->key = terms.count == 2 ? terms.items[0] : NULL;
        l->value = terms.items[terms.count - 1];
        TRY(parser_step(p));
        return parse_expression(p, NULL, &l->term);
    }
    l->kind = LITERAL_SOME;
    l->names = (struct term **)terms.items;
    l->name_count = terms.count;
    for (size_t i = 0; i < terms.count; i++)
        if (l->names[i]->kind != TERM_VAR)
            return parser_refuse(p, "expected a variable behind some");
    return OK;
}

static struct err parse_every_name(struct parser *p, struct term **out)
{
    if (p->tok.kind != TOKEN_NAME)
        return parser_refuse(p, "expected a variable behind every");
    TRY(ast_var(p->arena, p->tok.text, p->tok.at, out));
    return parser_step(p);
}

static struct err parse_every(struct parser *p, struct literal *l)
{
    bool two;
    l->kind = LITERAL_EVERY;
    TRY(parse_every_name(p, &l->value));
    TRY(parser_take(p, TOKEN_COMMA, &two));
    if (two) {
        l->key = l->value;
        TRY(parse_every_name(p, &l->value));
    }
    if (!parser_is_word(p, "in"))
        return parser_refuse(p, "expected in behind the variables of every");
    TRY(parser_step(p));
    TRY(parse_infix(p, NULL, &l->term));
    return parse_braced_body(p, &l->body);
}

/* import future.keywords.not: "not x" is "not { x }". */
static struct err parse_negated_whole(struct parser *p, struct literal *l)
{
    struct literal *inner;
    l->kind = LITERAL_NOT_BODY;
    TRY(arena_new(p->arena, &l->body));
    TRY(arena_array(p->arena, 1, &l->body->items));
    TRY(arena_new(p->arena, &inner));
    inner->at = p->tok.at;
    l->body->items[0] = inner;
    l->body->count = 1;
    TRY(parse_statement(p, &inner->term));
    l->body->depth = inner->term->depth;
    return OK;
}

static struct err parse_negated(struct parser *p, struct literal *l)
{
    l->negated = true;
    TRY(parser_step(p));
    if (parser_is_word(p, "not") || parser_is_word(p, "some") || (p->has_every && parser_is_word(p, "every")))
        return parser_refuse(p, "unexpected keyword behind not");
    if (p->new_not && p->tok.kind == TOKEN_BRACE_OPEN) {
        l->kind = LITERAL_NOT_BODY;
        return parse_braced_body(p, &l->body);
    }
    if (p->new_not)
        return parse_negated_whole(p, l);
    return parse_statement(p, &l->term);
}

struct err parse_literal(struct parser *p, struct literal **out)
{
    struct literal *l;
    size_t start = p->tok.start;
    TRY(arena_new(p->arena, &l));
    l->at = p->tok.at;
    if (parser_is_word(p, "some")) {
        TRY(parser_step(p));
        TRY(parse_some(p, l));
    } else if (p->has_every && parser_is_word(p, "every")) {
        TRY(parser_step(p));
        TRY(parse_every(p, l));
    } else if (parser_is_word(p, "not")) {
        TRY(parse_negated(p, l));
    } else {
        TRY(parse_statement(p, &l->term));
    }
    TRY(parse_withs(p, &l->withs));
    if (l->kind == LITERAL_SOME && l->withs != NULL)
        return parser_refuse(p, "with may not follow some");
    l->text = bytes_of(p->lx.text.p + start, p->end - start);
    *out = l;
    return OK;
}

static unsigned deepest(const struct literal *l)
{
    unsigned depth = l->term == NULL ? 0 : l->term->depth;
    const struct term *parts[] = {l->key, l->value};
    for (size_t i = 0; i < 2; i++)
        if (parts[i] != NULL && parts[i]->depth > depth)
            depth = parts[i]->depth;
    for (const struct with *w = l->withs; w != NULL; w = w->next)
        depth = w->value->depth > depth ? w->value->depth : depth;
    if (l->body != NULL && l->body->depth >= depth)
        depth = l->body->depth + 1;
    return depth;
}

static bool ends_body(const struct parser *p)
{
    return p->tok.kind == TOKEN_BRACE_CLOSE || p->tok.kind == TOKEN_BRACKET_CLOSE || p->tok.kind == TOKEN_END ||
           p->tok.kind == TOKEN_PAREN_CLOSE;
}

/* Where a list may follow, a comma behind the first literal ends it, too. */
static struct err parse_literals(struct parser *p, bool list_may_follow, struct body **out)
{
    struct list items = {.arena = p->arena};
    unsigned depth = 0;
    if (p->depth >= PARSE_DEPTH_MAX)
        return parser_refuse(p, "nested too deeply");
    p->depth++;
    if (ends_body(p))
        return parser_refuse(p, "found empty body");
    while (!ends_body(p)) {
        struct literal *l;
        TRY(parse_literal(p, &l));
        TRY(list_add(&items, l));
        depth = deepest(l) > depth ? deepest(l) : depth;
        bool separated;
        if (list_may_follow && items.count == 1 && p->tok.kind == TOKEN_COMMA)
            break;
        TRY(parser_take(p, TOKEN_SEMICOLON, &separated));
        if (separated && ends_body(p))
            return parser_refuse(p, "expected an expression behind the ;");
        if (!separated && !ends_body(p) && !p->tok.line_before)
            return parser_refuse(p, "expected a line end or ; behind the expression");
    }
    TRY(arena_new(p->arena, out));
    **out = (struct body){(struct literal **)items.items, items.count, depth};
    p->depth--;
    return OK;
}

struct err parse_body(struct parser *p, struct body **out)
{
    return parse_literals(p, false, out);
}

struct err parse_body_or_item(struct parser *p, struct body **out)
{
    return parse_literals(p, true, out);
}

struct err parse_braced_body(struct parser *p, struct body **out)
{
    TRY(parser_expect(p, TOKEN_BRACE_OPEN, "expected {"));
    TRY(parse_body(p, out));
    return parser_expect(p, TOKEN_BRACE_CLOSE, "expected }");
}
