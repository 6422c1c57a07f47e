/*
 * What the reader of a report has decided before: acceptances in the context, and an earlier report as baseline.
 */
#pragma once

#include "json/json.h"

/*
 * accept_apply - set status "accepted" and the member `acceptance` on every finding that a valid acceptance covers.
 *
 * in       findings: array of findings of casemate-assess/1 with status, severity, artefact, subject and id set;
 *          acceptances: the array `accepted` of the context, hostile, or NULL; now: "2026-06-01"
 * out      *out: the findings in the same order; *notes: array of {"text": ..} about acceptances that are expired, near
 *          their end, of an unknown id, without an owner, or that match nothing
 * errors   NOMEM
 * source: spec/trust-model.md 5.2
 */
MUST_CHECK struct err accept_apply(struct arena *a, const struct json *findings, const struct json *acceptances,
                                   struct bytes now, const struct json **out, const struct json **notes);

/*
 * accept_match - which finding of an earlier document each finding continues. A fingerprint names the kind of a file,
 * not its name, so that two files of one kind may share it: one earlier finding is continued by one, that of the same
 * artefact first, and the rest is news.
 *
 * in       findings, earlier: arrays, hostile
 * out      *before: for each of findings the earlier one, or NULL; *after: for each of earlier the one now, or NULL
 * errors   NOMEM
 * cost     findings times earlier
 */
MUST_CHECK struct err accept_match(struct arena *a, const struct json *findings, const struct json *earlier,
                                   const struct json ***before, const struct json ***after);

/*
 * accept_baseline - set the member `known` on every finding that continues one of an earlier document with at least
 * the same severity; list those of the earlier document that are gone.
 *
 * in       findings: as above; baseline: an earlier casemate-assess/1, hostile
 * out      *out: the findings in the same order; *fixed: array of {"id", "artefact", "subject", "fingerprint"}
 * errors   FORMAT  the baseline is no casemate-assess/1; NOMEM
 * source: spec/trust-model.md 6
 */
MUST_CHECK struct err accept_baseline(struct arena *a, const struct json *findings, const struct json *baseline,
                                      const struct json **out, const struct json **fixed);
