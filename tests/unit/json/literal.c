#include "json/literal.h"

#include "check.h"

static void quoting_never_fails(void **state)
{
    (void)state;
    const struct {
        struct bytes in;
        const char *want;
    } rows[] = {
        {BYTES_LIT(""), "\"\""},
        {BYTES_LIT("a\"\\\n\x01z"), "\"a\\\"\\\\\\n\\u0001z\""},
        {BYTES_LIT("\xff"), "\"\xef\xbf\xbd\""},
        {BYTES_LIT("a\xc3"), "\"a\xef\xbf\xbd\""},
        {BYTES_LIT("\xc3\xa9\xe2\x82!"), "\"\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd!\""},
        {BYTES_LIT("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
        {BYTES_LIT("\0"), "\"\\u0000\""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].want);
        SCOPED(buf) struct buf b;
        buf_init(&b, 100);
        json_quote(rows[i].in, &b);
        assert_text(buf_view(&b), rows[i].want);
    }
}

static void quoting_into_a_full_buffer_is_sticky(void **state)
{
    (void)state;
    SCOPED(buf) struct buf b;
    buf_init(&b, 3);
    json_quote(BYTES_LIT("\xff\xff"), &b);
    struct bytes out;
    assert_code(buf_end(&b, &out), ERR_LIMIT);
}

/* The scan reads eight bytes at once: each place of the closing quote, with each kind of ending character before it. */
static void every_alignment_finds_the_end(void **state)
{
    (void)state;
    for (size_t n = 0; n < 40; n++) {
        for (size_t special = 0; special <= n; special++) {
            uint8_t text[64] = {0};
            memset(text, 0x7f, n);
            text[n] = '"';
            uint8_t *at = text;
            struct bytes out;
            assert_ok(literal_take(&at, &out));
            assert_int_equal(out.n, n);
            assert_ptr_equal(at, text + n + 1);
            text[special] = 0x1f;
            at = text;
            assert_code(literal_take(&at, &out), ERR_FORMAT);
            assert_ptr_equal(at, text + special);
        }
    }
}

/* The writer copies eight bytes at once, and a rest together with bytes before it. */
static void every_length_is_written_whole(void **state)
{
    (void)state;
    for (size_t n = 1; n < 40; n++) {
        for (size_t special = 0; special <= n; special++) {
            uint8_t text[40];
            char want[64] = "\"";
            size_t end = 1;
            SCOPED(buf) struct buf b;
            buf_init(&b, 100);
            for (size_t i = 0; i < n; i++) {
                text[i] = i == special ? '\n' : (uint8_t)('0' + i);
                if (i == special)
                    want[end++] = '\\';
                want[end++] = i == special ? 'n' : (char)text[i];
            }
            want[end] = '"';
            literal_put(bytes_of(text, n), &b);
            assert_text(buf_view(&b), want);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quoting_never_fails),
        cmocka_unit_test(quoting_into_a_full_buffer_is_sticky),
        cmocka_unit_test(every_alignment_finds_the_end),
        cmocka_unit_test(every_length_is_written_whole),
    };
    return cmocka_run_group_tests_name("json/literal", tests, NULL, NULL);
}
