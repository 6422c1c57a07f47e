/*
 * Inside rego/: the characters of a string in a policy's text.
 */
#pragma once

#include "base/arena.h"

/*
 * lex_string_decode - JSON's escapes replaced. lex_template_decode - the same for the text between the braces of a
 * template string, where \{ stands for a brace; a raw one knows that escape only.
 *
 * in       text: hostile, without the quotes
 * out      *out only on success; in the arena, or the text itself when it holds no escape
 * errors   FORMAT  an unknown escape or a raw control character; NOMEM
 * source: RFC 8259 7; spec/rego.md 1.1
 */
MUST_CHECK struct err lex_string_decode(struct arena *a, struct bytes text, struct bytes *out);
MUST_CHECK struct err lex_template_decode(struct arena *a, struct bytes text, bool raw, struct bytes *out);
