#include "crypto/key.h"
#include "crypto/key_pair.h"

#include "crypto/openssl.h"
#include "sample.h"

#include <openssl/evp.h>

static const enum key_kind KINDS[] = {KEY_EC_P256, KEY_EC_P384, KEY_EC_P521, KEY_RSA, KEY_ED25519};
#define KIND_COUNT (sizeof(KINDS) / sizeof(KINDS[0]))

static const struct {
    enum sig_alg alg;
    enum key_kind kind;
    const char *name;
} ALGS[] = {
    {SIG_ECDSA_SHA256, KEY_EC_P256, "ecdsa-sha256"}, {SIG_ECDSA_SHA384, KEY_EC_P384, "ecdsa-sha384"},
    {SIG_ECDSA_SHA512, KEY_EC_P521, "ecdsa-sha512"}, {SIG_RSA_PKCS1_SHA256, KEY_RSA, "pkcs1-sha256"},
    {SIG_RSA_PKCS1_SHA384, KEY_RSA, "pkcs1-sha384"}, {SIG_RSA_PSS_SHA256, KEY_RSA, "pss-sha256"},
    {SIG_RSA_PSS_SHA384, KEY_RSA, "pss-sha384"},     {SIG_ED25519, KEY_ED25519, "ed25519"},
    {SIG_RSA_PKCS1_SHA512, KEY_RSA, "pkcs1-sha512"}, {SIG_RSA_PSS_SHA512, KEY_RSA, "pss-sha512"},
};
#define ALG_COUNT (sizeof(ALGS) / sizeof(ALGS[0]))

/* One pair of each kind, made once. */
static struct key *pair_of(enum key_kind kind)
{
    static struct key *kept[KEY_ED25519 + 1];
    if (kept[kind] == NULL)
        assert_ok(key_generate(kind, &kept[kind]));
    return kept[kind];
}

static struct key *public_of(const struct key *k)
{
    SCOPED(buf) struct buf spki = {0};
    buf_init(&spki, 4096);
    struct key *out = NULL;
    assert_ok(key_spki(k, &spki));
    assert_ok(key_from_spki(buf_view(&spki), &out));
    return out;
}

/* The generator of P-256, and (RFC 7515 A.3) the public key of the ES256 example. */
#define GX     "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
#define GY     "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
#define P256_P "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"
#define Z32    "0000000000000000000000000000000000000000000000000000000000000000"

static void refuses_points_off_the_curve(void **state)
{
    (void)state;
    static const struct {
        const char *name, *x, *y;
        uint16_t code;
    } rows[] = {
        {"last bit", GX, "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f4", ERR_FORMAT},
        {"swapped", GY, GX, ERR_FORMAT},
        {"zeros", Z32, Z32, ERR_FORMAT},
        {"x is p", P256_P, GY, ERR_FORMAT},
        {"y is p", GX, P256_P, ERR_FORMAT},
        {"all ones", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", GY, ERR_FORMAT},
        {"short x", "17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296", GY, ERR_FORMAT},
        {"long y", GX, "00" GY, ERR_FORMAT},
        {"empty", "", "", ERR_FORMAT},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].name);
        struct key *k = NULL;
        assert_code(key_from_point(KEY_EC_P256, hex(rows[i].x), hex(rows[i].y), &k), rows[i].code);
        assert_null(k);
    }
    struct key *k = NULL;
    assert_code(key_from_point(KEY_EC_P384, hex(GX), hex(GY), &k), ERR_FORMAT);
    assert_code(key_from_point(KEY_RSA, hex(GX), hex(GY), &k), ERR_UNSUPPORTED);
    assert_code(key_from_point(KEY_ED25519, hex(GX), hex(GY), &k), ERR_UNSUPPORTED);
    assert_code(key_from_point(KEY_NONE, hex(GX), hex(GY), &k), ERR_UNSUPPORTED);
    assert_code(key_generate(KEY_NONE, &k), ERR_UNSUPPORTED);
    assert_code(key_generate((enum key_kind)77, &k), ERR_UNSUPPORTED);
    assert_null(k);
    /* Every bit of the ordinate: no other point with this abscissa but the negative one. */
    for (size_t bit = 0; bit < 256; bit++) {
        uint8_t *y = changeable(hex(GY));
        y[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_code(key_from_point(KEY_EC_P256, hex(GX), bytes_of(y, 32), &k), ERR_FORMAT);
    }
}

