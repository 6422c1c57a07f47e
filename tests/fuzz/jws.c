/*
 * No token that the fuzzer makes verifies with a key made at the start; what is decoded points into the token.
 */
#include "jose/jws.h"

#include "fuzz.h"

static const struct key *key_made(void)
{
    static struct key *kept;
    if (kept == NULL)
        FUZZ_CHECK(!failed(key_generate(KEY_ED25519, &kept)));
    return kept;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct jws jws = {0};
    arena_init(&a, REQUEST_ARENA_MAX);
    if (!failed(jws_decode(&a, bytes_of(data, size), &jws))) {
        FUZZ_CHECK(jws.signing_input.p == data && jws.signing_input.n < size);
        FUZZ_CHECK(json_is(jws.header, JSON_OBJECT) && json_at(jws.header, "crit") == NULL);
        FUZZ_CHECK(jws.payload == NULL);
        FUZZ_CHECK(failed(jws_verify(&a, &jws, key_made())));
        FUZZ_CHECK(jws.payload == NULL);
    }
    const struct json *claims = NULL;
    struct err e = json_decode(&a, bytes_of(data, size), NULL, NULL, &claims);
    if (!failed(e))
        e = jwt_check_times(claims, 1750000000, 60);
    FUZZ_CHECK(e.code != ERR_UNSET);
    arena_clear(&a);
    return 0;
}
