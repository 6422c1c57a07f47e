/*
 * Values nest inside their input, and each accepted integer has one encoding.
 */
#include "codec/der.h"

#include "base/buf.h"
#include "fuzz.h"

#define CONSTRUCTED 0x20

static void check_integer(struct bytes whole)
{
    struct rd r = rd_of(whole);
    uint64_t v;
    if (failed(der_uint(&r, &v)))
        return;
    SCOPED(buf) struct buf digits;
    buf_init(&digits, 16);
    size_t n = 1;
    while (n < 8 && v >> (8 * n) != 0)
        n++;
    if (v >> (8 * n - 1) == 1)
        buf_u8(&digits, 0);
    for (size_t i = n; i > 0; i--)
        buf_u8(&digits, (uint8_t)(v >> (8 * (i - 1))));
    FUZZ_CHECK(whole.p[1] == digits.n);
    FUZZ_CHECK(bytes_equal(bytes_of(whole.p + 2, digits.n), buf_view(&digits)));
}

static void walk(struct rd r, size_t depth)
{
    while (rd_left(&r) > 0) {
        struct rd before = r;
        uint8_t tag;
        struct bytes content;
        if (failed(der_any(&r, &tag, &content))) {
            FUZZ_CHECK(r.at == before.at);
            return;
        }
        FUZZ_CHECK(content.p >= before.at + 2 && content.p + content.n == r.at && r.at <= before.end);
        check_integer(rd_rest(&before));
        if ((tag & CONSTRUCTED) != 0 && depth < DER_DEPTH_MAX)
            walk(rd_of(content), depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    walk(rd_of(bytes_of(data, size)), 0);
    return 0;
}
