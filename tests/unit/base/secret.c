/* proves: R20 M-LOG T-GST-05 */
#include "base/secret.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "check.h"

static void refuses_sizes_out_of_range(void **state)
{
    (void)state;
    struct secret s = {0};
    assert_code(secret_new(0, &s), ERR_LIMIT);
    assert_code(secret_new(SECRET_SIZE_MAX + 1, &s), ERR_LIMIT);
    assert_null(s.p);
}

/* Reads the process's own memory; mapped pages that are gone read as an error. */
static bool memory_holds(const uint8_t *at, const char *text, size_t n)
{
    int fd = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    uint8_t have[64] = {0};
    ssize_t got = pread(fd, have, n, (off_t)(uintptr_t)at);
    close(fd);
    return got == (ssize_t)n && memcmp(have, text, n) == 0;
}

static void clearing_wipes(void **state)
{
    (void)state;
    static const char text[] = "the canary that must not stay behind";
    struct secret s;
    assert_ok(secret_copy(BYTES_LIT("the canary that must not stay behind"), &s));
    const uint8_t *at = s.p;
    assert_true(memory_holds(at, text, sizeof(text) - 1));
    secret_clear(&s);
    assert_false(memory_holds(at, text, sizeof(text) - 1));
    assert_null(s.p);
    secret_clear(&s);
}

/* The exit status of a child that does this, or -1 if a signal ended it. */
static int in_child(void (*fn)(void))
{
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGSEGV, SIG_DFL);
        fn();
        _exit(0);
    }
    int status;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void read_after_clear(void)
{
    struct secret s;
    if (failed(secret_new(10, &s)))
        _exit(3);
    const volatile uint8_t *p = s.p;
    secret_clear(&s);
    _exit(p[0] == 0 ? 1 : 2);
}

static void what_was_cleared_faults(void **state)
{
    (void)state;
    assert_int_equal(in_child(read_after_clear), -1);
}

/* Kilobytes of a field in smaps for the mapping at this address. */
static long locked_kib(const uint8_t *at)
{
    char line[256];
    long locked = -1;
    bool here = false;
    FILE *f = fopen("/proc/self/smaps", "r");
    assert_non_null(f);
    while (fgets(line, sizeof(line), f) != NULL) {
        unsigned long from, to;
        if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
            here = from <= (uintptr_t)at && (uintptr_t)at < to;
        else if (here)
            (void)sscanf(line, "Locked: %ld kB", &locked);
    }
    (void)fclose(f);
    return locked;
}

/* The address sanitizer makes mlock do nothing: there, only what does not need it is tested. */
static bool is_locked(const uint8_t *at)
{
#ifdef __SANITIZE_ADDRESS__
    return locked_kib(at) == 0;
#else
    return locked_kib(at) >= 4;
#endif
}

static void pages_are_used_again_empty_and_locked(void **state)
{
    (void)state;
    struct secret many[40];
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < 40; i++) {
            assert_ok(secret_new(i == 0 ? 5000 : 100 * i, &many[i]));
            assert_true(bytes_all(secret_borrow(&many[i]), 0));
            memset(many[i].p, 0xa5, many[i].n);
        }
        assert_true(is_locked(many[1].p));
        for (size_t i = 0; i < 40; i++)
            secret_clear(&many[i]);
    }
}

static void use_one(void)
{
    struct secret s;
    if (failed(secret_new(10, &s)))
        _exit(3);
    if (!is_locked(s.p))
        _exit(4);
}

static void a_forked_child_takes_no_page_of_its_parent(void **state)
{
    (void)state;
    struct secret s;
    assert_ok(secret_new(10, &s));
    secret_clear(&s);
    assert_int_equal(in_child(use_one), 0);
}

static void an_overrun_faults(void **state)
{
    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGSEGV, SIG_DFL);
        struct secret s;
        if (failed(secret_new(10, &s)))
            _exit(3);
        volatile uint8_t *p = s.p;
        p[10] = 1;
        _exit(0);
    }
    int status;
    waitpid(pid, &status, 0);
    assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 3);
}

static void a_forked_child_sees_zeros(void **state)
{
    (void)state;
    struct secret s;
    assert_ok(secret_copy(BYTES_LIT("not for children"), &s));
    pid_t pid = fork();
    if (pid == 0)
        _exit(bytes_all(secret_borrow(&s), 0) ? 0 : 1);
    int status;
    waitpid(pid, &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    struct secret moved = secret_take(&s);
    assert_null(s.p);
    assert_text(secret_borrow(&moved), "not for children");
    secret_clear(&moved);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_sizes_out_of_range),
        cmocka_unit_test(clearing_wipes),
        cmocka_unit_test(what_was_cleared_faults),
        cmocka_unit_test(pages_are_used_again_empty_and_locked),
        cmocka_unit_test(a_forked_child_takes_no_page_of_its_parent),
        cmocka_unit_test(an_overrun_faults),
        cmocka_unit_test(a_forked_child_sees_zeros),
    };
    return cmocka_run_group_tests_name("base/secret", tests, NULL, NULL);
}
