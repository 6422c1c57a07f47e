/*
 * What the catalogue says about an id, for `casemate explain` and `casemate assess explain`.
 */
#pragma once

#include "owner/command.h"

/*
 * assess_explain_id - print the answer in the form asked for: text, json, or markdown where the command takes it.
 *
 * in       id: from the command line
 * out      on in->out
 * errors   ABSENT  the catalogue has no such id: nothing was printed; NOMEM; BUG
 */
MUST_CHECK struct err assess_explain_id(struct invocation *in, const char *id);
