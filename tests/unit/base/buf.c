#include "base/buf.h"

#include "check.h"

static void the_bound_is_sticky(void **state)
{
    (void)state;
    SCOPED(buf) struct buf b;
    buf_init(&b, 4);
    buf_text(&b, "abc");
    buf_text(&b, "de");
    struct bytes out;
    assert_code(buf_end(&b, &out), ERR_LIMIT);
    buf_text(&b, "d");
    assert_code(buf_end(&b, &out), ERR_LIMIT);
    assert_int_equal(b.n, 3);
    buf_reset(&b);
    buf_text(&b, "abcd");
    assert_ok(buf_end(&b, &out));
    assert_text(out, "abcd");
    buf_u8(&b, 'e');
    assert_code(buf_end(&b, &out), ERR_LIMIT);
    assert_int_equal(b.n, 4);
}

static void a_long_prefix_is_refused(void **state)
{
    (void)state;
    static uint8_t big[UINT16_MAX + 1];
    SCOPED(buf) struct buf b;
    buf_init(&b, 1 << 20);
    buf_prefix16be(&b, BYTES_OF(big));
    struct bytes out;
    assert_code(buf_end(&b, &out), ERR_LIMIT);
}

static void integers_have_the_named_order(void **state)
{
    (void)state;
    SCOPED(buf) struct buf b;
    buf_init(&b, 64);
    buf_u16be(&b, 0x0102);
    buf_u16le(&b, 0x0304);
    buf_u32be(&b, 0x05060708);
    buf_u64le(&b, 0x1122334455667788ULL);
    const uint8_t want[] = {1, 2, 4, 3, 5, 6, 7, 8, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11};
    assert_bytes(buf_view(&b), BYTES_OF(want));
}

static void dropping_keeps_the_rest(void **state)
{
    (void)state;
    SCOPED(buf) struct buf b;
    buf_init(&b, 64);
    buf_text(&b, "abcdef");
    buf_drop(&b, 2);
    assert_text(buf_view(&b), "cdef");
    buf_drop(&b, 100);
    assert_int_equal(b.n, 0);
    static const struct {
        int64_t value;
        const char *text;
    } numbers[] = {{0, "0"},
                   {9, "9"},
                   {10, "10"},
                   {-42, "-42"},
                   {INT64_MAX, "9223372036854775807"},
                   {INT64_MIN, "-9223372036854775808"}};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        ROW(numbers[i].text);
        buf_reset(&b);
        buf_decimal(&b, numbers[i].value);
        assert_text(buf_view(&b), numbers[i].text);
    }
}

static struct err fill(struct buf *b)
{
    for (int i = 0; i < 100; i++)
        buf_text(b, "twenty bytes of text");
    struct bytes out;
    return buf_end(b, &out);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 4096);
    FAULT_PASS(fill(&b), (buf_clear(&b), buf_init(&b, 4096)));
    buf_clear(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bound_is_sticky),           cmocka_unit_test(a_long_prefix_is_refused),
        cmocka_unit_test(integers_have_the_named_order), cmocka_unit_test(dropping_keeps_the_rest),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("base/buf", tests, NULL, NULL);
}
