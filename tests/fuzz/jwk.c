/*
 * An accepted JWK gives the same key again after it was written anew.
 */
#include "jose/jwk.h"

#include "fuzz.h"

static void check_key(struct arena *a, const struct key *k)
{
    struct bytes one, two;
    const struct json *jwk = NULL;
    SCOPED_KEY struct key *again = NULL;
    FUZZ_CHECK(!key_is_private(k));
    FUZZ_CHECK(!failed(jwk_thumbprint(a, k, &one)));
    FUZZ_CHECK(!failed(jwk_encode(a, k, "alg", &jwk)));
    FUZZ_CHECK(!failed(jwk_decode(jwk, &again, NULL)));
    FUZZ_CHECK(!failed(jwk_thumbprint(a, again, &two)));
    FUZZ_CHECK(bytes_equal(one, two));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    const struct json *v = NULL, *typed = NULL, *twice = NULL;
    struct bytes alg;
    SCOPED_KEY struct key *k = NULL;
    arena_init(&a, REQUEST_ARENA_MAX);
    if (!failed(json_decode(&a, bytes_of(data, size), NULL, NULL, &v))) {
        if (!failed(jwk_decode(v, &k, &alg)))
            check_key(&a, k);
        if (!failed(jwk_typed(&a, v, &typed))) {
            FUZZ_CHECK(!failed(jwk_typed(&a, typed, &twice)));
            FUZZ_CHECK(json_equal(typed, twice));
        }
    }
    arena_clear(&a);
    return 0;
}
