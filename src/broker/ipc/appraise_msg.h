/*
 * keys -> appraise and back. A worker holds no keys; it gets the operator's trust as one CONFIG per generation and then
 * one-shot tickets. It answers each with one VERDICT (or CREDENTIAL) of the same id. The channel is its own: a front
 * cannot forge a verdict.
 */
#pragma once

#include "broker/ipc/fields.h"

enum appraise_message {
    APPRAISE_NONE = 0,
    APPRAISE_CONFIG,          /* appraise_config; no answer */
    APPRAISE_MAKE_CREDENTIAL, /* appraise_make_credential */
    APPRAISE_CREDENTIAL,      /* appraise_credential */
    APPRAISE_TICKET,          /* appraise_ticket */
    APPRAISE_VERDICT          /* appraise_verdict */
};

/* What the operator trusts: JSON, made by keys/trust.c and read by appraise/trust.c. */
#define APPRAISE_CONFIG_FIELDS(F)                                                                                      \
    F(u64, generation)                                                                                                 \
    F(bytes, trust)

/* secret: proof value of one session, 32 bytes. It is no key: whoever can forge a verdict has no need of it. */
#define APPRAISE_MAKE_CREDENTIAL_FIELDS(F)                                                                             \
    F(bytes, ek_cert)                                                                                                  \
    F(bytes, ak)                                                                                                       \
    F(bytes, secret)

#define APPRAISE_CREDENTIAL_FIELDS(F)                                                                                  \
    F(u16, code)                                                                                                       \
    F(u16, reason)                                                                                                     \
    F(bytes, credential)                                                                                               \
    F(bytes, ak_name)                                                                                                  \
    F(bytes, ek_digest)

#define APPRAISE_TICKET_FIELDS(F)                                                                                      \
    F(u64, generation)                                                                                                 \
    F(u64, now)                                                                                                        \
    F(u16, tee)                                                                                                        \
    F(bytes, nonce)                                                                                                    \
    F(bytes, ak_name)                                                                                                  \
    F(bytes, ek_digest)                                                                                                \
    F(bytes, secret)                                                                                                   \
    F(bytes, body)

/*
 * code, reason: of the verification; OK means that claims exist. verdict and appraisal_reason: of the appraisal.
 * submods: JSON list of {"name","vector","policy","annotated"}; tee_key: typed JWK, JSON; findings: JSON
 * for the audit, empty if none; at: literal place of a refusal, for the log.
 */
#define APPRAISE_VERDICT_FIELDS(F)                                                                                     \
    F(u16, code)                                                                                                       \
    F(u16, reason)                                                                                                     \
    F(u64, generation)                                                                                                 \
    F(u8, verdict)                                                                                                     \
    F(u16, appraisal_reason)                                                                                           \
    F(bytes, body_digest)                                                                                              \
    F(bytes, nonce)                                                                                                    \
    F(bytes, tee_key)                                                                                                  \
    F(bytes, submods)                                                                                                  \
    F(bytes, findings)                                                                                                 \
    F(bytes, at)

IPC_MESSAGE(appraise_config, APPRAISE_CONFIG_FIELDS)
IPC_MESSAGE(appraise_make_credential, APPRAISE_MAKE_CREDENTIAL_FIELDS)
IPC_MESSAGE(appraise_credential, APPRAISE_CREDENTIAL_FIELDS)
IPC_MESSAGE(appraise_ticket, APPRAISE_TICKET_FIELDS)
IPC_MESSAGE(appraise_verdict, APPRAISE_VERDICT_FIELDS)
