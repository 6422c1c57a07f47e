/*
 * Our engine for a program in C++, which compares it with RE2.
 */
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum engine_answer { ENGINE_NO, ENGINE_YES, ENGINE_REFUSED, ENGINE_LIMIT, ENGINE_TORN };

/*
 * engine_find - the first match at `from` or later and its groups.
 *
 * in       count: room of `places`, even
 * out      places, where the answer is ENGINE_YES; *groups unless it is refused
 * errors   REFUSED no pattern; LIMIT; TORN the two ways to match contradict each other
 */
enum engine_answer engine_find(const char *pattern, size_t pattern_size, const char *text, size_t text_size,
                               size_t from, size_t *places, size_t count, size_t *groups);

#ifdef __cplusplus
}
#endif
