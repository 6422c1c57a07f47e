/* A public area of a TPM: what is accepted has a Name, and its key is one or is refused. */
#include "rats/tpm_public.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tpm_public p;
    struct digest name;
    struct key *k = NULL;
    if (failed(tpm_public_decode(bytes_of(data, size), &p)))
        return 0;
    FUZZ_CHECK(p.area.n + 2 == size);
    FUZZ_CHECK(!failed(tpm_public_name(&p, &name)) && name.n == hash_size(p.name_alg) + 2);
    if (!failed(tpm_public_check_ak(&p)))
        FUZZ_CHECK((p.attributes & TPM_ATTR_DECRYPT) == 0 && (p.attributes & TPM_ATTR_RESTRICTED) != 0);
    if (!failed(tpm_public_key(&p, &k)))
        FUZZ_CHECK(key_kind_of(k) == p.kind);
    key_free(k);
    return 0;
}
