/* proves: R9 M-EVID T-ATT-02 */
#include "rats/runtime_data.h"

#include "base/limits.h"
#include "check.h"
#include "codec/hex.h"

#define JWK                                                                                                            \
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"alg\":\"ECDH-ES+A256KW\","                                                    \
    "\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\",\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\""

static struct err digest_of(struct arena *a, const char *nonce, const char *jwk, const char *additional,
                            struct digest *out)
{
    const struct json *key;
    const struct json *claims;
    struct bytes more = additional == NULL ? BYTES_EMPTY : bytes_of_text(additional);
    TRY(json_decode(a, bytes_of_text(jwk), NULL, NULL, &key));
    TRY(runtime_data_claims(a, bytes_of_text(nonce), key, additional == NULL ? NULL : &more, &claims));
    return runtime_data_digest(claims, HASH_SHA384, out);
}

static void every_part_changes_the_digest(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, MIB);
    struct digest base;
    struct digest other;
    assert_ok(digest_of(&a, "bm9uY2U=", JWK "}", "", &base));
    assert_int_equal(base.n, 48);
    assert_ok(digest_of(&a, "bm9uY2V=", JWK "}", "", &other));
    assert_false(bytes_equal(digest_view(&base), digest_view(&other)));
    assert_ok(digest_of(&a, "bm9uY2U=", JWK "}", "{}", &other));
    assert_false(bytes_equal(digest_view(&base), digest_view(&other)));
    assert_ok(digest_of(&a, "bm9uY2U=", JWK "}", NULL, &other));
    assert_false(bytes_equal(digest_view(&base), digest_view(&other)));
    /* Members that take no part are dropped before hashing. */
    assert_ok(digest_of(&a, "bm9uY2U=", JWK ",\"kid\":\"1\",\"use\":\"enc\"}", "", &other));
    assert_bytes(digest_view(&base), digest_view(&other));
    arena_clear(&a);
}

static void hashes_the_canonical_text(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, MIB);
    const struct json *v;
    struct digest have;
    struct bytes hex;
    assert_ok(json_decode(&a, BYTES_LIT("{\"b\":1,\"a\":\"test\",\"c\":{\"d\":\"e\"}}"), NULL, NULL, &v));
    assert_ok(runtime_data_digest(v, HASH_SHA384, &have));
    assert_ok(hex_encode_arena(&a, digest_view(&have), &hex));
    /* source: spec/kbs.md 1.7, known vector */
    assert_text(hex,
                "e71ce8e70d814ba6639c3612ebee0ff1f76f650f8dbb5e47157e0f3f525cd22c4597480a186427c813ca941da78870c3");
    arena_clear(&a);
}

static void fits_a_digest_to_a_field(void **state)
{
    (void)state;
    struct digest out;
    const uint8_t in[] = {1, 2, 3, 4};
    const uint8_t padded[] = {1, 2, 3, 4, 0, 0};
    assert_ok(report_data_fit(BYTES_OF(in), 6, &out));
    assert_bytes(digest_view(&out), BYTES_OF(padded));
    assert_ok(report_data_fit(BYTES_OF(in), 3, &out));
    assert_bytes(digest_view(&out), bytes_of(in, 3));
    assert_code(report_data_fit(BYTES_OF(in), 65, &out), ERR_LIMIT);
    assert_int_equal(out.n, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_part_changes_the_digest),
                                       cmocka_unit_test(hashes_the_canonical_text),
                                       cmocka_unit_test(fits_a_digest_to_a_field)};
    return cmocka_run_group_tests_name("rats/runtime_data", tests, NULL, NULL);
}
