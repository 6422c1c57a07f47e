/* proves: R20 M-LOG */
#include "sys/log.h"

#include <unistd.h>

#include "check.h"

static char line[8192];

/* Run one call with stderr in a pipe and keep what it wrote. */
#define CAPTURE(call_)                                                                                                 \
    do {                                                                                                               \
        int ends_[2];                                                                                                  \
        assert_int_equal(pipe(ends_), 0);                                                                              \
        int kept_ = dup(2);                                                                                            \
        dup2(ends_[1], 2);                                                                                             \
        call_;                                                                                                         \
        dup2(kept_, 2);                                                                                                \
        close(kept_);                                                                                                  \
        close(ends_[1]);                                                                                               \
        ssize_t n_ = read(ends_[0], line, sizeof(line) - 1);                                                           \
        close(ends_[0]);                                                                                               \
        line[n_ < 0 ? 0 : n_] = '\0';                                                                                  \
    } while (0)

static void escapes_hostile_values(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        const char *want;
    } rows[] = {
        {"plain-1.2:3/x", "v=\"plain-1.2:3/x\"\n"},
        {"", "v=\"\"\n"},
        {"a b", "v=\"a b\"\n"},
        {"a\nerror fake", "v=\"a\\x0aerror fake\"\n"},
        {"\033[2J", "v=\"\\x1b[2J\"\n"},
        {"q\"\\", "v=\"q\\x22\\x5c\"\n"},
        {"\xc3\xa9\x7f", "v=\"\\xc3\\xa9\\x7f\"\n"},
    };
    log_open("unit", LOG_LEVEL_INFO);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].want);
        CAPTURE(LOG(LOG_LEVEL_INFO, "log.opened", LOG_TEXT("v", rows[i].value)));
        const char *behind = strstr(line, " INFO unit log.opened ");
        assert_non_null(behind);
        assert_string_equal(behind + strlen(" INFO unit log.opened "), rows[i].want);
    }
}

static void cuts_long_values_and_long_lines(void **state)
{
    (void)state;
    char text[2001];
    memset(text, 'x', 2000);
    text[2000] = '\0';
    CAPTURE(LOG(LOG_LEVEL_INFO, "log.opened", LOG_TEXT("v", text)));
    assert_true(strlen(line) < 350);
    assert_non_null(strstr(line, "xxx...\"\n"));
    memset(text, '\n', 2000);
    CAPTURE(LOG(LOG_LEVEL_INFO, "log.opened", LOG_TEXT("a", text), LOG_TEXT("b", text), LOG_TEXT("c", text),
                LOG_TEXT("d", text), LOG_TEXT("e", text)));
    size_t n = strlen(line);
    assert_true(n <= 4096);
    assert_ptr_equal(strchr(line, '\n'), line + n - 1);
}

static void keeps_to_the_level(void **state)
{
    (void)state;
    CAPTURE(LOG(LOG_LEVEL_DEBUG, "log.opened"));
    assert_string_equal(line, "");
    log_set_level(LOG_LEVEL_ERROR);
    CAPTURE(LOG(LOG_LEVEL_WARNING, "log.opened"));
    assert_string_equal(line, "");
    CAPTURE(LOG((enum log_level)99, "log.opened"));
    assert_string_equal(line, "");
    CAPTURE(LOG(LOG_LEVEL_ERROR, "log.opened"));
    assert_non_null(strstr(line, " ERROR unit log.opened\n"));
    log_set_level(LOG_LEVEL_INFO);
}

static void an_error_shows_its_code_and_reason(void **state)
{
    (void)state;
    struct err e = REFUSE(ERR_UNVERIFIED, REASON_KEY_BINDING, "not bound");
    CAPTURE(LOG_ERR(LOG_LEVEL_WARNING, "log.opened", e, LOG_TEXT("tee", "tpm")));
    assert_non_null(strstr(line, " code=UNVERIFIED reason=key.binding "));
    assert_non_null(strstr(line, " tee=\"tpm\" at="));
    CAPTURE(LOG_ERR(LOG_LEVEL_WARNING, "log.opened", FAIL_SYS(2, "open")));
    assert_non_null(strstr(line, " code=IO errno=2 at="));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_hostile_values),
        cmocka_unit_test(cuts_long_values_and_long_lines),
        cmocka_unit_test(keeps_to_the_level),
        cmocka_unit_test(an_error_shows_its_code_and_reason),
    };
    return cmocka_run_group_tests_name("sys/log", tests, NULL, NULL);
}
