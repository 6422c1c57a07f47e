/*
 * Inside rego/: the part of Go's templates that strings.render_template knows: fields, variables, literals, if, range,
 * with, comparisons and len, index, not, and, or. Nothing is escaped, and nothing is defined or included.
 */
#pragma once

#include "rego/builtins/builtin.h"

#define TEMPLATE_VARIABLES 32
#define TEMPLATE_DEPTH     32 /* blocks and parentheses within each other */

enum item_kind { ITEM_NONE, ITEM_VALUE, ITEM_INDEX };

/* What an expression gives: nothing, a value of the documents, or a number that the template made itself. */
struct item {
    enum item_kind kind;
    const struct json *value;
    int64_t index;
};

struct template_variable {
    struct bytes name; /* with its "$" */
    struct item item;
};

struct template
{
    struct call *c;
    struct bytes text;
    size_t at;
    struct buf *out;
    struct item root;
    struct template_variable variables[TEMPLATE_VARIABLES];
    size_t variable_count;
    unsigned depth;
};

/*
 * template_item - the value of an expression; template_put - append a value as Go prints it.
 * template_is_true - what `if` holds true. template_name - the word at the start of an action, cut off it.
 *
 * in       text: hostile; template_item uses up all of it
 * out      *out; appended; the answer
 * errors   STATE with a report; LIMIT
 */
MUST_CHECK struct err template_item(struct template *t, struct item dot, struct bytes text, struct item *out);
void template_put(struct item item, struct buf *out);
bool template_is_true(struct item item);
struct bytes template_name(struct bytes *text);
struct bytes template_trim(struct bytes text);
