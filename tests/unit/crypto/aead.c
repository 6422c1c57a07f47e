#include "crypto/aead.h"

#include "crypto/openssl.h"
#include "sample.h"

#define KEY "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"
#define IV  "cafebabefacedbaddecaf888"
#define AAD "feedfacedeadbeeffeedfacedeadbeefabaddad2"
#define PLAIN                                                                                                          \
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"                                                 \
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
#define CIPHER                                                                                                         \
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"                                                 \
    "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
#define TAG "76fc6ece0f4e1768cddf8853bb2d551b"

static struct err open_with(const char *key, const char *iv, const char *aad, struct bytes in, struct bytes tag)
{
    SCOPED(secret) struct secret out = {0};
    struct err e = aead_open(hex(key), hex(iv), hex(aad), in, tag, &out);
    if (failed(e))
        assert_null(out.p);
    SCOPED(buf) struct buf public = {0};
    buf_init(&public, 4096);
    struct err again = aead_open_public(hex(key), hex(iv), hex(aad), in, tag, &public);
    assert_int_equal(again.code, e.code);
    if (failed(e)) {
        assert_int_equal(public.n, 0);
        assert_true(public.p == NULL || bytes_all(bytes_of(public.p, in.n), 0));
    }
    return e;
}

static void refuses_every_changed_bit(void **state)
{
    (void)state;
    struct bytes cipher = hex(CIPHER), tag = hex(TAG);
    for (size_t bit = 0; bit < cipher.n * 8; bit++) {
        uint8_t *changed = changeable(cipher);
        changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_code(open_with(KEY, IV, AAD, bytes_of(changed, cipher.n), hex(TAG)), ERR_UNVERIFIED);
        cipher = hex(CIPHER);
    }
    for (size_t bit = 0; bit < 128; bit++) {
        uint8_t *changed = changeable(tag);
        changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_code(open_with(KEY, IV, AAD, hex(CIPHER), bytes_of(changed, 16)), ERR_UNVERIFIED);
        tag = hex(TAG);
    }
}

static void refuses_other_sizes_and_parts(void **state)
{
    (void)state;
    struct bytes cipher = hex(CIPHER);
    static uint8_t tag[32];
    memcpy(tag, hex(TAG).p, 16);
    for (size_t n = 0; n < 32; n++) {
        if (n != 16)
            assert_code(open_with(KEY, IV, AAD, hex(CIPHER), bytes_of(tag, n)), ERR_UNVERIFIED);
    }
    for (size_t n = 0; n < cipher.n; n++)
        assert_code(open_with(KEY, IV, AAD, bytes_of(hex(CIPHER).p, n), bytes_of(tag, 16)), ERR_UNVERIFIED);
    assert_code(open_with(KEY, IV, "", hex(CIPHER), hex(TAG)), ERR_UNVERIFIED);
    assert_code(open_with(KEY, IV, AAD "00", hex(CIPHER), hex(TAG)), ERR_UNVERIFIED);
    assert_code(open_with(KEY, "cafebabefacedbaddecaf889", AAD, hex(CIPHER), hex(TAG)), ERR_UNVERIFIED);
    assert_code(
        open_with("ffffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", IV, AAD, hex(CIPHER), hex(TAG)),
        ERR_UNVERIFIED);
    assert_code(open_with("feffe9928665731c6d6a8f9467308308", IV, AAD, hex(CIPHER), hex(TAG)), ERR_LIMIT);
    assert_code(open_with(KEY, IV "00", AAD, hex(CIPHER), hex(TAG)), ERR_LIMIT);
    assert_code(open_with(KEY, "", AAD, hex(CIPHER), hex(TAG)), ERR_LIMIT);
    SCOPED(buf) struct buf out = {0};
    buf_init(&out, 4096);
    uint8_t made[AEAD_TAG];
    assert_code(aead_seal(hex(KEY), hex("00"), BYTES_EMPTY, BYTES_EMPTY, &out, made), ERR_LIMIT);
    assert_code(aead_seal(hex("00"), hex(IV), BYTES_EMPTY, BYTES_EMPTY, &out, made), ERR_LIMIT);
    buf_clear(&out);
    buf_init(&out, 3);
    assert_code(aead_seal(hex(KEY), hex(IV), BYTES_EMPTY, BYTES_LIT("four"), &out, made), ERR_LIMIT);
}

/* The Galois/Counter Mode of Operation (McGrew, Viega), test cases 13 and 16. */
static void seals_and_opens_known_answers(void **state)
{
    (void)state;
    SCOPED(buf) struct buf out = {0};
    buf_init(&out, 4096);
    uint8_t tag[AEAD_TAG];
    assert_ok(aead_seal(hex(KEY), hex(IV), hex(AAD), hex(PLAIN), &out, tag));
    assert_bytes(buf_view(&out), hex(CIPHER));
    assert_bytes(BYTES_OF(tag), hex(TAG));
    SCOPED(secret) struct secret open = {0};
    assert_ok(aead_open(hex(KEY), hex(IV), hex(AAD), hex(CIPHER), hex(TAG), &open));
    assert_bytes(secret_borrow(&open), hex(PLAIN));
    buf_reset(&out);
    assert_ok(aead_open_public(hex(KEY), hex(IV), hex(AAD), hex(CIPHER), hex(TAG), &out));
    assert_bytes(buf_view(&out), hex(PLAIN));

    uint8_t zero[32] = {0};
    struct bytes iv = bytes_of(zero, 12);
    buf_reset(&out);
    assert_ok(aead_seal(BYTES_OF(zero), iv, BYTES_EMPTY, BYTES_EMPTY, &out, tag));
    assert_int_equal(out.n, 0);
    assert_bytes(BYTES_OF(tag), hex("530f8afbc74536b9a963b4f1c4cb738b"));
    SCOPED(secret) struct secret nothing = {0};
    assert_ok(aead_open(BYTES_OF(zero), iv, BYTES_EMPTY, BYTES_EMPTY, BYTES_OF(tag), &nothing));
    assert_int_equal(secret_borrow(&nothing).n, 0);
    tag[3] ^= 1;
    assert_code(aead_open(BYTES_OF(zero), iv, BYTES_EMPTY, BYTES_EMPTY, BYTES_OF(tag), &nothing), ERR_UNVERIFIED);
}

