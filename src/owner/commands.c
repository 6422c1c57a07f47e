/*
 * Every command of `casemate`, one row each; a new verb is a row here and a function in its noun's folder.
 */
#include "owner/audit/audit_command.h"
#include "owner/broker/broker_command.h"
#include "owner/command.h"
#include "owner/keygen/keygen_command.h"
#include "owner/reference/measure_command.h"

const struct command *const commands[] = {
    &command_audit_show, &command_audit_verify, &command_broker_init, &command_keygen, &command_reference_measure, NULL,
};
