#include "host/spawn.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "host/options.h"
#include "host/qmp.h"
#include "host/swtpm.h"
#include "host/workdir.h"
#include "sys/file.h"

static struct err run(const char *const *argv, int wait_ms)
{
    return spawn_run(&(struct spawn){.argv = argv, .out = -1, .err = -1}, wait_ms);
}

static void test_ends(void **state)
{
    (void)state;
    const char *const absent[] = {"no-such-program", NULL};
    const char *const fails[] = {"false", NULL};
    const char *const slow[] = {"sleep", "60", NULL};
    const char *const good[] = {"true", NULL};
    assert_code(run(absent, 1000), ERR_ABSENT);
    assert_code(run(fails, 10000), ERR_PEER);
    assert_code(run(slow, 50), ERR_STALE);
    assert_ok(run(good, 10000));
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* none is left */
}

static void test_environment(void **state)
{
    (void)state;
    int ends[2];
    char text[512] = {0};
    const char *const argv[] = {"env", NULL};
    pid_t pid;
    setenv("SECRET", "x", 1);
    assert_int_equal(pipe(ends), 0);
    assert_ok(spawn_start(&(struct spawn){.argv = argv, .out = ends[1], .err = -1}, &pid));
    close(ends[1]);
    assert_true(read(ends[0], text, sizeof(text) - 1) > 0);
    assert_null(strstr(text, "SECRET"));
    spawn_stop(&pid);
    assert_int_equal(pid, -1);
    spawn_stop(&pid);
    close(ends[0]);
}

static void test_workdir(void **state)
{
    (void)state;
    struct workdir w = {0};
    char path[WORKDIR_PATH];
    workdir_clear(&w);
    assert_ok(workdir_open(&w));
    workdir_path(&w, "a", path);
    assert_ok(file_write(path, BYTES_LIT("x"), 0600));
    assert_ok(workdir_copy(&w, path, "b"));
    assert_code(workdir_copy(&w, "/no/such/file", "c"), ERR_ABSENT);
    workdir_path(&w, "b", path);
    assert_int_equal(access(path, F_OK), 0);
    workdir_clear(&w);
    assert_int_equal(access(path, F_OK), -1);
    assert_string_equal(w.path, "");
}

static void test_paths_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "-x", "a b", "a;b", "a$(b)", "a\nb", "a'b", "a>b"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ROW(bad[i]);
        assert_false(qmp_path_is_safe(bad[i]));
    }
    assert_true(qmp_path_is_safe("/tmp/a-b_c.1"));
    assert_code(swtpm_make("/tmp/casemate,host"), ERR_FORMAT);
    rmdir("/tmp/casemate,host");
}

static void test_options(void **state)
{
    (void)state;
    static const struct {
        const char *row;
        const char *argv[4];
        int argc;
        bool fits;
    } rows[] = {
        {"unknown", {"--other"}, 1, false},
        {"twice", {"--flag", "--flag"}, 2, false},
        {"no value", {"--text"}, 1, false},
        {"value for a flag", {"--flag=1"}, 1, false},
        {"too many", {"a", "b"}, 2, false},
        {"short", {"-f"}, 1, false},
        {"number", {"--number", "12x"}, 2, false},
        {"negative", {"--number", "-1"}, 2, false},
        {"out of bounds", {"--number=101"}, 1, false},
        {"fits", {"--flag", "--text=x", "--number=100", "a"}, 4, true},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct host_option options[] = {
            {.name = "flag"}, {.name = "text", .value = "T"}, {.name = "number", .value = "N"}, {0}};
        const char *operands[1];
        const char *what;
        size_t count;
        unsigned number = 0;
        ROW(rows[i].row);
        struct err e = options_parse(options, rows[i].argc, rows[i].argv, operands, 1, &count, &what);
        if (!failed(e))
            e = options_number(options, "number", 1, 100, 7, &number);
        assert_int_equal(!failed(e), rows[i].fits);
        if (rows[i].fits)
            assert_int_equal(number, 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends),          cmocka_unit_test(test_environment), cmocka_unit_test(test_workdir),
        cmocka_unit_test(test_paths_refused), cmocka_unit_test(test_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
