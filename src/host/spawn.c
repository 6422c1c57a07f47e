#include "host/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sys/file.h"

static const char *const folders[] = {"/usr/bin", "/usr/sbin", "/bin", "/usr/local/bin"};
static char *const environment[] = {(char[]){"PATH=/usr/bin:/usr/sbin:/bin:/usr/local/bin"}, (char[]){"LC_ALL=C"},
                                    NULL};

static struct err find_program(const char *name, char out[PATH_MAX])
{
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        int n = snprintf(out, PATH_MAX, "%s/%s", folders[i], name);
        if (n > 0 && n < PATH_MAX && access(out, X_OK) == 0)
            return OK;
    }
    return FAIL(ERR_ABSENT, "a program is not installed on this machine");
}

/* In the child: no return. Only calls that are safe between fork and exec. */
static _Noreturn void become(const struct spawn *s, const char *path, pid_t parent, int null)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    bool ready = prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent && dup2(null, STDIN_FILENO) >= 0 &&
                 dup2(s->out < 0 ? null : s->out, STDOUT_FILENO) >= 0 &&
                 dup2(s->err < 0 ? null : s->err, STDERR_FILENO) >= 0;
    for (size_t i = 0; ready && i < s->keep_count; i++)
        ready = fcntl(s->keep[i], F_SETFD, 0) == 0;
    if (ready) {
        union { /* execve takes pointers to characters that it promises not to change */
            const char *const *in;
            char *const *out;
        } argv = {.in = s->argv};
        execve(path, argv.out, environment);
    }
    _exit(127);
}

struct err spawn_start(const struct spawn *s, pid_t *pid)
{
    char path[PATH_MAX];
    TRY(find_program(s->argv[0], path));
    SCOPED(fd) int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0)
        return FAIL_SYS(errno, "/dev/null cannot be opened");
    pid_t parent = getpid();
    pid_t child = fork();
    if (child < 0)
        return FAIL_SYS(errno, "a process cannot be started");
    if (child == 0)
        become(s, path, parent, null);
    *pid = child;
    return OK;
}

void spawn_stop(pid_t *pid)
{
    if (*pid > 0) {
        kill(*pid, SIGKILL);
        while (waitpid(*pid, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    *pid = -1;
}

void pid_clear(pid_t *pid)
{
    spawn_stop(pid);
}

struct err spawn_run(const struct spawn *s, int wait_ms)
{
    SCOPED(pid) pid_t pid = -1;
    TRY(spawn_start(s, &pid));
    int64_t end = spawn_now_ms() + wait_ms;
    for (;;) {
        int status;
        pid_t ended = waitpid(pid, &status, WNOHANG);
        if (ended == pid) {
            pid = -1;
            return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? OK
                                                                 : FAIL(ERR_PEER, "a program that was started failed");
        }
        if (ended < 0 && errno != EINTR)
            return FAIL_SYS(errno, "a process cannot be waited for");
        if (spawn_now_ms() > end)
            return FAIL(ERR_STALE, "a program that was started takes too long");
        (void)poll(NULL, 0, 10);
    }
}

int64_t spawn_now_ms(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