static void refuses_weak_rsa(void **state)
{
    (void)state;
    static uint8_t n[1025];
    memset(n, 0xff, sizeof(n));
    struct bytes e3 = BYTES_LIT("\x03"), e65537 = BYTES_LIT("\x01\x00\x01");
    struct key *k = NULL;
    assert_code(key_from_rsa(bytes_of(n, 128), e65537, &k), ERR_UNSUPPORTED);
    assert_code(key_from_rsa(bytes_of(n, 255), e65537, &k), ERR_UNSUPPORTED);
    assert_code(key_from_rsa(bytes_of(n, 1025), e65537, &k), ERR_UNSUPPORTED);
    assert_code(key_from_rsa(BYTES_EMPTY, e65537, &k), ERR_UNSUPPORTED);
    assert_code(key_from_rsa(bytes_of(n, 256), BYTES_EMPTY, &k), ERR_UNSUPPORTED);
    assert_code(key_from_rsa(bytes_of(n, 256), bytes_of(n, 9), &k), ERR_UNSUPPORTED);
    assert_code(key_from_rsa(bytes_of(n, 256), BYTES_LIT("\x01"), &k), ERR_FORMAT);
    assert_code(key_from_rsa(bytes_of(n, 256), BYTES_LIT("\x02"), &k), ERR_FORMAT);
    assert_code(key_from_rsa(bytes_of(n, 256), BYTES_LIT("\x00"), &k), ERR_FORMAT);
    assert_code(key_from_rsa(bytes_of(n, 256), BYTES_LIT("\x00\x03"), &k), ERR_FORMAT);
    n[255] = 0xfe;
    assert_code(key_from_rsa(bytes_of(n, 256), e3, &k), ERR_FORMAT);
    n[255] = 0xff;
    n[0] = 0;
    assert_code(key_from_rsa(bytes_of(n, 257), e3, &k), ERR_FORMAT);
    assert_null(k);
    n[0] = 0xff;
    assert_ok(key_from_rsa(bytes_of(n, 256), e3, &k));
    assert_int_equal(key_bits(k), 2048);
    key_free(k);
}

static void refuses_encodings(void **state)
{
    (void)state;
    struct key *k = NULL;
    for (size_t i = 0; i < KIND_COUNT; i++) {
        SCOPED(buf) struct buf spki = {0};
        buf_init(&spki, 4096);
        assert_ok(key_spki(pair_of(KINDS[i]), &spki));
        for (size_t n = 0; n < spki.n; n++)
            assert_true(failed(key_from_spki(bytes_of(spki.p, n), &k)));
        buf_u8(&spki, 0);
        assert_code(key_from_spki(buf_view(&spki), &k), ERR_FORMAT);
        assert_null(k);
    }
    SCOPED(buf) struct buf pem = {0};
    buf_init(&pem, 4096);
    assert_ok(key_pem_public(pair_of(KEY_EC_P256), &pem));
    assert_code(key_from_pem(buf_view(&pem), true, &k), ERR_FORMAT);
    for (size_t n = 0; n + 2 < pem.n; n++)
        assert_true(failed(key_from_pem(bytes_of(pem.p, n), false, &k)));
    buf_text(&pem, "\n \r\n");
    assert_ok(key_from_pem(buf_view(&pem), false, &k));
    key_free(k);
    k = NULL;
    buf_text(&pem, "x");
    assert_code(key_from_pem(buf_view(&pem), false, &k), ERR_FORMAT);
    assert_null(k);
}

