/*
 * What a Kata shim would send for a container of a pod, as variables for the requests of threats/probes.json.
 */
#pragma once

#include "trust/workload.h"

/*
 * agent_vars_pod - the variables of a pod without a container. agent_vars_container - those of one container; `variant`
 * counts through the ways in which runtimes differ (PATH from the image or not, host name, default capabilities, new
 * privileges), from 0 on; false in *more when there is none of this number.
 *
 * in       strings: literals of the policy (they may hold the image's PATH)
 * out      *out: an object
 * errors   NOMEM
 * source: spec/trust-model.md 5.3, 5.7 point 11
 */
MUST_CHECK struct err agent_vars_pod(const struct model *m, const struct workload *w, const struct json **out);
MUST_CHECK struct err agent_vars_container(const struct model *m, const struct workload *w,
                                           const struct json *container, const struct document *d, unsigned variant,
                                           bool *more, const struct json **out);

/*
 * agent_vars_commands - the command lines that a container's probes and lifecycle hooks execute.
 *
 * out      *out: an array of arrays of strings
 * errors   NOMEM
 */
MUST_CHECK struct err agent_vars_commands(struct arena *a, const struct json *container, const struct json **out);
/* agent_vars_command - variables for one of them, beside those of the container. out: *out; errors: NOMEM */
MUST_CHECK struct err agent_vars_command(struct arena *a, const struct json *vars, const struct json *command,
                                         const struct json **out);
