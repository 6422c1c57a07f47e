/*
 * Inside report/: reading a casemate-assess/1 document. The document may come from a file, so every member may be
 * missing or of another type: a reader then gives the empty text, the empty list or the mildest row, never a fault.
 */
#pragma once

#include "trust/assess.h"

#define SEVERITY_COUNT 6 /* SEVERITY_NONE .. SEVERITY_CRITICAL */

/* From the mildest to the worst, so that the worst of a list is the largest number. */
enum status {
    STATUS_NOT_APPLICABLE = 0,
    STATUS_OUT_OF_SCOPE,
    STATUS_ANSWERED,
    STATUS_NOT_SHOWN,
    STATUS_ACCEPTED,
    STATUS_WEAK,
    STATUS_UNANSWERED
};
#define STATUS_COUNT 7

/*
 * field_text - a member that is a string, or the empty text; field_list - a member that is an array, or the empty
 * array; field_int - a member that is an integer, or `otherwise`; field_flag - whether a member is true.
 * field_list_has - whether a list of strings holds one; field_join - its strings with a text between them.
 *
 * in       object: hostile or NULL; separator: of our own
 * out      borrowed from the tree; field_join appends to `out`
 * errors   none; field_join: sticky in out
 */
struct bytes field_text(const struct json *object, const char *key);
const struct json *field_list(const struct json *object, const char *key);
int64_t field_int(const struct json *object, const char *key, int64_t otherwise);
bool field_flag(const struct json *object, const char *key);
bool field_list_has(const struct json *list, struct bytes text);
void field_join(const struct json *list, const char *separator, struct buf *out);

/*
 * field_severity, field_status - the row of a finding; a word that nobody knows counts as the worst, so that
 * nothing hides. status_name - the word. finding_is_open - whether it counts: unanswered or weak. finding_is_active -
 * open or not shown.
 *
 * in       finding: hostile
 * out      the answer
 * errors   none
 * source: spec/trust-model.md 5.2
 */
enum severity field_severity(const struct json *finding);
enum status field_status(const struct json *finding);
const char *status_name(enum status s);
bool finding_is_open(const struct json *finding);
bool finding_is_active(const struct json *finding);

/*
 * field_row - the member of a list of objects whose "id" is `id`, or NULL.
 *
 * in       list: an array of objects, hostile
 * out      borrowed from the tree
 * errors   none
 * cost     linear
 */
const struct json *field_row(const struct json *list, struct bytes id);
