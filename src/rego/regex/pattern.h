/*
 * Inside rego/regex/: a pattern as a tree. The children of a node are linked from the last to the first, because the
 * program is written from its end.
 */
#pragma once

#include "rego/regex/charset.h"
#include "rego/regex/regex.h"

enum pattern_kind {
    PATTERN_EMPTY,
    PATTERN_SET,      /* one character of a set */
    PATTERN_LOOK,     /* nothing, at a place of a kind */
    PATTERN_GROUP,    /* one child, whose place is captured */
    PATTERN_REPEAT,   /* one child, min to max times */
    PATTERN_SEQUENCE, /* children one after the other */
    PATTERN_CHOICE    /* one of the children; earlier ones are preferred */
};

/* Kinds of places in a text; a mask of them tells what holds between two characters. */
enum look {
    LOOK_LINE_BEGIN = 1,
    LOOK_LINE_END = 2,
    LOOK_TEXT_BEGIN = 4,
    LOOK_TEXT_END = 8,
    LOOK_WORD_EDGE = 16,
    LOOK_NO_WORD_EDGE = 32
};

#define PATTERN_FOREVER (-1)

struct pattern {
    enum pattern_kind kind;
    bool lazy;       /* REPEAT: fewer are preferred */
    uint8_t look;    /* LOOK: one of enum look */
    uint32_t group;  /* GROUP */
    uint32_t height; /* of the tree: what recursion over it costs */
    uint32_t copies; /* how often counted repeats copy a leaf, at most */
    int32_t min;
    int32_t max; /* or PATTERN_FOREVER */
    struct charset set;
    struct pattern *last;   /* child */
    struct pattern *before; /* sibling */
};

#define PATTERN_HEIGHT_MAX 1000
#define PATTERN_COUNT_MAX  1000

/* The sets of a tree, copies of repeats not counted. */
struct charset_list {
    struct charset set;
    const struct charset_list *next;
};

struct pattern_tree {
    struct pattern *root;
    const struct charset_list *sets;
    uint32_t groups;           /* captures, the whole match not counted */
    const struct bytes *names; /* groups + 1 of them, empty where there is none */
    uint32_t nodes;
};

/*
 * pattern_parse - RE2 syntax, as Go has it.
 *
 * in       text: hostile
 * out      *out only on success
 * errors   FORMAT  not a pattern; *fault says where, in OPA's words
 *          LIMIT   too long, or nested too deeply; NOMEM
 * cost     one pass; no recursion
 * source: https://github.com/google/re2/wiki/Syntax
 */
MUST_CHECK struct err pattern_parse(struct arena *a, struct bytes text, struct regex_fault *fault,
                                    struct pattern_tree *out);
