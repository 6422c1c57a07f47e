/*
 * supervisor -> role. The supervisor makes every channel; a role that was restarted gets a new one, and the role at the
 * other end its end of it.
 */
#pragma once

#include "broker/ipc/fields.h"

enum control_message {
    CONTROL_NONE = 0,
    CONTROL_PEER,   /* control_peer and one file descriptor: a new end of a channel; no answer */
    CONTROL_RELOAD, /* two open files: certificate and its key (fronts), token key and audit key (keys); no answer */
    CONTROL_STOP    /* empty: finish what is running and end; no answer */
};

enum control_role { CONTROL_ROLE_NONE = 0, CONTROL_FRONT, CONTROL_FRONT_ADMIN, CONTROL_KEYS, CONTROL_APPRAISE };

/* role: which peer the channel leads to; index: which of several. */
#define CONTROL_PEER_FIELDS(F)                                                                                         \
    F(u16, role)                                                                                                       \
    F(u16, index)

IPC_MESSAGE(control_peer, CONTROL_PEER_FIELDS)
