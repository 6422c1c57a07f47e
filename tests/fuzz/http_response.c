/*
 * A response head that is accepted has a status of three digits, lies inside the input, and is accepted at no shorter
 * length.
 */
#include "net/http.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct http_response r;
    bool complete = false;
    if (failed(http_response_decode(bytes_of(data, size), &r, &complete)) || !complete)
        return 0;
    FUZZ_CHECK(r.head_len <= size && r.status >= 100 && r.status <= 599);
    FUZZ_CHECK(r.header_count <= HTTP_HEADERS_MAX && !(r.chunked && r.has_length));
    for (size_t i = 0; i < r.header_count; i++) {
        const struct http_header *h = &r.headers[i];
        FUZZ_CHECK(h->name.p >= data && h->name.p + h->name.n <= data + r.head_len);
        FUZZ_CHECK(h->value.n == 0 || (h->value.p >= data && h->value.p + h->value.n <= data + r.head_len));
    }
    size_t whole = r.head_len;
    for (size_t n = whole > 64 ? whole - 64 : 0; n < whole; n++) {
        FUZZ_CHECK(!failed(http_response_decode(bytes_of(data, n), &r, &complete)));
        FUZZ_CHECK(!complete);
    }
    return 0;
}
