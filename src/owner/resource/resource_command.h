/*
 * `casemate resource`: the secrets that a broker keeps for attested guests.
 */
#pragma once

#include "owner/command.h"

extern const struct command command_resource_set;
extern const struct command command_resource_list;
extern const struct command command_resource_delete;
