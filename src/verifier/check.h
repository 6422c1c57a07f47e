/* What a verifier looked at, for people. */
#pragma once

#include "verifier/verifier.h"

/*
 * check_add - note one check and its outcome; beyond VERIFIER_CHECKS_MAX nothing is noted.
 *
 * in       literals
 * out      out->checks
 * errors   none
 */
static inline void check_add(struct verified *out, const char *name, const char *result)
{
    if (out->check_count < VERIFIER_CHECKS_MAX)
        out->checks[out->check_count++] = (struct verifier_check){name, result};
}
