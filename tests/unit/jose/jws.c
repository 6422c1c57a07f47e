/* proves: M-EAR T-ATT-15 */
#include "jose/jws.h"

#include "jose/jwk.h"
#include "token.h"

/* RFC 7515 A.3 and A.2. */
#define PAYLOAD "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
#define ES_KEY                                                                                                         \
    "{'kty':'EC','crv':'P-256','x':'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',"                                     \
    "'y':'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0'}"
#define ES_HEADER "eyJhbGciOiJFUzI1NiJ9"
#define ES_SIG    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
#define ES_TOKEN  ES_HEADER "." PAYLOAD "." ES_SIG
#define RS_KEY                                                                                                         \
    "{'kty':'RSA','e':'AQAB','n':'ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-"               \
    "4qPCJrcS2mJPMEz"                                                                                                  \
    "P1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-"                                 \
    "bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-"                                                                                \
    "KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2eth" \
    "FkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ'}"
#define RS_SIG                                                                                                         \
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t" \
    "1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12j" \
    "zDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQ" \
    "Ge77Rw"
#define RS_TOKEN "eyJhbGciOiJSUzI1NiJ9." PAYLOAD "." RS_SIG

static struct key *key_of(const char *jwk)
{
    struct key *k = NULL;
    assert_ok(jwk_decode(json_of(jwk), &k, NULL));
    return k;
}

static struct err check(struct bytes token, const struct key *k)
{
    struct jws jws = {0};
    TRY(jws_decode(&arena, token, &jws));
    assert_null(jws.payload);
    struct err e = jws_verify(&arena, &jws, k);
    if (failed(e))
        assert_null(jws.payload);
    else
        assert_true(json_is(jws.payload, JSON_OBJECT));
    return e;
}

static void refuses_malformed_tokens(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        ".",
        "..",
        "...",
        "a",
        "a.b",
        ES_HEADER "." PAYLOAD,
        ES_TOKEN ".",
        ES_TOKEN "." ES_SIG,
        ES_TOKEN "=",
        ES_TOKEN "\n",
        " " ES_TOKEN,
        ES_HEADER "=." PAYLOAD "." ES_SIG,
        "." PAYLOAD "." ES_SIG,
        /* not an object; not JSON; a doubled member; a byte behind it; wrong last bits */
        "W10." PAYLOAD "." ES_SIG,
        "eyJ." PAYLOAD "." ES_SIG,
        "eyJhbGciOiJFUzI1NiIsImFsZyI6Im5vbmUifQ." PAYLOAD "." ES_SIG,
        "eyJhbGciOiJFUzI1NiJ9MQ." PAYLOAD "." ES_SIG,
        ES_HEADER "." PAYLOAD ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1R",
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i]);
        struct jws jws = {0};
        assert_code(jws_decode(&arena, bytes_of_text(rows[i]), &jws), ERR_FORMAT);
        assert_null(jws.header);
    }
    static uint8_t large[TOKEN_MAX + 1];
    memset(large, 'A', sizeof(large));
    struct jws jws = {0};
    assert_code(jws_decode(&arena, BYTES_OF(large), &jws), ERR_LIMIT);
}