/* X25519, a P-224 point, and an explicitly parametrised P-256: well-formed, but nothing we speak. */
static void refuses_other_kinds(void **state)
{
    (void)state;
    struct key *k = NULL;
    assert_code(key_from_spki(hex("302a300506032b656e032100"
                                  "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"),
                              &k),
                ERR_UNSUPPORTED);
    assert_code(key_from_spki(hex("304e301006072a8648ce3d020106052b81040021033a0004"
                                  "b70e0cbd6bb4bf7f321390b94a03c1d356c21122343280d6115c1d21"
                                  "bd376388b5f723fb4c22dfe6cd4375a05a07476444d5819985007e34"),
                              &k),
                ERR_UNSUPPORTED);
    assert_code(
        key_from_spki(hex("3082014b3082010306072a8648ce3d02013081f7020101302c06072a8648ce3d0101022100" P256_P "305b0420"
                          "ffffffff00000001000000000000000000000000fffffffffffffffffffffffc0420"
                          "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b031500"
                          "c49d360886e704936a6678e1139d26b7819f7e90044104" GX GY "022100"
                          "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551020101034200"
                          "04" GX GY),
                      &k),
        ERR_UNSUPPORTED);
    assert_null(k);
}

static void encodings_round_trip(void **state)
{
    (void)state;
    for (size_t i = 0; i < KIND_COUNT; i++) {
        struct key *pair = pair_of(KINDS[i]);
        assert_int_equal(key_kind_of(pair), KINDS[i]);
        assert_true(key_is_private(pair));
        SCOPED_KEY struct key *public = public_of(pair);
        assert_int_equal(key_kind_of(public), KINDS[i]);
        assert_false(key_is_private(public));
        SCOPED(secret) struct secret pem = {0};
        assert_code(key_pem_private(public, &pem), ERR_STATE);
        assert_ok(key_pem_private(pair, &pem));
        SCOPED_KEY struct key *again = NULL;
        assert_ok(key_from_pem(secret_borrow(&pem), true, &again));
        assert_true(key_is_private(again));
        SCOPED(buf) struct buf a = {0}, b = {0};
        buf_init(&a, 4096);
        buf_init(&b, 4096);
        assert_ok(key_pem_public(again, &a));
        assert_ok(key_pem_public(public, &b));
        assert_bytes(buf_view(&a), buf_view(&b));
    }
}

/* What we write ourselves is what libcrypto writes; a compressed point is another encoding of the same key. */
static void encodings_are_the_librarys(void **state)
{
    (void)state;
    for (size_t i = 0; i < KIND_COUNT; i++) {
        SCOPED(buf) struct buf pem = {0}, spki = {0};
        buf_init(&pem, 4096);
        buf_init(&spki, 4096);
        assert_ok(key_pem_public(pair_of(KINDS[i]), &pem));
        assert_ok(key_spki(pair_of(KINDS[i]), &spki));
        uint8_t text[4096], der[4096];
        size_t n = 0;
        for (size_t at = sizeof("-----BEGIN PUBLIC KEY-----"); pem.p[at] != '-'; at++)
            if (pem.p[at] != '\n')
                text[n++] = pem.p[at];
        int have = EVP_DecodeBlock(der, text, (int)n);
        size_t pad = text[n - 2] == '=' ? 2 : text[n - 1] == '=' ? 1 : 0;
        assert_bytes(buf_view(&spki), bytes_of(der, (size_t)have - pad));
    }
    struct bytes compressed = hex("3039301306072a8648ce3d020106082a8648ce3d030107032200"
                                  "03" GX);
    struct key *k = NULL;
    assert_code(key_from_spki(compressed, &k), ERR_FORMAT);
    assert_null(k);
}

/* A zero byte before a modulus that needs none, a zero exponent, a curve of another name. */
static void refuses_near_misses_of_the_known_forms(void **state)
{
    (void)state;
    SCOPED(buf) struct buf rsa = {0}, ec = {0};
    struct key *k = NULL;
    buf_init(&rsa, 4096);
    buf_init(&ec, 4096);
    assert_ok(key_spki(pair_of(KEY_RSA), &rsa));
    assert_ok(key_spki(pair_of(KEY_EC_P256), &ec));
    const size_t modulus = 33;
    uint8_t *p = changeable(buf_view(&rsa));
    p[modulus] &= 0x7f;
    assert_true(failed(key_from_spki(bytes_of(p, rsa.n), &k)));
    p = changeable(buf_view(&rsa));
    p[rsa.n - 1] = 0;
    assert_code(key_from_spki(bytes_of(p, rsa.n), &k), ERR_FORMAT);
    for (size_t at = 0; at < 26; at++) {
        p = changeable(buf_view(&ec));
        p[at] ^= 1;
        assert_true(failed(key_from_spki(bytes_of(p, ec.n), &k)));
    }
    p = changeable(buf_view(&ec));
    p[ec.n - 1] ^= 1;
    assert_code(key_from_spki(bytes_of(p, ec.n), &k), ERR_FORMAT);
    assert_null(k);
}

