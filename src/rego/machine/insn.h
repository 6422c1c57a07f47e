/*
 * Inside rego/machine/: the instructions of the compiled mode. Each step of a plan becomes a few of them, closures and
 * negations included, so that nothing recurses but calls of rules and functions.
 *
 * An instruction holds, and the one behind it runs; or it fails, and the one at `back` runs: the nearest loop's next
 * element, or whatever must happen when there is none. All of that is known when the policy is compiled.
 */
#pragma once

#include "rego/machine/machine.h"

struct run;
struct insn;

/* out: the next instruction; NULL ends the run, with run->err said why. */
typedef const struct insn *machine_op(struct run *r, const struct insn *i);

#define OPERAND_CONST 0x80000000U
#define OPERAND_NONE  0xffffffffU

struct insn {
    machine_op *run;
    uint32_t to;   /* a register */
    uint32_t a, b; /* operands: a register, or with OPERAND_CONST a constant; or what the operation says */
    uint32_t back; /* where to go when it fails */
    const void *p; /* what the operation says */
};

struct machine_call {
    const struct step *step;
    const struct function *function;
    const struct builtin *builtin; /* of the function, or NULL */
    size_t count;
    uint32_t args[];
};

struct machine_parts {
    size_t count;
    uint32_t items[];
};

/* A constant path below a root: a key behind another such path. Within one scene it has one value, found once. */
struct machine_path {
    struct machine_path *next;
    const struct machine_path *parent; /* NULL: a root */
    struct bytes root;
    const struct json *key;  /* NULL: a root */
    const struct node *node; /* the place under `data` that it leads to, or NULL */
    uint32_t id;
    uint32_t hash;
};

struct machine_with {
    const struct step *step;
    size_t count;
    uint32_t values[]; /* operands; OPERAND_NONE where a function takes another's place */
};

struct program {
    const struct insn *code; /* [0] ends the run; it starts at [1] */
    size_t count;
    const struct json *const *consts;
    const uint32_t *heads; /* operands */
};

struct run {
    struct eval *eval;
    struct frame *frame;
    struct slot *slots;
    const struct insn *code;
    const struct json *const *consts;
    eval_sink *sink;
    void *state;
    struct err err;
};

static inline const struct json *machine_value(const struct run *r, uint32_t operand)
{
    return (operand & OPERAND_CONST) != 0 ? r->consts[operand & ~OPERAND_CONST] : r->slots[operand].value;
}

static inline const struct insn *machine_back(const struct run *r, const struct insn *i)
{
    return r->code + i->back;
}

/* machine_path_value - the value of a constant path in the present scene. out: *out, NULL: undefined; errors: of rules
 */
MUST_CHECK struct err machine_path_value(struct eval *e, const struct machine_path *path, const struct json **out);

/* The operations; their operands stand at each definition. Loops come in pairs: begin, and next where `back` leads. */
machine_op op_end, op_yield, op_scene, op_jump;
machine_op op_path, op_path_slot, op_slot_select, op_slot_value, op_slot_scan, op_slot_next;
machine_op op_get, op_get_key, op_scan, op_next, op_every;
machine_op op_truth, op_same, op_same_const, op_is_array, op_is_object, op_item;
machine_op op_array, op_set, op_object, op_collect, op_collected, op_add_item, op_add_member;
machine_op op_call, op_call_test, op_walk, op_walk_next, op_with;
machine_op op_equal, op_not_equal, op_less, op_less_equal, op_greater, op_greater_equal;
