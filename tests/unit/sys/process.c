#include "sys/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

extern char **environ;

/* What the child finds, as its exit status: 0 is right. It runs before any test. */
static int act_as_child(int argc)
{
    if (argc != 3)
        return 10;
    if (environ[0] != NULL)
        return 11;
    int signo = 0;
    if (prctl(PR_GET_PDEATHSIG, &signo) != 0 || signo != SIGKILL)
        return 12;
    char byte = 0;
    if (read(3, &byte, 1) != 1 || byte != 'a')
        return 13;
    if (write(4, "b", 1) != 1)
        return 14;
    if ((fcntl(3, F_GETFD) & FD_CLOEXEC) != 0)
        return 15;
    for (int fd = 5; fd < 1024; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            return 16;
    }
    return 0;
}

static void starts_with_its_descriptors_and_nothing_else(void **state)
{
    (void)state;
    int to[2];
    int from[2];
    int kept = open("/dev/null", O_RDONLY); /* would be inherited by a careless start */
    assert_int_equal(pipe(to), 0);
    assert_int_equal(pipe(from), 0);
    /* Twice: once in this order and once with numbers that sit in each other's places. */
    for (int round = 0; round < 2; round++) {
        int fds[2] = {to[0], from[1]};
        if (round == 1) {
            fds[0] = dup2(to[0], 4);
            fds[1] = dup2(from[1], 3);
        }
        pid_t pid = -1;
        assert_int_equal(write(to[1], "a", 1), 1);
        assert_ok(process_start((const char *const[]){"unit", "--child", "x", NULL}, fds, 2, &pid));
        int status = 0;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
        char byte = 0;
        assert_int_equal(read(from[0], &byte, 1), 1);
        assert_int_equal(byte, 'b');
    }
    close(kept);
}

static void a_bad_descriptor_ends_the_child(void **state)
{
    (void)state;
    pid_t pid = -1;
    int status = 0;
    assert_ok(process_start((const char *const[]){"unit", "--child", "x", NULL}, (const int[]){999}, 1, &pid));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 127);
    int many[65] = {0};
    pid = -1;
    assert_code(process_start((const char *const[]){"unit", NULL}, many, 65, &pid), ERR_LIMIT);
    assert_int_equal(pid, -1);
}

static void the_clock_runs(void **state)
{
    (void)state;
    assert_true(process_now_sec() > 1700000000);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--child") == 0)
        return act_as_child(argc);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bad_descriptor_ends_the_child),
        cmocka_unit_test(the_clock_runs),
        cmocka_unit_test(starts_with_its_descriptors_and_nothing_else),
    };
    return cmocka_run_group_tests_name("sys/process", tests, NULL, NULL);
}
