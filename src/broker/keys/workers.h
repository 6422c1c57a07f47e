/*
 * The pool of appraise workers: one ticket at a time each, a bounded queue, a deadline per ticket. A worker that dies
 * or is renewed gives its ticket back; one that answers wrongly is cut off.
 */
#pragma once

#include "broker/keys/keys.h"

/* A request that waits for a worker. Owned by the pool from workers_submit on, freed after its answer. */
struct pending {
    struct pending *next;
    struct link *link; /* where the reply goes */
    uint64_t reply_id;
    char peer[64];
    uint16_t type; /* APPRAISE_MAKE_CREDENTIAL or APPRAISE_TICKET */
    uint64_t ticket;
    uint64_t generation; /* that it was issued under */
    unsigned tries;
    struct session session;
    uint8_t body_digest[32];
    size_t body_n; /* credential: EK certificate and AK behind each other, ek_n bytes of the first */
    size_t ek_n;
    uint8_t body[];
};

/*
 * pending_new - a request of this caller with room for its body, copied.
 *
 * in       body, more: hostile, copied behind each other
 * out      *out, owned until workers_submit
 * errors   NOMEM
 */
MUST_CHECK struct err pending_new(const struct caller *c, uint16_t type, const struct session *s, struct bytes body,
                                  struct bytes more, struct pending **out);

/*
 * pending_caller - the caller to answer. out: views into p. errors: none
 */
struct caller pending_caller(struct keys *k, const struct pending *p);

/*
 * workers_submit - hand a request to a free worker or queue it; takes ownership.
 * workers_adopt - a new channel to worker `index`, from the supervisor. workers_trust_changed - send the new CONFIG to
 * every worker before its next ticket.
 *
 * out      later one call of auth_on_credential or attest_on_verdict, or a reply "unavailable"
 * errors   workers_adopt: IO, NOMEM
 */
void workers_submit(struct keys *k, struct pending *p);
MUST_CHECK struct err workers_adopt(struct keys *k, unsigned index, int fd);
void workers_dispatch(struct keys *k);

/*
 * auth_on_credential, attest_on_verdict - the worker's answer to a request; `p` is freed by the pool afterwards.
 *
 * in       m: decoded, from a worker that may have been taken over
 * out      a reply; attest_on_verdict: true if the ticket must be issued again (the trust changed meanwhile)
 * errors   none
 */
void auth_on_credential(struct keys *k, struct arena *a, const struct pending *p, const struct appraise_credential *m);
bool attest_on_verdict(struct keys *k, struct arena *a, const struct pending *p, const struct appraise_verdict *m);
