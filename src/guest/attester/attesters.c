#include "guest/attester/attester.h"

static const struct attester *const attesters[] = {&attester_tpm};

struct err attester_find(struct arena *a, const struct attester **out, struct attester_state **state)
{
    for (size_t i = 0; i < sizeof(attesters) / sizeof(attesters[0]); i++) {
        struct err e = attesters[i]->open(a, state);
        if (e.code == ERR_ABSENT)
            continue;
        TRY(e);
        *out = attesters[i];
        return OK;
    }
    return REFUSE(ERR_ABSENT, REASON_GUEST_NO_TEE, "no TEE was found");
}
