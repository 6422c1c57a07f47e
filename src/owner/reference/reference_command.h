/*
 * `casemate reference`: reference values, computed from files and registered with a broker.
 */
#pragma once

#include "owner/command.h"

extern const struct command command_reference_set;
extern const struct command command_reference_get;
extern const struct command command_reference_list;
extern const struct command command_reference_delete;
