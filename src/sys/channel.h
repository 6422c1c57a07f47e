/*
 * Talk between our own processes: packets over a SOCK_SEQPACKET pair made by the supervisor. A packet is
 * {type u16, flags u16, length u32, id u64} little-endian and a body; a body over IPC_INLINE_MAX travels as a sealed
 * memfd beside the packet, and file descriptors by SCM_RIGHTS.
 */
#pragma once

#include "base/buf.h"

#define CHANNEL_FDS_MAX 4

struct message {
    uint16_t type; /* of the vocabulary of this pair */
    uint64_t id;   /* request this belongs to */
    struct bytes body;
    int fds[CHANNEL_FDS_MAX + 1]; /* received: the channel's; a receiver that keeps one duplicates it */
    size_t fd_count;
};

struct channel {
    int fd;        /* -1: closed */
    struct buf in; /* last received body */
    void *map;     /* last received memfd, mapped read-only and sealed */
    size_t map_n;
    int fds[CHANNEL_FDS_MAX + 1]; /* that came with the last packet */
    size_t fd_count;
    size_t body_max; /* larger bodies are refused */
};

/*
 * channel_pair - two connected ends, close-on-exec; channel_init - take over an end; channel_clear - close and free.
 * channel_send - one packet; blocks while the peer's queue is full (on a non-blocking end: STATE).
 * channel_recv - the next packet; body and fds stay valid until the next call or channel_clear, which closes them.
 *
 * in       body_max: bytes
 * out      only on success
 * errors   PEER   the other end is closed (channel_recv: end of stream too)
 *          FORMAT a packet that is cut, or whose lengths disagree; LIMIT  a body over body_max
 *          STATE  channel_recv on a non-blocking channel with nothing to read
 *          IO, NOMEM
 * source: docs/protocol/ipc.md packet
 */
MUST_CHECK struct err channel_pair(int out[2]);
void channel_init(struct channel *c, int fd, size_t body_max);
void channel_clear(struct channel *c);
MUST_CHECK struct err channel_send(struct channel *c, uint16_t type, uint64_t id, struct bytes body, const int *fds,
                                   size_t fd_count);
MUST_CHECK struct err channel_recv(struct channel *c, struct message *out);
