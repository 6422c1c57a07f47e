#include "host/attack/attack.h"

#include "base/limits.h"
#include "check.h"
#include "host/attack/software_key.h"
#include "host/attack/token.h"
#include "jose/jws.h"
#include "rats/tpm_attest.h"
#include "rats/tpm_public.h"

static const char *const promised[] = {"command-line",
                                       "command-line-override",
                                       "initramfs",
                                       "kernel",
                                       "foreign-initdata",
                                       "no-initdata",
                                       "unenrolled-ek",
                                       "replay",
                                       "relay",
                                       "eventlog-mismatch",
                                       "session-reuse",
                                       "token-bit",
                                       "token-foreign-key",
                                       "token-stolen",
                                       "other-resource",
                                       "forged-software",
                                       "forged-boot"};

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(promised) / sizeof(promised[0]); i++) {
        ROW(promised[i]);
        const struct attack *attack = attack_find(promised[i]);
        assert_non_null(attack);
        assert_int_equal(strncmp(attack->threat, "T-", 2), 0);
        assert_true(strlen(attack->what) > 0);
    }
    assert_null(attack_find("no-such-attack"));
    assert_null(attack_find(""));
}

/* Without its options an attack tries nothing, and says that it is misused. */
static void test_misuse(void **state)
{
    (void)state;
    for (size_t i = 7; i < sizeof(promised) / sizeof(promised[0]); i++) {
        struct host_option rows[] = {ATTACK_OPTIONS, {.name = "tpm"}, {.name = "initdata"}, {0}};
        struct arena a;
        struct outcome o = {0};
        bool is_misuse = false;
        ROW(promised[i]);
        arena_init(&a, MIB);
        assert_code(attack_find(promised[i])->run(&a, rows, &o, &is_misuse), ERR_FORMAT);
        assert_true(is_misuse);
        arena_clear(&a);
    }
}

static void make_token(struct arena *a, const struct key *key, struct bytes *out)
{
    SCOPED(buf) struct buf token;
    buf_init(&token, 8 * KIB);
    assert_ok(jws_sign(key, NULL, BYTES_LIT("{\"iss\":\"broker\",\"exp\":1700000000}"), &token));
    assert_ok(arena_copy(a, buf_view(&token), out));
}

static void test_token(void **state)
{
    (void)state;
    struct arena a;
    struct jws jws;
    struct jws again;
    struct bytes token;
    struct bytes changed;
    SCOPED_KEY struct key *key = NULL;
    arena_init(&a, MIB);
    assert_ok(key_generate(KEY_EC_P256, &key));
    make_token(&a, key, &token);
    assert_code(token_flip(&a, BYTES_LIT("a.b.c"), &changed), ERR_FORMAT);
    assert_code(token_sign_again(&a, BYTES_LIT("no token"), &changed), ERR_FORMAT);
    ROW("one bit");
    assert_ok(token_flip(&a, token, &changed));
    assert_int_equal(changed.n, token.n);
    assert_false(bytes_equal(changed, token));
    assert_ok(jws_decode(&a, changed, &jws));
    assert_code(jws_verify(&a, &jws, key), ERR_UNVERIFIED);
    ROW("another key");
    assert_ok(token_sign_again(&a, token, &changed));
    assert_ok(jws_decode(&a, changed, &jws));
    assert_ok(jws_decode(&a, token, &again));
    assert_bytes(jws.payload_text, again.payload_text);
    assert_code(jws_verify(&a, &jws, key), ERR_UNVERIFIED);
    arena_clear(&a);
}

/* TPM2B_PUBLIC of an ECC P-256 AK: ECDSA SHA-256, attributes 0x50072, an empty point to be replaced. */
static void build_public(struct buf *out)
{
    SCOPED(buf) struct buf area;
    buf_init(&area, KIB);
    buf_u16be(&area, 0x0023);
    buf_u16be(&area, 0x000b);
    buf_u32be(&area, 0x00050072);
    buf_u16be(&area, 0);
    buf_u16be(&area, 0x0010);
    buf_u16be(&area, 0x0018);
    buf_u16be(&area, 0x000b);
    buf_u16be(&area, 0x0003);
    buf_u16be(&area, 0x0010);
    buf_u16be(&area, 32);
    buf_fill(&area, 1, 32);
    buf_u16be(&area, 32);
    buf_fill(&area, 2, 32);
    buf_prefix16be(out, buf_view(&area));
}

/* The forged key passes every check of form, and its signatures hold: only the missing TPM gives it away. */
static void test_software_key(void **state)
{
    (void)state;
    struct arena a;
    struct tpm_public public;
    struct tpm_identity forged;
    struct bytes signature;
    SCOPED(buf) struct buf like;
    SCOPED_KEY struct key *key = NULL;
    SCOPED_KEY struct key *shown = NULL;
    arena_init(&a, MIB);
    buf_init(&like, KIB);
    build_public(&like);
    const struct tpm_identity genuine = {.ek_cert = BYTES_LIT("a certificate"), .ak_public = buf_view(&like)};
    assert_ok(software_key_make(&a, &genuine, &key, &forged));
    assert_bytes(forged.ek_cert, genuine.ek_cert);
    assert_ok(tpm_public_decode(forged.ak_public, &public));
    assert_ok(tpm_public_check_ak(&public));
    assert_ok(tpm_public_key(&public, &shown));
    assert_ok(software_key_sign(&a, key, BYTES_LIT("a quote"), &signature));
    assert_ok(tpm_quote_verify(shown, BYTES_LIT("a quote"), signature));
    assert_true(failed(tpm_quote_verify(shown, BYTES_LIT("A quote"), signature)));
    arena_clear(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_misuse),
        cmocka_unit_test(test_token),
        cmocka_unit_test(test_software_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
