#include "rego/note.h"

#include <stdarg.h>

static struct err outcome(enum rego_status status)
{
    if (status == REGO_ERR_LIMIT)
        return FAIL(ERR_LIMIT, "a policy reached a limit");
    if (status == REGO_ERR_EVAL)
        return FAIL(ERR_STATE, "a policy's evaluation failed");
    return FAIL(ERR_FORMAT, "a policy is refused");
}

static void copy_text(char *out, size_t size, const char *text)
{
    size_t n = strlen(text);
    if (n >= size)
        n = size - 1;
    memcpy(out, text, n);
    out[n] = '\0';
}

struct err note_fail(struct rego_error *error, enum rego_status status, const char *code, struct place at,
                     const char *format, ...)
{
    if (error == NULL || error->status != REGO_UNSET)
        return outcome(status);
    error->status = status; /* a hint may be there already */
    error->row = at.row;
    error->column = at.column;
    copy_text(error->code, sizeof(error->code), code);
    copy_text(error->file, sizeof(error->file), at.file == NULL ? "" : at.file);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(error->message, sizeof(error->message), format, args);
    va_end(args);
    return outcome(status);
}

void note_hint(struct rego_error *error, const char *hint)
{
    if (error != NULL && error->hint[0] == '\0')
        copy_text(error->hint, sizeof(error->hint), hint);
}
