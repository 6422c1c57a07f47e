/*
 * Inside rego/: a policy's text as tokens. The text is hostile; strings are decoded into the arena.
 */
#pragma once

#include "base/arena.h"
#include "rego/ast.h"
#include "rego/note.h"

enum token_kind {
    TOKEN_END,
    TOKEN_NAME, /* identifiers and keywords alike; the parser tells them apart */
    TOKEN_NUMBER,
    TOKEN_STRING,
    TOKEN_RAW_STRING,
    TOKEN_TEMPLATE, /* $" or $`: the parser takes the parts with lex_template_part */
    TOKEN_ASSIGN,   /* := */
    TOKEN_UNIFY,    /* = */
    TOKEN_EQUAL,
    TOKEN_NOT_EQUAL,
    TOKEN_LESS,
    TOKEN_LESS_EQUAL,
    TOKEN_GREATER,
    TOKEN_GREATER_EQUAL,
    TOKEN_PLUS,
    TOKEN_MINUS,
    TOKEN_STAR,
    TOKEN_SLASH,
    TOKEN_PERCENT,
    TOKEN_AND,
    TOKEN_OR,
    TOKEN_DOT,
    TOKEN_COMMA,
    TOKEN_SEMICOLON,
    TOKEN_COLON,
    TOKEN_PAREN_OPEN,
    TOKEN_PAREN_CLOSE,
    TOKEN_BRACKET_OPEN,
    TOKEN_BRACKET_CLOSE,
    TOKEN_BRACE_OPEN,
    TOKEN_BRACE_CLOSE
};

struct token {
    enum token_kind kind;
    struct place at;
    struct bytes text; /* NAME, NUMBER: as written; strings: decoded */
    bool space_before; /* white space or a comment stands before it */
    bool line_before;  /* a line end stands before it */
    bool raw;          /* TEMPLATE: the kind with backquotes */
    size_t start;      /* its first byte in the text */
};

/* A line of an annotation: a comment "METADATA", or one right below such a line. */
struct comment {
    struct place at;
    struct bytes text; /* behind the sign */
    bool begins;       /* METADATA itself */
};

struct comments {
    struct list list; /* struct comment */
    uint32_t last_row;
    struct err bad; /* the first failure */
};

/* A copy of the struct is a place to come back to. */
struct lexer {
    struct arena *arena;
    struct rego_error *error;
    struct bytes text;
    size_t offset;
    struct place at;
    struct comments *comments; /* NULL: nobody wants annotations */
};

/*
 * lex_init - at the start of a text; refuses what is no UTF-8, and NUL bytes.
 * lex_next - the next token.
 * lex_template_part - inside a template string: the literal text up to the next '{' or the closing quote.
 *
 * in       file: kept; text: hostile, kept
 * out      *out; *ended: the string is over (else an expression in braces follows)
 * errors   FORMAT with *error filled; NOMEM
 * cost     one pass
 * source: spec/rego.md 1.1
 */
MUST_CHECK struct err lex_init(struct lexer *lx, struct arena *a, struct rego_error *error, const char *file,
                               struct bytes text);
MUST_CHECK struct err lex_next(struct lexer *lx, struct token *out);
MUST_CHECK struct err lex_template_part(struct lexer *lx, bool raw, struct bytes *out, bool *ended);
