#include "sys/sandbox.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define DIED    -1
#define REDUCED 77

static const char *const tmp_dirs[] = {"/tmp", NULL};

/* Runs `act` in a sandboxed child: its result, or DIED when the sandbox ended it. */
static int in_sandbox(const struct sandbox_plan *plan, int (*act)(void))
{
    pid_t pid = fork();
    if (pid == 0) {
        const char *reduced;
        if (failed(sandbox_enter(plan, &reduced)))
            _exit(99);
        if (reduced != NULL)
            _exit(REDUCED);
        _exit(act());
    }
    int status;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : DIED;
}

static int make_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 0 : 1;
}

static int read_passwd(void)
{
    return open("/etc/passwd", O_RDONLY) >= 0 ? 0 : 1;
}

static int write_tmp(void)
{
    char path[64];
    snprintf(path, sizeof(path), "/tmp/casemate-sandbox-%d", (int)getpid());
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    unlink(path);
    return fd >= 0 && write(fd, "x", 1) == 1 && fdatasync(fd) == 0 ? 0 : 1;
}

static int start_process(void)
{
    return fork() >= 0 ? 0 : 1;
}

static int trace(void)
{
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 ? 0 : 1;
}

static int nothing(void)
{
    return 0;
}

static void what_is_not_needed_is_gone(void **state)
{
    (void)state;
    if (!sandbox_is_built())
        skip();
    struct sandbox_plan none = {0};
    struct sandbox_plan files = {.needs = SANDBOX_FILES_WRITE, .write_dirs = tmp_dirs};
    if (in_sandbox(&none, nothing) == REDUCED) {
        print_message("this kernel lacks a part of the sandbox\n");
        skip();
    }
    assert_int_equal(in_sandbox(&none, nothing), 0);
    assert_int_equal(in_sandbox(&none, make_socket), DIED);
    assert_int_equal(in_sandbox(&none, read_passwd), DIED);
    assert_int_equal(in_sandbox(&none, start_process), DIED);
    assert_int_equal(in_sandbox(&none, trace), DIED);
    assert_int_equal(in_sandbox(&files, trace), DIED);
    assert_int_equal(in_sandbox(&files, make_socket), DIED);
    assert_int_equal(in_sandbox(&files, read_passwd), 1);
    assert_int_equal(in_sandbox(&files, write_tmp), 0);
    struct sandbox_plan net = {.needs = SANDBOX_NET_CONNECT};
    assert_int_equal(in_sandbox(&net, make_socket), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_not_needed_is_gone)};
    return cmocka_run_group_tests_name("sys/sandbox", tests, NULL, NULL);
}
