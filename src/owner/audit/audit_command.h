/*
 * `casemate audit`: reading the audit log of a broker without trusting the broker.
 */
#pragma once

#include "owner/command.h"

extern const struct command command_audit_show;
extern const struct command command_audit_verify;
