/*
 * An accepted document is a JSON object that survives its own text; a refused one names a place inside the document.
 */
#include "codec/toml.h"

#include "fuzz.h"

static void check_place(struct bytes text, const struct toml_fault *fault)
{
    size_t lines = 1;
    for (size_t i = 0; i < text.n; i++)
        lines += text.p[i] == '\n';
    FUZZ_CHECK(fault->expected != NULL);
    FUZZ_CHECK(fault->line >= 1 && fault->line <= lines);
    FUZZ_CHECK(fault->column >= 1 && fault->column <= text.n + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes text = bytes_of(data, size);
    struct arena a;
    struct toml_fault fault = {0};
    const struct json *v;
    const struct json *again;
    arena_init(&a, REQUEST_ARENA_MAX);
    if (failed(toml_decode(&a, text, &fault, &v))) {
        check_place(text, &fault);
    } else {
        SCOPED(buf) struct buf b;
        buf_init(&b, REQUEST_ARENA_MAX);
        json_encode(v, &b);
        FUZZ_CHECK(v->type == JSON_OBJECT);
        FUZZ_CHECK(!failed(json_decode(&a, buf_view(&b), NULL, NULL, &again)));
        FUZZ_CHECK(json_equal(v, again));
    }
    arena_clear(&a);
    return 0;
}
