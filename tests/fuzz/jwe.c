/*
 * A document to our key with a run of its bytes overwritten either is refused or says the same as before. The first two
 * bytes are the place, the rest is written there; the input alone is also taken as a document.
 */
#include "jose/jwe.h"

#include "fuzz.h"

static const struct key *key_made(void)
{
    static struct key *kept;
    if (kept == NULL)
        FUZZ_CHECK(!failed(key_generate(KEY_EC_P256, &kept)));
    return kept;
}

static struct bytes document(void)
{
    static struct buf kept;
    if (kept.n == 0) {
        buf_init(&kept, 64 * KIB);
        FUZZ_CHECK(!failed(jwe_encrypt(key_made(), BYTES_LIT("ECDH-ES+A256KW"), NULL, 0, BYTES_LIT("plain"), &kept)));
    }
    return buf_view(&kept);
}

static bool opens(struct bytes text)
{
    struct arena a;
    const struct json *header = NULL;
    SCOPED(secret) struct secret plain = {0};
    arena_init(&a, REQUEST_ARENA_MAX);
    bool good = !failed(jwe_decrypt(&a, key_made(), text, &header, &plain));
    if (good)
        FUZZ_CHECK(bytes_is(secret_borrow(&plain), "plain"));
    arena_clear(&a);
    return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FUZZ_CHECK(!opens(bytes_of(data, size)));
    if (size < 3)
        return 0;
    struct bytes good = document();
    uint8_t changed[4096];
    FUZZ_CHECK(good.n <= sizeof(changed));
    memcpy(changed, good.p, good.n);
    size_t at = ((size_t)data[0] << 8 | data[1]) % good.n;
    size_t n = size - 2 < good.n - at ? size - 2 : good.n - at;
    memcpy(changed + at, data + 2, n);
    (void)opens(bytes_of(changed, good.n));
    return 0;
}
