/*
 * An initdata document as the assessment reads it: digest forms, services, secrets, strings of its policy.
 */
#include "trust/catalogue.h"
#include "trust/document.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    const struct json *facts;
    struct assess_request request = {.now = BYTES_LIT("2026-06-01")};
    struct model m = {.arena = &a, .request = &request, .now_sec = 1780272000};
    struct input in = {.path = BYTES_LIT("initdata.toml"), .text = bytes_of(data, size)};
    arena_init(&a, REQUEST_ARENA_MAX);
    if (failed(json_decode(&a, bytes_of_text(catalogue_tee_json), NULL, NULL, &m.tee_table)))
        abort();
    m.tee = json_at(m.tee_table, "tdx");
    struct err e = document_add(&m, &in, in.path, in.text, NULL);
    if (!failed(e)) {
        FUZZ_CHECK(!failed(document_forms(&m)));
        e = document_facts(&m, &facts);
        FUZZ_CHECK(!failed(e) || e.code == ERR_NOMEM);
        FUZZ_CHECK(failed(e) || facts->count == 1);
    }
    FUZZ_CHECK(e.code != ERR_BUG && e.code != ERR_UNSET);
    arena_clear(&a);
    return 0;
}
