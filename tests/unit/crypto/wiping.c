/* No secret outlives its struct: neither our code nor libcrypto keeps a copy. */
#include "crypto/aead.h"
#include "crypto/key.h"
#include "memory_scan.h"

static void derived_keys_are_wiped(void **state)
{
    (void)state;
    SCOPED(secret) struct secret s = {0};
    assert_ok(hkdf(BYTES_LIT("key"), BYTES_LIT("salt"), BYTES_LIT("info"), 64, &s));
    ASSERT_WIPED(&s);
    assert_ok(kdfa(BYTES_LIT("key"), "STORAGE", BYTES_LIT("u"), BYTES_EMPTY, 32, &s));
    ASSERT_WIPED(&s);
    assert_ok(concat_kdf(BYTES_LIT("z"), BYTES_LIT("info"), 32, &s));
    ASSERT_WIPED(&s);
}

static void agreed_keys_are_wiped(void **state)
{
    (void)state;
    static const enum key_kind kinds[] = {KEY_EC_P256, KEY_EC_P384, KEY_EC_P521};
    for (size_t i = 0; i < 3; i++) {
        SCOPED_KEY struct key *a = NULL;
        SCOPED_KEY struct key *b = NULL;
        SCOPED(secret) struct secret s = {0};
        assert_ok(key_generate(kinds[i], &a));
        assert_ok(key_generate(kinds[i], &b));
        assert_ok(key_agree(a, b, &s));
        ASSERT_WIPED(&s);
    }
}

static void unwrapped_keys_are_wiped(void **state)
{
    (void)state;
    SCOPED(secret) struct secret kek = {0}, inner = {0};
    SCOPED(buf) struct buf wrapped = {0};
    buf_init(&wrapped, 256);
    assert_ok(secret_new(32, &kek));
    assert_ok(secret_new(32, &inner));
    assert_ok(random_bytes(kek.p, 32));
    assert_ok(random_bytes(inner.p, 32));
    assert_ok(key_wrap(secret_borrow(&kek), secret_borrow(&inner), &wrapped));
    ASSERT_WIPED(&inner);
    assert_ok(key_unwrap(secret_borrow(&kek), buf_view(&wrapped), &inner));
    ASSERT_WIPED(&inner);
    ASSERT_WIPED(&kek);
}

static void decrypted_secrets_are_wiped(void **state)
{
    (void)state;
    SCOPED(secret) struct secret key = {0}, plain = {0};
    SCOPED(buf) struct buf sealed = {0};
    uint8_t iv[AEAD_IV] = {1}, tag[AEAD_TAG];
    buf_init(&sealed, 4096);
    assert_ok(secret_new(32, &key));
    assert_ok(secret_new(1000, &plain));
    assert_ok(random_bytes(key.p, key.n));
    assert_ok(random_bytes(plain.p, plain.n));
    assert_ok(aead_seal(secret_borrow(&key), BYTES_OF(iv), BYTES_EMPTY, secret_borrow(&plain), &sealed, tag));
    ASSERT_WIPED(&plain);
    assert_ok(aead_open(secret_borrow(&key), BYTES_OF(iv), BYTES_EMPTY, buf_view(&sealed), BYTES_OF(tag), &plain));
    ASSERT_WIPED(&plain);
    ASSERT_WIPED(&key);
}

static void oaep_secrets_are_wiped(void **state)
{
    (void)state;
    SCOPED_KEY struct key *k = NULL;
    SCOPED(secret) struct secret plain = {0};
    SCOPED(buf) struct buf sealed = {0};
    buf_init(&sealed, 4096);
    assert_ok(key_generate(KEY_RSA, &k));
    assert_ok(secret_new(32, &plain));
    assert_ok(random_bytes(plain.p, plain.n));
    assert_ok(key_oaep_encrypt(k, HASH_SHA256, BYTES_EMPTY, secret_borrow(&plain), &sealed));
    ASSERT_WIPED(&plain);
    assert_ok(key_oaep_decrypt(k, HASH_SHA256, BYTES_EMPTY, buf_view(&sealed), &plain));
    ASSERT_WIPED(&plain);
}

static void written_keys_are_wiped(void **state)
{
    (void)state;
    SCOPED_KEY struct key *k = NULL;
    SCOPED(secret) struct secret pem = {0};
    assert_ok(key_generate(KEY_EC_P256, &k));
    assert_ok(key_pem_private(k, &pem));
    /* The text begins alike for every key: look for its middle. */
    struct needle n = needle_of(bytes_of(pem.p + 80, 32));
    assert_true(memory_still_holds(&n));
    secret_clear(&pem);
    assert_false(memory_still_holds(&n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(derived_keys_are_wiped),   cmocka_unit_test(agreed_keys_are_wiped),
        cmocka_unit_test(unwrapped_keys_are_wiped), cmocka_unit_test(decrypted_secrets_are_wiped),
        cmocka_unit_test(oaep_secrets_are_wiped),   cmocka_unit_test(written_keys_are_wiped),
    };
    return cmocka_run_group_tests_name("crypto/wiping", tests, NULL, NULL);
}
