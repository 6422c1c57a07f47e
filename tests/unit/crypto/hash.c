#include "crypto/hash.h"

#include "base/buf.h"
#include "sample.h"

static void refuses_what_is_no_hash(void **state)
{
    (void)state;
    struct digest d = {.n = 7};
    assert_code(hash_of(HASH_NONE, BYTES_EMPTY, &d), ERR_UNSUPPORTED);
    assert_code(hash_of((enum hash_alg)99, BYTES_EMPTY, &d), ERR_UNSUPPORTED);
    assert_code(hmac_of(HASH_NONE, BYTES_EMPTY, NULL, 0, &d), ERR_UNSUPPORTED);
    assert_code(hash_extend(HASH_NONE, &d, BYTES_EMPTY), ERR_UNSUPPORTED);
    assert_int_equal(d.n, 7);
    static const char *const others[] = {"", "SHA256", "sha-256", "sha25", "sha2566", "md5", "sha3-256"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        ROW(others[i]);
        assert_int_equal(hash_named(bytes_of_text(others[i])), HASH_NONE);
    }
    assert_int_equal(hash_size(HASH_NONE), 0);
    assert_string_equal(hash_name(HASH_NONE), "");
    assert_string_equal(hash_name((enum hash_alg)99), "");
}

static void refuses_sizes_out_of_range(void **state)
{
    (void)state;
    struct secret s = {0};
    assert_code(hkdf(BYTES_LIT("k"), BYTES_EMPTY, BYTES_EMPTY, 0, &s), ERR_LIMIT);
    assert_code(hkdf(BYTES_LIT("k"), BYTES_EMPTY, BYTES_EMPTY, 255 * 32 + 1, &s), ERR_LIMIT);
    assert_code(kdfa(BYTES_LIT("k"), "L", BYTES_EMPTY, BYTES_EMPTY, 0, &s), ERR_LIMIT);
    assert_code(concat_kdf(BYTES_LIT("z"), BYTES_EMPTY, 0, &s), ERR_LIMIT);
    assert_null(s.p);
}

