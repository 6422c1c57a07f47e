#include "sys/sandbox.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>

#include "base/limits.h"
#include "sys/landlock.h"
#include "sys/privilege.h"

/* Which driver an ioctl speaks to. TDX shares its letter with the terminals, so its one number is given whole. */
#define IOCTL_TYPE       0xff00
#define IOCTL_SEV        ('S' << 8)
#define IOCTL_VSOCK      0x0700
#define IOCTL_TDX_REPORT 0xc4405401

/* What every role does: memory, time, its descriptors, its end. */
static const int always[] = {
    SCMP_SYS(read),         SCMP_SYS(write),         SCMP_SYS(readv),
    SCMP_SYS(writev),       SCMP_SYS(close),         SCMP_SYS(lseek),
    SCMP_SYS(fstat),        SCMP_SYS(newfstatat),    SCMP_SYS(fcntl),
    SCMP_SYS(dup),          SCMP_SYS(recvmsg),       SCMP_SYS(sendmsg),
    SCMP_SYS(recvfrom),     SCMP_SYS(sendto),        SCMP_SYS(shutdown),
    SCMP_SYS(getsockopt),   SCMP_SYS(setsockopt),    SCMP_SYS(poll),
    SCMP_SYS(ppoll),        SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_wait),   SCMP_SYS(epoll_pwait),   SCMP_SYS(epoll_pwait2),
    SCMP_SYS(eventfd2),     SCMP_SYS(pipe2),         SCMP_SYS(socketpair),
    SCMP_SYS(munmap),       SCMP_SYS(mremap),        SCMP_SYS(madvise),
    SCMP_SYS(mlock),        SCMP_SYS(munlock),       SCMP_SYS(brk),
    SCMP_SYS(memfd_create), SCMP_SYS(ftruncate),     SCMP_SYS(futex),
    SCMP_SYS(getrandom),    SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),    SCMP_SYS(gettimeofday),  SCMP_SYS(time),
    SCMP_SYS(getpid),       SCMP_SYS(getppid),       SCMP_SYS(gettid),
    SCMP_SYS(getuid),       SCMP_SYS(geteuid),       SCMP_SYS(getgid),
    SCMP_SYS(getegid),      SCMP_SYS(rt_sigaction),  SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),   SCMP_SYS(tgkill),
    SCMP_SYS(exit),         SCMP_SYS(exit_group),    SCMP_SYS(restart_syscall),
    SCMP_SYS(rseq),         SCMP_SYS(sched_yield),   SCMP_SYS(getrusage),
    SCMP_SYS(sysinfo),      SCMP_SYS(uname),
};
static const int accepting[] = {SCMP_SYS(accept4), SCMP_SYS(accept), SCMP_SYS(getpeername), SCMP_SYS(getsockname),
                                SCMP_SYS(listen)};
/* sendmmsg and FIONREAD (below): the resolver of the C library asks for both address families at once. */
static const int connecting[] = {SCMP_SYS(socket),      SCMP_SYS(connect),  SCMP_SYS(bind),    SCMP_SYS(getpeername),
                                 SCMP_SYS(getsockname), SCMP_SYS(sendmmsg), SCMP_SYS(recvmmsg)};
static const int reading[] = {SCMP_SYS(openat),   SCMP_SYS(open),       SCMP_SYS(openat2),    SCMP_SYS(stat),
                              SCMP_SYS(lstat),    SCMP_SYS(access),     SCMP_SYS(faccessat),  SCMP_SYS(faccessat2),
                              SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getdents64), SCMP_SYS(getcwd),
                              SCMP_SYS(pread64),  SCMP_SYS(statfs),     SCMP_SYS(fstatfs)};
static const int writing[] = {SCMP_SYS(pwrite64),  SCMP_SYS(fsync),     SCMP_SYS(fdatasync), SCMP_SYS(rename),
                              SCMP_SYS(renameat),  SCMP_SYS(renameat2), SCMP_SYS(unlink),    SCMP_SYS(unlinkat),
                              SCMP_SYS(fallocate), SCMP_SYS(fchmod),    SCMP_SYS(fchown),    SCMP_SYS(msync),
                              SCMP_SYS(flock),     SCMP_SYS(utimensat), SCMP_SYS(mkdir),     SCMP_SYS(rmdir),
                              SCMP_SYS(umask)};
static const int forking[] = {SCMP_SYS(clone),
                              SCMP_SYS(clone3),
                              SCMP_SYS(fork),
                              SCMP_SYS(vfork),
                              SCMP_SYS(execve),
                              SCMP_SYS(wait4),
                              SCMP_SYS(waitid),
                              SCMP_SYS(kill),
                              SCMP_SYS(dup2),
                              SCMP_SYS(dup3),
                              SCMP_SYS(close_range),
                              SCMP_SYS(prctl),
                              SCMP_SYS(setgroups),
                              SCMP_SYS(setresgid),
                              SCMP_SYS(setresuid),
                              SCMP_SYS(capset),
                              SCMP_SYS(arch_prctl),
                              SCMP_SYS(set_tid_address),
                              SCMP_SYS(set_robust_list),
                              SCMP_SYS(prlimit64),
                              SCMP_SYS(setrlimit),
                              SCMP_SYS(socketpair),
                              SCMP_SYS(pread64),
                              SCMP_SYS(seccomp),
                              SCMP_SYS(landlock_create_ruleset),
                              SCMP_SYS(landlock_add_rule),
                              SCMP_SYS(landlock_restrict_self),
                              SCMP_SYS(socket),
                              SCMP_SYS(signalfd4)};

