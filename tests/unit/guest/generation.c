/* proves: T-HOST-04 */
/* A machine that was started again from a snapshot does not go on. The kernel's log is played by a socket of packets.
 */
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "guest/secrets/generation.h"

static int ends[2];

static int setup(void **state)
{
    (void)state;
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends);
}

static int teardown(void **state)
{
    (void)state;
    close(ends[0]);
    close(ends[1]);
    return 0;
}

static void say(const char *record)
{
    assert_int_equal(write(ends[1], record, strlen(record)), (ssize_t)strlen(record));
}

static void a_copy_is_refused(void **state)
{
    (void)state;
    say("6,1,100,-;something else\n");
    say("5,2,101,-;random: crng reseeded due to virtual machine fork\n");
    assert_refused(generation_check(ends[0]), REASON_GUEST_CLONED);
}

static void a_log_that_cannot_be_read_is_no_yes(void **state)
{
    (void)state;
    assert_true(failed(generation_check(-1)));
    close(ends[1]);
    ends[1] = -1;
    assert_true(failed(generation_check(ends[0]))); /* its end: the kernel's log has none */
}

static void other_records_are_passed_over(void **state)
{
    (void)state;
    assert_ok(generation_check(ends[0]));
    for (int i = 0; i < 50; i++)
        say("6,1,100,-;random: crng init done\n");
    assert_ok(generation_check(ends[0]));
    assert_ok(generation_check(ends[0]));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_copy_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_log_that_cannot_be_read_is_no_yes, setup, teardown),
        cmocka_unit_test_setup_teardown(other_records_are_passed_over, setup, teardown),
    };
    return cmocka_run_group_tests_name("guest/generation", tests, NULL, NULL);
}
