/* The body of POST attest, and its evidence through every verifier: nothing is ever affirmed without roots. */
#include "rats/evidence.h"

#include "base/limits.h"
#include "fuzz.h"
#include "verifier/verifier.h"

static void verify(struct arena *a, enum tee tee, const struct json *evidence)
{
    const struct endorsements trust = {0};
    const struct verifier_options options = {0};
    const struct session_binding binding = {0};
    struct verified out;
    const struct verifier *v = verifier_find(tee);
    if (v == NULL || failed(v->verify(a, evidence, &trust, &options, &binding, 1748736000, &out)))
        return;
    FUZZ_CHECK(out.claims != NULL && out.identity != VERDICT_AFFIRMING && out.identity_reason != REASON_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct evidence e;
    arena_init(&a, 64 * MIB);
    struct err done = evidence_decode(&a, bytes_of(data, size), &e);
    if (failed(done)) {
        FUZZ_CHECK(done.reason != REASON_NONE || done.code == ERR_NOMEM);
    } else {
        FUZZ_CHECK(e.primary != NULL && e.tee_pubkey != NULL && e.device_count <= EVIDENCE_DEVICES_MAX);
        for (int tee = TEE_NONE + 1; tee < TEE_COUNT; tee++)
            if (tee != TEE_SAMPLE)
                verify(&a, (enum tee)tee, e.primary);
    }
    arena_clear(&a);
    return 0;
}
