/*
 * One request to the broker, and what a session says about itself. Internal to kbs.
 */
#pragma once

#include "kbs/kbs.h"

#define KBS_ANSWER_MAX  (4 * MIB)
#define KBS_DEADLINE_MS 60000

/*
 * kbs_exchange - one request; anything but 200 is a refusal, kept in s->status and s->error_type. A new cookie is kept.
 * kbs_runtime_claims - what the evidence is over: nonce, TEE public key, no additional evidence.
 *
 * in       headers: {0}-terminated
 * out      *answer in the session's arena
 * errors   DENIED; PEER, STALE, UNVERIFIED, LIMIT as client_exchange; STATE before kbs_auth; NOMEM
 */
MUST_CHECK struct err kbs_exchange(struct kbs_session *s, const char *method, const char *target,
                                   const struct http_header *headers, struct bytes body, struct bytes *answer);
MUST_CHECK struct err kbs_runtime_claims(struct kbs_session *s, const struct json **out);
