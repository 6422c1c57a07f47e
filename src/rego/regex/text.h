/*
 * Inside rego/regex/: characters of a text that may be anything.
 */
#pragma once

#include "base/bytes.h"

#define TEXT_BAD 0xfffdU /* what a byte counts as that begins no character */

/*
 * text_next_long - the character at *at, which is not ASCII; *at moves behind it, by one byte where it is none.
 * text_next - any character; *at < text.n.
 *
 * out      the character
 * errors   none
 * source: RFC 3629 4
 */
uint32_t text_next_long(struct bytes text, size_t *at);

static inline uint32_t text_next(struct bytes text, size_t *at)
{
    return text.p[*at] < 0x80 ? text.p[(*at)++] : text_next_long(text, at);
}
