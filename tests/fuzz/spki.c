/*
 * An accepted public key has one encoding, and survives its JWK.
 */
#include "jose/jwk.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes in = bytes_of(data, size);
    SCOPED_KEY struct key *k = NULL;
    SCOPED_KEY struct key *again = NULL;
    SCOPED_KEY struct key *from_pem = NULL;
    struct err from = key_from_pem(in, false, &from_pem);
    FUZZ_CHECK(failed(from) == (from_pem == NULL));
    if (failed(key_from_spki(in, &k)))
        return 0;
    struct arena a;
    const struct json *jwk = NULL;
    SCOPED(buf) struct buf spki = {0};
    arena_init(&a, REQUEST_ARENA_MAX);
    buf_init(&spki, 64 * KIB);
    FUZZ_CHECK(!failed(jwk_encode(&a, k, NULL, &jwk)));
    FUZZ_CHECK(!failed(jwk_decode(jwk, &again, NULL)));
    FUZZ_CHECK(!failed(key_spki(again, &spki)));
    FUZZ_CHECK(bytes_equal(buf_view(&spki), in));
    arena_clear(&a);
    return 0;
}
