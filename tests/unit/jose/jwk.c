#include "jose/jwk.h"

#include "token.h"

#define EX "'x':'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU'"
#define EY "'y':'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0'"
#define EC "'kty':'EC','crv':'P-256'," EX "," EY
#define OX "'x':'11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'"
#define RN                                                                                                             \
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_"                          \
    "BJECPebWKRXjBZCiFV4n3oknjh"                                                                                       \
    "Mstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_"                                                   \
    "FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvR"                                                              \
    "L5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-"               \
    "kEgU8awapJzKnqD"                                                                                                  \
    "Kgw"

static void refuses_what_is_no_public_key(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint16_t code;
    } rows[] = {
        {"[]", ERR_FORMAT},
        {"'EC'", ERR_FORMAT},
        {"{}", ERR_FORMAT},
        {"{'kty':1}", ERR_FORMAT},
        {"{'kty':'oct','k':'AAAA'}", ERR_FORMAT},
        {"{'kty':'oct'}", ERR_UNSUPPORTED},
        {"{'kty':'AKP','alg':'ML-KEM-768+A192KW','pub':'AA'}", ERR_UNSUPPORTED},
        {"{'kty':'ec','crv':'P-256'," EX "," EY "}", ERR_UNSUPPORTED},
        {"{'kty':'EC'," EX "," EY "}", ERR_FORMAT},
        {"{'kty':'EC','crv':'secp256k1'," EX "," EY "}", ERR_UNSUPPORTED},
        {"{'kty':'EC','crv':'P-384'," EX "," EY "}", ERR_FORMAT},
        {"{'kty':'EC','crv':'P-521'," EX "," EY "}", ERR_FORMAT},
        {"{'kty':'EC','crv':'Ed25519'," EX "," EY "}", ERR_UNSUPPORTED},
        {"{'kty':'EC','crv':'P-256'," EX "}", ERR_FORMAT},
        {"{'kty':'EC','crv':'P-256'," EY "}", ERR_FORMAT},
        {"{'kty':'EC','crv':'P-256'," EX ",'y':7}", ERR_FORMAT},
        {"{" EC ",'d':'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI'}", ERR_FORMAT},
        {"{" EC ",'d':null}", ERR_FORMAT},
        {"{" EC ",'alg':7}", ERR_FORMAT},
        /* off the curve; padded; one byte short; not canonical in the last bits */
        {"{'kty':'EC','crv':'P-256'," EX ",'y':'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a4'}", ERR_FORMAT},
        {"{'kty':'EC','crv':'P-256'," EX ",'y':'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0='}", ERR_FORMAT},
        {"{'kty':'EC','crv':'P-256'," EX ",'y':'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5Q'}", ERR_FORMAT},
        {"{'kty':'EC','crv':'P-256'," EX ",'y':'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a1'}", ERR_FORMAT},
        {"{'kty':'EC','crv':'P-256','x':'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',"
         "'y':'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'}",
         ERR_FORMAT},
        {"{'kty':'OKP'," OX "}", ERR_FORMAT},
        {"{'kty':'OKP','crv':'X25519'," OX "}", ERR_UNSUPPORTED},
        {"{'kty':'OKP','crv':'Ed25519','x':'AAAA'}", ERR_FORMAT},
        {"{'kty':'OKP','crv':'Ed25519'," OX ",'d':'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A'}", ERR_FORMAT},
        {"{'kty':'RSA','e':'AQAB'}", ERR_FORMAT},
        {"{'kty':'RSA','n':'" RN "'}", ERR_FORMAT},
        {"{'kty':'RSA','e':'AQAB','n':'" RN "','d':'AA'}", ERR_FORMAT},
        {"{'kty':'RSA','e':'AQ','n':'" RN "'}", ERR_FORMAT},
        {"{'kty':'RSA','e':'Ag','n':'" RN "'}", ERR_FORMAT},
        {"{'kty':'RSA','e':'','n':'" RN "'}", ERR_UNSUPPORTED},
        {"{'kty':'RSA','e':'AAEAAQ','n':'" RN "'}", ERR_FORMAT},
        {"{'kty':'RSA','e':'AQAB','n':'_____w'}", ERR_UNSUPPORTED},
        {"{'kty':'RSA','e':'AQAB','n':''}", ERR_UNSUPPORTED},
        {"{'kty':'RSA','e':'AQAB','n':'A'}", ERR_FORMAT},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].text);
        struct key *k = NULL;
        struct bytes alg = BYTES_LIT("before");
        assert_code(jwk_decode(json_of(rows[i].text), &k, &alg), rows[i].code);
        assert_null(k);
        assert_text(alg, "before");
    }
    struct key *k = NULL;
    assert_code(jwk_decode(NULL, &k, NULL), ERR_FORMAT);
}

