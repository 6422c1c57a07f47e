/*
 * Inside rego/: the parser. Hostile text reaches it; recursion is bounded.
 */
#pragma once

#include "rego/ast.h"
#include "rego/lex.h"

#define PARSE_DEPTH_MAX 200 /* nesting of terms and bodies */

/* A copy of the struct is a place to come back to. */
struct parser {
    struct lexer lx;
    struct token tok;  /* the next token, not taken yet */
    struct place last; /* where the token before it began */
    size_t end;        /* the byte behind the token before it */
    struct arena *arena;
    bool v1;
    bool has_in;
    bool has_every;
    bool has_if;
    bool has_contains;
    bool new_not;
    unsigned depth;
    unsigned tries; /* "k, v in c" that are tried around here */
};

/*
 * parse_module - one policy file. parse_query - a body that is a query of its own (v1 syntax).
 * parse_one_term - a text that is one term (tests hand in inputs that way).
 *
 * in       file: kept; text: hostile, kept
 * out      *out only on success; in the arena
 * errors   FORMAT with *error filled; NOMEM
 * cost     linear; a body behind `if` is read twice when it begins like a set
 * source: spec/rego.md 1.2, 1.3
 */
MUST_CHECK struct err parse_module(struct arena *a, struct rego_error *error, const char *file, struct bytes text,
                                   bool v0, struct module **out);
MUST_CHECK struct err parse_query(struct arena *a, struct rego_error *error, struct bytes text, struct body **out);

/*
 * parser_start - at the first token of a text. parser_step - take the token. parser_expect - take a token of this kind
 * or refuse. parser_refuse - a parse error at the next token. parser_is_word - whether the next token is this keyword
 * and not the head of a reference ("not.x"). parser_take - take a token of this kind if it comes.
 *
 * out      *p; whether it came
 * errors   FORMAT, NOMEM
 */
MUST_CHECK struct err parser_start(struct parser *p, struct arena *a, struct rego_error *error, const char *file,
                                   struct bytes text);
MUST_CHECK struct err parser_step(struct parser *p);
MUST_CHECK struct err parser_expect(struct parser *p, enum token_kind kind, const char *what);
MUST_CHECK struct err parser_refuse(struct parser *p, const char *what);
MUST_CHECK struct err parser_take(struct parser *p, enum token_kind kind, bool *taken);
bool parser_names_reference(const struct parser *p);
bool parser_applies_word(const struct parser *p, const char *word);
static inline bool parser_is_word(const struct parser *p, const char *word)
{
    return p->tok.kind == TOKEN_NAME && bytes_is(p->tok.text, word) && parser_applies_word(p, word);
}

/*
 * parse_term - one term. parse_expression - with operators and `in`; parse_infix - the same without `in`.
 * parse_statement - an expression with `=` or `:=`, and "k, v in c".
 * parse_body - literals up to a closing brace or bracket, which is left. parse_body_or_item - or one literal up to a
 * comma, which is left: then it was part of a list. parse_braced_body - with its braces.
 * parse_literal - one literal with its `with`s. parse_list - terms up to a closing sign, which is taken.
 * parse_rules - all rules up to the end of the text.
 *
 * out      *out
 * errors   FORMAT, NOMEM
 */
MUST_CHECK struct err parse_term(struct parser *p, struct term **out);
MUST_CHECK struct err parse_infix(struct parser *p, struct term *left, struct term **out);
MUST_CHECK struct err parse_expression(struct parser *p, struct term *left, struct term **out);
MUST_CHECK struct err parse_pair_expression(struct parser *p, struct term **out);
MUST_CHECK struct err parse_statement(struct parser *p, struct term **out);
MUST_CHECK struct err parse_list(struct parser *p, enum token_kind close, struct list *out);
MUST_CHECK struct err parse_body(struct parser *p, struct body **out);
MUST_CHECK struct err parse_body_or_item(struct parser *p, struct body **out);
MUST_CHECK struct err parse_braced_body(struct parser *p, struct body **out);
MUST_CHECK struct err parse_literal(struct parser *p, struct literal **out);
MUST_CHECK struct err parse_collection(struct parser *p, struct term **out);
MUST_CHECK struct err parse_template(struct parser *p, struct term **out);
MUST_CHECK struct err parse_rules(struct parser *p, struct module *m);
