/*
 * The input is {"document": .., "patch": ..}. What a patch makes is a JSON document, and the one before stays as it
 * was.
 */
#include "trust/patch.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    const struct json *both, *made, *again, *found;
    arena_init(&a, REQUEST_ARENA_MAX);
    if (failed(json_decode(&a, bytes_of(data, size), NULL, NULL, &both)) || json_at(both, "document") == NULL) {
        arena_clear(&a);
        return 0;
    }
    SCOPED(buf) struct buf before;
    SCOPED(buf) struct buf after;
    buf_init(&before, REQUEST_ARENA_MAX);
    buf_init(&after, REQUEST_ARENA_MAX);
    json_encode(json_at(both, "document"), &before);
    struct err e = patch_apply(&a, json_at(both, "document"), json_at(both, "patch"), &made);
    FUZZ_CHECK(e.code != ERR_BUG && e.code != ERR_UNSET);
    if (!failed(e)) {
        SCOPED(buf) struct buf text;
        buf_init(&text, REQUEST_ARENA_MAX);
        json_encode(made, &text);
        struct err read = json_decode(&a, buf_view(&text), NULL, NULL, &again);
        FUZZ_CHECK(!failed(read) || read.code == ERR_LIMIT || read.code == ERR_NOMEM);
    }
    json_encode(json_at(both, "document"), &after);
    FUZZ_CHECK(bytes_equal(buf_view(&before), buf_view(&after)));
    FUZZ_CHECK(!failed(patch_find(&a, both, bytes_of(data, size < 64 ? size : 64), &found)));
    arena_clear(&a);
    return 0;
}
