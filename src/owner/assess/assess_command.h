/*
 * `casemate assess`: which threats a deployment answers.
 */
#pragma once

#include "owner/command.h"

extern const struct command command_assess;
