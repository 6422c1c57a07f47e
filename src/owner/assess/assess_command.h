/*
 * `casemate assess`: which threats a deployment answers. With a verb: the catalogue, documents of earlier assessments.
 */
#pragma once

#include "owner/command.h"

extern const struct command command_assess;
extern const struct command command_assess_diff;
extern const struct command command_assess_explain;
extern const struct command command_assess_list;
extern const struct command command_assess_model;
extern const struct command command_assess_show;
extern const struct command command_pod_check;

/*
 * assess_model_of_files - print the facts that the rules see of a deployment.
 *
 * in       in: of a command with the options now, context and as, and PATHs as operands
 * out      on in->out
 * errors   as trust_model
 */
MUST_CHECK struct err assess_model_of_files(struct invocation *in);
