/*
 * What an offline appraisal found, for people and as casemate-evidence/1.
 */
#pragma once

#include "owner/command.h"
#include "verifier/appraise.h"

struct evidence_report {
    enum tee tee;
    int64_t at_sec;
    bool is_refused;            /* a check failed: nothing below but `reason` counts */
    bool is_appraised;          /* reference values or a policy were given */
    struct verified verified;   /* what holds, unless refused */
    struct appraisal appraisal; /* only where is_appraised */
    uint16_t reason;            /* why it is not affirming, or not authentic; REASON_NONE if there is nothing to say */
};

/*
 * evidence_is_accepted - whether the answer is yes: affirming, or where nothing appraises it at least authentic.
 * evidence_verdict - one word: "refused", "authentic", or the name of a verdict.
 * evidence_print - all of it on in->out, in the form that --format asks for.
 *
 * in       r: filled; its claims hold text from outside
 * out      a literal; printed
 * errors   NOMEM, LIMIT
 * source: DESIGN.md section 9, interfaces
 */
bool evidence_is_accepted(const struct evidence_report *r);
const char *evidence_verdict(const struct evidence_report *r);
MUST_CHECK struct err evidence_print(struct invocation *in, struct arena *a, const struct evidence_report *r);
