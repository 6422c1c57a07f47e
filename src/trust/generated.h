/*
 * Policies that a generator made from a pod carry what they compare with as data: policy_data.containers[].OCI. A
 * request in that shape is a better baseline than one made up from the pod.
 */
#pragma once

#include "trust/tree.h"

/*
 * generated_row - the container of policy_data with this name, or the sandbox where the name is empty; NULL if the data
 * has another shape.
 *
 * in       data: a policy's own, hostile
 * out      borrowed
 * errors   none
 */
const struct json *generated_row(const struct json *data, struct bytes container);

/*
 * generated_request - a request as the row describes it: the parts of its OCI in place of those of `base`, variables
 * and patterns replaced by texts that fit them, its storages behind the one of the image.
 *
 * in       data: policy_data; row: of generated_row; base: a complete request; vars: of the container; is_shared: the
 *          root stays where the data has it, in the directory that the host shares, not where the guest pulls to
 * out      *out only on success
 * errors   NOMEM
 * source: spec/agent.md 5.5
 */
MUST_CHECK struct err generated_request(struct arena *a, const struct json *data, const struct json *row,
                                        const struct json *base, const struct json *vars, bool is_shared,
                                        const struct json **out);

/*
 * generated_vars - the variables with command line, environment, directory and user of the request.
 *
 * out      *out only on success
 * errors   NOMEM
 */
MUST_CHECK struct err generated_vars(struct arena *a, const struct json *vars, const struct json *request,
                                     const struct json **out);
