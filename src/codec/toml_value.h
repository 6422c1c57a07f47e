/*
 * Inside the TOML decoder: values, and the pairs that put them into tables.
 */
#pragma once

#include "codec/toml_text.h"
#include "codec/toml_tree.h"

struct toml {
    struct toml_text text;
    struct arena *arena;  /* owns the result */
    struct arena scratch; /* owns the copy of the text and the tables while they grow */
};

/*
 * toml_take_number - a number.
 *
 * in       t->text.at: on a sign, a digit, or a letter of "inf" or "nan"
 * out      *out only on success
 * errors   FORMAT; UNSUPPORTED a date, a time, or no finite number; LIMIT; NOMEM
 * source: TOML 1.0.0, Integer, Float
 */
MUST_CHECK struct err toml_take_number(struct toml *t, const struct json **out);

/*
 * toml_take_pair - a key, perhaps dotted, and its value, put into a table.
 *
 * in       table: `depth` tables and arrays stand around its members
 * out      table
 * errors   FORMAT also for a key defined twice; UNSUPPORTED; LIMIT deeper than TOML_DEPTH_MAX; NOMEM
 * source: TOML 1.0.0, Key/Value Pair, Keys, Inline Table
 */
MUST_CHECK struct err toml_take_pair(struct toml *t, struct toml_node *table, size_t depth);

/* toml_check_depth - whether so many tables and arrays may stand in each other. errors: LIMIT. out: the fault */
MUST_CHECK struct err toml_check_depth(struct toml *t, size_t depth);
