/* Initdata, as a document and as a disk: a document that a disk holds is the one that comes out of it. */
#include "rats/initdata.h"

#include "base/limits.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct initdata d;
    struct buf text;
    struct buf disk;
    arena_init(&a, 64 * MIB);
    buf_init(&text, INITDATA_MAX);
    buf_init(&disk, 4 * INITDATA_MAX);
    if (!failed(initdata_decode(&a, bytes_of(data, size), &d))) {
        FUZZ_CHECK(d.claims != NULL && d.digest.n == hash_size(d.algorithm));
        FUZZ_CHECK(!failed(initdata_disk_encode(d.text, &disk)));
        FUZZ_CHECK(!failed(initdata_disk_decode(buf_view(&disk), &text)));
        FUZZ_CHECK(bytes_equal(buf_view(&text), d.text));
    }
    buf_reset(&text);
    if (!failed(initdata_disk_decode(bytes_of(data, size), &text)))
        FUZZ_CHECK(text.n <= INITDATA_MAX);
    buf_clear(&text);
    buf_clear(&disk);
    arena_clear(&a);
    return 0;
}
