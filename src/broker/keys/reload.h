/*
 * Other keys, without a restart and without losing a request.
 */
#pragma once

#include "broker/keys/keys.h"

/*
 * keys_reload - go over to the token key and the audit key in two open files; a key that is the same stays. Both
 * changes stand in the audit log. Nothing changes unless both files are good.
 *
 * in       token_fd, audit_fd: open files, borrowed; refused where others than the owner may read them
 * out      the keys in force
 * errors   DENIED, FORMAT, LIMIT, UNSUPPORTED: a file holds no key for its use; IO, NOMEM with reason audit.down: what
 * was not recorded did not change cost     requests of the open group are answered before
 */
MUST_CHECK struct err keys_reload(struct keys *k, int token_fd, int audit_fd);
