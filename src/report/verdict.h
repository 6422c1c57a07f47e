/*
 * What the whole document comes to: the counts, and the one line that a person reads first. Counted from the findings
 * themselves, never taken from the document's summary.
 */
#pragma once

#include "report/field.h"

struct tally {
    size_t open[SEVERITY_COUNT]; /* unanswered or weak, by severity; known ones included */
    size_t open_all;
    size_t known; /* of those: in the baseline already */
    size_t accepted, not_shown, answered, not_applicable, out_of_scope;
    const struct json *worst; /* the first open finding of the highest severity, or NULL */
};

/*
 * verdict_tally - the counts of a document.
 * verdict_subject - what was assessed: "shop/web on tdx (kata-vm)"; verdict_counts - "1 critical, 2 medium" or "nothing
 * is open"; verdict_sentence - the worst that can happen, as one sentence.
 *
 * in       document: hostile
 * out      raw text: the caller escapes it
 * errors   sticky in out
 * cost     one pass over the findings
 */
struct tally verdict_tally(const struct json *document);
void verdict_subject(const struct json *document, struct buf *out);
void verdict_counts(const struct tally *t, struct buf *out);
void verdict_sentence(const struct json *document, const struct tally *t, struct buf *out);

/*
 * verdict_happens - what happens in a finding, in one sentence: the first of the threat's text, else its title.
 * verdict_remedy - what mends it: as the finding says, else as the threat does.
 * verdict_days_left - days from the document's date to the last day of an acceptance; negative when it has passed.
 * verdict_place - where: "initdata.toml:57 policy.rego"; verdict_file - without the entry: "initdata.toml:57".
 *
 * in       finding, document: hostile
 * out      appended; *days only if true
 * errors   sticky in out; verdict_days_left: false where a date is missing or malformed
 */
void verdict_happens(const struct json *finding, struct buf *out);
struct bytes verdict_remedy(const struct json *finding);
bool verdict_days_left(const struct json *document, const struct json *acceptance, int64_t *days);
void verdict_place(const struct json *finding, struct buf *out);
void verdict_file(const struct json *finding, struct buf *out);
