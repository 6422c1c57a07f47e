/*
 * Inside rego/regex/: the state of reading one pattern, shared by pattern.c and the readers of single items.
 */
#pragma once

#include "rego/regex/pattern.h"
#include "rego/regex/text.h"

enum pattern_flag {
    FLAG_FOLD = 1,     /* i: letters match whatever their case */
    FLAG_LINES = 2,    /* m: ^ and $ match at lines too */
    FLAG_DOT_LINE = 4, /* s: the dot matches a line's end */
    FLAG_LAZY = 8      /* U: x* and x*? change their meanings */
};

/* Children under construction. */
struct pattern_list {
    struct pattern *last;
    uint32_t count;
    uint32_t height;
    uint32_t copies;
};

/* A group that is not closed yet. */
struct pattern_open {
    struct pattern_open *around;
    struct pattern_list choices;
    struct pattern_list sequence;
    unsigned flags; /* to go back to behind the group */
    uint32_t group;
    bool captures;
};

struct pattern_parser {
    struct arena *arena;
    struct bytes text;
    size_t at;
    unsigned flags;
    struct pattern_open *open;
    const struct charset_list *sets;
    struct regex_fault *fault;
    uint32_t nodes;
    uint32_t groups;
    struct bytes *names;
    uint32_t names_cap;
    size_t repeat_at; /* where the repetition begins that ends at `at`, or SIZE_MAX */
};

/*
 * parser_fault - what is wrong, about the text from `from` to `to`. errors: FORMAT. out: the fault
 * parser_add - a node behind the others of the open group. parser_add_set - of a set. parser_add_char - of a character,
 * with those of other case where the flags say so.
 *
 * out      *out, where there is one
 * errors   NOMEM, LIMIT
 */
MUST_CHECK struct err parser_fault(struct pattern_parser *p, const char *text, size_t from, size_t to);
MUST_CHECK struct err parser_add(struct pattern_parser *p, enum pattern_kind kind, struct pattern **out);
MUST_CHECK struct err parser_add_set(struct pattern_parser *p, struct charset set);
MUST_CHECK struct err parser_add_char(struct pattern_parser *p, uint32_t c);

/*
 * parser_begin - an empty tree for a text. parser_end - what was read, all of it; all groups are closed.
 * parser_open, parser_close - a group; behind it the flags are `flags_after`. parser_branch - the next choice of it.
 * parser_repeat - repeats the last node; of `repeat` min, max and lazy count.
 *
 * out      *p, *out
 * errors   FORMAT not UTF-8; LIMIT too long, or nested too deeply; NOMEM
 */
MUST_CHECK struct err parser_begin(struct pattern_parser *p, struct arena *a, struct bytes text,
                                   struct regex_fault *fault);
MUST_CHECK struct err parser_end(struct pattern_parser *p, struct pattern_tree *out);
MUST_CHECK struct err parser_open(struct pattern_parser *p, bool captures, unsigned flags_after);
MUST_CHECK struct err parser_close(struct pattern_parser *p);
MUST_CHECK struct err parser_branch(struct pattern_parser *p);
MUST_CHECK struct err parser_repeat(struct pattern_parser *p, struct pattern repeat, bool counted);

/*
 * parser_escape - what begins with a backslash, outside of brackets. parser_bracket - [...].
 *
 * out      nodes; p->at behind it
 * errors   FORMAT, NOMEM, LIMIT
 */
MUST_CHECK struct err parser_escape(struct pattern_parser *p);
MUST_CHECK struct err parser_bracket(struct pattern_parser *p);

/* A class under construction, folded where the flags say so. */
static inline struct charset_builder parser_class(const struct pattern_parser *p)
{
    return (struct charset_builder){.arena = p->arena, .fold = (p->flags & FLAG_FOLD) != 0, .work = &p->fault->work};
}

/* Whether a byte stands at `ahead` behind the place of the parser. */
static inline bool parser_sees(const struct pattern_parser *p, size_t ahead, char c)
{
    return p->text.n - p->at > ahead && p->text.p[p->at + ahead] == (uint8_t)c;
}
