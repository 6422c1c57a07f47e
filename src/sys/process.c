#include "sys/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "sys/sandbox.h"

#define FIRST_FD 3
#define FDS_MAX  64

int64_t process_now_sec(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec;
}

/* In the child: only calls that are safe after fork. Descriptors go up out of the way first, then to their places. */
static void become(const char *const *argv, const int *fds, size_t fd_count, pid_t parent)
{
    static char *const no_environment[] = {NULL};
    int high[FDS_MAX];
    for (size_t i = 0; i < fd_count; i++) {
        high[i] = fcntl(fds[i], F_DUPFD, FIRST_FD + FDS_MAX);
        if (high[i] < 0)
            _exit(127);
    }
    for (size_t i = 0; i < fd_count; i++)
        if (dup2(high[i], FIRST_FD + (int)i) < 0)
            _exit(127);
    if (syscall(SYS_close_range, (unsigned)(FIRST_FD + fd_count), ~0U, 0) != 0)
        _exit(127);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
        _exit(127);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    union { /* execve does not write to its arguments */
        const char *const *mine;
        char *const *theirs;
    } args = {.mine = argv};
    const char *program = sandbox_own_program();
    if (program != NULL)
        execve(program, args.theirs, no_environment);
    _exit(127);
}

struct err process_start(const char *const *argv, const int *fds, size_t fd_count, pid_t *pid)
{
    if (fd_count > FDS_MAX)
        return FAIL(ERR_LIMIT, "too many descriptors for a process");
    pid_t parent = getpid();
    pid_t child = fork();
    if (child < 0)
        return FAIL_SYS(errno, "a process cannot be started");
    if (child == 0)
        become(argv, fds, fd_count, parent);
    *pid = child;
    return OK;
}
