/*
 * Inside rego/: regular expressions, in time linear in the text. Patterns and texts are both hostile: policies splice
 * what a host chose into patterns.
 *
 * A pattern becomes a tree (pattern.h), the tree a small program (program.h). Whether a text matches at all is asked of
 * automaton.c, which makes a deterministic automaton as far as the text needs it; where a match and its groups lie is
 * found by threads.c, which follows all ways through the program at once. Nothing ever goes back in the text.
 */
#pragma once

#include "base/arena.h"

#define REGEX_PATTERN_MAX (16UL * 1024)        /* bytes of a pattern; those of policies are below 1 KiB */
#define REGEX_PROGRAM_MAX 10000                /* instructions */
#define REGEX_SLOTS_MAX   (256UL * 1024)       /* instructions times captured places */
#define REGEX_TEXT_MAX    (64UL * 1024 * 1024) /* bytes of a text */

struct regex;
struct regex_machine;

/* Why a text is no pattern: "missing closing ]", and the part of the pattern that it is about. */
struct regex_fault {
    const char *text;
    struct bytes part;
    uint64_t work; /* that reading the pattern took, good or not */
};

/*
 * regex_compile - a pattern of RE2 syntax as a program, which is never written to again.
 *
 * in       pattern: hostile; kept where names of groups stand in it
 * out      *out, in the arena; *fault on FORMAT
 * errors   FORMAT  not a pattern (OPA: undefined)
 *          LIMIT   a pattern or a program over our bounds; NOMEM
 * cost     grows with pattern and program; regex_cost tells it
 */
MUST_CHECK struct err regex_compile(struct arena *a, struct bytes pattern, struct regex_fault *fault,
                                    const struct regex **out);
uint64_t regex_cost(const struct regex *r);

/* regex_groups - number of groups. regex_group_name - the name of one, or empty. out: the answer; errors: none */
size_t regex_groups(const struct regex *r);
struct bytes regex_group_name(const struct regex *r, size_t group);

/*
 * regex_machine_new - what matching writes to. One machine serves one match after the other.
 *
 * out      *out, in the arena, which must live as long
 * errors   NOMEM
 */
MUST_CHECK struct err regex_machine_new(struct arena *a, const struct regex *r, struct regex_machine **out);

#define REGEX_NOWHERE SIZE_MAX /* a group that did not take part */

/*
 * regex_matches - whether the pattern matches anywhere in the text.
 * regex_find - the leftmost match that begins at `from` or later, the one that Perl would find first.
 *
 * in       text: hostile; bytes that are not UTF-8 count as U+FFFD each. fuel: work that may be done, counted down
 * out      *out. regex_find: where it found, places[2i] and places[2i + 1] are begin and end of group i for as many
 *          as `count` tells (even, 2 or more), REGEX_NOWHERE for a group that took no part
 * errors   LIMIT  fuel is used up, the text is too long, or the groups are too many; NOMEM
 * cost     at most the length of the text times that of the program
 */
MUST_CHECK struct err regex_matches(struct regex_machine *m, struct bytes text, uint64_t *fuel, bool *out);
MUST_CHECK struct err regex_find(struct regex_machine *m, struct bytes text, size_t from, size_t *places, size_t count,
                                 uint64_t *fuel, bool *out);
