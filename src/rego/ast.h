/*
 * Inside rego/: a module as a tree, as it was written; names.c adds what each name stands for.
 */
#pragma once

#include "rego/note.h"
#include "json/json.h"

#define AST_DEPTH_MAX 1000  /* the passes recurse over terms */
#define AST_ITEMS_MAX 65000 /* parts of one term */
#define AST_PATH_MAX  200   /* keys of one reference */

/* A list under construction: doubling, in an arena. */
struct list {
    struct arena *arena;
    void **items;
    size_t count;
    size_t cap;
};

struct body;
struct flat_body;

/* One variable of a rule: a register of its frame. */
struct var {
    struct bytes name;
    struct place at;
    uint32_t id;    /* register; unique in its rule */
    uint32_t depth; /* of the scope that owns it: 0 arguments, 1 body, more in closures */
    bool declared;  /* by some, :=, every, or as an argument */
    bool pending;   /* a later literal of this body declares it: it is no variable yet */
    bool wildcard;  /* an underscore */
    bool made;      /* by the compiler, for a part of an expression */
};

struct clause;
struct node;

enum term_kind {
    TERM_CONST,
    TERM_VAR,
    TERM_ROOT,  /* `data` or `input` (name), as the head of a reference */
    TERM_REF,   /* items[0] is the head */
    TERM_ARRAY, /* items */
    TERM_SET,
    TERM_OBJECT,   /* items: key, value, key, value, .. */
    TERM_CALL,     /* callee, or name if it is an operator; items: arguments */
    TERM_ARRAY_OF, /* comprehensions: items[0] is the head (items[0], items[1] of objects), body */
    TERM_SET_OF,
    TERM_OBJECT_OF,
    TERM_BIND /* made by plan.c: a variable that gets its value here */
};

struct term {
    enum term_kind kind;
    uint16_t depth; /* nesting below it, closures included: at most AST_DEPTH_MAX */
    bool dotted;    /* a string key of a reference that was written .name */
    struct place at;
    struct bytes name;        /* VAR, ROOT; CALL: the builtin, empty while unknown */
    const struct json *value; /* CONST */
    struct term *callee;      /* CALL of something named in the text */
    struct term **items;
    size_t count;
    struct body *body;          /* comprehensions */
    union {                     /* what the passes of the compiler add, by kind; NULL before */
        struct var *var;        /* VAR, BIND */
        const void *target;     /* CALL, once resolved: struct function */
        struct flat_body *flat; /* comprehensions, once flattened */
    };
};

struct with {
    struct with *next;
    struct term *target;
    struct term *value;
    const void *replaced; /* struct function that the target names, if it names one */
    const void *function; /* struct function that the value names, if the target names one, too */
};

enum literal_kind { LITERAL_EXPRESSION, LITERAL_SOME, LITERAL_SOME_IN, LITERAL_EVERY, LITERAL_NOT_BODY };

struct literal {
    enum literal_kind kind;
    struct place at;
    struct bytes text; /* as written; empty for what the compiler makes */
    bool negated;
    struct term *key;    /* SOME_IN, EVERY: may be NULL */
    struct term *value;  /* SOME_IN, EVERY: the pattern */
    struct term *term;   /* EXPRESSION; SOME_IN, EVERY: the collection */
    struct term **names; /* SOME */
    size_t name_count;
    struct body *body; /* EVERY, NOT_BODY */
    struct with *withs;
};

struct body {
    struct literal **items;
    size_t count;
    unsigned depth; /* of its deepest term */
};

/* One way for a rule's clause to succeed; the next one is its else. */
struct branch {
    struct branch *next;
    struct place at;
    struct term *value; /* NULL: true */
    struct body *body;  /* NULL: always */
};

struct rule {
    struct rule *next;
    struct place at;
    struct term *ref; /* TERM_REF: a TERM_VAR and the path behind it */
    struct term **args;
    size_t arg_count;
    bool is_function;
    bool is_spaced; /* white space stands inside of its name */
    bool is_call;   /* written f(): a rule that may be called */
    bool is_default;
    struct term *element; /* "contains": what the set gets */
    struct branch branch;
    struct clause *clause; /* once it stands in the tree */
};

struct import {
    struct import *next;
    struct place at;
    struct term *path; /* TERM_REF from TERM_ROOT */
    struct bytes alias;
    bool names_value; /* false: rego.v1 and future.keywords, which change how the module is read */
};

struct module {
    struct module *next; /* of a policy */
    const char *file;
    bool v1;
    bool new_not;         /* import future.keywords.not: all of a negated expression is negated */
    struct term *package; /* TERM_REF from TERM_ROOT data */
    struct import *imports;
    struct rule *rules;
    struct list comments; /* struct comment: the lines of annotations */
    struct node *node;    /* of the package, once it stands in the tree */
};

/*
 * ast_term - a new term of a kind; ast_const - of a value; ast_string - of a string; ast_var - a name.
 * ast_operator - a call of a builtin by its name, with two arguments (the second may be NULL).
 * ast_items - give a term its parts (copied); ast_adopt - those of a list that is full and used no more. ast_deepen -
 * note how deep what is below a term nests. ast_copy - a term that nothing resolved yet, with all beneath it: the
 * passes write into what they read.
 *
 * out      in the arena
 * errors   NOMEM; LIMIT nested too deeply; ast_string FORMAT for invalid UTF-8
 */
MUST_CHECK struct err ast_deepen(struct term *t, unsigned below);
MUST_CHECK struct err ast_term(struct arena *a, enum term_kind kind, struct place at, struct term **out);
MUST_CHECK struct err ast_const(struct arena *a, const struct json *value, struct place at, struct term **out);
MUST_CHECK struct err ast_string(struct arena *a, struct bytes text, struct place at, struct term **out);
MUST_CHECK struct err ast_var(struct arena *a, struct bytes name, struct place at, struct term **out);
MUST_CHECK struct err ast_operator(struct arena *a, const char *name, struct term *left, struct term *right,
                                   struct term **out);
MUST_CHECK struct err ast_items(struct arena *a, struct term *term, struct term *const *items, size_t count);
MUST_CHECK struct err ast_adopt(struct term *term, const struct list *items);
MUST_CHECK struct err ast_copy(struct arena *a, const struct term *t, struct term **out);

/* list_add - append; errors: NOMEM; out: nothing else */
MUST_CHECK struct err list_add(struct list *l, const void *item);