/* A good signature under a header that asks for something else. */
static void refuses_headers(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        uint16_t code;
    } rows[] = {
        {"{'alg':'none'}", ERR_UNVERIFIED},
        {"{'alg':'HS256'}", ERR_UNVERIFIED},
        {"{'alg':'RS256'}", ERR_UNVERIFIED},
        {"{'alg':'ES384'}", ERR_UNVERIFIED},
        {"{'alg':'ES512'}", ERR_UNVERIFIED},
        {"{'alg':'EdDSA'}", ERR_UNVERIFIED},
        {"{'alg':'PS256'}", ERR_UNVERIFIED},
        {"{'alg':'es256'}", ERR_UNVERIFIED},
        {"{'alg':'ES256 '}", ERR_UNVERIFIED},
        {"{'alg':'ES256\\u0000'}", ERR_UNVERIFIED},
        {"{'alg':''}", ERR_UNVERIFIED},
        {"{'alg':1}", ERR_UNVERIFIED},
        {"{'alg':['ES256']}", ERR_UNVERIFIED},
        {"{}", ERR_UNVERIFIED},
        {"{'Alg':'ES256'}", ERR_UNVERIFIED},
        {"{'alg':'ES256','crit':['exp']}", ERR_FORMAT},
        {"{'alg':'ES256','crit':[]}", ERR_FORMAT},
        {"{'alg':'ES256','b64':false}", ERR_FORMAT},
        {"{'alg':'ES256','b64':'true'}", ERR_FORMAT},
        {"{'alg':'ES256','b64':true}", ERR_OK},
        {"{'alg':'ES256','jku':'https://evil.example','jwk':{}}", ERR_OK},
        {"{'alg':'ES256'}", ERR_OK},
    };
    SCOPED_KEY struct key *k = NULL;
    assert_ok(key_generate(KEY_EC_P256, &k));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].header);
        SCOPED(buf) struct buf text = {0}, sig = {0};
        buf_init(&text, 4096);
        buf_init(&sig, 4096);
        json_encode(json_of(rows[i].header), &text);
        struct bytes unsigned_token = joined(b64(buf_view(&text)), b64(BYTES_LIT("{}")), BYTES_EMPTY);
        struct bytes input = bytes_of(unsigned_token.p, unsigned_token.n - 1);
        assert_ok(key_sign(k, SIG_ECDSA_SHA256, input, &sig));
        assert_code(check(joined(b64(buf_view(&text)), b64(BYTES_LIT("{}")), b64(buf_view(&sig))), k), rows[i].code);
        /* And the same without a signature. */
        assert_true(failed(check(unsigned_token, k)));
    }
}

/* The classic: HS256 with the public key as the shared secret. */
static void refuses_the_public_key_as_a_secret(void **state)
{
    (void)state;
    SCOPED_KEY struct key *k = key_of(RS_KEY);
    SCOPED(buf) struct buf pem = {0};
    buf_init(&pem, 4096);
    assert_ok(key_pem_public(k, &pem));
    struct bytes input = BYTES_LIT("eyJhbGciOiJIUzI1NiJ9." PAYLOAD);
    struct digest mac;
    assert_ok(hmac_of(HASH_SHA256, buf_view(&pem), &input, 1, &mac));
    assert_code(check(joined(BYTES_LIT("eyJhbGciOiJIUzI1NiJ9"), BYTES_LIT(PAYLOAD), b64(digest_view(&mac))), k),
                ERR_UNVERIFIED);
}

