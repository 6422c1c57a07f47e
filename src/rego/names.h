/*
 * Inside rego/: what each name in a clause stands for, and the clause as flat literals.
 */
#pragma once

#include "rego/policy.h"

struct scope {
    struct scope *parent;
    uint32_t depth;
    struct list vars;  /* struct var */
    struct list names; /* struct var, sorted by name: those that the text names, pending ones among them */
};

/* The work on one clause. */
struct compiler {
    struct policy *policy;
    struct arena *arena;
    struct arena *scratch; /* of the policy */
    struct rego_error *error;
    const struct module *module; /* NULL for a query */
    const struct node *package;
    struct clause *clause;
    struct scope *scope;
    struct step *steps; /* plan: a stack of those of the bodies at hand */
    size_t step_count;
    size_t step_cap;
    uint32_t *marked; /* order: a stack of registers that are safe for now */
    size_t marked_count;
    uint32_t variables; /* plan: registers from here on are bound where they are made */
};

/*
 * compile_spend - take from the policy's work_left. compile_spent - the error where nothing is left.
 *
 * out      false: there is not so much left; then nothing is left
 * errors   LIMIT
 */
bool compile_spend(struct compiler *c, uint64_t work);
MUST_CHECK struct err compile_spent(const struct compiler *c);

/*
 * scope_enter, scope_leave - a new scope around what follows, and back.
 * scope_find - what a scope has under a name, pending or not, or NULL. scope_visible - the variable that the name means
 * here, or NULL. scope_is_pending - whether a later literal of this body declares it.
 * scope_new_var - a variable of this scope without a register. scope_settle - give it one.
 * scope_add_name - a new variable under a name that the scope does not have. scope_add_var - the same, and settled.
 * scope_add_pending - a name that is declared later, unless the scope has it.
 *
 * in       names stay where they are
 * out      *out
 * errors   LIMIT, NOMEM
 */
MUST_CHECK struct err scope_enter(struct compiler *c);
void scope_leave(struct compiler *c);
struct var *scope_find(const struct scope *s, struct bytes name);
struct var *scope_visible(const struct compiler *c, struct bytes name);
bool scope_is_pending(const struct compiler *c, struct bytes name);
MUST_CHECK struct err scope_new_var(struct compiler *c, struct bytes name, struct var **out);
MUST_CHECK struct err scope_settle(struct compiler *c, struct var *v, struct place at);
MUST_CHECK struct err scope_add_name(struct compiler *c, struct bytes name, struct var **out);
MUST_CHECK struct err scope_add_var(struct compiler *c, struct bytes name, struct place at, struct var **out);
MUST_CHECK struct err scope_add_pending(struct compiler *c, struct bytes name);

/*
 * names_prepare - look through a body and heads: what they declare, and which new variables they bring.
 * names_term - resolve all names of a term, closures included. names_literal - of a literal, in order.
 * names_declare - declare the variables of a pattern (some, :=, arguments).
 * names_new_var - a variable of the current scope that has no name in the text.
 *
 * in       terms are changed in place
 * out      *out
 * errors   FORMAT with *error filled; NOMEM
 */
MUST_CHECK struct err names_prepare(struct compiler *c, const struct body *b, struct term *const *heads, size_t count);
MUST_CHECK struct err names_term(struct compiler *c, struct term *t);
MUST_CHECK struct err names_literal(struct compiler *c, struct literal *l);
MUST_CHECK struct err names_declare(struct compiler *c, struct term *pattern);
MUST_CHECK struct err names_new_var(struct compiler *c, struct place at, struct term **out);

/*
 * names_with - resolve the target of a `with` (it becomes a path, or the name of a function).
 * names_function - the function that a term names, or NULL. names_import - the import of that name (the last one), or
 * NULL; it goes before a rule of the package.
 *
 * out      *out
 * errors   FORMAT, NOMEM
 */
MUST_CHECK struct err names_with(struct compiler *c, struct with *w);
MUST_CHECK struct err names_call(struct compiler *c, struct term *call);
/* names_reference - refuse a path from a root that leads to a function. out: nothing; errors: FORMAT */
MUST_CHECK struct err names_reference(struct compiler *c, const struct term *t);
/* names_bad_arity - refuse a call with the wrong number of arguments. out: nothing; errors: always FORMAT */
MUST_CHECK struct err names_bad_arity(struct compiler *c, const struct term *call, const struct function *f);
const struct import *names_import(const struct compiler *c, struct bytes name);
MUST_CHECK struct err names_function(struct compiler *c, struct term *t, const struct function **out);

/*
 * flat_body_of - a body as flat literals, with what its heads need behind them; heads end up free of calls.
 *
 * in       the scope of the body is entered and prepared
 * out      *out
 * errors   FORMAT, NOMEM
 */
MUST_CHECK struct err flat_body_of(struct compiler *c, struct body *b, struct term **heads, size_t head_count,
                                   struct flat_body **out);

/*
 * order_body - put the literals so that each finds its variables bound; refuses what stays unsafe.
 *
 * in       safe: by register, what is bound before; heads: what must be bound behind the body
 * out      *b, nested bodies too
 * errors   FORMAT, NOMEM
 * source: spec/rego.md 1.8
 */
MUST_CHECK struct err order_body(struct compiler *c, struct flat_body *b, bool *safe);
MUST_CHECK struct err order_head(struct compiler *c, struct term *head, bool *safe, uint32_t depth);

/*
 * plan_body - the steps of a body. plan_term - a term whose variables are bound, free of references afterwards.
 *
 * in       bound: by register, what is bound before
 * out      b->steps; nested bodies too
 * errors   FORMAT, LIMIT, NOMEM
 */
MUST_CHECK struct err plan_body(struct compiler *c, struct flat_body *b, bool *bound);
MUST_CHECK struct err plan_args(struct compiler *c, bool *bound);
