#include "codec/der.h"

#include "check.h"

static void refuses_what_is_not_der(void **state)
{
    (void)state;
    const struct {
        const char *name;
        struct bytes in;
    } rows[] = {
        {"nothing", BYTES_EMPTY},
        {"tag alone", BYTES_LIT("\x04")},
        {"content cut", BYTES_LIT("\x04\x02z")},
        {"indefinite length", BYTES_LIT("\x04\x80z\0\0")},
        {"long form for 0", BYTES_LIT("\x04\x81\x00")},
        {"long form for 1", BYTES_LIT("\x04\x81\x01z")},
        {"long form for 127", BYTES_LIT("\x04\x81\x7f")},
        {"length with a leading zero", BYTES_LIT("\x04\x82\x00\x80")},
        {"length cut", BYTES_LIT("\x04\x82\x01")},
        {"length of four bytes past the end", BYTES_LIT("\x04\x84\xff\xff\xff\xffz")},
        {"length of five bytes", BYTES_LIT("\x04\x85\x01\x00\x00\x00\x00z")},
        {"length of 127 bytes", BYTES_LIT("\x04\xffz")},
        {"another tag", BYTES_LIT("\x02\x01z")},
        {"constructed form of the tag", BYTES_LIT("\x24\x01z")},
        {"long tag", BYTES_LIT("\x1f\x04\x01z")},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].name);
        struct rd r = rd_of(rows[i].in);
        struct rd sub = r;
        struct bytes out = BYTES_LIT("untouched");
        assert_code(der_take(&r, DER_OCTET_STRING, &out), ERR_FORMAT);
        assert_code(der_sub(&r, DER_OCTET_STRING, &sub), ERR_FORMAT);
        assert_int_equal(rd_left(&r), rows[i].in.n);
        assert_text(out, "untouched");
    }
}

static void refuses_integers_of_another_form(void **state)
{
    (void)state;
    const struct {
        const char *name;
        struct bytes in;
        enum err_code code;
    } rows[] = {
        {"empty", BYTES_LIT("\x02\x00"), ERR_FORMAT},
        {"negative", BYTES_LIT("\x02\x01\x80"), ERR_FORMAT},
        {"minus one", BYTES_LIT("\x02\x01\xff"), ERR_FORMAT},
        {"leading zero", BYTES_LIT("\x02\x02\x00\x7f"), ERR_FORMAT},
        {"two zeros", BYTES_LIT("\x02\x02\x00\x00"), ERR_FORMAT},
        {"65 bits", BYTES_LIT("\x02\x09\x01\0\0\0\0\0\0\0\0"), ERR_LIMIT},
        {"ten bytes", BYTES_LIT("\x02\x0a\0\xff\0\0\0\0\0\0\0\0"), ERR_LIMIT},
        {"boolean", BYTES_LIT("\x01\x01\x01"), ERR_FORMAT},
        {"cut", BYTES_LIT("\x02\x02\x01"), ERR_FORMAT},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].name);
        struct rd r = rd_of(rows[i].in);
        uint64_t v = 77;
        assert_code(der_uint(&r, &v), rows[i].code);
        assert_true(v == 77);
        assert_int_equal(rd_left(&r), rows[i].in.n);
    }
}

static void reads_integers(void **state)
{
    (void)state;
    struct rd r = rd_of(BYTES_LIT("\x02\x01\x00\x02\x01\x7f\x02\x02\x00\x80\x02\x02\x01\x00\x02\x08\x7f\xff\xff\xff\xff"
                                  "\xff\xff\xff\x02\x09\x00\xff\xff\xff\xff\xff\xff\xff\xff"));
    static const uint64_t want[] = {0, 127, 128, 256, INT64_MAX, UINT64_MAX};
    for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
        uint64_t v;
        assert_ok(der_uint(&r, &v));
        assert_true(v == want[i]);
    }
    assert_ok(rd_end(&r));
}

static void reads_nested_values_and_long_lengths(void **state)
{
    (void)state;
    uint8_t in[4 + 0x101] = {0x30, 0x82, 0x01, 0x01, 0x04, 0x81, 0xfe};
    struct rd r = rd_of(BYTES_OF(in));
    struct rd inner;
    struct bytes out;
    uint8_t tag;
    assert_ok(der_sub(&r, DER_SEQUENCE, &inner));
    assert_ok(rd_end(&r));
    assert_ok(der_any(&inner, &tag, &out));
    assert_int_equal(tag, DER_OCTET_STRING);
    assert_int_equal(out.n, 0xfe);
    assert_ok(rd_end(&inner));
    for (size_t n = 0; n < sizeof(in); n++) {
        r = rd_of(bytes_of(in, n));
        assert_code(der_sub(&r, DER_SEQUENCE, &inner), ERR_FORMAT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_is_not_der),
        cmocka_unit_test(refuses_integers_of_another_form),
        cmocka_unit_test(reads_integers),
        cmocka_unit_test(reads_nested_values_and_long_lengths),
    };
    return cmocka_run_group_tests_name("codec/der", tests, NULL, NULL);
}
