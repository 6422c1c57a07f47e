#include "base/rd.h"

#include "check.h"

static const uint8_t data[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08};

static void refuses_a_field_past_the_end(void **state)
{
    (void)state;
    for (size_t have = 0; have < sizeof(data); have++) {
        struct rd r = rd_of(bytes_of(data, have));
        struct bytes out = BYTES_EMPTY;
        assert_code(rd_take(&r, have + 1, &out), ERR_FORMAT);
        assert_int_equal(out.n, 0);
        assert_int_equal(rd_left(&r), have);
        uint64_t v = 77;
        assert_code(rd_u64be(&r, &v), ERR_FORMAT);
        assert_int_equal(v, 77);
    }
}

static void refuses_a_length_that_would_wrap(void **state)
{
    (void)state;
    struct rd r = rd_of(BYTES_OF(data));
    struct bytes out;
    assert_code(rd_take(&r, SIZE_MAX, &out), ERR_FORMAT);
    assert_true(rd_is_valid(&r));
}

static void refuses_trailing_bytes(void **state)
{
    (void)state;
    struct rd r = rd_of(BYTES_OF(data));
    struct bytes out;
    assert_ok(rd_take(&r, sizeof(data) - 1, &out));
    assert_code(rd_end(&r), ERR_FORMAT);
    assert_ok(rd_take(&r, 1, &out));
    assert_ok(rd_end(&r));
}

static void a_failed_prefix_consumes_nothing(void **state)
{
    (void)state;
    const uint8_t cut[] = {0x00, 0x03, 'a', 'b'};
    struct rd r = rd_of(BYTES_OF(cut));
    struct bytes out;
    assert_code(rd_prefix16be(&r, &out), ERR_FORMAT);
    assert_int_equal(rd_left(&r), sizeof(cut));
    const uint8_t whole[] = {0x00, 0x02, 'a', 'b', 'c'};
    r = rd_of(BYTES_OF(whole));
    assert_ok(rd_prefix16be(&r, &out));
    assert_text(out, "ab");
    assert_int_equal(rd_left(&r), 1);
}

static void reads_both_byte_orders(void **state)
{
    (void)state;
    struct rd r = rd_of(BYTES_OF(data));
    uint16_t a;
    uint16_t b;
    uint32_t c;
    assert_ok(rd_u16be(&r, &a));
    assert_ok(rd_u16le(&r, &b));
    assert_ok(rd_u32be(&r, &c));
    assert_int_equal(a, 0x0102);
    assert_int_equal(b, 0x0403);
    assert_int_equal(c, 0x05060708);
    uint64_t d;
    r = rd_of(BYTES_OF(data));
    assert_ok(rd_u64le(&r, &d));
    assert_true(d == 0x0807060504030201ULL);
}

static void zero_means_every_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < 8; i++) {
        uint8_t field[8] = {0};
        field[i] = 1;
        struct rd r = rd_of(BYTES_OF(field));
        assert_code(rd_zero(&r, 8), ERR_FORMAT);
    }
    const uint8_t zero[8] = {0};
    struct rd r = rd_of(BYTES_OF(zero));
    assert_ok(rd_zero(&r, 8));
    assert_ok(rd_end(&r));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_a_field_past_the_end), cmocka_unit_test(refuses_a_length_that_would_wrap),
        cmocka_unit_test(refuses_trailing_bytes),       cmocka_unit_test(a_failed_prefix_consumes_nothing),
        cmocka_unit_test(reads_both_byte_orders),       cmocka_unit_test(zero_means_every_byte),
    };
    return cmocka_run_group_tests_name("base/rd", tests, NULL, NULL);
}
