/*
 * Inside rego/: one evaluation. The machine runs the steps of a body; a step either holds or sends it back to the
 * nearest step that can yield another solution. Only rules, functions and closures recurse, and that is counted.
 */
#pragma once

#include "rego/builtins/builtin.h"
#include "rego/policy.h"
#include "rego/value.h"

#define EVAL_DEPTH  1000
#define EVAL_STEPS  10000000
#define EVAL_MEMORY (64UL * 1024 * 1024)
#define EVAL_STACK  (64UL * 1024) /* bytes of frames that are taken at once */

struct memos;

/* The documents that an evaluation sees; `with` makes a new one. */
struct scene {
    const struct json *input; /* NULL: undefined */
    const struct json *data;
    const struct masked *masked;
    const struct mock *mocks;
    struct memos *memos;     /* by node; NULL until the first */
    struct path_memo *paths; /* of the compiled mode, by path; NULL until the first */
};

/* A place of `data` that a `with` replaced: its rules are not evaluated. */
struct masked {
    const struct masked *next;
    const struct node *node;
};

struct mock {
    const struct mock *next;
    const struct function *replaced;
    const struct function *function; /* or: */
    const struct json *value;
};

/* A register: a value, or a place under `data` where rules stand. */
struct slot {
    const struct json *value; /* with a node: the base document there, or NULL */
    const struct node *node;
    bool is_document; /* a path of `data` that met no rule */
};

struct iterator {
    struct slot from;
    struct values keys;         /* of a place with rules */
    const struct json *results; /* WALK */
    size_t index;
};

/* Memory for frames: they end in the reverse order of their beginning. */
struct frames {
    struct frames *next; /* taken when this is full; kept when that is left */
    uint8_t *bytes;
    size_t cap;
    size_t used;
};

struct frame {
    struct eval *eval;
    const struct clause *clause;
    struct slot *slots;
    struct scene **scenes;
    struct iterator *iterators;
    struct collector *collectors;
    uint32_t passed;      /* compiled mode: instructions at the body's start that were done before it */
    struct frames *below; /* where it was taken from, and what was used there */
    size_t mark;
};

/* The answer of a caller's function: it is asked once per evaluation for the same arguments. */
struct answer {
    struct answer *next;
    const struct function *function;
    const struct json *args;
    const struct json *result;
};

struct record;

struct eval {
    const struct policy *policy;
    struct arena *arena;
    struct rego_error *error;
    const struct rego_call *call;
    uint64_t steps;
    uint64_t steps_max;
    unsigned depth;
    unsigned depth_max;
    bool strict;    /* a builtin's error ends the evaluation */
    bool reference; /* bodies run as steps, not as instructions */
    uint32_t path_count;
    struct scene *scene;
    struct place at;
    struct frames *frames;
    struct buf *spare; /* memory for the text of a builtin's result; NULL: none */
    struct call builtin_call;
    struct answer *answers;
    struct record *record; /* NULL: nothing is recorded */
    struct regex_cache *regexes;
};

struct path_memo;
struct collector;

/* What a solution of a body is given to. *stop ends the search. */
typedef struct err eval_sink(struct frame *f, void *state, bool *stop);

/*
 * eval_run - all solutions of a body, one after the other.
 * eval_head - inside a sink: what the solution yields; NULL where it is undefined.
 * eval_term - the value of a term; NULL where it is undefined. eval_match - a pattern against a value.
 * eval_frame - registers for a clause. eval_enter - count the depth of calls. eval_charge - count steps.
 * eval_charge_compare - those of comparing two values. eval_limit - the report of a limit. eval_set, eval_object -
 * value_set and value_object, with the steps of putting heavy parts in order. eval_collected - what the solutions of a
 * comprehension make.
 *
 * out      *out; *matched
 * errors   STATE a report is in e->error; LIMIT; NOMEM
 */
