/*
 * Every document that is accepted is a tree that survives as JSON, of bounded depth; a refused text says where.
 */
#include "trust/yaml_tree.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct yaml y;
    struct yaml_fault fault = {0};
    const struct json *again;
    arena_init(&a, REQUEST_ARENA_MAX);
    if (failed(yaml_decode(&a, bytes_of(data, size), &fault, &y))) {
        arena_clear(&a);
        return 0;
    }
    FUZZ_CHECK(y.count <= YAML_DOCUMENTS_MAX);
    for (size_t i = 0; i < y.count; i++) {
        SCOPED(buf) struct buf b;
        buf_init(&b, REQUEST_ARENA_MAX);
        json_encode(y.roots[i], &b);
        struct bytes text;
        if (failed(buf_end(&b, &text)))
            continue;
        struct err e = json_decode(&a, text, NULL, NULL, &again);
        FUZZ_CHECK(!failed(e) || e.code == ERR_NOMEM || e.code == ERR_LIMIT);
        FUZZ_CHECK(failed(e) || json_equal(y.roots[i], again));
        FUZZ_CHECK(yaml_line(&y, y.roots[i]) >= 1);
    }
    arena_clear(&a);
    return 0;
}
