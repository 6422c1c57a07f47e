/*
 * One end of a channel between two roles, on the loop: it never blocks. What the peer's queue does not take waits here,
 * bounded; two roles that both send cannot stop each other.
 */
#pragma once

#include "sys/channel.h"
#include "sys/loop.h"

struct link_waiting;

/* A message, valid during the call. */
typedef void link_message_fn(void *context, const struct message *m);
/* The peer is gone; the link is closed already. */
typedef void link_closed_fn(void *context);

struct link {
    struct channel channel;
    struct loop_watch *watch;
    link_message_fn *on_message;
    link_closed_fn *on_closed;
    void *context;
    struct link_waiting *first; /* not sent yet, oldest first */
    struct link_waiting **last;
    size_t waiting_n; /* bytes in the queue */
};

/*
 * link_open - watch an end of a channel; the descriptor becomes the link's, non-blocking. link_close - forget it, close
 * it, drop what waits (no call to on_closed). link_is_open - whether it has a channel.
 *
 * in       body_max: larger bodies close the link: the peer is broken
 * out      *l
 * errors   IO, NOMEM
 */
MUST_CHECK struct err link_open(struct link *l, struct loop *loop, int fd, size_t body_max, link_message_fn *on_message,
                                link_closed_fn *on_closed, void *context);
void link_close(struct link *l);
static inline bool link_is_open(const struct link *l)
{
    return l->watch != NULL;
}

/*
 * link_send - send a message now or as soon as the peer reads; the body is copied if it must wait.
 *
 * in       body: borrowed
 * out      nothing
 * errors   PEER   the link is closed; LIMIT  too much waits already; NOMEM, IO
 */
MUST_CHECK struct err link_send(struct link *l, uint16_t type, uint64_t id, struct bytes body);
