/*
 * Tokens, keys and certificates as a policy gets them. No token that the fuzzer makes may hold under a key whose
 * private part nobody kept, and a list of certificates holds only with two or more.
 */
#include "rego_call.h"

/* A P-256 key, made for this and thrown away. */
#define KEY                                                                                                            \
    "`-----BEGIN PUBLIC KEY-----\n"                                                                                    \
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEZxJY+tLPFh1aiu2haTAN+Df+Nl++\n"                                               \
    "tBPwFruK2+ZZu+n/SqJ6zXMBoW53unsoXDijjPmNe0kFO7ugDsjdeCGwmA==\n"                                                   \
    "-----END PUBLIC KEY-----\n`"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const readers[] = {
        "io.jwt.decode(input[0])",
        "io.jwt.decode_verify(input[0], {\"cert\": input[1]})",
        "io.jwt.decode_verify(input[0], {\"secret\": input[1]})",
        "io.jwt.verify_rs256(input[0], input[1])",
        "io.jwt.encode_sign_raw(input[0], input[1], input[2])",
        "crypto.x509.parse_certificates(input[0])",
        "crypto.x509.parse_certificate_request(input[0])",
        "crypto.x509.parse_and_verify_certificates(input[0])",
        "crypto.x509.parse_keypair(input[0], input[1])",
        "crypto.parse_private_keys(input[0])",
    };
    SCOPED(buf) struct buf input;
    struct bytes text;
    bool same;
    buf_init(&input, 4 * MIB);
    fuzz_parts(bytes_of(data, size), &input);
    if (failed(buf_end(&input, &text)))
        return 0;
    for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++)
        (void)fuzz_call(readers[i], text, "", &same);
    (void)fuzz_call("io.jwt.verify_es256(input[0], " KEY ")", text, "true", &same);
    FUZZ_CHECK(!same);
    (void)fuzz_call("io.jwt.decode_verify(input[0], {\"cert\": " KEY "})[0]", text, "true", &same);
    FUZZ_CHECK(!same);
    return 0;
}
