/*
 * Inside rego/: globs, as programs of regular expressions.
 */
#pragma once

#include "rego/regex/regex.h"

/*
 * glob_compile - a pattern of * ** ? [abc] [!a-z] {a,b} and backslashes, for whole texts. `*` and `?` do not pass a
 * delimiter.
 *
 * in       pattern: hostile; delimiters: characters, one after the other
 * out      *out, in the arena; *fault on FORMAT
 * errors   FORMAT not a pattern; LIMIT; NOMEM
 */
MUST_CHECK struct err glob_compile(struct arena *a, struct bytes pattern, struct bytes delimiters,
                                   struct regex_fault *fault, const struct regex **out);
