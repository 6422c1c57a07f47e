/*
 * `casemate endorsement`: which endorsement keys of TPMs a broker knows by name.
 */
#pragma once

#include "owner/command.h"

extern const struct command command_endorsement_add;
extern const struct command command_endorsement_list;
extern const struct command command_endorsement_delete;