static void parts_round_trip(void **state)
{
    (void)state;
    static const size_t widths[] = {32, 48, 66};
    uint8_t x[66], y[66];
    size_t n = 0;
    for (size_t i = 0; i < 3; i++) {
        assert_ok(key_point(pair_of(KINDS[i]), x, y, &n));
        assert_int_equal(n, widths[i]);
        SCOPED_KEY struct key *k = NULL;
        assert_ok(key_from_point(KINDS[i], bytes_of(x, n), bytes_of(y, n), &k));
        SCOPED(buf) struct buf a = {0}, b = {0};
        buf_init(&a, 4096);
        buf_init(&b, 4096);
        assert_ok(key_spki(pair_of(KINDS[i]), &a));
        assert_ok(key_spki(k, &b));
        assert_bytes(buf_view(&b), buf_view(&a));
    }
    assert_code(key_point(pair_of(KEY_RSA), x, y, &n), ERR_STATE);
    assert_code(key_point(pair_of(KEY_ED25519), x, y, &n), ERR_STATE);
    SCOPED(buf) struct buf mod = {0}, exp = {0};
    buf_init(&mod, 4096);
    buf_init(&exp, 4096);
    assert_code(key_rsa(pair_of(KEY_EC_P256), &mod, &exp), ERR_STATE);
    assert_ok(key_rsa(pair_of(KEY_RSA), &mod, &exp));
    assert_int_equal(mod.n, 256);
    assert_bytes(buf_view(&exp), BYTES_LIT("\x01\x00\x01"));
    SCOPED_KEY struct key *k = NULL;
    assert_ok(key_from_rsa(buf_view(&mod), buf_view(&exp), &k));
    assert_int_equal(key_bits(k), 2048);
}

static void refuses_algorithms_that_do_not_fit(void **state)
{
    (void)state;
    SCOPED(buf) struct buf out = {0};
    buf_init(&out, 4096);
    uint8_t sig[256] = {0};
    for (size_t i = 0; i < KIND_COUNT; i++) {
        struct key *k = pair_of(KINDS[i]);
        for (size_t j = 0; j < ALG_COUNT; j++) {
            if (ALGS[j].kind == KINDS[i])
                continue;
            ROW(ALGS[j].name);
            assert_code(key_sign(k, ALGS[j].alg, BYTES_LIT("m"), &out), ERR_UNSUPPORTED);
            assert_code(key_verify(k, ALGS[j].alg, BYTES_LIT("m"), BYTES_OF(sig)), ERR_UNSUPPORTED);
        }
        assert_code(key_sign(k, SIG_NONE, BYTES_LIT("m"), &out), ERR_UNSUPPORTED);
        assert_code(key_verify(k, SIG_NONE, BYTES_LIT("m"), BYTES_OF(sig)), ERR_UNSUPPORTED);
        assert_code(key_verify(k, (enum sig_alg)99, BYTES_LIT("m"), BYTES_OF(sig)), ERR_UNSUPPORTED);
    }
    struct digest d = {.n = 32};
    struct key *ed = pair_of(KEY_ED25519);
    assert_code(key_sign_digest(ed, SIG_ED25519, &d, &out), ERR_UNSUPPORTED);
    assert_code(key_verify_digest(ed, SIG_ED25519, &d, bytes_of(sig, 64)), ERR_UNSUPPORTED);
    assert_code(key_verify_digest(pair_of(KEY_EC_P256), SIG_ECDSA_SHA384, &d, bytes_of(sig, 64)), ERR_UNSUPPORTED);
    assert_int_equal(out.n, 0);
}

