#include "net/rate.h"

#include <netinet/in.h>
#include <string.h>

#include "crypto/hash.h"

#define BURST 10

struct err rate_init(struct rate *r)
{
    memset(r, 0, sizeof(*r));
    return random_bytes(r->seed, sizeof(r->seed));
}

static bool address_of(const struct sockaddr_storage *peer, uint8_t out[8])
{
    if (peer->ss_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, peer, sizeof(in));
        memcpy(out, &in.sin_addr, 4);
        return true;
    }
    if (peer->ss_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, peer, sizeof(in6));
        memcpy(out, &in6.sin6_addr, 8);
        return true;
    }
    return false;
}

struct rate_slot *rate_slot_of(struct rate *r, const struct sockaddr_storage *peer)
{
    uint8_t address[8] = {0};
    if (!address_of(peer, address))
        return NULL;
    /* Multiply-and-xor over a secret seed: an address cannot be chosen to share a victim's slot. */
    uint64_t h;
    uint64_t odd;
    memcpy(&h, r->seed, sizeof(h));
    memcpy(&odd, r->seed + 8, sizeof(odd));
    odd |= 1;
    for (size_t i = 0; i < sizeof(address); i++)
        h = (h ^ address[i]) * odd;
    return &r->slots[(h >> 40) % RATE_SLOTS];
}

bool rate_take(struct rate_slot *slot, unsigned per_sec, int64_t now_ms)
{
    if (slot == NULL || per_sec == 0)
        return true;
    double most = (double)per_sec * BURST;
    double fresh = slot->at_ms == 0 ? most : (double)(now_ms - slot->at_ms) * per_sec / 1000.0;
    slot->at_ms = now_ms;
    slot->tokens = slot->tokens + fresh > most ? most : slot->tokens + fresh;
    if (slot->tokens < 1.0)
        return false;
    slot->tokens -= 1.0;
    return true;
}
