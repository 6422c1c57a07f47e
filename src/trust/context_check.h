/*
 * Whether a context says what can be understood. A word that nobody knows would turn rows off without a trace: a layout
 * with a letter wrong excludes all of them.
 */
#pragma once

#include "trust/tree.h"

/*
 * context_fault - what is wrong with a context, as a sentence, or NULL. Keys that nobody knows are no fault.
 *
 * in       given: hostile; tees: the table of TEEs
 * out      a literal
 * errors   none
 * source: spec/trust-model.md 5.1
 */
const char *context_fault(const struct json *given, const struct json *tees);
