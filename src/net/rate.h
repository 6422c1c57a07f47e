/*
 * How much one address asks of us: requests per second (a token bucket) and open connections. The table has a fixed
 * size; two addresses that share a slot share its budget, and the seed decides which do. Internal to net.
 */
#pragma once

#include <sys/socket.h>

#include "base/err.h"

#define RATE_SLOTS 4096

struct rate_slot {
    uint32_t open; /* connections */
    int64_t at_ms; /* of the last refill */
    double tokens;
};

struct rate {
    uint8_t seed[16];
    struct rate_slot slots[RATE_SLOTS];
};

/*
 * rate_init - an empty table with a fresh seed. rate_slot_of - the slot of an address: IPv4 whole, IPv6 its /64; NULL
 * for unix sockets, which are not limited. rate_take - take one request from the slot's budget of per_sec with bursts
 * of ten times that; false: none is left.
 *
 * out      *r; the answer
 * errors   IO  no randomness
 */
MUST_CHECK struct err rate_init(struct rate *r);
struct rate_slot *rate_slot_of(struct rate *r, const struct sockaddr_storage *peer);
bool rate_take(struct rate_slot *slot, unsigned per_sec, int64_t now_ms);
