/*
 * Landlock, by its system calls: which directories a process may still read or write.
 */
#pragma once

#include "sys/sandbox.h"

/*
 * landlock_enter - restrict the file system to the plan's directories.
 *
 * in       plan: of our own; no_new_privs is set already
 * out      *missing: a literal if this kernel has no Landlock, else untouched
 * errors   IO  a directory of the plan cannot be opened, or the kernel refuses the rules
 * source: Linux Documentation/userspace-api/landlock.rst
 */
MUST_CHECK struct err landlock_enter(const struct sandbox_plan *plan, const char **missing);