/* FIPS 180-4 examples; GB/T 32905 for SM3. */
static void hashes_known_answers(void **state)
{
    (void)state;
    static const struct {
        enum hash_alg alg;
        const char *name, *in, *want;
    } rows[] = {
        {HASH_SHA1, "sha1", "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"},
        {HASH_SHA1, "sha1", "", "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
        {HASH_SHA256, "sha256", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {HASH_SHA256, "sha256", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {HASH_SHA256, "sha256", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {HASH_SHA384, "sha384", "abc",
         "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"},
        {HASH_SHA512, "sha512", "abc",
         "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
         "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
        {HASH_SM3, "sm3", "abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].name);
        struct digest d;
        assert_ok(hash_of(rows[i].alg, bytes_of_text(rows[i].in), &d));
        assert_bytes(digest_view(&d), hex(rows[i].want));
        assert_true(bytes_all(bytes_of(d.p + d.n, sizeof(d.p) - d.n), 0));
        assert_int_equal(hash_size(rows[i].alg), d.n);
        assert_int_equal(hash_named(bytes_of_text(rows[i].name)), rows[i].alg);
        assert_string_equal(hash_name(rows[i].alg), rows[i].name);
    }
}

static void parts_hash_like_the_whole(void **state)
{
    (void)state;
    struct digest whole, parts, none;
    const struct bytes three[] = {BYTES_LIT("a"), BYTES_EMPTY, BYTES_LIT("bc")};
    assert_ok(hash_of(HASH_SHA384, BYTES_LIT("abc"), &whole));
    assert_ok(hash_of_parts(HASH_SHA384, three, 3, &parts));
    assert_bytes(digest_view(&parts), digest_view(&whole));
    assert_ok(hash_of_parts(HASH_SHA384, NULL, 0, &none));
    assert_ok(hash_of(HASH_SHA384, BYTES_EMPTY, &whole));
    assert_bytes(digest_view(&none), digest_view(&whole));
}

static void extends_as_a_register_does(void **state)
{
    (void)state;
    /* SHA-256 of 32 zeros and 32 ones, and once more. */
    uint8_t ones[32];
    memset(ones, 1, sizeof(ones));
    struct digest reg = {.n = 32}, want;
    const struct bytes parts[] = {digest_view(&reg), BYTES_OF(ones)};
    assert_ok(hash_of_parts(HASH_SHA256, parts, 2, &want));
    struct digest have = {.n = 32};
    assert_ok(hash_extend(HASH_SHA256, &have, BYTES_OF(ones)));
    assert_bytes(digest_view(&have), digest_view(&want));
    assert_ok(hash_extend(HASH_SHA256, &have, BYTES_OF(ones)));
    assert_false(bytes_equal(digest_view(&have), digest_view(&want)));
}

/* RFC 4231 4.2, 4.3, 4.7. */
static void macs_known_answers(void **state)
{
    (void)state;
    static const char k1[] = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b";
    uint8_t long_key[131];
    memset(long_key, 0xaa, sizeof(long_key));
    struct bytes big = BYTES_OF(long_key);
    struct digest d;
    struct bytes data = BYTES_LIT("Hi There");
    assert_ok(hmac_of(HASH_SHA256, hex(k1), &data, 1, &d));
    assert_bytes(digest_view(&d), hex("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"));
    assert_ok(hmac_of(HASH_SHA384, hex(k1), &data, 1, &d));
    assert_bytes(digest_view(&d), hex("afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c"
                                      "faea9ea9076ede7f4af152e8b2fa9cb6"));
    assert_ok(hmac_of(HASH_SHA512, hex(k1), &data, 1, &d));
    assert_bytes(digest_view(&d), hex("87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
                                      "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854"));
    const struct bytes parts[] = {BYTES_LIT("what do ya want "), BYTES_LIT("for nothing?")};
    assert_ok(hmac_of(HASH_SHA256, BYTES_LIT("Jefe"), parts, 2, &d));
    assert_bytes(digest_view(&d), hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
    data = BYTES_LIT("Test Using Larger Than Block-Size Key - Hash Key First");
    assert_ok(hmac_of(HASH_SHA256, big, &data, 1, &d));
    assert_bytes(digest_view(&d), hex("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"));
    /* An empty key is a key: HKDF without a salt. */
    assert_ok(hmac_of(HASH_SHA256, BYTES_EMPTY, NULL, 0, &d));
    assert_bytes(digest_view(&d), hex("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"));
}

/* RFC 5869 A.1, A.2, A.3. */
static void hkdf_known_answers(void **state)
{
    (void)state;
    uint8_t count[256];
    for (size_t i = 0; i < sizeof(count); i++)
        count[i] = (uint8_t)i;
    SCOPED(secret) struct secret one = {0};
    assert_ok(hkdf(hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"), hex("000102030405060708090a0b0c"),
                   hex("f0f1f2f3f4f5f6f7f8f9"), 42, &one));
    assert_bytes(secret_borrow(&one),
                 hex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"));
    SCOPED(secret) struct secret two = {0};
    assert_ok(hkdf(bytes_of(count, 80), bytes_of(count + 0x60, 80), bytes_of(count + 0xb0, 80), 82, &two));
    assert_bytes(secret_borrow(&two),
                 hex("b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
                     "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"));
    SCOPED(secret) struct secret three = {0};
    assert_ok(hkdf(hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"), BYTES_EMPTY, BYTES_EMPTY, 42, &three));
    assert_bytes(secret_borrow(&three),
                 hex("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"));
    SCOPED(secret) struct secret longest = {0};
    assert_ok(hkdf(BYTES_LIT("k"), BYTES_EMPTY, BYTES_EMPTY, 255 * 32, &longest));
}

/* RFC 7518 C. */
static void concat_kdf_known_answer(void **state)
{
    (void)state;
    SCOPED(secret) struct secret key = {0};
    struct bytes z = hex("9e56d91d817135d372834283bf84269cfb316ea3da806a48f6daa7798cfe90c4");
    assert_ok(concat_kdf(z, hex("0000000741313238 47434d00000005416c69636500000003426f6200000080"), 16, &key));
    assert_bytes(secret_borrow(&key), hex("56aa8deaf8236d205c2228cd71a7101a"));
    /* More than one block: the first 32 bytes do not depend on the length. */
    SCOPED(secret) struct secret shorter = {0}, longer = {0};
    assert_ok(concat_kdf(z, BYTES_LIT("info"), 32, &shorter));
    assert_ok(concat_kdf(z, BYTES_LIT("info"), 33, &longer));
    assert_bytes(bytes_of(longer.p, 32), secret_borrow(&shorter));
}

/* One block is HMAC(key, 1 ‖ label ‖ 00 ‖ u ‖ v ‖ bits), by TPM 2.0 Library Part 1 11.4.10.2. */
static void kdfa_is_the_counter_mode(void **state)
{
    (void)state;
    SCOPED(secret) struct secret have = {0};
    assert_ok(kdfa(BYTES_LIT("seed"), "STORAGE", BYTES_LIT("u"), BYTES_LIT("v"), 16, &have));
    struct digest want;
    struct bytes block = BYTES_LIT("\0\0\0\1STORAGE\0uv\0\0\0\x80");
    assert_ok(hmac_of(HASH_SHA256, BYTES_LIT("seed"), &block, 1, &want));
    assert_bytes(secret_borrow(&have), bytes_of(want.p, 16));
    SCOPED(secret) struct secret two = {0};
    assert_ok(kdfa(BYTES_LIT("seed"), "INTEGRITY", BYTES_EMPTY, BYTES_EMPTY, 64, &two));
    block = BYTES_LIT("\0\0\0\2INTEGRITY\0\0\0\2\0");
    assert_ok(hmac_of(HASH_SHA256, BYTES_LIT("seed"), &block, 1, &want));
    assert_bytes(bytes_of(two.p + 32, 32), digest_view(&want));
}

static void random_bytes_differ(void **state)
{
    (void)state;
    uint8_t a[32] = {0}, b[32] = {0};
    assert_ok(random_bytes(a, sizeof(a)));
    assert_ok(random_bytes(b, sizeof(b)));
    assert_false(bytes_all(BYTES_OF(a), 0));
    assert_false(bytes_equal(BYTES_OF(a), BYTES_OF(b)));
    assert_ok(random_bytes(a, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_is_no_hash),    cmocka_unit_test(refuses_sizes_out_of_range),
        cmocka_unit_test(hashes_known_answers),       cmocka_unit_test(parts_hash_like_the_whole),
        cmocka_unit_test(extends_as_a_register_does), cmocka_unit_test(macs_known_answers),
        cmocka_unit_test(hkdf_known_answers),         cmocka_unit_test(concat_kdf_known_answer),
        cmocka_unit_test(kdfa_is_the_counter_mode),   cmocka_unit_test(random_bytes_differ),
    };
    return cmocka_run_group_tests_name("crypto/hash", tests, NULL, NULL);
}
