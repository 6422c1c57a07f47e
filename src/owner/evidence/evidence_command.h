/*
 * `casemate evidence`: the appraisal of the broker, offline, over files.
 */
#pragma once

#include "owner/command.h"

extern const struct command command_evidence_verify;
extern const struct command command_evidence_show;
