/* Files that reference values are computed from: a unified image, a kernel, a firmware file. */
#include "base/limits.h"
#include "fuzz.h"
#include "owner/reference/boot.h"
#include "owner/reference/firmware_ovmf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct pe image;
    struct boot_values v;
    struct ovmf_volumes volumes;
    const struct bytes file = bytes_of(data, size);
    const struct measure_request direct = {.is_direct = true,
                                           .kernel = file,
                                           .initrd = BYTES_LIT("initrd"),
                                           .cmdline = BYTES_LIT("quiet"),
                                           .machine = {.memory_mib = 512}};
    arena_init(&a, 128 * MIB);
    if (!failed(pe_decode(file, &image)) && !failed(boot_uki(&image, NULL, &v)))
        FUZZ_CHECK(v.pcr4.n == 32 && v.pcr9.n == 32 && v.pcr11.n == 32 && v.pcr12.n == 32);
    if (!failed(boot_direct(&a, &direct, &v)))
        FUZZ_CHECK(v.pcr4.n == 32 && v.pcr9.n == 32);
    if (!failed(ovmf_unpack(&a, file, &volumes)))
        FUZZ_CHECK(volumes.pei.p != NULL && volumes.dxe.p != NULL);
    arena_clear(&a);
    return 0;
}
