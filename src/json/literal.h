/*
 * Inside json/: string literals. Hostile text reaches literal_take.
 */
#pragma once

#include "json/json.h"

#define LITERAL_PAD 8 /* NUL bytes that must stand behind the text, so that eight bytes can be read at once */

/*
 * literal_take - the characters of a string literal; escapes are replaced in place, which never makes it longer.
 *
 * in       *at: behind the opening quote; hostile, ends in LITERAL_PAD NULs
 * out      *at: behind the closing quote, or at what is wrong; *out: a view into the text
 * errors   FORMAT  no end, raw control character, unknown escape, lone surrogate, invalid UTF-8
 * cost     one pass, a second one where it holds more than ASCII
 * source: RFC 8259 7, 8.1
 */
MUST_CHECK struct err literal_take(uint8_t **at, struct bytes *out);

/*
 * literal_put - append a literal for well-formed UTF-8. errors: sticky.
 *
 * out      appended
 * source: RFC 8785 3.2.2.2
 */
void literal_put(struct bytes text, struct buf *out);
