/*
 * Filling in the requests of threats/probes.json: "${image}" inside a text, "${=args}" in place of a whole value, and
 * "${*mounts}" for the items of a list.
 */
#pragma once

#include "json/json.h"

/*
 * subst_tree - a tree with all variables replaced.
 *
 * in       v: our own; vars: object name -> value
 * out      *out only on success
 * errors   ABSENT  a variable that is not there; NOMEM
 */
MUST_CHECK struct err subst_tree(struct arena *a, const struct json *v, const struct json *vars,
                                 const struct json **out);
