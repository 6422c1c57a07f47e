/*
 * What only root can give up: the network, other processes' queues, the user id, capabilities. sandbox_enter does it
 * for a process that is root; one that is not has none of it to give.
 */
#pragma once

#include "sys/sandbox.h"

/*
 * privilege_drop - a network namespace with nothing in it for a plan without network; plan->own_uid as user and group;
 * else no capability but the one to open files of others, where the plan opens files. A supervisor keeps all: its
 * children give them up themselves.
 *
 * in       plan: of our own; the process is single-threaded
 * out      *reduced: a literal naming what this kernel does not allow, or untouched
 * errors   IO: the user id or the capabilities cannot be given up: the process must stop
 */
MUST_CHECK struct err privilege_drop(const struct sandbox_plan *plan, const char **reduced);
