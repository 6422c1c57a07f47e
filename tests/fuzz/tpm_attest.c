/* A quote or a signature of a TPM: what is accepted is consistent. */
#include "rats/tpm_attest.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tpm_attest q;
    struct tpm_signature s;
    struct err e = tpm_attest_decode(bytes_of(data, size), &q);
    if (failed(e))
        FUZZ_CHECK(e.reason == REASON_TPM_QUOTE_FORMAT || e.reason == REASON_TPM_SELECTION);
    else
        FUZZ_CHECK(q.pcr_mask != 0 && q.pcr_mask <= 0xffffff && q.pcr_digest.n == TPM_PCR_SIZE && q.clock <= INT64_MAX);
    e = tpm_signature_decode(bytes_of(data, size), &s);
    if (failed(e))
        FUZZ_CHECK(e.reason == REASON_TPM_QUOTE_SIGNATURE);
    else
        FUZZ_CHECK(s.n == (s.alg == SIG_ECDSA_SHA256 ? 64 : 256));
    return 0;
}
