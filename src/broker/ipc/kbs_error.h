/*
 * The error variants of the KBS protocol, as upstream's clients read them, and how each goes on the wire. Outsiders get
 * the variant and upstream's text, never our reason code.
 */
#pragma once

#include "base/buf.h"

#define KBS_ERRORS(X)                                                                                                  \
    X(NONE, "", "", 200)                                                                                               \
    X(ADMIN_AUTH_ACCESS, "AdminAuthAccess", "admin access denied for endpoint %", 401)                                 \
    X(ADMIN_AUTH_INITIALIZATION, "AdminAuthInitialization", "failed to initialize [admin] configuration", 401)         \
    X(AUTH, "AttestationError", "Attestation error: RCAR handshake Auth failed", 401)                                  \
    X(ATTEST, "AttestationError", "Attestation error: RCAR handshake Attest failed", 401)                              \
    X(SET_POLICY, "AttestationError", "Attestation error: Set Attestation Policy failed", 401)                         \
    X(TOKEN_NOT_FOUND, "TokenNotFound", "Attestation Token not found", 401)                                            \
    X(TOKEN_VERIFIER, "TokenVerifierError", "Token Verifier error", 401)                                               \
    X(POLICY_DENY, "PolicyDeny", "Access denied by policy", 401)                                                       \
    X(POLICY_ENGINE, "PolicyEngineError", "Policy engine error", 401)                                                  \
    X(PARSE_POLICY, "ParsePolicyError", "Failed to parse policy", 401)                                                 \
    X(PLUGIN_NOT_FOUND, "PluginNotFound", "Plugin % not found", 404)                                                   \
    X(PLUGIN_INTERNAL, "PluginInternalError", "Plugin internal error", 401)                                            \
    X(RESOURCE_NOT_FOUND, "PluginInternalError", "Plugin internal error", 404)                                         \
    X(RVPS, "RvpsError", "RVPS configuration failed", 401)                                                             \
    X(JWE, "JweError", "JWE failed", 401)                                                                              \
    X(UNAVAILABLE, "PluginInternalError", "The service cannot answer at present", 503)

enum kbs_error {
#define X(id_, variant_, text_, status_) KBS_ERROR_##id_,
    KBS_ERRORS(X)
#undef X
        KBS_ERROR_COUNT
};

/*
 * kbs_error_status - the HTTP status. kbs_error_body - append {"type":…,"detail":…}; a detail that is not empty stands
 * in place of the % of the variant's text, else behind it and a colon.
 *
 * in       error: from our own table or a message; out of range counts as UNAVAILABLE; detail: hostile, escaped
 * out      appended, sticky
 * errors   none
 * source: spec/kbs.md 1.3
 */
int kbs_error_status(uint16_t error);
void kbs_error_body(uint16_t error, struct bytes detail, struct buf *out);
