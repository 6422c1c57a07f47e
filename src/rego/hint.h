/*
 * Inside rego/: what a writer probably meant, where a policy is refused.
 */
#pragma once

#include "rego/note.h"

/*
 * hint_add - look at the refused line for common slips: v0 syntax, && and ||, quotes, words of other languages.
 *
 * in       error: filled, with a place in `text`; v0: how the text was read
 * out      error->hint, where it is empty and a slip is known
 * errors   none
 */
void hint_add(struct rego_error *error, struct bytes text, bool v0);
