/*
 * Inside rego/: operations on two sorted sets.
 */
#pragma once

#include "json/json.h"

/*
 * set_union, set_intersection, set_difference - of two sets.
 *
 * out      *out
 * errors   NOMEM, LIMIT
 * cost     linear, but for the union, which sorts
 */
MUST_CHECK struct err set_union(struct arena *a, const struct json *x, const struct json *y, const struct json **out);
MUST_CHECK struct err set_intersection(struct arena *a, const struct json *x, const struct json *y,
                                       const struct json **out);
MUST_CHECK struct err set_difference(struct arena *a, const struct json *x, const struct json *y,
                                     const struct json **out);
