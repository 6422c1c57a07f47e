#include "base/reason.h"

#include <stddef.h>
#include <string.h>

static const struct reason_row {
    const char *code;
    const char *threat;
    const char *text;
} rows[REASON_COUNT] = {
    [REASON_NONE] = {"", "", ""},
#define REASON(id_, code_, threat_, text_) [REASON_##id_] = {code_, threat_, text_},
#include "base/reasons.def"
#undef REASON
};

static const struct reason_row *row_of(uint16_t reason)
{
    return &rows[reason < REASON_COUNT ? reason : REASON_NONE];
}

const char *reason_code(uint16_t reason)
{
    return row_of(reason)->code;
}

const char *reason_threat(uint16_t reason)
{
    return row_of(reason)->threat;
}

const char *reason_text(uint16_t reason)
{
    return row_of(reason)->text;
}

enum reason reason_find(const char *code)
{
    for (int i = REASON_NONE + 1; i < REASON_COUNT; i++)
        if (strcmp(rows[i].code, code) == 0)
            return (enum reason)i;
    return REASON_NONE;
}
