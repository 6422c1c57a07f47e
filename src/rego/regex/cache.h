/*
 * Inside rego/: compiled patterns. Those that stand in the policy as constants are made when it is loaded and shared;
 * the others are kept for one evaluation, together with all that matching writes to.
 */
#pragma once

#include "rego/regex/regex.h"

enum regex_syntax {
    SYNTAX_RE2,
    SYNTAX_GLOB,     /* no character is a delimiter */
    SYNTAX_GLOB_PATH /* those named are */
};

/* A text as it was asked for, and what became of it. */
struct regex_entry {
    struct regex_entry *next; /* in its bucket */
    uint32_t hash;
    enum regex_syntax syntax;
    struct bytes delimiters; /* characters, one after the other */
    struct bytes pattern;
    const struct regex *regex; /* NULL: not a pattern; then: */
    struct regex_fault fault;
    struct regex_machine *machine;
};

#define REGEX_BUCKETS 256

struct regex_table {
    struct regex_entry *buckets[REGEX_BUCKETS];
    uint32_t count;
};

struct regex_cache {
    struct arena arena;
    const struct regex_table *constants;
    struct regex_table *table; /* in the arena; NULL until the first */
};

/*
 * regex_cache_init - an empty cache. regex_cache_clear - frees it; accepts the zeroed value.
 * regex_cache_get - the entry of a text, made now if it is new; what was got before may be gone then.
 * regex_constant - at load: note a pattern that the policy holds as a constant.
 *
 * in       constants: those of the policy, or NULL; memory: a bound, 0 for ours
 * out      *out: with a machine, or with a fault; fuel is counted down; *table, made at the first;
 *          *work: what it took
 * errors   LIMIT  the pattern is over our bounds, or fuel is used up; NOMEM
 */
void regex_cache_init(struct regex_cache *c, const struct regex_table *constants, size_t memory);
void regex_cache_clear(struct regex_cache *c);
MUST_CHECK struct err regex_cache_get(struct regex_cache *c, enum regex_syntax syntax, struct bytes pattern,
                                      struct bytes delimiters, uint64_t *fuel, struct regex_entry **out);
MUST_CHECK struct err regex_constant(struct arena *a, struct regex_table **table, struct bytes pattern, uint64_t *work);
