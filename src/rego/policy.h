/*
 * Inside rego/: a compiled policy. Immutable once made; evaluations share it without locks.
 *
 * The way of a module: parse -> tree (which rules stand where) -> names (what each name is) -> flat (one small literal
 * per call) -> order (variables are bound before they are used) -> plan (steps for the machine in eval.c).
 */
#pragma once

#include "rego/ast.h"

struct builtin;
struct machine_guard;
struct machine_path;
struct machine_source;
struct policy;
struct program;
struct regex_table;

#define POLICY_PATH_ROWS 256
#define POLICY_WORK      50000000 /* a policy of 50 KB needs 20,000 */

/* What a call calls: exactly one of the three pointers is set. */
struct function {
    struct bytes name;
    const struct builtin *builtin;
    struct node *node;
    const struct rego_extension *extension;
    size_t arity;
};

/* One step of the machine; see eval.c for what each does. */
enum step_kind {
    STEP_ROOT,   /* to = the root that `term` names */
    STEP_MOVE,   /* to = the value of `term`, as the head of a path */
    STEP_SELECT, /* to = from[term] */
    STEP_SCAN,   /* for each key of `from`: match `term` with the key, to = from[key] */
    STEP_VALUE,  /* to = the whole value of `from` */
    STEP_MATCH,  /* match the pattern `term` with the value of `other` */
    STEP_TEST,   /* the value of `term` is not false */
    STEP_CALL,   /* call; match `term` with the result, or test it where `term` is NULL */
    STEP_WALK,   /* the builtin walk: one result after the other */
    STEP_NOT,    /* `body` has no solution */
    STEP_EVERY,  /* for each element of `other`, `body` has a solution */
    STEP_WITH    /* to (a scene) = the scene `scene` with `withs` changed */
};

struct step_with {
    struct step_with *next;
    const struct function *replaced; /* with f as .. */
    const struct function *function; /* .. as g */
    struct bytes root;               /* else: "input" or "data" */
    const struct json *const *path;
    size_t path_count;
    struct node *node; /* the node of exactly that path, or NULL */
    struct term *value;
};

struct step {
    enum step_kind kind;
    uint16_t scene;    /* the scene it runs in */
    uint16_t iterator; /* SCAN, WALK */
    uint32_t to;
    uint32_t from;
    int32_t back; /* the nearest step before it that can yield another solution, or -1 */
    struct place at;
    const struct literal *literal; /* that it is a part of; NULL for the head's terms */
    struct term *term;
    struct term *other;
    struct term *key; /* EVERY */
    struct term **args;
    size_t arg_count;
    const struct function *function;
    struct flat_body *body;
    struct step_with *withs;
};

enum flat_kind { FLAT_TEST, FLAT_CALL, FLAT_UNIFY, FLAT_NOT, FLAT_EVERY, FLAT_NOTHING };

/* A literal that holds at most one call, and that one outermost. */
struct flat {
    enum flat_kind kind;
    struct place at;
    const struct literal *literal; /* that it is a part of; NULL for the head's terms */
    struct term *left;  /* TEST; UNIFY; CALL: the pattern of its result, or NULL; EVERY: the value's variable */
    struct term *right; /* UNIFY; EVERY: the collection */
    struct term *key;   /* EVERY */
    struct term **args;
    size_t arg_count;
    const struct function *function;
    struct flat_body *body; /* NOT, EVERY; NOTHING: what must be safe and is never run */
    struct with *withs;     /* values are variables or constants; targets are resolved */
};

struct flat_body {
    struct flat **items;
    size_t count;
    size_t cap;
    uint32_t depth;    /* of the scope whose variables it binds */
    bool shares_scope; /* the body of a negation: its variables are those around it */
    struct step *steps;
    size_t step_count;
    int32_t last;          /* the last step that can yield another solution, or -1 */
    struct term **head;    /* what each solution yields; free of references once planned */
    struct term **written; /* the same before that */
    size_t head_count;
    const struct program *program; /* the same as instructions; of a clause's branches only */
};

struct flat_branch {
    struct flat_branch *next;
    struct flat_body *body;
    struct term *value; /* free of calls and references once planned */
    struct place at;
};

/* One rule as written, with its else branches; one frame runs all of it. */
struct clause {
    struct clause *next;
    struct rule *rule;
    struct module *module;
    struct node *node;
    struct place at;
    struct term **args;
    size_t arg_count;
    struct term **rest; /* the part of the head behind its constant names */
    size_t rest_count;
    struct term *element;
    struct flat_branch *branches;
    uint32_t var_count; /* then: registers */
    uint16_t scene_count;
    uint16_t iterator_count;
    uint32_t slot_count; /* in the compiled mode: registers, comprehensions, what must hold before it runs */
    uint16_t collector_count;
    uint16_t guard_count;
    const struct machine_guard *guards;
    bool compiled;
};

/* A place under `data` where rules stand. */
struct node {
    const struct json *key;
    struct node *parent;
    struct node **children; /* sorted by key */
    size_t count;
    size_t cap;
    uint32_t id;
    struct clause *clauses;   /* in the order of the modules */
    struct clause *last;      /* of them */
    struct clause *fallback;  /* default */
    struct function function; /* arity and node, where is_function */
    bool is_package;
    bool names_rule; /* a rule of the package above begins with this name */
    bool is_function;
    bool is_call;         /* a rule that f() calls, too */
    bool is_set;          /* "contains" at exactly this place */
    bool is_open;         /* a clause with variables in its head stands here */
    bool has_value;       /* a complete rule stands here */
    bool one_value;       /* whichever clause succeeds first says what all of them would */
    uint8_t source_count; /* what the clauses' guards look at */
    const struct machine_source *sources;
    uint8_t visit; /* recursion.c */
};

struct policy {
    struct arena arena;
    struct arena scratch;   /* while it is compiled: what the passes over one clause need and nothing keeps */
    uint64_t work_left;     /* while it is compiled: for what may take longer than its text is long */
    struct module *modules; /* whose annotations are not read yet */
    struct annotation *annotations;
    struct node *root; /* `data` */
    uint32_t node_count;
    const struct json *data; /* base documents, an object */
    const struct rego_extension *extensions;
    size_t extension_count;
    struct function *extension_functions;
    struct rego_error *error;                     /* while it is compiled */
    struct machine_path *paths[POLICY_PATH_ROWS]; /* by hash */
    uint32_t path_count;
    struct regex_table *regexes; /* patterns that are constants */
    struct mention *refused;     /* calls of refused builtins, the last one first */
    struct mention *replaced;    /* refused builtins that a `with` replaces */
};

struct mention { /* of a builtin */
    struct mention *next;
    const struct builtin *builtin;
    struct place at;
};

/* node_child - the child by key, or NULL. node_at - the node of a constant path. errors: none. out: the node */
struct node *node_child(const struct node *n, const struct json *key);

/* Whether anything of the rules at a place is open or a set: its value is made of all clauses at and beneath it. */
static inline bool node_is_extent(const struct node *n)
{
    return n->is_open || n->is_set;
}

/* What a solution of a query is: the value of its last expression; `true` and its variables; the values of all of its
 * expressions and its variables. */
enum query_form { QUERY_VALUE, QUERY_BINDINGS, QUERY_EXPRESSIONS };