/* Of a public key nothing is signed, opened or given away. */
static void refuses_what_only_a_pair_can(void **state)
{
    (void)state;
    struct digest d = {.n = 32};
    SCOPED(buf) struct buf out = {0};
    buf_init(&out, 4096);
    for (size_t i = 0; i < KIND_COUNT; i++) {
        SCOPED(buf) struct buf spki = {0};
        SCOPED_KEY struct key *public = NULL;
        SCOPED(secret) struct secret pem = {0};
        buf_init(&spki, 4096);
        assert_ok(key_spki(pair_of(KINDS[i]), &spki));
        assert_ok(key_from_spki(buf_view(&spki), &public));
        assert_code(key_pem_private(public, &pem), ERR_STATE);
        assert_code(key_private_number(public, KEY_NUMBER_D, &out), ERR_STATE);
        for (size_t j = 0; j < ALG_COUNT; j++)
            if (ALGS[j].kind == KINDS[i])
                assert_code(key_sign(public, ALGS[j].alg, BYTES_LIT("m"), &out), ERR_STATE);
        if (KINDS[i] == KEY_EC_P256)
            assert_code(key_sign_digest(public, SIG_ECDSA_SHA256, &d, &out), ERR_STATE);
        if (KINDS[i] != KEY_RSA)
            assert_code(key_private_number(pair_of(KINDS[i]), KEY_NUMBER_P, &out), ERR_STATE);
    }
    assert_int_equal(out.n, 0);
}