static void decodes_and_encodes_each_kind(void **state)
{
    (void)state;
    static const struct {
        const char *text, *alg, *thumbprint;
        enum key_kind kind;
    } rows[] = {
        {"{" EC ",'alg':'ECDH-ES+A256KW','use':'enc','kid':7}", "ECDH-ES+A256KW", NULL, KEY_EC_P256},
        {"{" EC "}", "", "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U", KEY_EC_P256},
        /* RFC 7638 3.1; RFC 8037 A.3 */
        {"{'kty':'RSA','n':'" RN "','e':'AQAB','alg':'RS256','kid':'2011-04-29'}", "RS256",
         "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", KEY_RSA},
        {"{'kty':'OKP','crv':'Ed25519'," OX "}", "", "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", KEY_ED25519},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].text);
        SCOPED_KEY struct key *k = NULL;
        SCOPED_KEY struct key *again = NULL;
        struct bytes alg, print;
        assert_ok(jwk_decode(json_of(rows[i].text), &k, &alg));
        assert_int_equal(key_kind_of(k), rows[i].kind);
        assert_text(alg, rows[i].alg);
        assert_ok(jwk_thumbprint(&arena, k, &print));
        if (rows[i].thumbprint != NULL)
            assert_text(print, rows[i].thumbprint);
        const struct json *encoded = NULL;
        assert_ok(jwk_encode(&arena, k, rows[i].alg, &encoded));
        assert_ok(jwk_decode(encoded, &again, &alg));
        assert_text(alg, rows[i].alg);
        struct bytes print_again;
        assert_ok(jwk_thumbprint(&arena, again, &print_again));
        assert_bytes(print_again, print);
    }
}

static void writes_every_curve_in_full_width(void **state)
{
    (void)state;
    static const struct {
        enum key_kind kind;
        size_t chars;
        const char *crv;
    } rows[] = {{KEY_EC_P256, 43, "P-256"}, {KEY_EC_P384, 64, "P-384"}, {KEY_EC_P521, 88, "P-521"}};
    for (size_t i = 0; i < 3; i++) {
        SCOPED_KEY struct key *k = NULL;
        SCOPED_KEY struct key *again = NULL;
        assert_ok(key_generate(rows[i].kind, &k));
        const struct json *jwk = NULL;
        assert_ok(jwk_encode(&arena, k, NULL, &jwk));
        assert_int_equal(jwk->count, 4);
        assert_int_equal(json_at(jwk, "x")->text.n, rows[i].chars);
        assert_int_equal(json_at(jwk, "y")->text.n, rows[i].chars);
        assert_text(json_at(jwk, "crv")->text, rows[i].crv);
        assert_ok(jwk_decode(jwk, &again, NULL));
        assert_false(key_is_private(again));
    }
}

static void typed_copy_keeps_what_is_hashed(void **state)
{
    (void)state;
    const struct json *v = NULL;
    assert_code(jwk_typed(&arena, json_of("{" EC "}"), &v), ERR_FORMAT);
    assert_code(jwk_typed(&arena, json_of("{" EC ",'alg':1}"), &v), ERR_FORMAT);
    assert_code(jwk_typed(&arena, json_of("{'kty':'OKP','crv':'Ed25519','alg':'EdDSA'," OX "}"), &v), ERR_UNSUPPORTED);
    assert_code(jwk_typed(&arena, json_of("{'kty':'RSA','alg':'RSA-OAEP-256','n':'AA'}"), &v), ERR_FORMAT);
    assert_code(jwk_typed(&arena, json_of("7"), &v), ERR_FORMAT);
    assert_code(jwk_typed(&arena, NULL, &v), ERR_FORMAT);
    assert_null(v);
    SCOPED(buf) struct buf out = {0};
    buf_init(&out, 4096);
    assert_ok(jwk_typed(&arena, json_of("{" EC ",'use':'enc','alg':'ECDH-ES+A256KW','kid':'k'}"), &v));
    json_encode(v, &out);
    assert_text(buf_view(&out),
                "{\"alg\":\"ECDH-ES+A256KW\",\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"f83OJ3D2xF1Bg8vub9t"
                "Le1gHMzV76e8Tus9uPHvRVEU\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}");
    buf_reset(&out);
    assert_ok(jwk_typed(&arena, json_of("{'x5c':[],'n':'AQ','kty':'RSA','e':'AQAB','alg':'RSA-OAEP-256'}"), &v));
    json_encode(v, &out);
    assert_text(buf_view(&out), "{\"alg\":\"RSA-OAEP-256\",\"e\":\"AQAB\",\"kty\":\"RSA\",\"n\":\"AQ\"}");
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    const struct json *v = json_of("{'kty':'RSA','n':'" RN "','e':'AQAB'}");
    SCOPED_KEY struct key *k = NULL;
    assert_ok(jwk_decode(v, &k, NULL));
    struct arena a;
    arena_init(&a, MIB);
    const struct json *out = NULL;
    struct bytes print;
    FAULT_PASS(jwk_encode(&a, k, "RS256", &out), arena_clear(&a));
    FAULT_PASS(jwk_thumbprint(&a, k, &print), arena_clear(&a));
    struct key *made = NULL;
    FAULT_PASS(jwk_decode(v, &made, NULL), key_cleanup(&made));
}

#define EACH(test_) cmocka_unit_test_setup_teardown(test_, arena_open, arena_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(refuses_what_is_no_public_key),    EACH(decodes_and_encodes_each_kind),
        EACH(writes_every_curve_in_full_width), EACH(typed_copy_keeps_what_is_hashed),
        EACH(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("jose/jwk", tests, NULL, NULL);
}
