#include "json/number.h"

#include "base/limits.h"
#include "check.h"

static void refuses_numbers_out_of_bounds(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    const struct json *v;
    assert_code(json_new_number(&a, BYTES_LIT("1e10001"), &v), ERR_LIMIT);
    assert_code(json_new_number(&a, BYTES_LIT("1e-10001"), &v), ERR_LIMIT);
    assert_code(json_new_number(&a, BYTES_LIT("0e99999999999999999999999999"), &v), ERR_LIMIT);
    assert_ok(json_new_number(&a, BYTES_LIT("1e10000"), &v));
    assert_ok(json_new_number(&a, BYTES_LIT("1e-00000010000"), &v));
    char digits[JSON_NUMBER_MAX + 1];
    memset(digits, '7', sizeof(digits));
    assert_code(json_new_number(&a, bytes_of(digits, JSON_NUMBER_MAX + 1), &v), ERR_LIMIT);
    assert_ok(json_new_number(&a, bytes_of(digits, JSON_NUMBER_MAX), &v));
    assert_int_equal(v->text.n, JSON_NUMBER_MAX);
    arena_clear(&a);
}

static void refuses_what_is_no_number(void **state)
{
    (void)state;
    static const char *const rows[] = {"",   " 1",  "1 ",  "01", "1.", ".1",    "+1",
                                       "1e", "1e+", "--1", "-",  "1f", "1e1.5", "0x1"};
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i]);
        const struct json *v;
        assert_code(json_new_number(&a, bytes_of_text(rows[i]), &v), ERR_FORMAT);
    }
    const struct json *v;
    assert_code(json_new_number(&a, BYTES_LIT("1\0"), &v), ERR_FORMAT);
    arena_clear(&a);
}

static void integers_are_known_exactly(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_int;
        int64_t value;
    } rows[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"0.0e5", true, 0},
        {"0e-9999", true, 0},
        {"-7", true, -7},
        {"1.0", true, 1},
        {"1e0", true, 1},
        {"12.50e1", true, 125},
        {"100e-2", true, 1},
        {"1E+3", true, 1000},
        {"0.001e3", true, 1},
        {"999999999999999999", true, 999999999999999999},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9.223372036854775807e18", true, INT64_MAX},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"10000000000000000000000", false, 0},
        {"1e19", false, 0},
        {"1e18", true, 1000000000000000000},
        {"1e10000", false, 0},
        {"1.5", false, 0},
        {"0.1", false, 0},
        {"1e-1", false, 0},
        {"123e-10000", false, 0},
    };
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].text);
        const struct json *v;
        assert_ok(json_new_number(&a, bytes_of_text(rows[i].text), &v));
        assert_int_equal(v->is_int, rows[i].is_int);
        assert_text(v->text, rows[i].text);
        if (v->is_int)
            assert_true(v->as_int == rows[i].value);
    }
    arena_clear(&a);
}

/* In ascending order; what stands in one row is equal. */
static const char *const ladder[][4] = {
    {"-1e10000"},
    {"-9223372036854775809"},
    {"-9223372036854775808", "-9.223372036854775808e18"},
    {"-100", "-1e2", "-1.00e+2", "-1000e-1"},
    {"-99.99"},
    {"-1", "-1.0"},
    {"-0.5", "-5e-1"},
    {"-1e-10000"},
    {"0", "-0", "0.00", "0e10000"},
    {"1e-10000"},
    {"0.001", "1e-3", "0.1e-2"},
    {"0.0010000000000000000000000000000001"},
    {"0.01"},
    {"0.1", "1e-1", "0.10", "10e-2"},
    {"0.11"},
    {"0.2"},
    {"1", "1.0", "1e0", "10E-1"},
    {"1.0000000000000000000000000000000000001"},
    {"9"},
    {"10", "1e1", "0.1e2", "10.000"},
    {"11"},
    {"9007199254740992"},
    {"9007199254740993"},
    {"9223372036854775807", "9223372036854775807.0"},
    {"9223372036854775808", "9.223372036854775808e18", "9223372036854775808.00"},
    {"123456789012345678901234567890"},
    {"123456789012345678901234567891", "1.23456789012345678901234567891e29"},
    {"1e400"},
    {"1e10000", "10000e9996"},
};

static void order_is_by_exact_value(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    const size_t rungs = sizeof(ladder) / sizeof(ladder[0]);
    for (size_t i = 0; i < rungs * 4 * rungs * 4; i++) {
        size_t row = i / 4 % rungs;
        size_t other = i / 4 / rungs / 4;
        const char *left = ladder[row][i % 4];
        const char *right = ladder[other][i / 4 / rungs % 4];
        if (left == NULL || right == NULL)
            continue;
        const struct json *x;
        const struct json *y;
        assert_ok(json_new_number(&a, bytes_of_text(left), &x));
        assert_ok(json_new_number(&a, bytes_of_text(right), &y));
        int order = json_compare(x, y);
        if ((order > 0) - (order < 0) != (row > other) - (row < other))
            fail_msg("%s against %s gave %d", left, right, order);
    }
    arena_clear(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_numbers_out_of_bounds),
        cmocka_unit_test(refuses_what_is_no_number),
        cmocka_unit_test(integers_are_known_exactly),
        cmocka_unit_test(order_is_by_exact_value),
    };
    return cmocka_run_group_tests_name("json/number", tests, NULL, NULL);
}
