/*
 * Inside rego/regex/: sets of characters as sorted spans that do not touch.
 */
#pragma once

#include "base/arena.h"
#include "rego/unicode.h"

#define CHARACTER_MAX 0x10ffffU

struct charset {
    const struct unicode_span *spans;
    size_t count;
};

/* A set under construction: spans in any order. */
struct charset_builder {
    struct arena *arena;
    struct unicode_span *spans;
    size_t count;
    size_t cap;
    bool fold;      /* what is added brings the characters that differ from it in case only */
    uint64_t *work; /* counts what was done; NULL: nobody asks */
};

/*
 * charset_add - one span. charset_add_set - all of a set, or all that is not in it (the set is folded first).
 * charset_add_unicode - the same of a general category, a script, or Any, if there is one of that name.
 * charset_make - the set of what was added, or of everything else. Empties the builder.
 *
 * out      *found; *out: in the builder's arena
 * errors   NOMEM; LIMIT  more spans than any sensible class has
 */
MUST_CHECK struct err charset_add(struct charset_builder *b, uint32_t first, uint32_t last);
MUST_CHECK struct err charset_add_set(struct charset_builder *b, struct charset set, bool negate);
MUST_CHECK struct err charset_add_unicode(struct charset_builder *b, struct bytes name, bool negate, bool *found);
MUST_CHECK struct err charset_make(struct charset_builder *b, bool negate, struct charset *out);

/* charset_has - membership. out: the answer; errors: none; cost: logarithmic */
bool charset_has(struct charset set, uint32_t c);
/* charset_meets - whether two sets share a character. out: the answer; errors: none; cost: linear */
bool charset_meets(struct charset a, struct charset b);

/*
 * charset_perl - \d \s \w by their letter. charset_posix - alpha, digit, ... as in [[:alpha:]].
 *
 * out      *out
 * errors   none: false where there is no such set
 */
extern const struct charset charset_any;
bool charset_perl(uint8_t letter, struct charset *out);
bool charset_posix(struct bytes name, struct charset *out);
