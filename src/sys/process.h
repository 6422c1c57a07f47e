/*
 * Processes of ourselves by role: fork and exec (a fresh address space layout), with named file descriptors.
 */
#pragma once

#include "base/err.h"

#include <sys/types.h>

/*
 * process_start - run this program again (sandbox_own_program) with these arguments; fds[i] becomes descriptor 3 + i of
 * the child, every other descriptor is closed, the environment is empty, the child dies with its parent.
 *
 * in       argv: NULL-terminated, of our own, no secrets
 * out      *pid
 * errors   IO, NOMEM
 */
MUST_CHECK struct err process_start(const char *const *argv, const int *fds, size_t fd_count, pid_t *pid);

/* process_now_sec - seconds since 1970 from the kernel. out: the instant. errors: none */
int64_t process_now_sec(void);
