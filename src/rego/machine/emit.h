/*
 * Inside rego/machine/: from the steps of a plan to instructions.
 */
#pragma once

#include "rego/machine/insn.h"

struct emitter {
    struct policy *policy;
    struct arena *arena;
    struct arena *scratch; /* of the policy */
    struct clause *clause;
    struct insn *code;
    size_t count;
    size_t cap;
    struct list consts;
    uint32_t back;   /* where a failure of what comes next goes */
    uint32_t *alias; /* by register of the plan: the operand that holds its value, or OPERAND_NONE */
    uint32_t *uses;  /* by register of the plan: how often it is read */
    bool *is_place;  /* by register of the plan: it may hold a place with rules */
};

/*
 * emit_insn - append one; its `back` is filled. emit_const - a constant's operand. emit_register - a new one;
 * emit_slot - where the value of a register of the plan is, in a new one if it is nowhere yet.
 * emit_operand - code that makes a term's value, and where it is. emit_match - code that matches it with a pattern.
 * emit_steps - the steps of a body. emit_call - a call; emit_path - a root, or the constant path of a key behind
 * another one.
 *
 * out      *out
 * errors   NOMEM; LIMIT
 */
MUST_CHECK struct err emit_insn(struct emitter *m, struct insn insn);
MUST_CHECK struct err emit_const(struct emitter *m, const struct json *v, uint32_t *out);
uint32_t emit_register(struct emitter *m);
uint32_t emit_slot(struct emitter *m, uint32_t planned);
MUST_CHECK struct err emit_operand(struct emitter *m, const struct term *t, uint32_t *out);
MUST_CHECK struct err emit_match(struct emitter *m, const struct term *pattern, uint32_t value);
MUST_CHECK struct err emit_steps(struct emitter *m, const struct flat_body *b);
MUST_CHECK struct err emit_call(struct emitter *m, const struct step *s);
MUST_CHECK struct err emit_scene(struct emitter *m, uint16_t scene);
MUST_CHECK struct err emit_path(struct emitter *m, const struct machine_path *parent, struct bytes root,
                                const struct json *key, const struct machine_path **out);

/* emit_uses - count how often each register of a clause is read. out: m->uses; errors: none */
void emit_uses(struct emitter *m);

static inline uint32_t emit_here(const struct emitter *m)
{
    return (uint32_t)m->count;
}