static const struct group {
    unsigned need; /* 0: always */
    const int *calls;
    size_t count;
} groups[] = {
    {0, always, sizeof(always) / sizeof(always[0])},
    {SANDBOX_NET_ACCEPT, accepting, sizeof(accepting) / sizeof(accepting[0])},
    {SANDBOX_NET_CONNECT, connecting, sizeof(connecting) / sizeof(connecting[0])},
    {SANDBOX_FILES_READ | SANDBOX_FILES_WRITE, reading, sizeof(reading) / sizeof(reading[0])},
    {SANDBOX_FILES_WRITE, writing, sizeof(writing) / sizeof(writing[0])},
    {SANDBOX_FORK, forking, sizeof(forking) / sizeof(forking[0])},
};

static struct err add_groups(scmp_filter_ctx filter, unsigned needs)
{
    for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++) {
        if (groups[g].need != 0 && (groups[g].need & needs) == 0)
            continue;
        for (size_t i = 0; i < groups[g].count; i++) {
            int status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, groups[g].calls[i], 0);
            if (status != 0 && status != -EEXIST && status != -EDOM)
                return FAIL(ERR_IO, "a rule of the seccomp filter is refused");
        }
    }
    return OK;
}

/* A call that is allowed only while its argument `index`, masked, has this value. */
struct narrow {
    unsigned need; /* 0: always */
    int call;
    unsigned index;
    scmp_datum_t mask;
    scmp_datum_t value;
};

/* No new code after the start, unless new programs are started; no ioctl that pushes keys into a terminal. */
static const struct narrow narrows[] = {
    {0, SCMP_SYS(mmap), 2, PROT_EXEC, 0},
    {0, SCMP_SYS(mprotect), 2, PROT_EXEC, 0},
    {0, SCMP_SYS(ioctl), 1, UINT32_MAX, TCGETS}, /* isatty */
    {SANDBOX_FORK, SCMP_SYS(mmap), 2, PROT_EXEC, PROT_EXEC},
    {SANDBOX_FORK, SCMP_SYS(mprotect), 2, PROT_EXEC, PROT_EXEC},
    {SANDBOX_FORK, SCMP_SYS(unshare), 0, UINT32_MAX, CLONE_NEWNET | CLONE_NEWIPC},
    {SANDBOX_NET_ACCEPT | SANDBOX_NET_CONNECT, SCMP_SYS(ioctl), 1, UINT32_MAX, FIONBIO},
    {SANDBOX_NET_CONNECT, SCMP_SYS(ioctl), 1, UINT32_MAX, FIONREAD},
    {SANDBOX_DEVICE_IO, SCMP_SYS(ioctl), 1, IOCTL_TYPE, IOCTL_SEV},
    {SANDBOX_DEVICE_IO, SCMP_SYS(ioctl), 1, UINT32_MAX, IOCTL_TDX_REPORT},
    {SANDBOX_DEVICE_IO, SCMP_SYS(ioctl), 1, IOCTL_TYPE, IOCTL_VSOCK},
};

static struct err add_narrows(scmp_filter_ctx filter, unsigned needs)
{
    for (size_t i = 0; i < sizeof(narrows) / sizeof(narrows[0]); i++) {
        const struct narrow *n = &narrows[i];
        if (n->need != 0 && (n->need & needs) == 0)
            continue;
        struct scmp_arg_cmp is = {n->index, SCMP_CMP_MASKED_EQ, n->mask, n->value};
        if (seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, n->call, 1, &is) != 0)
            return FAIL(ERR_IO, "a narrow rule of the seccomp filter is refused");
    }
    return OK;
}

static struct err enter_seccomp(unsigned needs)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (filter == NULL)
        return FAIL(ERR_NOMEM, "no seccomp filter");
    struct err e = add_groups(filter, needs);
    if (!failed(e))
        e = add_narrows(filter, needs);
    if (!failed(e) && seccomp_load(filter) != 0)
        e = FAIL(ERR_IO, "the seccomp filter cannot be loaded");
    seccomp_release(filter);
    return e;
}

static struct err limit(int what, rlim_t value)
{
    struct rlimit now;
    if (getrlimit((__rlimit_resource_t)what, &now) != 0)
        return FAIL_SYS(errno, "a limit cannot be read");
    rlim_t hard = now.rlim_max < value ? now.rlim_max : value;
    struct rlimit r = {.rlim_cur = hard, .rlim_max = hard};
    if (setrlimit((__rlimit_resource_t)what, &r) != 0)
        return FAIL_SYS(errno, "a limit cannot be set");
    return OK;
}

static struct err enter_limits(const struct sandbox_plan *plan)
{
    TRY(limit(RLIMIT_CORE, 0));
    if (plan->files_open != 0)
        TRY(limit(RLIMIT_NOFILE, plan->files_open));
    if ((plan->needs & SANDBOX_FORK) == 0)
        TRY(limit(RLIMIT_NPROC, 0));
    if (plan->memory_mib != 0)
        TRY(limit(RLIMIT_AS, plan->memory_mib * MIB));
    return OK;
}

/* A supervisor starts processes that open their files before they confine themselves: Landlock would bind them too. */
static bool wants_landlock(const struct sandbox_plan *plan)
{
    return (plan->needs & SANDBOX_FORK) == 0;
}

struct err sandbox_enter(const struct sandbox_plan *plan, const char **reduced)
{
    *reduced = NULL;
    tzset(); /* libc opens /etc/localtime at the first use of a date, even in UTC: have that behind us */
    TRY(privilege_drop(plan, reduced));
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return FAIL_SYS(errno, "privileges cannot be given up");
    TRY(enter_limits(plan));
    if (wants_landlock(plan))
        TRY(landlock_enter(plan, reduced));
    return enter_seccomp(plan->needs);
}

bool sandbox_is_built(void)
{
    return true;
}

const char *sandbox_own_program(void)
{
    return "/proc/self/exe";
}
