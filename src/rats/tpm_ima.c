#include "rats/tpm_ima.h"

struct err tpm_ima_boot_pcr(const struct digest pcrs[10], struct digest *out)
{
    static const uint8_t zero[TPM_PCR_SIZE];
    struct bytes parts[10];
    struct digest aggregate;
    struct digest entry;
    for (int i = 0; i < 10; i++)
        parts[i] = i == 8 ? BYTES_OF(zero) : digest_view(&pcrs[i]);
    TRY(hash_of_parts(HASH_SHA256, parts, 10, &aggregate));
    const struct bytes record[] = {BYTES_LIT("\x28\0\0\0sha256:\0"), digest_view(&aggregate),
                                   BYTES_LIT("\x0f\0\0\0boot_aggregate\0"), BYTES_LIT("\0\0\0\0")};
    TRY(hash_of_parts(HASH_SHA256, record, 4, &entry));
    struct digest pcr = {.n = TPM_PCR_SIZE};
    TRY(hash_extend(HASH_SHA256, &pcr, digest_view(&entry)));
    *out = pcr;
    return OK;
}