MUST_CHECK struct err eval_run(struct frame *f, const struct flat_body *b, eval_sink *sink, void *state);
MUST_CHECK struct err eval_head(struct frame *f, const struct flat_body *b, size_t index, const struct json **out);
MUST_CHECK struct err eval_term(struct frame *f, const struct term *t, const struct json **out);
MUST_CHECK struct err eval_match(struct frame *f, const struct term *pattern, const struct json *v, bool *matched);
MUST_CHECK struct err eval_closure(struct frame *f, const struct term *t, const struct json **out);
MUST_CHECK struct err eval_frame(struct eval *e, const struct clause *c, struct frame *out);
void eval_frame_end(struct frame *f);
MUST_CHECK struct err eval_limit(struct eval *e, const char *what);
MUST_CHECK static inline struct err eval_enter(struct eval *e)
{
    if (e->depth >= e->depth_max)
        return eval_limit(e, "calls are nested too deeply");
    e->depth++;
    return OK;
}
MUST_CHECK static inline struct err eval_charge(struct eval *e, uint64_t steps)
{
    if (steps > e->steps_max - e->steps)
        return eval_limit(e, "the evaluation takes too many steps");
    e->steps += steps;
    return OK;
}
MUST_CHECK struct err eval_set(struct eval *e, const struct json *const *items, size_t n, const struct json **out);
MUST_CHECK struct err eval_object(struct eval *e, struct json_member *members, size_t n, bool *unique,
                                  const struct json **out);
MUST_CHECK struct err eval_collected(struct eval *e, const struct term *t, const struct values *values,
                                     const struct members *members, const struct json **out);
__attribute__((format(printf, 4, 5))) MUST_CHECK struct err eval_fail(struct eval *e, const char *code, struct place at,
                                                                      const char *format, ...);

/* Only long texts and containers cost anything: what the text of a policy bounds is not counted. */
static inline struct err eval_charge_compare(struct eval *e, const struct json *a, const struct json *b)
{
    uint64_t x = json_weight(a);
    uint64_t y = json_weight(b);
    uint64_t steps = (x < y ? x : y) / 8;
    return steps == 0 || a == b ? OK : eval_charge(e, steps);
}

/*
 * slot_root, slot_select, slot_value - a path through documents and rules; a slot without value and node is undefined.
 * slot_enter - slot_select where it is known which place, if any, the key has below that of the slot.
 * slot_scan - begin to iterate; slot_next - the next key and what is behind it.
 *
 * out      *out; *more
 * errors   those of the rules that have to be evaluated
 */
MUST_CHECK struct err slot_root(struct eval *e, struct bytes name, struct slot *out);
MUST_CHECK struct err slot_select(struct eval *e, struct slot from, const struct json *key, struct slot *out);
MUST_CHECK struct err slot_enter(struct eval *e, struct slot from, const struct json *key, const struct node *child,
                                 struct slot *out);
MUST_CHECK struct err slot_value(struct eval *e, struct slot from, const struct json **out);
MUST_CHECK struct err slot_scan(struct eval *e, struct slot from, struct iterator *out);
MUST_CHECK struct err slot_next(struct eval *e, struct iterator *it, const struct json **key, struct slot *out,
                                bool *more);

/*
 * rule_value - the value of the rules at a place: complete, set, or open (then of one key only, where it is not NULL).
 * rule_call - a function of the policy. call_function - any function, with mocks.
 *
 * out      *out: NULL where it is undefined
 * errors   STATE, LIMIT, NOMEM
 */
MUST_CHECK struct err rule_value(struct eval *e, const struct node *n, const struct json *key, const struct json **out);
MUST_CHECK struct err rule_call(struct eval *e, const struct node *n, const struct json *const *args, size_t count,
                                const struct json **out);
MUST_CHECK struct err call_function(struct frame *f, const struct step *s, const struct json *const *args,
                                    const struct json **out);
MUST_CHECK struct err call_builtin(struct eval *e, const struct builtin *b, const struct json *const *args,
                                   size_t count, const struct json **out);
MUST_CHECK struct err extension_call(struct eval *e, const struct function *fn, const struct json *const *args,
                                     size_t count, const struct json **out);

/*
 * scene_with - the scene that a step of `with` makes. scene_masks - whether a `with` replaced this place.
 *
 * in       values: of each of `w`; NULL for a function that takes another's place
 * out      *out
 * errors   NOMEM
 */
MUST_CHECK struct err scene_with(struct eval *e, const struct scene *from, const struct step_with *w,
                                 const struct json *const *values, struct scene **out);
MUST_CHECK struct err scene_new(struct eval *e, const struct scene *from, struct scene **out);
bool scene_masks(const struct scene *s, const struct node *n);
/* scene_merge - documents laid over others: objects key by key, the upper one wins. out: *out; errors: NOMEM, LIMIT */
MUST_CHECK struct err scene_merge(struct arena *a, const struct json *lower, const struct json *upper,
                                  const struct json **out);
