/*
 * Inside rego/: strings as characters. Text is well-formed UTF-8.
 */
#pragma once

#include "json/json.h"

/*
 * chars_count - how many characters. chars_offset - the byte offset of the n-th, or text.n. chars_next - the one at
 * *at, which moves behind it. chars_find - the byte offset of a part from `from` on, or SIZE_MAX.
 * chars_ends - whether a text ends with another. chars_is_space - white space of Unicode.
 * chars_lower, chars_upper - simple case mapping.
 *
 * out      the answer
 * errors   none
 */
size_t chars_count(struct bytes text);
size_t chars_offset(struct bytes text, size_t n);
uint32_t chars_next(struct bytes text, size_t *at);
size_t chars_find(struct bytes text, struct bytes part, size_t from);
bool chars_ends(struct bytes whole, struct bytes end);
bool chars_is_space(uint32_t character);
uint32_t chars_lower(uint32_t character);
uint32_t chars_upper(uint32_t character);
