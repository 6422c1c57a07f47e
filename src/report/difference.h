/*
 * Two assessments of one deployment, one against the other.
 */
#pragma once

#include "trust/assess.h"
#include "json/json.h"

/*
 * difference_of - what changed between two documents, by fingerprint: `new` (open now, not open before), `worse` and
 * `better` (open in both, severity changed), `fixed` (open before, now neither open nor accepted), `accepted` (open
 * before, accepted now), `same` (a count), `lost` (threats answered before and open now).
 * difference_text - the same for a person.
 * difference_worst - the highest severity among `new` and `worse`.
 *
 * in       before, after: casemate-assess/1, hostile
 * out      *out: casemate-assess-diff/1, only on success; appended to `text`
 * errors   FORMAT  one of them is no casemate-assess/1; NOMEM; sticky in text
 * cost     the product of the two numbers of findings
 */
MUST_CHECK struct err difference_of(struct arena *a, const struct json *before, const struct json *after,
                                    const struct json **out);
void difference_text(const struct json *difference, struct buf *text);
enum severity difference_worst(const struct json *difference);
