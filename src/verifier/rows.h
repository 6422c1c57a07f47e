/*
 * The table of what this build can verify: one row per TEE, in one file that the build chooses (rows.c, or
 * rows_insecure_sample.c with -Dinsecure_sample=true).
 */
#pragma once

#include "verifier/rules.h"

struct verifier_row {
    const struct verifier *verifier;
    appraise_rules_fn *rules; /* native rules */
};

/* Ends with a row whose verifier is NULL. */
extern const struct verifier_row verifier_rows[];
