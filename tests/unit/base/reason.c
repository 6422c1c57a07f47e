#include "base/reason.h"

#include "check.h"

static void unknown_numbers_say_nothing(void **state)
{
    (void)state;
    assert_string_equal(reason_code(REASON_NONE), "");
    assert_string_equal(reason_code(REASON_COUNT), "");
    assert_string_equal(reason_text(UINT16_MAX), "");
    assert_int_equal(reason_find("no.such"), REASON_NONE);
    assert_int_equal(reason_find(""), REASON_NONE);
}

static void codes_are_unique_and_well_formed(void **state)
{
    (void)state;
    for (uint16_t i = REASON_NONE + 1; i < REASON_COUNT; i++) {
        ROW(reason_code(i));
        assert_int_equal(reason_find(reason_code(i)), i);
        assert_non_null(strchr(reason_code(i), '.'));
        assert_true(strlen(reason_text(i)) > 10);
        const char *threat = reason_threat(i);
        assert_true(threat[0] == '\0' || (threat[0] == 'T' && threat[1] == '-'));
    }
}

static void an_error_keeps_its_first_reason(void **state)
{
    (void)state;
    struct err e = REFUSE(ERR_DENIED, REASON_SNP_DEBUG, "debug");
    assert_int_equal(err_with_reason(e, REASON_SNP_CHAIN).reason, REASON_SNP_DEBUG);
    e = FAIL(ERR_FORMAT, "text");
    assert_int_equal(err_with_reason(e, REASON_SNP_CHAIN).reason, REASON_SNP_CHAIN);
    assert_int_equal(err_with_reason(OK, REASON_SNP_CHAIN).reason, REASON_NONE);
}

static void an_unset_error_is_a_failure(void **state)
{
    (void)state;
    struct err unset = {0};
    assert_true(failed(unset));
    assert_string_equal(err_code_name(unset), "UNSET");
    assert_int_equal(err_exit_status(unset), 4);
    assert_int_equal(err_exit_status(OK), 0);
    assert_int_equal(err_exit_status(FAIL(ERR_DENIED, "no")), 1);
    assert_int_equal(err_exit_status(FAIL(ERR_ABSENT, "no")), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_numbers_say_nothing),
        cmocka_unit_test(codes_are_unique_and_well_formed),
        cmocka_unit_test(an_error_keeps_its_first_reason),
        cmocka_unit_test(an_unset_error_is_a_failure),
    };
    return cmocka_run_group_tests_name("base/reason", tests, NULL, NULL);
}
