/*
 * The client side of the KBS protocol 0.4.0: auth, attest, resource. Used by the guest's secrets process and by the
 * host's attack driver. Every answer of the broker is hostile until its TLS certificate and the token's nonce hold.
 */
#pragma once

#include "base/secret.h"
#include "crypto/key.h"
#include "net/client.h"
#include "json/json.h"

struct kbs_challenge {               /* views in the arena given */
    struct bytes nonce;              /* base64 text */
    const struct json *extra_params; /* {"tpm":{"credential":b64}} when asked for with a tpm member */
    char session[65];                /* hex SHA-256 of the nonce text: the session digest of the audit log */
};

struct kbs_session {
    struct client *client;
    struct arena *arena; /* of the whole handshake */
    struct bytes cookie; /* "kbs-session-id=..." */
    struct kbs_challenge challenge;
    struct key *tee_key;     /* P-256 pair, made by kbs_auth */
    struct bytes token;      /* EAR after kbs_attest */
    int status;              /* of the last answer */
    struct bytes error_type; /* upstream's error variant of the last refusal ("PolicyDeny"), empty if none */
};

/*
 * kbs_open - a session over a client; kbs_close - frees its key.
 * kbs_auth - POST auth with this TEE name and extra-params (may be NULL); makes the TEE key.
 * kbs_report_data - the SHA-384 digest that the evidence must be over.
 * kbs_attest - POST attest with primary evidence and the initdata text (empty = none); keeps the token and checks that
 * the token's nonce is this session's (reason guest.token-nonce). The signature is the relying party's to check.
 * kbs_resource - GET resource "repo/type/tag" with the token; opens the JWE and requires its protected header to name
 * this path (members "casemate.path" and "casemate.version"; reason jwe.header) unless allow_unbound.
 *
 * in       s: kbs_open'ed; deadline_ms per exchange: 60,000
 * out      only on success
 * errors   DENIED   the broker refused (s->status, s->error_type say how); PEER, STALE, UNVERIFIED as
 *          client_exchange; UNVERIFIED with reasons guest.token-nonce, jwe.key-mismatch, jwe.header; FORMAT; NOMEM
 * source: spec/kbs.md 1.4-1.13; DESIGN.md section 9, handshake
 */
void kbs_open(struct kbs_session *s, struct client *client, struct arena *arena);
void kbs_close(struct kbs_session *s);
MUST_CHECK struct err kbs_auth(struct kbs_session *s, const char *tee, const struct json *extra_params);
MUST_CHECK struct err kbs_report_data(struct kbs_session *s, struct digest *out);
MUST_CHECK struct err kbs_attest(struct kbs_session *s, const struct json *primary, struct bytes initdata);
MUST_CHECK struct err kbs_resource(struct kbs_session *s, const char *path, bool allow_unbound, struct secret *out,
                                   uint64_t *version);

/*
 * kbs_tpm_extra - {"tpm":{"ek_cert","ak"}}: the auth extra-params of a TPM.
 * kbs_tpm_evidence - the primary evidence: {"tpm_quote":{"signature","message","pcrs"},"ak_public":b64 SPKI,
 * "ak":b64 TPM2B_PUBLIC,"ek_cert":b64,"activation":b64,"event_log":b64}; the activation is HMAC-SHA-256 under the
 * credential's secret over "casemate-tpm-activation-v1" ‖ nonce text ‖ AK Name ‖ SHA-256(message).
 *
 * in       pcrs: 24 digests of 32 bytes; event_log: may be empty; secret: empty leaves "activation" out
 * out      *out in the arena
 * errors   FORMAT, NOMEM
 * source: DESIGN.md section 9, handshake
 */
struct kbs_tpm_parts {
    struct bytes message, signature, ak_public, ak_name, ek_cert, event_log;
    const struct digest *pcrs;
    const struct secret *credential_secret; /* NULL: none */
};
MUST_CHECK struct err kbs_tpm_extra(struct arena *a, struct bytes ek_cert, struct bytes ak_public,
                                    const struct json **out);
MUST_CHECK struct err kbs_tpm_evidence(struct arena *a, const struct kbs_tpm_parts *parts, struct bytes nonce,
                                       const struct json **out);
