/*
 * Inside rego/: the compiled mode. It shares values, builtins, scenes and results of rules with the plain machine of
 * eval.c, and must say the same in every case.
 */
#pragma once

#include "rego/eval.h"

/* What a comprehension has collected so far. */
struct collector {
    struct values values;
    struct members members;
};

/* What a constant path leads to in one scene. */
struct path_memo {
    struct slot slot;
    const struct json *value;
    bool slot_known;
    bool value_known;
};

#define MACHINE_SOURCES 8

/* What the guards of a rule's clauses looked at so far, for one call. */
struct machine_seen {
    const struct node *node;
    const struct json *const *args;
    unsigned known; /* bits */
    const struct json *values[MACHINE_SOURCES];
};

/*
 * machine_index - which clauses of a rule need not run: what their bodies begin with, as guards.
 * machine_admits - whether a clause's guards hold. A guard is what the body would do first, so nothing is skipped that
 *                  would have ended in an error.
 * machine_enter - let the body of a clause that was admitted begin behind what its guards did.
 *
 * in       index: the clauses are emitted. admits, enter: seen: of this call
 * out      index: n->sources, guards of its clauses. admits: *admitted. enter: *f
 * errors   index: NOMEM. admits: those of the rules that a guard looks at
 */
MUST_CHECK struct err machine_index(struct arena *a, struct node *n);
MUST_CHECK struct err machine_admits(struct eval *e, const struct clause *c, struct machine_seen *seen, bool *admitted);
void machine_enter(struct frame *f, const struct machine_seen *seen);

/*
 * machine_emit - the instructions of a clause that is planned.
 *
 * in       a: where they live; p->paths: the constant paths known so far; p->scratch
 * out      the programs of the clause's bodies; p->path_count; more registers of the clause
 * errors   NOMEM; LIMIT
 */
MUST_CHECK struct err machine_emit(struct policy *p, struct arena *a, struct clause *c);

/*
 * machine_run - all solutions of a body, as eval_run has it. machine_head - a head's value inside the sink.
 *
 * out      what the sink makes of it
 * errors   as eval_run
 */
MUST_CHECK struct err machine_run(struct frame *f, const struct flat_body *b, eval_sink *sink, void *state);
const struct json *machine_head(const struct frame *f, const struct flat_body *b, size_t index);
