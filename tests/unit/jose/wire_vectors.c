/* Recorded exchanges of the upstream broker: its tokens verify, its JWE open. */
#include "jose/jwe.h"
#include "jose/jwk.h"
#include "jose/jws.h"
#include "token.h"
#include "vectors.h"

/* The body of a recorded HTTP response. */
static struct bytes body_of(const char *name)
{
    char path[128];
    (void)snprintf(path, sizeof(path), "kbs-wire/exchanges/%s.response", name);
    struct bytes whole = vector(path);
    for (size_t i = 0; i + 4 <= whole.n; i++) {
        if (memcmp(whole.p + i, "\r\n\r\n", 4) == 0)
            return bytes_of(whole.p + i + 4, whole.n - i - 4);
    }
    fail_msg("no body in %s", path);
    return BYTES_EMPTY;
}

static struct bytes token_of(const char *name)
{
    const struct json *v = NULL;
    struct bytes token = BYTES_EMPTY;
    assert_ok(json_decode(&arena, body_of(name), NULL, NULL, &v));
    assert_ok(json_need_string(v, "token", &token));
    return token;
}

static const char *const NAMES[] = {"ok-P-256", "ok-P-521", "ok-RSA-OAEP-256", "ok-RSA1_5"};

static void tokens_verify_with_the_key_in_their_header(void **state)
{
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        ROW(NAMES[i]);
        char name[64];
        (void)snprintf(name, sizeof(name), "%s-2attest", NAMES[i]);
        struct bytes token = token_of(name);
        struct jws jws = {0};
        assert_ok(jws_decode(&arena, token, &jws));
        SCOPED_KEY struct key *k = NULL;
        struct bytes alg;
        assert_ok(jwk_decode(json_at(jws.header, "jwk"), &k, &alg));
        assert_text(alg, "ES256");
        assert_ok(jws_verify(&arena, &jws, k));
        int64_t iat = 0;
        assert_ok(json_need_int(jws.payload, "iat", 0, INT64_MAX, &iat));
        assert_ok(jwt_check_times(jws.payload, iat, 0));
        assert_code(jwt_check_times(jws.payload, iat + 301, 0), ERR_STALE);
        assert_code(jwt_check_times(jws.payload, iat - 1, 0), ERR_STALE);
        uint8_t *changed = copy_of(token);
        for (size_t at = 0; at < token.n; at += 7) {
            uint8_t kept = changed[at];
            changed[at] = kept == 'A' ? 'B' : 'A';
            struct jws other = {0};
            if (!failed(jws_decode(&arena, bytes_of(changed, token.n), &other)))
                assert_true(failed(jws_verify(&arena, &other, k)));
            changed[at] = kept;
        }
        arena_reset(&arena);
    }
}

static void jwe_open_with_the_recorded_keys(void **state)
{
    (void)state;
    static const char *const ways[] = {"3resource-cookie", "4resource-bearer"};
    for (size_t i = 0; i < 8; i++) {
        char name[64], pem[96];
        (void)snprintf(name, sizeof(name), "%s-%s", NAMES[i / 2], ways[i % 2]);
        (void)snprintf(pem, sizeof(pem), "kbs-wire/exchanges/%s-teekey.pem", NAMES[i / 2]);
        ROW(NAMES[i / 2]);
        SCOPED_KEY struct key *k = NULL;
        assert_ok(key_from_pem(vector(pem), true, &k));
        const struct json *header = NULL;
        SCOPED(secret) struct secret plain = {0};
        struct err e = jwe_decrypt(&arena, k, body_of(name), &header, &plain);
        if (i / 2 == 3) {
            assert_code(e, ERR_UNSUPPORTED);
            assert_null(plain.p);
            continue;
        }
        assert_ok(e);
        assert_text(secret_borrow(&plain), "0123456789abcdef0123456789abcdef");
    }
}

#define EACH(test_) cmocka_unit_test_setup_teardown(test_, arena_open, arena_close)

int main(void)
{
    VECTORS_OR_SKIP();
    const struct CMUnitTest tests[] = {
        EACH(tokens_verify_with_the_key_in_their_header),
        EACH(jwe_open_with_the_recorded_keys),
    };
    return cmocka_run_group_tests_name("jose/wire_vectors", tests, NULL, NULL);
}
