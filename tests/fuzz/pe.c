/*
 * Every view of an accepted image lies inside it, and the hashed ranges leave out what they must.
 */
#include "codec/pe.h"

#include "fuzz.h"

static bool inside(struct bytes whole, struct bytes part)
{
    return part.n == 0 || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

static void check_ranges(const struct pe *pe)
{
    struct bytes ranges[PE_SECTIONS_MAX + 4];
    size_t count = 0;
    if (failed(pe_hashed_ranges(pe, ranges, &count)))
        return;
    FUZZ_CHECK(count >= 2 && count <= PE_SECTIONS_MAX + 4);
    const uint8_t *checksum = pe->file.p + pe->checksum_at;
    for (size_t i = 0; i < count; i++) {
        FUZZ_CHECK(inside(pe->file, ranges[i]));
        FUZZ_CHECK(ranges[i].p + ranges[i].n <= checksum || ranges[i].p >= checksum + 4);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes file = bytes_of(data, size);
    struct pe pe;
    if (failed(pe_decode(file, &pe)))
        return 0;
    FUZZ_CHECK(pe.section_count <= PE_SECTIONS_MAX && pe.headers_len <= size && pe.cert_len <= size);
    for (size_t i = 0; i < pe.section_count; i++) {
        FUZZ_CHECK(inside(file, pe.sections[i].name));
        FUZZ_CHECK(inside(file, pe.sections[i].raw));
        FUZZ_CHECK(inside(pe.sections[i].raw, pe.sections[i].data));
    }
    check_ranges(&pe);
    return 0;
}
