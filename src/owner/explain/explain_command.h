/*
 * `casemate explain`: what a reason code means, and why a session ended as it did.
 */
#pragma once

#include "owner/command.h"

extern const struct command command_explain_reason;
