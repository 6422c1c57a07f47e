/*
 * Inside rego/: what an evaluation did, for explanations. It is off by default: `eval.record` is NULL then, and the
 * machine tests that pointer and nothing else. A record has an arena of its own, so that an evaluation reaches its
 * limits at the same step with and without it.
 */
#pragma once

#include "rego/eval.h"

#define RECORD_MEMORY  (64UL * 1024 * 1024)
#define RECORD_RULES   20000 /* evaluations of rules that are kept */
#define RECORD_MISSING 200   /* names that were looked up and are missing */
#define RECORD_CALLS   1000  /* calls of the caller's functions */
#define RECORD_DEPENDS 8     /* rules that one literal asked */
#define RECORD_NESTED  16    /* bodies inside of one clause */

struct record_rule;
struct record_secret;

/* A literal that did not hold, with what is needed to say why. */
struct record_fail {
    const struct step *step;
    const struct literal *literal; /* NULL: the value of the rule */
    struct place at;
    size_t passed; /* literals of the body that held before it */
    size_t total;
    const struct json *args[8]; /* CALL: arguments; MATCH: both sides; TEST: the value; EVERY: key and value */
    size_t arg_count;
    struct bytes path;          /* of what is missing or was iterated, where it has a name */
    struct bytes prefix;        /* the longest part of it that is there */
    const struct json *from;    /* SELECT: the same, SCAN: what was iterated */
    const struct json *key;     /* SELECT: the key that is not there */
    struct bytes note;          /* what a builtin said */
    struct record_rule **rules; /* that the literal asked */
    size_t rule_count;
    const struct record_fail *inner; /* EVERY, NOT: the literal inside */
};

struct record_branch {
    struct record_branch *next;
    const struct flat_branch *branch;
    const struct record_fail *fail; /* the one that got furthest */
    int32_t reached;                /* its step */
    bool is_solved;
    const struct json *value; /* of the first solution */
};

/* One run of a rule's clause, or of the query. */
struct record_clause {
    struct record_clause *next;
    struct record_clause *parent;
    const struct clause *clause;
    struct record_branch *branches; /* that were entered */
    const struct literal *literal;  /* that runs */
    struct record_rule *asked[RECORD_DEPENDS];
    size_t asked_count;
    struct bytes note; /* of the last builtin that failed */
    struct {
        const struct flat_body *body;
        const struct record_fail *fail;
        int32_t reached;
    } nested[RECORD_NESTED];
    size_t nested_count;
};

/* One evaluation of the rules at a place, or one call of a function. */
struct record_rule {
    struct record_rule *older;
    struct record_rule *same;  /* an earlier one at the same node */
    struct record_rule *outer; /* that was being evaluated when this one began */
    const struct node *node;
    const struct scene *scene;
    const struct json *key;
    const struct json *const *args;
    size_t arg_count;
    const struct json *result; /* NULL: undefined */
    bool is_done;
    struct record_clause *clauses;
    struct record_clause *last; /* of them */
};

/* A value of a document, found by its address: values are immutable, so the address says where a value came from. */
struct record_place {
    const struct json *value;
    const struct record_place *parent;
    const struct json *key; /* under the parent */
    const char *root;       /* "input", "data"; NULL: a value that was made */
    bool is_read;
    bool is_secret;
};

struct record_missing {
    struct record_missing *next;
    const struct json *from;
    const struct node *node;
    const struct json *key;
    struct bytes path;
    struct place at;
};

struct record_call {
    struct record_call *next;
    const struct function *function;
    const struct json *args;
    const struct json *result; /* NULL: undefined */
    struct place at;
};

struct record {
    struct arena arena;
    struct err bad; /* the first failure of the record itself; the evaluation goes on without it */
    bool is_cut;    /* something was left out for its size */
    bool is_paused; /* while values are read for the record */
    const char *const *secrets;
    size_t secret_count;
    struct record_place **places; /* hash table by address */
    size_t place_cap;
    size_t place_count;
    struct bytes *secret_texts; /* strings and numbers that may not show, even as a part */
    size_t secret_text_count;
    size_t secret_text_cap;
    struct record_clause *current;
    struct record_clause *query;
    size_t lost; /* frames and rules that are open and not kept */
    struct record_rule *open;
    struct record_rule *all; /* the latest first */
    struct record_rule **by_node;
    size_t rule_count;
    struct record_missing *missing;
    size_t missing_count;
    struct record_call *calls;
    struct record_call **calls_end;
    size_t call_count;
};

