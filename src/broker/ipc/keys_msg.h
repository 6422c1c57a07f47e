/*
 * front -> keys and back. The front has read TLS and HTTP; what it passes on is still hostile. Every request gets
 * exactly one KEYS_REPLY with the same id.
 */
#pragma once

#include "broker/ipc/fields.h"

enum keys_message {
    KEYS_NONE = 0,
    KEYS_AUTH,     /* keys_auth */
    KEYS_ATTEST,   /* keys_attest */
    KEYS_RESOURCE, /* keys_resource */
    KEYS_ADMIN,    /* keys_admin; only on the channel of front-admin */
    KEYS_REPLY,    /* keys_reply */
    KEYS_READY     /* empty, id 0: keys -> front, once per channel: store and audit are open, requests are served */
};

enum keys_content { KEYS_CONTENT_NONE = 0, KEYS_CONTENT_JSON, KEYS_CONTENT_XML };

/* POST auth: a new session. tee: enum tee; ek_cert, ak: empty unless the request brought extra-params.tpm. */
#define KEYS_AUTH_FIELDS(F)                                                                                            \
    F(bytes, peer)                                                                                                     \
    F(u16, tee)                                                                                                        \
    F(bytes, ek_cert)                                                                                                  \
    F(bytes, ak)

/* POST attest: cookie is the value of kbs-session-id, empty if there was none; body is passed on unread. */
#define KEYS_ATTEST_FIELDS(F)                                                                                          \
    F(bytes, peer)                                                                                                     \
    F(bytes, cookie)                                                                                                   \
    F(bytes, body)

/* Any plugin route: path is decoded and stands behind /kbs/v0/; query is raw; bearer is the token's text. */
#define KEYS_RESOURCE_FIELDS(F)                                                                                        \
    F(bytes, peer)                                                                                                     \
    F(bytes, method)                                                                                                   \
    F(bytes, path)                                                                                                     \
    F(bytes, query)                                                                                                    \
    F(bytes, cookie)                                                                                                   \
    F(bytes, bearer)

/* An administrator's request: path is decoded and whole ("/kbs/v0/…", "/casemate/v0/…"). */
#define KEYS_ADMIN_FIELDS(F)                                                                                           \
    F(bytes, peer)                                                                                                     \
    F(bytes, method)                                                                                                   \
    F(bytes, path)                                                                                                     \
    F(bytes, query)                                                                                                    \
    F(bytes, bearer)                                                                                                   \
    F(bytes, content_type)                                                                                             \
    F(bytes, body)

/* error: enum kbs_error, NONE for success; cookie: value to set, empty for none; expires_at: of the cookie. */
#define KEYS_REPLY_FIELDS(F)                                                                                           \
    F(u16, error)                                                                                                      \
    F(u16, reason)                                                                                                     \
    F(u8, content)                                                                                                     \
    F(u64, expires_at)                                                                                                 \
    F(bytes, cookie)                                                                                                   \
    F(bytes, detail)                                                                                                   \
    F(bytes, body)

IPC_MESSAGE(keys_auth, KEYS_AUTH_FIELDS)
IPC_MESSAGE(keys_attest, KEYS_ATTEST_FIELDS)
IPC_MESSAGE(keys_resource, KEYS_RESOURCE_FIELDS)
IPC_MESSAGE(keys_admin, KEYS_ADMIN_FIELDS)
IPC_MESSAGE(keys_reply, KEYS_REPLY_FIELDS)
