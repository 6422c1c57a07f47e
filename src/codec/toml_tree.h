/*
 * Inside the TOML decoder: tables that grow while the document is read, and how each came to be, which decides who may
 * still add to it.
 */
#pragma once

#include "json/json.h"

enum toml_kind {
    TOML_VALUE,    /* finished: a value, an array in brackets, or an inline table */
    TOML_IMPLICIT, /* a table that only stood inside a longer header: [a.b] makes `a` */
    TOML_DOTTED,   /* a table made by a dotted key: a.b = 1 makes `a` */
    TOML_HEADER,   /* a table with a header of its own, or an element of an array of tables */
    TOML_TABLES    /* an array of tables */
};

struct toml_node {
    enum toml_kind kind;
    struct bytes key;
    const struct json *value;  /* TOML_VALUE */
    struct toml_node *members; /* a table: the root of a balanced tree, so that no document makes look-ups slow */
    struct toml_node *first;   /* TOML_TABLES: its elements in order */
    struct toml_node *last;
    size_t count;           /* members or elements */
    struct toml_node *left; /* as a member of a table */
    struct toml_node *right;
    unsigned level;
    struct toml_node *next; /* as an element of an array of tables */
};

/*
 * toml_tree_find - the member of a table, or NULL.
 * toml_tree_add - a new member; the table must have none of that name.
 * toml_tree_append - a new element of an array of tables.
 * toml_tree_json - a table as a JSON object.
 *
 * in       key: borrowed; scratch: owns the nodes; a: owns the result
 * out      the node; *out only on success
 * errors   NOMEM
 * cost     logarithmic; toml_tree_json linear
 */
struct toml_node *toml_tree_find(const struct toml_node *table, struct bytes key);
MUST_CHECK struct err toml_tree_add(struct arena *scratch, struct toml_node *table, struct bytes key,
                                    enum toml_kind kind, struct toml_node **out);
MUST_CHECK struct err toml_tree_append(struct arena *scratch, struct toml_node *tables, struct toml_node **out);
MUST_CHECK struct err toml_tree_json(struct arena *a, struct arena *scratch, const struct toml_node *table,
                                     const struct json **out);
