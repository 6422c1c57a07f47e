/*
 * Inside rego/regex/: what matching writes to.
 */
#pragma once

#include "rego/regex/program.h"

/* The ways through the program that are alive at one place, the preferred ones first. */
struct threads {
    uint32_t *dense;  /* instructions */
    uint32_t *sparse; /* by instruction: where it stands in `dense`, if it does */
    uint32_t count;
    size_t *slots; /* by kernel: the places noted so far */
};

/* What is left to do while ways are followed: an instruction, or a slot to be put back. */
struct pending {
    uint32_t instruction;
    uint32_t slot; /* or UINT32_MAX */
    size_t place;
};

struct automaton;

struct regex_machine {
    struct arena *arena;
    const struct regex *regex;
    struct threads now;
    struct threads later;
    struct pending *pending;
    size_t *places; /* of the way that is followed */
    size_t slots;   /* of each thread: how many there is room for */
    uint64_t work;
    struct automaton *automaton; /* NULL until it is asked first */
};

/*
 * automaton_matches - whether the pattern matches anywhere, by the automaton.
 *
 * out      *known: whether *out is the answer; it is not where the automaton would become too large
 * errors   LIMIT fuel; NOMEM
 */
MUST_CHECK struct err automaton_matches(struct regex_machine *m, struct bytes text, uint64_t *fuel, bool *known,
                                        bool *out);

/* machine_spend - take work off the fuel. errors: LIMIT. out: *fuel */
static inline struct err machine_spend(uint64_t work, uint64_t *fuel)
{
    if (work > *fuel) {
        *fuel = 0;
        return FAIL(ERR_LIMIT, "a regular expression takes too long");
    }
    *fuel -= work;
    return OK;
}
