/*
 * An accepted text is the only one for its bytes. The first byte chooses the form.
 */
#include "codec/base64.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    enum base64_form form = (data[0] & 1) != 0 ? BASE64_URL : BASE64_PADDED;
    struct bytes text = bytes_of(data + 1, size - 1);
    struct arena a;
    struct bytes out;
    struct bytes again;
    arena_init(&a, REQUEST_ARENA_MAX);
    if (!failed(base64_decode(&a, form, text, &out))) {
        FUZZ_CHECK(!failed(base64_encode_arena(&a, form, out, &again)));
        FUZZ_CHECK(bytes_equal(again, text));
    }
    FUZZ_CHECK(!failed(base64_encode_arena(&a, form, text, &out)));
    FUZZ_CHECK(!failed(base64_decode(&a, form, out, &again)));
    FUZZ_CHECK(bytes_equal(again, text));
    arena_clear(&a);
    return 0;
}
