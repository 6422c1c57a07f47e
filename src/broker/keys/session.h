/*
 * Sessions are sealed tokens: the cookie holds everything, and nothing of an unauthenticated caller stays here.
 * Process: keys. A cookie that comes back is hostile until it opens.
 */
#pragma once

#include "base/arena.h"
#include "base/secret.h"
#include "rats/tee.h"

#define SESSION_NONCE    32
#define SESSION_ID       32
#define SESSION_NAME_MAX 66 /* a TPM Name: algorithm and digest */

enum session_state { SESSION_STATE_NONE = 0, SESSION_AUTHED, SESSION_ATTESTED };

struct session {
    enum session_state state;
    enum tee tee;
    int64_t begun_hour; /* names the key that its proof comes from */
    int64_t expires_at_sec;
    uint8_t id[SESSION_ID]; /* SHA-256 of the nonce's text: the session digest of the audit log */
    uint8_t nonce[SESSION_NONCE];
    uint8_t ak_name[SESSION_NAME_MAX]; /* tpm: Name of the AK that the credential was made for */
    size_t ak_name_len;
    uint8_t ek_digest[32]; /* tpm: identity of the EK that it was made for */
    bool has_tpm;
};

/* The keys of the current hour and the one before; made anew at each start. */
struct session_keys {
    struct secret key[2];
    int64_t hour[2]; /* 0: none yet */
};

/*
 * session_keys_clear - wipes them; accepts the zeroed value.
 * session_begin - a new session with a fresh nonce.
 * session_nonce_text - the nonce in base64, 44 characters and a NUL.
 * session_seal - the cookie's text. A new one at each step.
 * session_open - the reverse; checks lifetime, not state.
 * session_proof - 32 bytes that only this session has: the secret inside the TPM's credential.
 *
 * in       cookie: hostile; now_sec: seconds since 1970
 * out      only on success; text in the arena; proof: owned
 * errors   UNVERIFIED reason session.unknown; STALE reason session.expired; IO no randomness; NOMEM, BUG
 * source: DESIGN.md section 9, broker: session keys
 */
void session_keys_clear(struct session_keys *k);
MUST_CHECK struct err session_begin(enum tee tee, int64_t now_sec, int64_t lifetime_sec, struct session *out);
MUST_CHECK struct err session_nonce_text(const struct session *s, char out[45]);
MUST_CHECK struct err session_seal(struct session_keys *k, struct arena *a, const struct session *s, int64_t now_sec,
                                   struct bytes *out);
MUST_CHECK struct err session_open(struct session_keys *k, struct arena *a, struct bytes cookie, int64_t now_sec,
                                   struct session *out);
MUST_CHECK struct err session_proof(struct session_keys *k, const struct session *s, int64_t now_sec,
                                    struct secret *out);
