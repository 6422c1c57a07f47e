/*
 * Inside rego/: paths into values, written "a/b/0" or ["a", "b", 0].
 */
#pragma once

#include "rego/builtins/builtin.h"

/*
 * path_read - a path as an array of its parts; in the written form `~1` is "/" and `~0` is "~".
 *
 * out      *out: an array
 * errors   STATE with a report: neither text nor array; NOMEM, LIMIT
 */
MUST_CHECK struct err path_read(struct call *c, const struct json *v, const struct json **out);
