#include "base/verdict.h"

const char *verdict_name(enum verdict v)
{
    switch (v) {
    case VERDICT_CONTRAINDICATED:
        return "contraindicated";
    case VERDICT_WARNING:
        return "warning";
    case VERDICT_AFFIRMING:
        return "affirming";
    case VERDICT_NONE:
        break;
    }
    return "none";
}

enum verdict verdict_worst(enum verdict a, enum verdict b)
{
    return a < b ? a : b;
}