static void refuses_every_changed_bit(void **state)
{
    (void)state;
    static const char *const tokens[] = {ES_TOKEN, RS_TOKEN};
    static const char *const keys[] = {ES_KEY, RS_KEY};
    for (size_t i = 0; i < 2; i++) {
        SCOPED_KEY struct key *k = key_of(keys[i]);
        uint8_t *token = copy_of(bytes_of_text(tokens[i]));
        size_t n = strlen(tokens[i]);
        assert_ok(check(bytes_of(token, n), k));
        for (size_t bit = 0; bit < n * 8; bit++) {
            token[bit / 8] ^= (uint8_t)(1 << bit % 8);
            assert_true(failed(check(bytes_of(token, n), k)));
            token[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        for (size_t cut = 0; cut < n; cut++)
            assert_true(failed(check(bytes_of(token, cut), k)));
        arena_reset(&arena);
    }
}

static void refuses_signatures_of_other_lengths(void **state)
{
    (void)state;
    SCOPED_KEY struct key *k = key_of(ES_KEY);
    uint8_t sig[130] = {1};
    for (size_t n = 0; n <= sizeof(sig); n++)
        assert_code(check(joined(BYTES_LIT(ES_HEADER), BYTES_LIT(PAYLOAD), b64(bytes_of(sig, n))), k), ERR_UNVERIFIED);
}

static void refuses_another_key(void **state)
{
    (void)state;
    SCOPED_KEY struct key *es = key_of(ES_KEY);
    SCOPED_KEY struct key *rs = key_of(RS_KEY);
    SCOPED_KEY struct key *fresh = NULL;
    assert_ok(key_generate(KEY_EC_P256, &fresh));
    assert_code(check(bytes_of_text(ES_TOKEN), rs), ERR_UNVERIFIED);
    assert_code(check(bytes_of_text(RS_TOKEN), es), ERR_UNVERIFIED);
    assert_code(check(bytes_of_text(ES_TOKEN), fresh), ERR_UNVERIFIED);
}

/* RFC 7515 A.2, A.3; RFC 8037 A.4, whose payload is no JSON: its signature holds, the payload does not. */
static void verifies_known_answers(void **state)
{
    (void)state;
    SCOPED_KEY struct key *es = key_of(ES_KEY);
    SCOPED_KEY struct key *rs = key_of(RS_KEY);
    SCOPED_KEY struct key *ed =
        key_of("{'kty':'OKP','crv':'Ed25519','x':'11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'}");
    struct jws jws = {0};
    assert_ok(jws_decode(&arena, bytes_of_text(ES_TOKEN), &jws));
    assert_ok(jws_verify(&arena, &jws, es));
    int64_t exp = 0;
    assert_ok(json_need_int(jws.payload, "exp", 0, INT64_MAX, &exp));
    assert_int_equal(exp, 1300819380);
    assert_ok(check(bytes_of_text(RS_TOKEN), rs));
    static const char ed_input[] = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    struct bytes sig =
        BYTES_LIT("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
    assert_ok(key_verify(ed, SIG_ED25519, bytes_of_text(ed_input), un_b64(sig)));
    struct bytes token =
        joined(BYTES_LIT("eyJhbGciOiJFZERTQSJ9"), BYTES_LIT("RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"), sig);
    assert_code(check(token, ed), ERR_FORMAT);
    ((uint8_t *)(uintptr_t)token.p)[token.n - 4] ^= 1;
    assert_code(check(token, ed), ERR_UNVERIFIED);
}

static void signs_with_each_kind(void **state)
{
    (void)state;
    static const struct {
        enum key_kind kind;
        const char *alg;
    } rows[] = {{KEY_EC_P256, "ES256"},
                {KEY_EC_P384, "ES384"},
                {KEY_EC_P521, "ES512"},
                {KEY_ED25519, "EdDSA"},
                {KEY_RSA, "RS256"}};
    for (size_t i = 0; i < 5; i++) {
        ROW(rows[i].alg);
        assert_string_equal(jws_alg_name(rows[i].kind), rows[i].alg);
        SCOPED_KEY struct key *k = NULL;
        assert_ok(key_generate(rows[i].kind, &k));
        SCOPED(buf) struct buf out = {0};
        buf_init(&out, TOKEN_MAX);
        buf_text(&out, "before ");
        assert_ok(jws_sign(k, json_of("{'kid':'k1','jwk':{'kty':'EC'}}"), BYTES_LIT("{\"exp\":5}"), &out));
        struct bytes token = bytes_of(out.p + 7, out.n - 7);
        struct jws jws = {0};
        assert_ok(jws_decode(&arena, token, &jws));
        assert_ok(jws_verify(&arena, &jws, k));
        const uint8_t *dot = memchr(token.p, '.', token.n);
        char want[128];
        (void)snprintf(want, sizeof(want), "{\"typ\":\"JWT\",\"alg\":\"%s\",\"jwk\":{\"kty\":\"EC\"},\"kid\":\"k1\"}",
                       rows[i].alg);
        assert_text(un_b64(bytes_of(token.p, (size_t)(dot - token.p))), want);
    }
    assert_string_equal(jws_alg_name(KEY_NONE), "");
}

static void refuses_to_sign(void **state)
{
    (void)state;
    SCOPED_KEY struct key *public = key_of(ES_KEY);
    SCOPED_KEY struct key *pair = NULL;
    assert_ok(key_generate(KEY_EC_P256, &pair));
    SCOPED(buf) struct buf out = {0};
    buf_init(&out, 200);
    assert_code(jws_sign(public, NULL, BYTES_LIT("{}"), &out), ERR_STATE);
    assert_code(jws_sign(pair, json_of("[]"), BYTES_LIT("{}"), &out), ERR_BUG);
    assert_code(jws_sign(pair, json_of("{'alg':'none'}"), BYTES_LIT("{}"), &out), ERR_BUG);
    assert_code(jws_sign(pair, json_of("{'typ':1}"), BYTES_LIT("{}"), &out), ERR_BUG);
    uint8_t large[200] = {0};
    assert_code(jws_sign(pair, NULL, BYTES_OF(large), &out), ERR_LIMIT);
    assert_int_equal(out.n, 0);
    buf_reset(&out);
    assert_ok(jws_sign(pair, json_of("{'typ':'at+jwt'}"), BYTES_LIT("{}"), &out));
    assert_true(bytes_starts(buf_view(&out), b64(BYTES_LIT("{\"typ\":\"at+jwt\",\"alg\":\"ES256\"}"))));
}

static void refuses_times(void **state)
{
    (void)state;
    static const struct {
        const char *payload;
        uint16_t code;
    } rows[] = {
        {"{}", ERR_FORMAT},
        {"[]", ERR_FORMAT},
        {"{'exp':'2000'}", ERR_FORMAT},
        {"{'exp':2000.5}", ERR_FORMAT},
        {"{'exp':-1}", ERR_FORMAT},
        {"{'exp':9223372036854775807}", ERR_FORMAT},
        {"{'exp':99999999999999999999}", ERR_FORMAT},
        {"{'exp':null}", ERR_FORMAT},
        {"{'exp':2000,'nbf':'1'}", ERR_FORMAT},
        {"{'exp':2000,'iat':1.5}", ERR_FORMAT},
        {"{'exp':940}", ERR_STALE},
        {"{'exp':0}", ERR_STALE},
        {"{'exp':941}", ERR_OK},
        {"{'exp':2000,'nbf':1061}", ERR_STALE},
        {"{'exp':2000,'nbf':1060}", ERR_OK},
        {"{'exp':2000,'iat':1061}", ERR_STALE},
        {"{'exp':2000,'iat':1060,'nbf':0}", ERR_OK},
        {"{'exp':253402300799}", ERR_OK},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].payload);
        assert_code(jwt_check_times(json_of(rows[i].payload), 1000, 60), rows[i].code);
    }
    assert_code(jwt_check_times(NULL, 1000, 60), ERR_FORMAT);
    assert_code(jwt_check_times(json_of("{'exp':1000}"), 1000, 0), ERR_STALE);
    assert_ok(jwt_check_times(json_of("{'exp':1001}"), 1000, 0));
}

static struct err decode_and_verify(struct arena *a, const struct key *k)
{
    struct jws jws = {0};
    TRY(jws_decode(a, bytes_of_text(ES_TOKEN), &jws));
    return jws_verify(a, &jws, k);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    SCOPED_KEY struct key *k = key_of(ES_KEY);
    SCOPED_KEY struct key *pair = NULL;
    assert_ok(key_generate(KEY_EC_P256, &pair));
    struct arena a;
    arena_init(&a, MIB);
    FAULT_PASS(decode_and_verify(&a, k), arena_clear(&a));
    const struct json *header = json_of("{'kid':'k'}");
    SCOPED(buf) struct buf out = {0};
    buf_init(&out, TOKEN_MAX);
    FAULT_PASS(jws_sign(pair, header, BYTES_LIT("{}"), &out), (buf_clear(&out), buf_init(&out, TOKEN_MAX)));
}

#define EACH(test_) cmocka_unit_test_setup_teardown(test_, arena_open, arena_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(refuses_malformed_tokens),
        EACH(refuses_headers),
        EACH(refuses_the_public_key_as_a_secret),
        EACH(refuses_every_changed_bit),
        EACH(refuses_signatures_of_other_lengths),
        EACH(refuses_another_key),
        EACH(refuses_to_sign),
        EACH(refuses_times),
        EACH(verifies_known_answers),
        EACH(signs_with_each_kind),
        EACH(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("jose/jws", tests, NULL, NULL);
}
