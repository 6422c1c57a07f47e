/*
 * Inside rego/: the value of rules with variables in their heads, and of sets.
 */
#pragma once

#include "rego/eval.h"

/*
 * extent_value - everything that the rules at a place and beneath it say, as one set or one object of objects.
 *
 * in       key: only what stands under this key is asked for; NULL for all
 * out      *out: never NULL
 * errors   STATE two rules say different things at one path; LIMIT; NOMEM
 */
MUST_CHECK struct err extent_value(struct eval *e, const struct node *n, const struct json *key,
                                   const struct json **out);
