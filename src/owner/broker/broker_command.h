/*
 * `casemate broker`: making a broker's directory.
 */
#pragma once

#include "owner/command.h"

extern const struct command command_broker_init;
