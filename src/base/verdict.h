/*
 * The outcome of an appraisal. It is not an error, and its zero value denies: only an explicit AFFIRMING releases, and
 * every switch over it lists all cases without a default.
 */
#pragma once

#include <stdint.h>

enum verdict { VERDICT_NONE = 0, VERDICT_CONTRAINDICATED, VERDICT_WARNING, VERDICT_AFFIRMING };

/*
 * verdict_name - "none", "contraindicated", "warning", "affirming"; any other value gives "none".
 * verdict_worst - the worse of two: NONE is worst, then CONTRAINDICATED, WARNING, AFFIRMING.
 *
 * out      a literal; the verdict
 * errors   none
 * source: draft-ietf-rats-ar4si 2.3.2 trustworthiness tiers
 */
const char *verdict_name(enum verdict v);
enum verdict verdict_worst(enum verdict a, enum verdict b);
