/*
 * Attacks by messages: after an honest exchange that the broker accepts, one more with one changed point. The broker is
 * real, the TPM is real software, and nothing boots.
 */
#pragma once

#include "host/attack/attack.h"

/*
 * attack_replay - the evidence of another session. attack_relay - honest evidence, but somebody else's TEE key.
 * attack_eventlog - an event log with one digest changed. attack_session_reuse - other evidence in a session that has
 * attested. attack_token_bit - a token with one bit changed. attack_token_foreign_key - the token's claims under
 * another signature. attack_token_stolen - the token of a guest, without its key. attack_other_resource - another
 * workload's resource. attack_forged_software - the quote signed by a key that lives in no TPM.
 * attack_forged_boot - no changed point: a boot that never happened, forged by whoever owns the vTPM. It succeeds.
 *
 * in       options: --tpm, --initdata, --event-log, --broker, --ca, --resource
 * out      *out: what the broker or the guest's own code said to the changed message; *is_misuse: an option is missing
 * errors   STATE  the honest exchange was not accepted, so the attack would prove nothing; as forger_open
 */
typedef struct err attack_fn(struct arena *a, const struct host_option *options, struct outcome *out, bool *is_misuse);
attack_fn attack_replay;
attack_fn attack_relay;
attack_fn attack_eventlog;
attack_fn attack_session_reuse;
attack_fn attack_token_bit;
attack_fn attack_token_foreign_key;
attack_fn attack_token_stolen;
attack_fn attack_other_resource;
attack_fn attack_forged_software;
attack_fn attack_forged_boot;
