/*
 * An accepted certificate is exactly the bytes that came in, and whatever is read from it lies inside them.
 */
#include "crypto/x509.h"

#include "fuzz.h"

static bool inside(struct bytes part, struct bytes whole)
{
    for (size_t i = 0; part.n != 0 && i + part.n <= whole.n; i++) {
        if (memcmp(whole.p + i, part.p, part.n) == 0)
            return true;
    }
    return part.n == 0;
}

static void read_all(const struct cert *c, struct bytes in)
{
    static const char *const oids[] = {"1.3.6.1.4.1.3704.1.4", "2.5.29.17", "1.2.840.113741.1.13.1"};
    struct digest d;
    struct bytes value;
    int64_t from, to;
    FUZZ_CHECK(bytes_equal(cert_der(c), in));
    FUZZ_CHECK(inside(cert_common_name(c), in));
    FUZZ_CHECK(!failed(cert_digest(c, &d)));
    FUZZ_CHECK(!failed(cert_spki_digest(c, &d)));
    (void)cert_is_ca(c);
    cert_times(c, &from, &to);
    for (size_t i = 0; i < 3; i++) {
        if (!failed(cert_extension(c, oids[i], &value)))
            FUZZ_CHECK(inside(value, in));
        (void)cert_has_eku(c, oids[i]);
    }
    SCOPED_KEY struct key *k = NULL;
    if (!failed(cert_key(c, &k)))
        FUZZ_CHECK(key_kind_of(k) != KEY_NONE && !key_is_private(k));
    struct cert *const self[] = {(struct cert *)(uintptr_t)c};
    bool issued = !failed(cert_issued_by(c, c, false));
    bool chain = !failed(cert_verify_chain(c, NULL, 0, self, 1, from, NULL));
    FUZZ_CHECK(failed(cert_verify_chain(c, self, 1, NULL, 0, from, NULL)));
    (void)issued;
    (void)chain;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes in = bytes_of(data, size);
    SCOPED_CERT struct cert *c = NULL;
    if (!failed(cert_decode(in, &c)))
        read_all(c, in);
    struct cert *many[CERT_CHAIN_MAX] = {NULL};
    size_t count = 0;
    if (!failed(cert_decode_pem(in, many, CERT_CHAIN_MAX, &count)))
        FUZZ_CHECK(count > 0 && count <= CERT_CHAIN_MAX);
    for (size_t i = 0; i < count; i++)
        cert_free(many[i]);
    return 0;
}
