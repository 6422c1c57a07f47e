/*
 * Inside the TOML decoder: the place in the hostile text, and the words of the language. The text is a copy, valid
 * UTF-8, with NUL bytes behind it: a NUL is refused wherever it stands, so no scan passes the end.
 */
#pragma once

#include "base/arena.h"

struct toml_text {
    uint8_t *at;
    const uint8_t *end;
    const uint8_t *wrong_at; /* where the document was refused */
    const char *expected;    /* why */
};

/*
 * toml_wrong - refuse the document at the current place; toml_wrong_at - at another one.
 *
 * in       expected: a literal for a person
 * out      t->wrong_at, t->expected
 * errors   always the code
 */
MUST_CHECK struct err toml_wrong(struct toml_text *t, const char *expected);
MUST_CHECK struct err toml_wrong_at(struct toml_text *t, enum err_code code, const uint8_t *at, const char *expected);

/*
 * toml_skip_blank - spaces and tabs; toml_skip_lines - also line ends and comments.
 * toml_take_line_end - blank, perhaps a comment, then a line end or the end of the text.
 *
 * out      t->at
 * errors   FORMAT
 * source: TOML 1.0.0, Spec, Comment
 */
void toml_skip_blank(struct toml_text *t);
MUST_CHECK struct err toml_skip_lines(struct toml_text *t);
MUST_CHECK struct err toml_take_line_end(struct toml_text *t);

/*
 * toml_take_key - one bare or quoted key; toml_take_string - a string of any kind.
 *
 * in       t->at: toml_take_string: on the opening quote
 * out      *out: a view into the text, where escapes are replaced in place
 * errors   FORMAT
 * source: TOML 1.0.0, Keys, String
 */
MUST_CHECK struct err toml_take_key(struct toml_text *t, struct bytes *out);
MUST_CHECK struct err toml_take_string(struct toml_text *t, struct bytes *out);