/*
 * record_begin - before the query runs: learn the documents and which of their values are secret.
 * record_clear - frees all of it.
 *
 * in       r: zeroed, `secrets` set; e: its scene is that of the query
 * out      *r
 * errors   FORMAT with a report: a secret's path is none; NOMEM
 */
MUST_CHECK struct err record_begin(struct record *r, struct eval *e);
void record_clear(struct record *r);

/*
 * The hooks of the machine. Each is called only while e->record is set.
 *
 * record_enter, record_leave - a frame begins and ends. record_before - a step begins; record_step - it held or not;
 * `again`: it was asked for its next solution. record_solution - a body held. record_rule - the rules at a node are
 * evaluated, or called; record_known - their value is known already. record_result - what they gave. record_call - a
 * caller's function. record_note - a builtin's refusal. record_made - a builtin's result: secret if an argument is.
 * record_key - a key that is iterated: secret if the collection is.
 *
 * out      in the record
 * errors   none: r->bad keeps the first
 */
void record_enter(struct eval *e, const struct clause *c);
void record_leave(struct eval *e);
void record_before(struct frame *f, const struct flat_body *b, int32_t pc);
void record_step(struct frame *f, const struct flat_body *b, int32_t pc, bool held, bool again);
void record_solution(struct frame *f, const struct flat_body *b);
struct record_rule *record_rule(struct eval *e, const struct node *n, const struct json *key,
                                const struct json *const *args, size_t count);
void record_known(struct eval *e, const struct node *n, const struct json *key);
void record_result(struct eval *e, struct record_rule *rule, const struct json *result);
void record_call(struct eval *e, const struct function *fn, const struct json *args, const struct json *result);
void record_note(struct eval *e, const struct call *c);
void record_made(struct eval *e, const struct json *const *args, size_t count, const struct json *result);
void record_key(struct eval *e, const struct json *from, const struct json *key);

/*
 * record_fail - describe a step that did not hold. record_trouble - note the record's own failure; true: it is one.
 *
 * out      NULL where there is no memory
 * errors   none: r->bad keeps the first
 */
bool record_trouble(struct record *r, struct err e);
const struct record_fail *record_fail(struct frame *f, const struct flat_body *b, int32_t pc);

/*
 * record_place - where a value stands in a document, or NULL. record_path - its name ("input.a[0].b").
 * record_learn - a document and all beneath it. record_path_key - a name with one more key behind it.
 * record_path_below - the same for a key of `parent`: hidden where that is secret.
 *
 * out      *out in the arena
 * errors   NOMEM, LIMIT
 */
struct record_place *record_place(const struct record *r, const struct json *v);
MUST_CHECK struct err record_learn(struct record *r, const struct json *v, const char *root);
MUST_CHECK struct err record_path(struct record *r, const struct record_place *p, struct bytes *out);
MUST_CHECK struct err record_path_key(struct record *r, struct bytes path, const struct json *key, struct bytes *out);
MUST_CHECK struct err record_path_below(struct record *r, const struct json *parent, struct bytes path,
                                        const struct json *key, struct bytes *out);
MUST_CHECK struct err record_add_place(struct record *r, struct record_place place, struct record_place **out);

/*
 * record_mark_secrets - find the values that the caller's paths name. record_mark - a value and all beneath it.
 * record_is_secret - whether a value is secret or holds a secret one.
 * record_shown - the value as it may be shown: what is secret in it is replaced by "<secret>".
 * record_shown_text - the same for a text that was made: NULL-free copy, or "<secret>" where it holds a secret's text.
 *
 * out      *out in the record's arena
 * errors   FORMAT a path that is none; NOMEM; LIMIT
 */
MUST_CHECK struct err record_mark_secrets(struct record *r, struct eval *e);
MUST_CHECK struct err record_mark(struct record *r, const struct json *v);
bool record_is_secret(const struct record *r, const struct json *v);
MUST_CHECK struct err record_shown(struct record *r, const struct json *v, const struct json **out);
struct bytes record_shown_text(const struct record *r, struct bytes text);
bool record_marks_function(const struct record *r, struct bytes name);
