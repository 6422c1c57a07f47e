/*
 * No list that the fuzzer makes is signed by an issuer whose key was made at the start.
 */
#include "crypto/x509.h"

#include "fuzz.h"

static struct cert *issuer_made(void)
{
    static const char *const names[] = {"issuer"};
    static struct cert *kept;
    if (kept != NULL)
        return kept;
    SCOPED_KEY struct key *k = NULL;
    SCOPED(buf) struct buf pem = {0};
    size_t count = 0;
    buf_init(&pem, 64 * KIB);
    FUZZ_CHECK(!failed(key_generate(KEY_EC_P256, &k)));
    FUZZ_CHECK(!failed(cert_self_signed(k, names, 1, 1750000000, 30, &pem)));
    FUZZ_CHECK(!failed(cert_decode_pem(buf_view(&pem), &kept, 1, &count)));
    return kept;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cert *issuer = issuer_made();
    FUZZ_CHECK(failed(crl_check(bytes_of(data, size), issuer, false, 1750000000, &issuer, 1)));
    FUZZ_CHECK(failed(crl_check(bytes_of(data, size), issuer, true, 1750000000, &issuer, 1)));
    return 0;
}
