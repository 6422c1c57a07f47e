/* An event log: what is accepted replays, and says something printable. */
#include "rats/eventlog.h"

#include "base/limits.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct eventlog log;
    struct eventlog_registers regs;
    const struct json *claims;
    struct bytes part;
    arena_init(&a, 64 * MIB);
    struct err e = eventlog_decode(&a, bytes_of(data, size), HASH_SHA256, &log);
    if (failed(e)) {
        FUZZ_CHECK(e.reason == REASON_TPM_EVENTLOG_FORMAT);
    } else {
        FUZZ_CHECK(log.count <= size / 16);
        FUZZ_CHECK(!failed(eventlog_replay(&log, &regs)));
        FUZZ_CHECK(!failed(eventlog_uki_part(&log, "linux", &part)) && (part.n == 0 || part.n == 32));
        e = eventlog_check_events(&log);
        FUZZ_CHECK(!failed(e) || e.reason == REASON_TPM_EVENTLOG_EVENT);
        FUZZ_CHECK(!failed(eventlog_claims(&a, &log, &claims)) && claims->count == log.count);
    }
    arena_clear(&a);
    return 0;
}
