/*
 * The first byte chooses: a whole member; a deflate stream that gets a header and a trailer here, since no mutation
 * finds a checksum; or bytes that must come back after packing.
 */
#include "codec/gzip.h"

#include "fuzz.h"

static void check_round_trip(struct bytes plain)
{
    SCOPED(buf) struct buf packed;
    SCOPED(buf) struct buf out;
    buf_init(&packed, 4 * MIB);
    buf_init(&out, plain.n);
    FUZZ_CHECK(!failed(gzip_encode(plain, &packed)));
    FUZZ_CHECK(!failed(gzip_decode(buf_view(&packed), &out)));
    FUZZ_CHECK(bytes_equal(buf_view(&out), plain));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct bytes rest = bytes_of(data + 1, size - 1);
    SCOPED(buf) struct buf member;
    SCOPED(buf) struct buf out;
    buf_init(&member, 4 * MIB);
    buf_init(&out, MIB);
    switch (data[0] % 3) {
    case 0:
        if (!failed(gzip_decode(rest, &out)))
            check_round_trip(buf_view(&out));
        break;
    case 1:
        buf_add(&member, BYTES_LIT("\x1f\x8b\x08\0\0\0\0\0\0\xff"));
        buf_add(&member, rest);
        buf_fill(&member, 0, 8);
        FUZZ_CHECK(!failed(gzip_decode(buf_view(&member), &out)) ? out.n == 0 : out.n <= MIB);
        break;
    default:
        check_round_trip(rest);
    }
    return 0;
}
