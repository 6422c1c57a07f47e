/*
 * What every role of the broker does first: read the settings, name itself in the log, enter its sandbox.
 */
#pragma once

#include "base/arena.h"
#include "settings/settings.h"
#include "sys/sandbox.h"

/* The descriptors that the supervisor hands to a role, from 3 upward. */
enum role_fd { ROLE_FD_CONTROL = 3, ROLE_FD_KEYS = 4, ROLE_FD_FIRST_MORE = 5 };

/*
 * role_settings - the settings of the file; what weakens is logged by name.
 *
 * in       path: of the configuration file; a: owns the settings
 * out      *out only on success
 * errors   FORMAT, IO: logged already, with line and key
 */
MUST_CHECK struct err role_settings(struct arena *a, const char *path, const char *role, const struct settings **out);

/*
 * role_enter - enter the sandbox and log what it lacks.
 *
 * in       uses_crypto: libcrypto is started before, while it can still look for providers and the CPU's features; that
 *          is more than half of the instructions of a start
 * errors   IO, UNSUPPORTED; BUG: libcrypto does not start
 * out      nothing
 */
MUST_CHECK struct err role_enter(const struct sandbox_plan *plan, bool uses_crypto);

/*
 * The roles. Each serves until it is told to stop or its peer is gone, and returns the exit status of its process.
 *
 * in       settings_path: of the configuration; fd_count: descriptors from 3 upward
 * out      0 after an orderly end
 * errors   as an exit status
 */
int role_front(const char *settings_path, bool is_admin, unsigned fd_count);
int role_keys(const char *settings_path, unsigned fd_count);
int role_appraise(uint64_t renew_after);
int role_supervisor(const char *settings_path);
