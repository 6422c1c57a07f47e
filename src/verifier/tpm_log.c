#include "verifier/tpm.h"

/* Registers that something else than the firmware's log fills: initdata, IMA, and those that software may reset. */
#define UNLOGGED (1U << 8 | 1U << 10 | 0xffU << 16)

static struct err check_register(unsigned pcr, const struct digest *value, const struct eventlog_registers *log)
{
    if ((log->extended >> pcr & 1) != 0) {
        if (!bytes_equal_ct(digest_view(value), digest_view(&log->value[pcr])))
            return REFUSE(ERR_UNVERIFIED, REASON_TPM_EVENTLOG_REPLAY, "the log leads to another value of a PCR");
        return OK;
    }
    if ((UNLOGGED >> pcr & 1) == 0 && !bytes_all(digest_view(value), 0))
        return REFUSE(ERR_UNVERIFIED, REASON_TPM_EVENTLOG_REPLAY, "a PCR was extended by nothing in the log");
    return OK;
}

struct err tpm_log_verify(struct arena *a, struct bytes log, const struct digest pcrs[TPM_PCR_COUNT], uint32_t mask,
                          struct eventlog *decoded)
{
    struct eventlog events;
    struct eventlog_registers registers;
    TRY(eventlog_decode(a, log, HASH_SHA256, &events));
    TRY(eventlog_replay(&events, &registers));
    for (unsigned i = 0; i < TPM_PCR_COUNT; i++)
        if ((mask >> i & 1) != 0)
            TRY(check_register(i, &pcrs[i], &registers));
    TRY(eventlog_check_events(&events));
    *decoded = events;
    return OK;
}
