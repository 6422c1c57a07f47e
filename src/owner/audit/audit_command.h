/*
 * `casemate audit`: reading the audit log of a broker without trusting the broker.
 */
#pragma once

#include "crypto/key.h"
#include "owner/command.h"

extern const struct command command_audit_show;
extern const struct command command_audit_verify;

/*
 * audit_command_key - the public key of --key, or of the broker's directory that the log lies in.
 *
 * in       directory: of the log; the command has an option --key
 * out      *out, owned
 * errors   as file_read and key_from_pem, said on stderr; LIMIT the path is too long
 */
MUST_CHECK struct err audit_command_key(struct invocation *in, const char *directory, struct key **out);
