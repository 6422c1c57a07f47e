#include "crypto/start.h"

#include "crypto/hash.h"
#include "crypto/ossl.h"

#include <openssl/crypto.h>

struct err crypto_start(void)
{
    uint8_t first[16];
    struct digest d;
    if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_LOAD_CRYPTO_STRINGS |
                                OPENSSL_INIT_ADD_ALL_CIPHERS | OPENSSL_INIT_ADD_ALL_DIGESTS,
                            NULL) != 1)
        return FAIL(ERR_BUG, "libcrypto does not start");
    /* Providers, the generator and the CPU's features are looked up at first use. */
    TRY(random_bytes(first, sizeof(first)));
    return hash_of(HASH_SHA256, BYTES_OF(first), &d);
}
