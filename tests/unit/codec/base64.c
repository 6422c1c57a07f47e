#include "codec/base64.h"

#include "base/limits.h"
#include "check.h"

static void refuses_what_is_not_canonical(void **state)
{
    (void)state;
    static const struct {
        enum base64_form form;
        const char *text;
    } rows[] = {
        {BASE64_PADDED, "Zg"},       {BASE64_PADDED, "Zg="},    {BASE64_PADDED, "Zg==="},   {BASE64_PADDED, "===="},
        {BASE64_PADDED, "Z==="},     {BASE64_PADDED, "="},      {BASE64_PADDED, "Zh=="},    {BASE64_PADDED, "Zm9="},
        {BASE64_PADDED, "Zg==Zg=="}, {BASE64_PADDED, "Zm=v"},   {BASE64_PADDED, "Zm9v\n"},  {BASE64_PADDED, "Zm 9v==="},
        {BASE64_PADDED, "Zm9v===="}, {BASE64_PADDED, "-_-_"},   {BASE64_PADDED, "Zm9\x80"}, {BASE64_PADDED, "Zm9@"},
        {BASE64_URL, "Z"},           {BASE64_URL, "Zg=="},      {BASE64_URL, "Zh"},         {BASE64_URL, "Zm9"},
        {BASE64_URL, "Zm9v="},       {BASE64_URL, "Zm9vZ"},     {BASE64_URL, "+/+/"},       {BASE64_URL, "Zm9v\n"},
        {BASE64_URL, " Zm9v"},       {BASE64_URL, "Zm9v.Zm9v"}, {BASE64_URL, "Zm9\xff"},    {BASE64_URL, "Z*"},
    };
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].text);
        struct bytes out = BYTES_LIT("untouched");
        struct secret s = {0};
        uint8_t fixed[3] = "abc";
        assert_code(base64_decode(&a, rows[i].form, bytes_of_text(rows[i].text), &out), ERR_FORMAT);
        assert_code(base64_decode_secret(rows[i].form, bytes_of_text(rows[i].text), &s), ERR_FORMAT);
        for (size_t n = 0; n <= 3; n++)
            assert_code(base64_decode_fixed(rows[i].form, bytes_of_text(rows[i].text), fixed, n), ERR_FORMAT);
        assert_text(out, "untouched");
        assert_null(s.p);
        assert_memory_equal(fixed, "abc", 3);
    }
    arena_clear(&a);
}

static void refuses_every_foreign_character_at_every_place(void **state)
{
    (void)state;
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    for (int c = 0; c < 256; c++) {
        bool letter = c != 0 && strchr(alphabet, c) != NULL;
        for (size_t at = 0; at < 8; at++) {
            char text[8] = {'A', 'A', 'A', 'A', 'A', 'A', 'A', 'A'};
            uint8_t out[6];
            text[at] = (char)c;
            bool padded = letter || c == '+' || c == '/';
            bool url = letter || c == '-' || c == '_';
            assert_int_equal(failed(base64_decode_fixed(BASE64_PADDED, BYTES_OF(text), out, 6)), !padded);
            assert_int_equal(failed(base64_decode_fixed(BASE64_URL, BYTES_OF(text), out, 6)), !url);
        }
    }
}

static void the_vectors_of_rfc_4648(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        {"", "", ""},
        {"f", "Zg==", "Zg"},
        {"fo", "Zm8=", "Zm8"},
        {"foo", "Zm9v", "Zm9v"},
        {"foob", "Zm9vYg==", "Zm9vYg"},
        {"fooba", "Zm9vYmE=", "Zm9vYmE"},
        {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
        {"\xfb\xef\xff", "++//", "--__"},
    };
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (int form = BASE64_PADDED; form <= BASE64_URL; form++) {
            ROW(rows[i][1 + form]);
            struct bytes out;
            assert_ok(base64_decode(&a, form, bytes_of_text(rows[i][1 + form]), &out));
            assert_text(out, rows[i][0]);
            assert_ok(base64_encode_arena(&a, form, bytes_of_text(rows[i][0]), &out));
            assert_text(out, rows[i][1 + form]);
        }
    }
    arena_clear(&a);
}

static void every_length_and_byte_comes_back(void **state)
{
    (void)state;
    uint8_t data[300];
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(i * 7 + i / 256);
    for (size_t n = 0; n <= sizeof(data); n++) {
        for (int form = BASE64_PADDED; form <= BASE64_URL; form++) {
            struct arena a;
            struct bytes out;
            uint8_t fixed[300];
            SCOPED(buf) struct buf b;
            arena_init(&a, REQUEST_ARENA_MAX);
            buf_init(&b, 1000);
            buf_text(&b, "x");
            base64_encode(form, bytes_of(data, n), &b);
            struct bytes text = bytes_of(b.p + 1, b.n - 1);
            assert_ok(base64_decode(&a, form, text, &out));
            assert_bytes(out, bytes_of(data, n));
            assert_ok(base64_decode_fixed(form, text, fixed, n));
            assert_bytes(bytes_of(fixed, n), bytes_of(data, n));
            arena_clear(&a);
        }
    }
}

static void a_secret_is_decoded_in_place(void **state)
{
    (void)state;
    struct secret s;
    assert_code(base64_decode_secret(BASE64_URL, BYTES_EMPTY, &s), ERR_FORMAT);
    assert_ok(base64_decode_secret(BASE64_URL, BYTES_LIT("_-8"), &s));
    assert_bytes(secret_borrow(&s), BYTES_LIT("\xff\xef"));
    secret_clear(&s);
}

static void a_full_buffer_is_sticky(void **state)
{
    (void)state;
    SCOPED(buf) struct buf b;
    buf_init(&b, 3);
    base64_encode(BASE64_PADDED, BYTES_LIT("abc"), &b);
    struct bytes out;
    assert_code(buf_end(&b, &out), ERR_LIMIT);
}

static struct err both_ways(struct arena *a)
{
    struct bytes out;
    TRY(base64_encode_arena(a, BASE64_URL, BYTES_LIT("some bytes"), &out));
    return base64_decode(a, BASE64_URL, out, &out);
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
        cmocka_unit_test(refuses_what_is_not_canonical),
        cmocka_unit_test(refuses_every_foreign_character_at_every_place),
        cmocka_unit_test(the_vectors_of_rfc_4648),
        cmocka_unit_test(every_length_and_byte_comes_back),
        cmocka_unit_test(a_secret_is_decoded_in_place),
        cmocka_unit_test(a_full_buffer_is_sticky),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("codec/base64", tests, NULL, NULL);
}
