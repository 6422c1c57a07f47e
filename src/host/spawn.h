/*
 * Programs that the launcher starts: QEMU, swtpm and its set-up. They die with the launcher, whatever ends it.
 */
#pragma once

#include <sys/types.h>

#include "base/err.h"

#define SPAWN_FDS_MAX 4

struct spawn {
    const char *const *argv; /* argv[0] is a bare name, looked for in the system's own folders; NULL-terminated */
    int out;                 /* becomes its standard output; -1 = /dev/null */
    int err;                 /* becomes its standard error; -1 = /dev/null */
    const int *keep;         /* descriptors that it inherits under the same number */
    size_t keep_count;       /* at most SPAWN_FDS_MAX */
};

/*
 * spawn_start - fork and exec; standard input is /dev/null, the environment is a fixed PATH and nothing else.
 * spawn_stop - end a child by SIGKILL and collect it; accepts -1, leaves -1. pid_clear - the same, for SCOPED(pid).
 * spawn_run - start one and wait at most wait_ms for it to end with status 0.
 *
 * in       s: of our own; paths inside argv may come from the command line
 * out      *pid only on success
 * errors   ABSENT  no such program on this machine; IO; NOMEM; PEER  spawn_run: it failed; STALE  it took too long
 */
MUST_CHECK struct err spawn_start(const struct spawn *s, pid_t *pid);
void spawn_stop(pid_t *pid);
void pid_clear(pid_t *pid);
MUST_CHECK struct err spawn_run(const struct spawn *s, int wait_ms);

/* spawn_now_ms - monotonic milliseconds. out: the instant. errors: none */
int64_t spawn_now_ms(void);
