#include "rats/tee.h"

#include "check.h"

static void refuses_a_name_that_is_not_exact(void **state)
{
    (void)state;
    const char *const names[] = {"", "TPM", "tpm ", "tp", "snp\n", "none", "az-snp"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        ROW(names[i]);
        assert_int_equal(tee_named(bytes_of_text(names[i])), TEE_NONE);
    }
    assert_string_equal(tee_wire((enum tee)99), "");
    assert_string_equal(tee_class(TEE_NONE), "");
    assert_int_equal(tee_report_data_size((enum tee) - 1), 0);
}

static void names_every_row(void **state)
{
    (void)state;
    for (int i = TEE_NONE + 1; i < TEE_COUNT; i++) {
        ROW(tee_wire((enum tee)i));
        assert_int_equal(tee_named(bytes_of_text(tee_wire((enum tee)i))), i);
        assert_true(tee_class((enum tee)i)[0] != 0);
    }
    assert_int_equal(tee_report_data_size(TEE_TPM), 32);
    assert_int_equal(tee_report_data_size(TEE_SNP), 64);
    assert_string_equal(tee_class(TEE_NVIDIA), "gpu");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(refuses_a_name_that_is_not_exact),
                                       cmocka_unit_test(names_every_row)};
    return cmocka_run_group_tests_name("rats/tee", tests, NULL, NULL);
}
