/*
 * What a process gives up before its first hostile byte. No environment variable and no flag turns it off; a build
 * without it says so in its version string.
 */
#pragma once

#include "base/err.h"

/* What a role still needs. Everything else is refused by seccomp, Landlock and rlimits. */
enum sandbox_need {
    SANDBOX_NET_ACCEPT = 1 << 0,  /* accept connections on sockets it already holds */
    SANDBOX_NET_CONNECT = 1 << 1, /* open TCP or unix connections */
    SANDBOX_FILES_READ = 1 << 2,  /* open files beneath `read_dirs` */
    SANDBOX_FILES_WRITE = 1 << 3, /* create, write, rename and sync files beneath `write_dirs` */
    SANDBOX_FORK = 1 << 4,        /* start processes (supervisor only) */
    SANDBOX_DEVICE_IO = 1 << 5    /* read and write a device that it already holds */
};

struct sandbox_plan {
    unsigned needs;
    const char *const *read_dirs; /* NULL-terminated; NULL means none */
    const char *const *write_dirs;
    unsigned memory_mib; /* address space bound; 0 = none */
    unsigned files_open; /* RLIMIT_NOFILE; 0 = leave */
    unsigned own_uid;    /* user and group id to take where the process is root; 0 = keep */
};

/*
 * sandbox_enter - privileges of root given up (privilege.h), no_new_privs, no dumps, rlimits, Landlock from ABI 1 on,
 * seccomp allow-list (a forbidden call kills the process). Call it once, before the first hostile byte.
 *
 * in       plan: of our own
 * out      *reduced: a literal naming the part that this kernel lacks, or NULL
 * errors   IO, UNSUPPORTED: the process must stop
 */
MUST_CHECK struct err sandbox_enter(const struct sandbox_plan *plan, const char **reduced);

/* sandbox_is_built - false in a build with -Dsandbox=false. out: the answer. errors: none */
bool sandbox_is_built(void);

/*
 * sandbox_own_program - what a role starts to become another process of this program: the file that runs, whatever
 * stands at its path by now. A build without a sandbox names the path, because tools that run a program inside them
 * (callgrind) cannot execute /proc/self/exe.
 *
 * out      static text; NULL if it cannot be told
 * errors   none beyond NULL
 */
const char *sandbox_own_program(void);
