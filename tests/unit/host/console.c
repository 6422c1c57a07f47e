#include "host/console.h"

#include "base/limits.h"
#include "check.h"

static void feed(struct console *c, const char *text, size_t n)
{
    console_feed(c, bytes_of(text, n));
}

static void test_results(void **state)
{
    (void)state;
    static const struct {
        const char *row;
        const char *text;
        const char *result;
        bool is_ready;
    } rows[] = {
        {"nothing", "", "", false},
        {"no mark", "{\"result\":\"ok\"}\n", "", false},
        {"mark in the middle", "x casemate-guest: {\"a\":1}\n", "", false},
        {"no object", "casemate-guest: ok\n", "", false},
        {"the last counts", "casemate-guest: {\"a\":1}\ncasemate-guest: {\"a\":2}\n", "{\"a\":2}", false},
        {"carriage return", "\r\ncasemate-guest: {\"a\":1}\r\n", "{\"a\":1}", false},
        {"ready", "casemate-guest: ready\n", "", true},
        {"nearly ready", "casemate-guest: ready now\n", "", false},
        {"no line end", "casemate-guest: {}", "{}", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct console c;
        ROW(rows[i].row);
        console_init(&c, NULL);
        for (const char *at = rows[i].text; *at != '\0'; at++)
            feed(&c, at, 1);
        console_end(&c);
        assert_text(buf_view(&c.result), rows[i].result);
        assert_int_equal(c.is_ready, rows[i].is_ready);
        console_clear(&c);
    }
}

static void test_long_line_is_no_result(void **state)
{
    (void)state;
    struct console c;
    console_init(&c, NULL);
    feed(&c, "casemate-guest: {", 17);
    for (size_t i = 0; i < 20 * KIB; i++)
        feed(&c, "x", 1);
    feed(&c, "\ncasemate-guest: {}\n", 20);
    assert_text(buf_view(&c.result), "{}");
    console_clear(&c);
}

/* Nothing that a guest prints reaches a terminal but plain characters. */
static void test_shown_escaped(void **state)
{
    (void)state;
    struct console c;
    char shown[8 * KIB] = {0};
    FILE *to = fmemopen(shown, sizeof(shown) - 1, "w");
    assert_non_null(to);
    console_init(&c, to);
    for (int byte = 0; byte < 256; byte++) {
        char one = (char)byte;
        feed(&c, &one, 1);
    }
    console_clear(&c);
    assert_int_equal(fclose(to), 0);
    for (size_t i = 0; shown[i] != '\0'; i++)
        assert_true(shown[i] == '\n' || shown[i] == '\t' || (shown[i] >= 0x20 && shown[i] <= 0x7e));
    assert_non_null(strstr(shown, "\\x1b"));
    assert_non_null(strstr(shown, "\\x9b"));
    assert_null(strchr(shown, '\r'));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_results),
        cmocka_unit_test(test_long_line_is_no_result),
        cmocka_unit_test(test_shown_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
