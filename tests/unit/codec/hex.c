#include "codec/hex.h"

#include "base/limits.h"
#include "check.h"

static void refuses_what_is_no_hex(void **state)
{
    (void)state;
    struct arena a;
    struct bytes out = BYTES_LIT("untouched");
    uint8_t fixed[2] = {1, 2};
    arena_init(&a, REQUEST_ARENA_MAX);
    static const char *const rows[] = {"0", "abc", "0g", "g0", "0x", " 0", "00 ", "0\xff", "@@", "``", "00:0"};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i]);
        assert_code(hex_decode(&a, bytes_of_text(rows[i]), &out), ERR_FORMAT);
    }
    assert_code(hex_decode_fixed(BYTES_LIT("00"), fixed, 2), ERR_FORMAT);
    assert_code(hex_decode_fixed(BYTES_LIT("000"), fixed, 2), ERR_FORMAT);
    assert_code(hex_decode_fixed(BYTES_LIT("00000"), fixed, 2), ERR_FORMAT);
    assert_code(hex_decode_fixed(BYTES_LIT("000000"), fixed, 2), ERR_FORMAT);
    assert_code(hex_decode_fixed(BYTES_LIT("000z"), fixed, 2), ERR_FORMAT);
    assert_text(out, "untouched");
    assert_true(fixed[0] == 1 && fixed[1] == 2);
    arena_clear(&a);
}

static void every_pair_of_characters(void **state)
{
    (void)state;
    static const char digits[] = "0123456789abcdefABCDEF";
    for (int pair = 0; pair < 65536; pair++) {
        const uint8_t text[2] = {(uint8_t)(pair >> 8), (uint8_t)pair};
        bool good = text[0] != 0 && text[1] != 0 && strchr(digits, text[0]) && strchr(digits, text[1]);
        uint8_t out;
        struct err e = hex_decode_fixed(BYTES_OF(text), &out, 1);
        assert_int_equal(failed(e), !good);
        char c_text[3] = {(char)text[0], (char)text[1], 0};
        if (good)
            assert_int_equal(out, strtol(c_text, NULL, 16));
    }
}

static void bytes_come_back(void **state)
{
    (void)state;
    struct arena a;
    struct bytes text;
    struct bytes out;
    arena_init(&a, REQUEST_ARENA_MAX);
    assert_ok(hex_encode_arena(&a, BYTES_LIT("\x00\x09\xaf\xff"), &text));
    assert_text(text, "0009afff");
    assert_ok(hex_decode(&a, text, &out));
    assert_bytes(out, BYTES_LIT("\x00\x09\xaf\xff"));
    assert_ok(hex_decode(&a, BYTES_LIT("AbCd"), &out));
    assert_bytes(out, BYTES_LIT("\xab\xcd"));
    assert_ok(hex_decode(&a, BYTES_EMPTY, &out));
    assert_int_equal(out.n, 0);
    SCOPED(buf) struct buf b;
    buf_init(&b, 5);
    hex_encode(BYTES_LIT("\x12\x34"), &b);
    assert_text(buf_view(&b), "1234");
    hex_encode(BYTES_LIT("\x56"), &b);
    assert_code(buf_end(&b, &out), ERR_LIMIT);
    arena_clear(&a);
}

static struct err both_ways(struct arena *a)
{
    struct bytes out;
    TRY(hex_encode_arena(a, BYTES_LIT("some bytes"), &out));
    return hex_decode(a, out, &out);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    FAULT_PASS(both_ways(&a), arena_clear(&a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_is_no_hex),
        cmocka_unit_test(every_pair_of_characters),
        cmocka_unit_test(bytes_come_back),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("codec/hex", tests, NULL, NULL);
}
