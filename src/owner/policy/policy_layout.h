/*
 * A module's text in one layout: the same tokens and comments, with other white space. It works on the tokens and not
 * on the tree, so that nothing of the text can be lost.
 */
#pragma once

#include "base/buf.h"
#include "rego/lex.h"

/* A comment in front of a token. */
struct layout_comment {
    struct bytes text; /* with its sign, without white space behind it */
    unsigned lines;    /* line ends in front of it */
};

struct layout_token {
    struct token token;
    struct bytes raw; /* as written */
    struct layout_comment *comments;
    size_t comment_count;
    unsigned lines;  /* line ends in front of it, behind the last comment */
    bool starts;     /* a rule, a literal, package, import */
    bool is_rule;    /* of which a rule */
    bool breaks;     /* it begins a line whatever the text says */
    bool is_block;   /* a brace of a body */
    bool is_dropped; /* a semicolon that a line end replaces */
};

struct layout_text {
    struct layout_token *tokens; /* the last one is TOKEN_END */
    size_t count;
};

/*
 * layout_read - a text as tokens with their comments. layout_mark - what begins where, from the parsed module.
 * layout_write - the tokens in OPA's layout: tabs, a literal of a body on each line.
 * layout_same - whether two texts have the same tokens and comments, in the same order; dropped semicolons apart.
 *
 * in       text: hostile, kept; module: of that text
 * out      *out in the arena; out: appended to, sticky
 * errors   FORMAT with *error filled; NOMEM; layout_write none beyond the buffer's
 * cost     linear
 */
MUST_CHECK struct err layout_read(struct arena *a, struct rego_error *error, struct bytes text,
                                  struct layout_text *out);
void layout_mark(struct layout_text *t, const struct module *m);
void layout_write(const struct layout_text *t, struct buf *out);
bool layout_same(const struct layout_text *x, const struct layout_text *y);

/* layout_same_tree - whether two modules are the same but for their places. errors: none. out: it */
bool layout_same_tree(const struct module *x, const struct module *y);
