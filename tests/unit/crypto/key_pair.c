/*
 * Pairs from numbers: RFC 7515 A.3 (P-256) and RFC 8037 A.1 (Ed25519), both published with their private parts.
 */
#include "crypto/key_pair.h"

#include "crypto/openssl.h"
#include "sample.h"

#define EC_D "8e9b109e719098bf980487df1f5d77e9cb29606ebed2263b5f57c213df84f4b2"
#define EC_X "7fcdce2770f6c45d4183cbee6fdb4b7b580733357be9ef13bacf6e3c7bd15445"
#define EC_Y "c7f144cd1bbd9b7e872cdfedb9eeb9f4b3695d6ea90b24ad8a4623288588e5ad"
#define ED_D "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
#define ED_X "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"

static void refuses_numbers_of_no_pair(void **state)
{
    (void)state;
    struct key *k = NULL;
    assert_code(key_pair_from_ec(KEY_RSA, hex(EC_D), hex(EC_X), hex(EC_Y), &k), ERR_UNSUPPORTED);
    assert_code(key_pair_from_ec(KEY_EC_P384, hex(EC_D), hex(EC_X), hex(EC_Y), &k), ERR_FORMAT);
    assert_code(key_pair_from_ec(KEY_EC_P256, hex(EC_D), hex(EC_Y), hex(EC_X), &k), ERR_FORMAT);
    assert_code(key_pair_from_ec(KEY_EC_P256, hex(EC_X), hex(EC_X), hex(EC_Y), &k), ERR_FORMAT);
    assert_code(key_pair_from_ec(KEY_EC_P256, BYTES_EMPTY, hex(EC_X), hex(EC_Y), &k), ERR_FORMAT);
    uint8_t zero[32] = {0};
    assert_code(key_pair_from_ec(KEY_EC_P256, BYTES_OF(zero), hex(EC_X), hex(EC_Y), &k), ERR_FORMAT);
    assert_code(key_pair_from_ed25519(hex("00"), &k), ERR_FORMAT);
    assert_code(key_from_ed25519(hex("00"), &k), ERR_FORMAT);
    struct rsa_numbers none = {BYTES_EMPTY, BYTES_EMPTY, BYTES_EMPTY, BYTES_EMPTY,
                               BYTES_EMPTY, BYTES_EMPTY, BYTES_EMPTY, BYTES_EMPTY};
    assert_code(key_pair_from_rsa(&none, &k), ERR_FORMAT);
    none.n = none.d = hex(EC_X);
    none.e = hex("010001");
    assert_true(failed(key_pair_from_rsa(&none, &k)));
    assert_null(k);
    assert_int_equal(ERR_peek_error(), 0);
}

static void makes_pairs(void **state)
{
    (void)state;
    SCOPED_KEY struct key *ec = NULL;
    SCOPED_KEY struct key *ed = NULL;
    SCOPED_KEY struct key *ed_public = NULL;
    SCOPED(buf) struct buf sig = {0};
    assert_ok(key_pair_from_ec(KEY_EC_P256, hex(EC_D), hex(EC_X), hex(EC_Y), &ec));
    assert_true(key_is_private(ec));
    assert_ok(key_pair_from_ed25519(hex(ED_D), &ed));
    assert_ok(key_from_ed25519(hex(ED_X), &ed_public));
    assert_false(key_is_private(ed_public));
    buf_init(&sig, 128);
    assert_ok(key_sign(ed, SIG_ED25519, BYTES_LIT("m"), &sig));
    assert_ok(key_verify(ed_public, SIG_ED25519, BYTES_LIT("m"), buf_view(&sig)));
    assert_code(key_verify(ed_public, SIG_ED25519, BYTES_LIT("n"), buf_view(&sig)), ERR_UNVERIFIED);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    struct key *k = NULL;
    FAULT_PASS(key_pair_from_ec(KEY_EC_P256, hex(EC_D), hex(EC_X), hex(EC_Y), &k), (key_free(k), k = NULL));
    FAULT_PASS(key_pair_from_ed25519(hex(ED_D), &k), (key_free(k), k = NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_numbers_of_no_pair),
        cmocka_unit_test(makes_pairs),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
