#include "base/verdict.h"

#include "check.h"

static void zero_denies(void **state)
{
    (void)state;
    enum verdict v = 0;
    assert_int_equal(v, VERDICT_NONE);
    assert_string_equal(verdict_name(v), "none");
    assert_string_equal(verdict_name((enum verdict)99), "none");
}

static void the_worse_wins(void **state)
{
    (void)state;
    for (int a = VERDICT_NONE; a <= VERDICT_AFFIRMING; a++)
        for (int b = VERDICT_NONE; b <= VERDICT_AFFIRMING; b++) {
            enum verdict worst = verdict_worst((enum verdict)a, (enum verdict)b);
            assert_int_equal(worst, a < b ? a : b);
        }
    assert_string_equal(verdict_name(VERDICT_AFFIRMING), "affirming");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zero_denies),
        cmocka_unit_test(the_worse_wins),
    };
    return cmocka_run_group_tests_name("base/verdict", tests, NULL, NULL);
}