#define KEK     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define WRAPPED "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21"
#define INNER   "00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f"

static void refuses_wrapped_keys(void **state)
{
    (void)state;
    struct bytes wrapped = hex(WRAPPED);
    SCOPED(secret) struct secret out = {0};
    for (size_t bit = 0; bit < wrapped.n * 8; bit++) {
        uint8_t *changed = changeable(wrapped);
        changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_code(key_unwrap(hex(KEK), bytes_of(changed, wrapped.n), &out), ERR_UNVERIFIED);
        wrapped = hex(WRAPPED);
    }
    for (size_t n = 0; n < wrapped.n; n++) {
        struct bytes cut = bytes_of(hex(WRAPPED).p, n);
        assert_code(key_unwrap(hex(KEK), cut, &out), n % 8 != 0 || n < 24 ? ERR_LIMIT : ERR_UNVERIFIED);
    }
    assert_code(key_unwrap(hex("00"), hex(WRAPPED), &out), ERR_LIMIT);
    assert_null(out.p);
    SCOPED(buf) struct buf made = {0};
    buf_init(&made, 4096);
    assert_code(key_wrap(hex(KEK), hex("0011223344556677"), &made), ERR_LIMIT);
    assert_code(key_wrap(hex(KEK), hex("00112233445566778899aabbccddeeff00"), &made), ERR_LIMIT);
    assert_code(key_wrap(hex("00112233445566778899aabbccddeeff"), hex(INNER), &made), ERR_LIMIT);
    assert_int_equal(made.n, 0);
}

/* RFC 3394 4.6. */
static void wraps_the_known_answer(void **state)
{
    (void)state;
    SCOPED(buf) struct buf made = {0};
    buf_init(&made, 4096);
    assert_ok(key_wrap(hex(KEK), hex(INNER), &made));
    assert_bytes(buf_view(&made), hex(WRAPPED));
    SCOPED(secret) struct secret out = {0};
    assert_ok(key_unwrap(hex(KEK), buf_view(&made), &out));
    assert_bytes(secret_borrow(&out), hex(INNER));
}

/* NIST SP 800-38A F.3.13 and F.3.17 have another iv; with a zero iv the first block is plain XOR AES(key, 0). */
static void cfb_with_a_zero_iv(void **state)
{
    (void)state;
    SCOPED(buf) struct buf out = {0};
    buf_init(&out, 4096);
    uint8_t zero[32] = {0};
    assert_ok(cfb_encrypt(bytes_of(zero, 16), bytes_of(zero, 16), &out));
    assert_bytes(buf_view(&out), hex("66e94bd4ef8a2c3b884cfa59ca342b2e"));
    buf_reset(&out);
    assert_ok(cfb_encrypt(bytes_of(zero, 32), bytes_of(zero, 17), &out));
    assert_int_equal(out.n, 17);
    assert_bytes(bytes_of(out.p, 16), hex("dc95c078a2408989ad48a21492842087"));
    assert_code(cfb_encrypt(bytes_of(zero, 24), bytes_of(zero, 16), &out), ERR_LIMIT);
    assert_code(cfb_encrypt(BYTES_EMPTY, bytes_of(zero, 16), &out), ERR_LIMIT);
    assert_int_equal(out.n, 17);
}

static struct err seal_and_open(void)
{
    SCOPED(buf) struct buf out = {0};
    buf_init(&out, 4096);
    uint8_t tag[AEAD_TAG];
    TRY(aead_seal(hex(KEY), hex(IV), hex(AAD), hex(PLAIN), &out, tag));
    SCOPED(buf) struct buf plain = {0};
    buf_init(&plain, 4096);
    TRY(aead_open_public(hex(KEY), hex(IV), hex(AAD), buf_view(&out), BYTES_OF(tag), &plain));
    SCOPED(buf) struct buf wrapped = {0};
    buf_init(&wrapped, 4096);
    return key_wrap(hex(KEK), hex(INNER), &wrapped);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    FAULT_PASS(seal_and_open(), (void)0);
}

/* What a refusal leaves in libcrypto's queue would be taken for the failure of a later TLS call. */
static void refusals_leave_no_error_behind(void **state)
{
    (void)state;
    assert_int_equal(ERR_peek_error(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_every_changed_bit),     cmocka_unit_test(refuses_other_sizes_and_parts),
        cmocka_unit_test(seals_and_opens_known_answers), cmocka_unit_test(refuses_wrapped_keys),
        cmocka_unit_test(wraps_the_known_answer),        cmocka_unit_test(cfb_with_a_zero_iv),
        cmocka_unit_test(every_allocation_may_fail),     cmocka_unit_test(refusals_leave_no_error_behind),
    };
    return cmocka_run_group_tests_name("crypto/aead", tests, NULL, NULL);
}
