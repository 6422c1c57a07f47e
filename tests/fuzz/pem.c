/*
 * PEM blocks of any text: each lies in the text, behind the one before.
 */
#include "codec/pem.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct bytes rest = bytes_of(data, size);
    struct pem_block b;
    bool found = true;
    arena_init(&a, REQUEST_ARENA_MAX);
    while (found) {
        const uint8_t *before = rest.p;
        size_t left = rest.n;
        if (failed(pem_next(&a, &rest, &b, &found)) || !found)
            break;
        FUZZ_CHECK(rest.n < left);
        FUZZ_CHECK(b.text.p >= before && b.text.p + b.text.n <= before + left);
        FUZZ_CHECK(bytes_starts(b.text, BYTES_LIT("-----BEGIN ")) && b.der.n < b.text.n);
    }
    arena_clear(&a);
    return 0;
}
