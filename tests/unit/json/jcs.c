#include "base/limits.h"
#include "check.h"
#include "json/json.h"

static struct err canonical(const char *text, struct buf *out)
{
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    const struct json *v;
    struct err e = json_decode(&a, bytes_of_text(text), NULL, NULL, &v);
    if (!failed(e))
        e = json_encode_jcs(v, out);
    arena_clear(&a);
    return e;
}

static void refuses_numbers_that_no_double_holds(void **state)
{
    (void)state;
    static const char *const rows[] = {"1e400",
                                       "-1e309",
                                       "1e-400",
                                       "9007199254740993",
                                       "-9007199254740993",
                                       "123456789012345678901234567890",
                                       "[1,{\"a\":9223372036854775807}]"};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i]);
        SCOPED(buf) struct buf b;
        buf_init(&b, 4096);
        assert_code(canonical(rows[i], &b), ERR_FORMAT);
    }
}

/* RFC 8785 appendix B, by the bits of the double. */
static void the_numbers_of_appendix_b(void **state)
{
    (void)state;
    static const struct {
        uint64_t bits;
        const char *want;
    } rows[] = {
        {0x0000000000000000, "0"},
        {0x8000000000000000, "0"},
        {0x0000000000000001, "5e-324"},
        {0x8000000000000001, "-5e-324"},
        {0x7fefffffffffffff, "1.7976931348623157e+308"},
        {0xffefffffffffffff, "-1.7976931348623157e+308"},
        {0x4340000000000000, "9007199254740992"},
        {0xc340000000000000, "-9007199254740992"},
        {0x4430000000000000, "295147905179352830000"},
        {0x44b52d02c7e14af5, "9.999999999999997e+22"},
        {0x44b52d02c7e14af6, "1e+23"},
        {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
        {0x444b1ae4d6e2ef4e, "999999999999999700000"},
        {0x444b1ae4d6e2ef4f, "999999999999999900000"},
        {0x444b1ae4d6e2ef50, "1e+21"},
        {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
        {0x3eb0c6f7a0b5ed8d, "0.000001"},
        {0x41b3de4355555553, "333333333.3333332"},
        {0x41b3de4355555554, "333333333.33333325"},
        {0x41b3de4355555555, "333333333.3333333"},
        {0x41b3de4355555556, "333333333.3333334"},
        {0x41b3de4355555557, "333333333.33333343"},
        {0xbecbf647612f3696, "-0.0000033333333333333333"},
        {0x43143ff3c1cb0959, "1424953923781206.2"},
        {0x3d10000000000000, "1.4210854715202004e-14"},
        {0x3d30000000000000, "5.684341886080802e-14"}, /* beside a power of two; not in the appendix */
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].want);
        double v;
        memcpy(&v, &rows[i].bits, sizeof(v));
        char text[64];
        snprintf(text, sizeof(text), "%.17g", v);
        SCOPED(buf) struct buf b;
        buf_init(&b, 4096);
        struct err e = canonical(text, &b);
        /* as decimal text of 17 digits a large integer is another value than the double, and so refused */
        if (e.code == ERR_FORMAT) {
            buf_reset(&b);
            e = canonical(rows[i].want, &b);
        }
        assert_ok(e);
        assert_text(buf_view(&b), rows[i].want);
    }
}

static void the_forms_of_numbers(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"-0.0", "0"},
        {"1.0", "1"},
        {"1e3", "1000"},
        {"4.50", "4.5"},
        {"2e-3", "0.002"},
        {"1E30", "1e+30"},
        {"0.1", "0.1"},
        {"-1.5e-7", "-1.5e-7"},
        {"1e-6", "0.000001"},
        {"1e-7", "1e-7"},
        {"1e20", "100000000000000000000"},
        {"1e21", "1e+21"},
        {"12e21", "1.2e+22"},
        {"9007199254740991", "9007199254740991"},
        {"-9007199254740991", "-9007199254740991"},
        {"-0", "0"},
        {"5e0", "5"},
        {"100e-2", "1"},
        {"9007199254740992", "9007199254740992"},
        {"9007199254740994", "9007199254740994"},
        {"333333333.33333329", "333333333.3333333"},
        {"0.000000000000000000000000001", "1e-27"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i][0]);
        SCOPED(buf) struct buf b;
        buf_init(&b, 4096);
        assert_ok(canonical(rows[i][0], &b));
        assert_text(buf_view(&b), rows[i][1]);
    }
}

static void keys_are_in_the_order_of_utf16(void **state)
{
    (void)state;
    SCOPED(buf) struct buf b;
    buf_init(&b, 4096);
    /* RFC 8785 3.2.3, its example */
    assert_ok(canonical("{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\",\"\\ufb33\":\"Hebrew Letter Dalet With "
                        "Dagesh\",\"1\":\"One\",\"\\ud83d\\ude00\":\"Emoji: Grinning Face\",\"\\u0080\":\"Control\","
                        "\"\\u00f6\":\"Latin Small Letter O With Diaeresis\"}",
                        &b));
    assert_text(buf_view(&b),
                "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\",\"\xc3\xb6\":\"Latin "
                "Small Letter O With Diaeresis\",\"\xe2\x82\xac\":\"Euro Sign\",\"\xf0\x9f\x98\x80\":"
                "\"Emoji: Grinning Face\",\"\xef\xac\xb3\":\"Hebrew Letter Dalet With Dagesh\"}");
    buf_reset(&b);
    assert_ok(
        canonical("{\"\\ue000\":1,\"\\ud7ff\":2,\"\\udbff\\udfff\":3,\"\\ud800\\udc00\":4,\"\\uffff\":5,\"a\":6}", &b));
    assert_text(buf_view(&b),
                "{\"a\":6,\"\xed\x9f\xbf\":2,\"\xf0\x90\x80\x80\":4,\"\xf4\x8f\xbf\xbf\":3,\"\xee\x80\x80\":1,"
                "\"\xef\xbf\xbf\":5}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_numbers_that_no_double_holds),
        cmocka_unit_test(the_numbers_of_appendix_b),
        cmocka_unit_test(the_forms_of_numbers),
        cmocka_unit_test(keys_are_in_the_order_of_utf16),
    };
    return cmocka_run_group_tests_name("json/jcs", tests, NULL, NULL);
}
