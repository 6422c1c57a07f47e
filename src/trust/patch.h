/*
 * JSON Patch: how a probe differs from its baseline, and what an agent policy writes into its state.
 */
#pragma once

#include "json/json.h"

#define PATCH_OPS_MAX 256 /* operations of one patch: a policy of ours writes two */

/*
 * patch_apply - a document after all operations: add, remove, replace, test, copy, move.
 *
 * in       document: borrowed, left as it is; patch: hostile, an array of operations
 * out      *out only on success; shares what did not change
 * errors   FORMAT  no such patch; ABSENT  a path that does not exist; DENIED  a test that fails; LIMIT; NOMEM
 * cost     each operation copies the containers along its path
 * source: RFC 6902 4; RFC 6901
 */
MUST_CHECK struct err patch_apply(struct arena *a, const struct json *document, const struct json *patch,
                                  const struct json **out);

/*
 * patch_find - the value at a JSON Pointer.
 *
 * in       pointer: hostile
 * out      borrowed; NULL if there is none or the pointer is malformed
 * errors   NOMEM
 * source: RFC 6901
 */
MUST_CHECK struct err patch_find(struct arena *a, const struct json *document, struct bytes pointer,
                                 const struct json **out);
