/*
 * Requests that a debugging agent recorded: what a runtime really sends, where that was kept.
 */
#pragma once

#include "trust/model.h"

/*
 * recorded_find - the nth recorded request of an entrypoint. Of CreateContainer only those for the container of this
 * name, or for the sandbox where the name is empty.
 *
 * in       m: inputs read; their records are hostile
 * out      borrowed, or NULL
 * errors   none
 */
const struct json *recorded_find(const struct model *m, struct bytes entrypoint, struct bytes container, size_t nth);

/*
 * recorded_vars - variables of a baseline with what the recorded request has in their place: the id, the image.
 *
 * out      *out only on success
 * errors   NOMEM
 */
MUST_CHECK struct err recorded_vars(struct arena *a, const struct json *vars, const struct json *request,
                                    const struct json **out);
