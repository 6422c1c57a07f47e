/*
 * `casemate workload`: which initdata may have which resources.
 */
#pragma once

#include "owner/command.h"

extern const struct command command_workload_bind;
extern const struct command command_workload_list;
extern const struct command command_workload_unbind;
