/*
 * TOML 1.0 straight into the document model. Dates and times are refused: no document of ours has any.
 */
#pragma once

#include "json/json.h"

/* Where a refused text is wrong: line and column from 1, and one literal sentence what was expected. */
struct toml_fault {
    size_t line;
    size_t column;
    const char *expected;
};

/*
 * toml_decode - one TOML document as a JSON object.
 *
 * in       a: owns the result; text: hostile, at most TOML_TEXT_MAX bytes; fault: may be NULL
 * out      *out only on success; *fault on failure
 * errors   FORMAT  not TOML, a key defined twice, invalid UTF-8; UNSUPPORTED a date, a time, or a number that is not
 *          finite; LIMIT too long or deep, or a number past JSON's bounds; NOMEM
 * source: TOML 1.0.0
 */
MUST_CHECK struct err toml_decode(struct arena *a, struct bytes text, struct toml_fault *fault,
                                  const struct json **out);
