/*
 * The command line of casemate-host: a verb, operands, and options by rows.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct host_option {
    const char *name;  /* "image" for --image; NULL ends the rows */
    const char *value; /* "FILE"; NULL for a flag */
    const char *help;
    const char *given; /* what was given, "" for a flag; NULL: nothing */
};

/*
 * options_parse - fill the rows from argv and collect what is no option.
 * options_find - what was given for a name, else `otherwise`. options_number - the same as a number within bounds.
 *
 * in       argv: without program and verb; operands: room for operand_max
 * out      rows[].given; operands, *operand_count; *what: the argument that does not fit, on failure
 * errors   FORMAT  an unknown option, one given twice or without its value, a number out of bounds, too many operands
 */
MUST_CHECK struct err options_parse(struct host_option *rows, int argc, const char *const *argv, const char **operands,
                                    size_t operand_max, size_t *operand_count, const char **what);
const char *options_find(const struct host_option *rows, const char *name, const char *otherwise);
MUST_CHECK struct err options_number(const struct host_option *rows, const char *name, unsigned min, unsigned max,
                                     unsigned otherwise, unsigned *out);
