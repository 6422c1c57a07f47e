#include "base/clock.h"

#include "check.h"

static void refuses_what_is_no_time(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "2026-01-31",
                                      "2026-01-31T23:59:59",
                                      "2026-01-31 23:59:59Z",
                                      "2026-02-30T00:00:00Z",
                                      "2026-13-01T00:00:00Z",
                                      "2026-00-01T00:00:00Z",
                                      "2026-01-01T24:00:00Z",
                                      "2026-01-01T00:60:00Z",
                                      "2026-01-01T00:00:61Z",
                                      "2026-01-01T00:00:00+01:00",
                                      "2026-01-01T00:00:00.Z",
                                      "2026-01-01T00:00:00.5",
                                      "x026-01-01T00:00:00Z",
                                      "1969-12-31T23:59:59Z"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ROW(bad[i]);
        int64_t at = 5;
        assert_code(clock_parse(bytes_of_text(bad[i]), &at), ERR_FORMAT);
        assert_int_equal(at, 5);
    }
}

static void a_day_is_a_day(void **state)
{
    (void)state;
    static const char *const bad[] = {"",           "2026-01",     "2026-02-30", "not-a-date",
                                      "9999999999", "2026-01-31T", "2026-1-031"};
    int64_t at = 5;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ROW(bad[i]);
        assert_code(clock_parse_day(bytes_of_text(bad[i]), &at), ERR_FORMAT);
        assert_int_equal(at, 5);
    }
    assert_ok(clock_parse_day(BYTES_LIT("1970-01-02"), &at));
    assert_int_equal(at, 86400);
}

static void goes_there_and_back(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t at;
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0}, {"2024-02-29T12:34:56Z", 1709210096}, {"9999-12-31T23:59:59Z", 253402300799}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].text);
        int64_t at;
        char text[RFC3339_LEN + 1];
        assert_ok(clock_parse(bytes_of_text(rows[i].text), &at));
        assert_int_equal(at, rows[i].at);
        clock_format(at, text);
        assert_string_equal(text, rows[i].text);
    }
    int64_t at;
    assert_ok(clock_parse(BYTES_LIT("2024-02-29T12:34:56.789Z"), &at));
    assert_int_equal(at, 1709210096);
    char text[RFC3339_LEN + 1];
    clock_format(-1, text);
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_is_no_time),
        cmocka_unit_test(a_day_is_a_day),
        cmocka_unit_test(goes_there_and_back),
    };
    return cmocka_run_group_tests_name("base/clock", tests, NULL, NULL);
}
