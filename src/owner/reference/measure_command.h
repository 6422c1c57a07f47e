/*
 * casemate reference measure.
 */
#pragma once

#include "owner/command.h"

extern const struct command command_reference_measure;
