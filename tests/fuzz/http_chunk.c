/*
 * A chunked body read whole and read byte by byte is the same body, or is refused both times.
 */
#include "net/http.h"

#include "fuzz.h"

#define BODY_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes in = bytes_of(data, size);
    SCOPED(buf) struct buf whole;
    SCOPED(buf) struct buf pieces;
    buf_init(&whole, BODY_MAX);
    buf_init(&pieces, BODY_MAX);
    size_t used = 0;
    bool last = false;
    struct err e = http_chunk_decode(in, &whole, &used, &last);
    FUZZ_CHECK(failed(e) || used <= size);
    FUZZ_CHECK(whole.n <= BODY_MAX);
    size_t at = 0;
    bool piece_last = false;
    struct err piece_e = OK;
    for (size_t n = 0; n <= size && !failed(piece_e) && !piece_last; n++) {
        size_t took = 0;
        piece_e = http_chunk_decode(bytes_of(data + at, n - at), &pieces, &took, &piece_last);
        at += failed(piece_e) ? 0 : took;
    }
    FUZZ_CHECK(failed(e) == failed(piece_e));
    if (!failed(e)) {
        FUZZ_CHECK(last == piece_last && at == used);
        FUZZ_CHECK(bytes_equal(buf_view(&whole), buf_view(&pieces)));
    }
    return 0;
}