static void refuses_changed_signatures(void **state)
{
    (void)state;
    struct bytes message = BYTES_LIT("the message");
    for (size_t i = 0; i < ALG_COUNT; i++) {
        ROW(ALGS[i].name);
        SCOPED_KEY struct key *public = public_of(pair_of(ALGS[i].kind));
        SCOPED(buf) struct buf sig = {0};
        buf_init(&sig, 4096);
        assert_code(key_sign(public, ALGS[i].alg, message, &sig), ERR_STATE);
        assert_ok(key_sign(pair_of(ALGS[i].kind), ALGS[i].alg, message, &sig));
        assert_ok(key_verify(public, ALGS[i].alg, message, buf_view(&sig)));
        /* Every bit of the fast kinds; every seventh of the slow ones keeps the run short. */
        size_t step = ALGS[i].kind == KEY_EC_P384 || ALGS[i].kind == KEY_EC_P521 ? 7 : 1;
        for (size_t bit = 0; bit < sig.n * 8; bit += step) {
            sig.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
            assert_code(key_verify(public, ALGS[i].alg, message, buf_view(&sig)), ERR_UNVERIFIED);
            sig.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        assert_code(key_verify(public, ALGS[i].alg, BYTES_LIT("the messagf"), buf_view(&sig)), ERR_UNVERIFIED);
        assert_code(key_verify(public, ALGS[i].alg, BYTES_EMPTY, buf_view(&sig)), ERR_UNVERIFIED);
        for (size_t n = 0; n < sig.n; n++)
            assert_code(key_verify(public, ALGS[i].alg, message, bytes_of(sig.p, n)), ERR_FORMAT);
        buf_u8(&sig, 0);
        assert_code(key_verify(public, ALGS[i].alg, message, buf_view(&sig)), ERR_FORMAT);
    }
}

/* r or s of zero, of n and beyond: values that a sloppy verifier takes for any message. */
static void digests_are_signed_like_their_messages(void **state)
{
    (void)state;
    struct bytes message = BYTES_LIT("the message");
    for (size_t i = 0; i < ALG_COUNT; i++) {
        ROW(ALGS[i].name);
        struct key *pair = pair_of(ALGS[i].kind);
        SCOPED(buf) struct buf sig = {0};
        buf_init(&sig, 4096);
        static const enum hash_alg hashes[] = {HASH_SHA256, HASH_SHA384, HASH_SHA512};
        for (size_t h = 0; h < 3; h++) {
            struct digest d;
            assert_ok(hash_of(hashes[h], message, &d));
            buf_reset(&sig);
            struct err e = key_sign_digest(pair, ALGS[i].alg, &d, &sig);
            if (failed(e)) {
                assert_true(e.code == (ALGS[i].kind == KEY_ED25519 ? ERR_UNSUPPORTED : ERR_FORMAT));
                assert_int_equal(sig.n, 0);
                continue;
            }
            assert_ok(key_verify(pair, ALGS[i].alg, message, buf_view(&sig)));
            assert_ok(key_verify_digest(pair, ALGS[i].alg, &d, buf_view(&sig)));
            d.p[0] ^= 1;
            assert_code(key_verify_digest(pair, ALGS[i].alg, &d, buf_view(&sig)), ERR_UNVERIFIED);
            d.n--;
            assert_code(key_verify_digest(pair, ALGS[i].alg, &d, buf_view(&sig)), ERR_FORMAT);
        }
    }
}

static void refuses_degenerate_ecdsa(void **state)
{
    (void)state;
    static const char *const values[] = {
        Z32,
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632552",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "0000000000000000000000000000000000000000000000000000000000000001",
    };
    for (size_t i = 0; i < 5; i++) {
        for (size_t j = 0; j < 5; j++) {
            uint8_t sig[64];
            memcpy(sig, hex(values[i]).p, 32);
            memcpy(sig + 32, hex(values[j]).p, 32);
            assert_code(key_verify(pair_of(KEY_EC_P256), SIG_ECDSA_SHA256, BYTES_LIT("m"), BYTES_OF(sig)),
                        ERR_UNVERIFIED);
        }
    }
}

/* RFC 6979 A.2.5: the public key and one signature over "sample". RFC 8032 7.1 test 2. */
static void verifies_known_answers(void **state)
{
    (void)state;
    SCOPED_KEY struct key *k = NULL;
    assert_ok(key_from_point(KEY_EC_P256, hex("60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"),
                             hex("7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"), &k));
    assert_ok(key_verify(k, SIG_ECDSA_SHA256, BYTES_LIT("sample"),
                         hex("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
                             "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8")));
    SCOPED_KEY struct key *ed = NULL;
    assert_ok(key_from_spki(hex("302a300506032b6570032100"
                                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"),
                            &ed));
    struct bytes sig = hex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                           "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
    assert_ok(key_verify(ed, SIG_ED25519, hex("72"), sig));
    assert_code(key_verify(ed, SIG_ED25519, hex("73"), sig), ERR_UNVERIFIED);
}

static void refuses_keys_that_cannot_agree(void **state)
{
    (void)state;
    SCOPED(secret) struct secret z = {0};
    SCOPED_KEY struct key *public = public_of(pair_of(KEY_EC_P256));
    assert_code(key_agree(pair_of(KEY_EC_P256), pair_of(KEY_EC_P384), &z), ERR_UNSUPPORTED);
    assert_code(key_agree(pair_of(KEY_RSA), pair_of(KEY_RSA), &z), ERR_UNSUPPORTED);
    assert_code(key_agree(pair_of(KEY_ED25519), pair_of(KEY_ED25519), &z), ERR_UNSUPPORTED);
    assert_code(key_agree(public, pair_of(KEY_EC_P256), &z), ERR_STATE);
    assert_null(z.p);
}

static void both_sides_agree(void **state)
{
    (void)state;
    static const size_t widths[] = {32, 48, 66};
    for (size_t i = 0; i < 3; i++) {
        SCOPED_KEY struct key *other = NULL;
        assert_ok(key_generate(KINDS[i], &other));
        SCOPED_KEY struct key *mine_public = public_of(pair_of(KINDS[i]));
        SCOPED_KEY struct key *other_public = public_of(other);
        SCOPED(secret) struct secret a = {0}, b = {0};
        assert_ok(key_agree(pair_of(KINDS[i]), other_public, &a));
        assert_ok(key_agree(other, mine_public, &b));
        assert_int_equal(a.n, widths[i]);
        assert_bytes(secret_borrow(&a), secret_borrow(&b));
    }
}

static void refuses_wrong_oaep(void **state)
{
    (void)state;
    struct key *k = pair_of(KEY_RSA);
    SCOPED(buf) struct buf out = {0};
    buf_init(&out, 4096);
    SCOPED(secret) struct secret plain = {0};
    SCOPED_KEY struct key *public = public_of(k);
    assert_code(key_oaep_encrypt(pair_of(KEY_EC_P256), HASH_SHA256, BYTES_EMPTY, BYTES_LIT("x"), &out),
                ERR_UNSUPPORTED);
    assert_code(key_oaep_encrypt(k, HASH_NONE, BYTES_EMPTY, BYTES_LIT("x"), &out), ERR_UNSUPPORTED);
    assert_ok(key_oaep_encrypt(public, HASH_SHA256, BYTES_LIT("DUPLICATE\0"), BYTES_LIT("seed"), &out));
    struct bytes sealed = buf_view(&out);
    assert_code(key_oaep_decrypt(public, HASH_SHA256, BYTES_LIT("DUPLICATE\0"), sealed, &plain), ERR_STATE);
    assert_code(key_oaep_decrypt(k, HASH_SHA256, BYTES_LIT("DUPLICATE"), sealed, &plain), ERR_UNVERIFIED);
    assert_code(key_oaep_decrypt(k, HASH_SHA256, BYTES_EMPTY, sealed, &plain), ERR_UNVERIFIED);
    assert_code(key_oaep_decrypt(k, HASH_SHA1, BYTES_LIT("DUPLICATE\0"), sealed, &plain), ERR_UNVERIFIED);
    assert_code(key_oaep_decrypt(k, HASH_SHA256, BYTES_LIT("DUPLICATE\0"), bytes_of(out.p, 255), &plain),
                ERR_UNVERIFIED);
    assert_code(key_oaep_decrypt(pair_of(KEY_EC_P256), HASH_SHA256, BYTES_EMPTY, sealed, &plain), ERR_UNSUPPORTED);
    for (size_t i = 0; i < out.n; i += 16) {
        out.p[i] ^= 0x40;
        assert_code(key_oaep_decrypt(k, HASH_SHA256, BYTES_LIT("DUPLICATE\0"), sealed, &plain), ERR_UNVERIFIED);
        out.p[i] ^= 0x40;
    }
    assert_null(plain.p);
    assert_ok(key_oaep_decrypt(k, HASH_SHA256, BYTES_LIT("DUPLICATE\0"), sealed, &plain));
    assert_text(secret_borrow(&plain), "seed");
}

static struct err use_a_key(void)
{
    SCOPED_KEY struct key *k = NULL;
    SCOPED(buf) struct buf out = {0};
    buf_init(&out, 4096);
    TRY(key_from_point(KEY_EC_P256, hex(GX), hex(GY), &k));
    TRY(key_spki(k, &out));
    SCOPED_KEY struct key *pair = NULL;
    TRY(key_generate(KEY_EC_P256, &pair));
    SCOPED(buf) struct buf sig = {0};
    buf_init(&sig, 4096);
    TRY(key_sign(pair, SIG_ECDSA_SHA256, BYTES_LIT("m"), &sig));
    return key_verify(pair, SIG_ECDSA_SHA256, BYTES_LIT("m"), buf_view(&sig));
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    FAULT_PASS(use_a_key(), (void)0);
}

static int free_pairs(void **state)
{
    (void)state;
    for (size_t i = 0; i < KIND_COUNT; i++)
        key_free(pair_of(KINDS[i]));
    key_free(NULL);
    return 0;
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
        cmocka_unit_test(refuses_points_off_the_curve),
        cmocka_unit_test(refuses_weak_rsa),
        cmocka_unit_test(refuses_encodings),
        cmocka_unit_test(refuses_other_kinds),
        cmocka_unit_test(encodings_round_trip),
        cmocka_unit_test(encodings_are_the_librarys),
        cmocka_unit_test(refuses_near_misses_of_the_known_forms),
        cmocka_unit_test(parts_round_trip),
        cmocka_unit_test(refuses_algorithms_that_do_not_fit),
        cmocka_unit_test(refuses_what_only_a_pair_can),
        cmocka_unit_test(refuses_changed_signatures),
        cmocka_unit_test(digests_are_signed_like_their_messages),
        cmocka_unit_test(refuses_degenerate_ecdsa),
        cmocka_unit_test(verifies_known_answers),
        cmocka_unit_test(refuses_keys_that_cannot_agree),
        cmocka_unit_test(both_sides_agree),
        cmocka_unit_test(refuses_wrong_oaep),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(refusals_leave_no_error_behind),
    };
    return cmocka_run_group_tests_name("crypto/key", tests, NULL, free_pairs);
}
