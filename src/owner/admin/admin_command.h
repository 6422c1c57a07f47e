/*
 * `casemate admin`: who may administer a broker, and how much of it.
 */
#pragma once

#include "owner/command.h"

extern const struct command command_admin_add;
extern const struct command command_admin_list;
extern const struct command command_admin_delete;
