/*
 * The words for severities.
 */
#include "trust/assess.h"

static const char *const names[] = {"none", "info", "low", "medium", "high", "critical"};
#define NAME_COUNT (sizeof(names) / sizeof(names[0]))

const char *severity_name(enum severity s)
{
    return (size_t)s < NAME_COUNT ? names[s] : names[SEVERITY_NONE];
}

bool severity_named(struct bytes name, enum severity *out)
{
    for (size_t i = 0; i < NAME_COUNT; i++)
        if (bytes_is(name, names[i])) {
            *out = (enum severity)i;
            return true;
        }
    return false;
}
