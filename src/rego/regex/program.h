/*
 * Inside rego/regex/: a pattern as a program, and characters as few classes.
 */
#pragma once

#include "rego/regex/pattern.h"

enum op {
    OP_SET,   /* one character of `set`, then `next` */
    OP_SPLIT, /* `next`, or else `other` */
    OP_SAVE,  /* note the place in slot `other`, then `next` */
    OP_LOOK,  /* `next`, where the place is of the kind `other` */
    OP_MATCH
};

struct instruction {
    enum op op;
    uint32_t next;
    uint32_t other;
    uint32_t kernel; /* SET, MATCH: the number of these before it */
    struct charset set;
};

/* Characters that no set of the program tells apart have one class. */
struct class_span {
    uint32_t first; /* up to the next one's */
    uint32_t class;
};

#define CLASSES_MAX 250

struct regex {
    const struct instruction *program;
    uint32_t count;
    uint32_t kernels;
    uint32_t start;
    uint32_t groups;
    const struct bytes *names;
    uint8_t looks;       /* all kinds of places that the program asks about */
    bool anchored;       /* it can only match at the begin of the text */
    struct bytes prefix; /* what each match begins with; may be empty */
    uint64_t cost;
    uint32_t class_count; /* 0: too many to be worth it */
    uint8_t ascii[128];   /* the class of each */
    const struct class_span *spans;
    uint32_t span_count;
    const uint32_t *samples; /* a character of each class */
};

/*
 * program_make - the program of a tree; also for trees that were not made of RE2 syntax.
 *
 * out      *out
 * errors   LIMIT  too large a program; NOMEM
 */
MUST_CHECK struct err program_make(struct arena *a, const struct pattern_tree *tree, const struct regex **out);

/*
 * classes_make - the classes that these sets make, and the places that the program asks about.
 * classes_find - the class of a character.
 *
 * out      *r; class_count stays 0 where there would be too many
 * errors   NOMEM
 */
MUST_CHECK struct err classes_make(struct arena *a, const struct charset_list *sets, struct regex *r);
uint32_t classes_find(const struct regex *r, uint32_t c);

/* What stands before a place. */
enum before { BEFORE_NOTHING, BEFORE_LINE_END, BEFORE_WORD, BEFORE_OTHER };

static inline bool is_word(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static inline enum before before_after(uint32_t c)
{
    return c == '\n' ? BEFORE_LINE_END : is_word(c) ? BEFORE_WORD : BEFORE_OTHER;
}

#define NO_CHARACTER UINT32_MAX /* behind the text */

/* look_mask - the kinds of a place between what is before it and the character behind it. errors: none; out: a mask */
unsigned look_mask(enum before before, uint32_t behind);
