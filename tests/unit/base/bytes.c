#include "base/bytes.h"

#include "check.h"

static void equality_needs_every_byte(void **state)
{
    (void)state;
    uint8_t a[32] = {0};
    uint8_t b[32] = {0};
    assert_true(bytes_equal_ct(BYTES_OF(a), BYTES_OF(b)));
    for (size_t i = 0; i < sizeof(a); i++) {
        b[i] = 0x80;
        assert_false(bytes_equal_ct(BYTES_OF(a), BYTES_OF(b)));
        assert_false(bytes_equal(BYTES_OF(a), BYTES_OF(b)));
        b[i] = 0;
    }
    assert_false(bytes_equal_ct(BYTES_OF(a), bytes_of(b, 31)));
    assert_true(bytes_equal_ct(BYTES_EMPTY, bytes_of(NULL, 0)));
}

static void order_is_content_then_length(void **state)
{
    (void)state;
    assert_true(bytes_compare(BYTES_LIT("a"), BYTES_LIT("b")) < 0);
    assert_true(bytes_compare(BYTES_LIT("ab"), BYTES_LIT("a")) > 0);
    assert_int_equal(bytes_compare(BYTES_EMPTY, BYTES_EMPTY), 0);
    assert_true(bytes_starts(BYTES_LIT("abc"), BYTES_LIT("ab")));
    assert_false(bytes_starts(BYTES_LIT("a"), BYTES_LIT("ab")));
}

static void refuses_ill_formed_utf8(void **state)
{
    (void)state;
    static const char *const bad[] = {"\x80",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xe0\x80\x80",
                                      "\xed\xa0\x80",
                                      "\xed\xbf\xbf",
                                      "\xf0\x80\x80\x80",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xff",
                                      "\xc3",
                                      "\xe2\x82",
                                      "\xf0\x9f\x98",
                                      "a\xc3("};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ROW(bad[i]);
        assert_false(bytes_is_utf8(bytes_of_text(bad[i])));
    }
    static const char *const good[] = {"",
                                       "abc",
                                       "\xc2\x80",
                                       "\xdf\xbf",
                                       "\xe0\xa0\x80",
                                       "\xed\x9f\xbf",
                                       "\xee\x80\x80",
                                       "\xf0\x90\x80\x80",
                                       "\xf4\x8f\xbf\xbf"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        ROW(good[i]);
        assert_true(bytes_is_utf8(bytes_of_text(good[i])));
    }
    assert_true(bytes_is_utf8(bytes_of("a\0b", 3)));
}

static void every_character_has_one_form(void **state)
{
    (void)state;
    uint8_t last[4] = {0};
    size_t last_n = 0;
    for (uint32_t c = 0; c <= 0x10ffff; c++) {
        if (c >= 0xd800 && c <= 0xdfff)
            continue;
        uint8_t form[4];
        size_t n = bytes_encode_utf8(c, form);
        assert_true(bytes_is_utf8(bytes_of(form, n)));
        assert_true(last_n == 0 || bytes_compare(bytes_of(last, last_n), bytes_of(form, n)) < 0);
        memcpy(last, form, n);
        last_n = n;
    }
    assert_bytes(bytes_of(last, last_n), BYTES_LIT("\xf4\x8f\xbf\xbf"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equality_needs_every_byte),
        cmocka_unit_test(order_is_content_then_length),
        cmocka_unit_test(refuses_ill_formed_utf8),
        cmocka_unit_test(every_character_has_one_form),
    };
    return cmocka_run_group_tests_name("base/bytes", tests, NULL, NULL);
}
