/*
 * Inside rego/: places in a policy's text, and the one way to report what is wrong with it.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"
#include "casemate/rego.h"

struct place {
    const char *file;
    uint32_t row;
    uint32_t column;
};

/*
 * note_fail - fill a caller's error and fail. The first report wins: a later one keeps the first text.
 * note_hint - the same, with one more sentence that says what the writer probably meant.
 *
 * in       error: may be NULL; code: as OPA names it; format: as printf
 * out      *error
 * errors   always FORMAT (parse, compile), STATE (evaluation) or LIMIT, by status
 */
__attribute__((format(printf, 5, 6))) MUST_CHECK struct err note_fail(struct rego_error *error, enum rego_status status,
                                                                      const char *code, struct place at,
                                                                      const char *format, ...);
void note_hint(struct rego_error *error, const char *hint);

/* printf's arguments for "%.*s" of a view; long names are cut. out: none; errors: none */
#define NOTE_TEXT(bytes_) (int)((bytes_).n > 200 ? 200 : (bytes_).n), (const char *)(bytes_).p
