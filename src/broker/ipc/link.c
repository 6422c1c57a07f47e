#include "broker/ipc/link.h"

#include <fcntl.h>

#include "base/limits.h"
#include "base/mem.h"

#define WAITING_MAX (64 * MIB) /* more than every request that may run at once can bring */

struct link_waiting {
    struct link_waiting *next;
    uint16_t type;
    uint64_t id;
    size_t n;
    uint8_t body[];
};

void link_close(struct link *l)
{
    loop_unwatch(l->watch);
    l->watch = NULL;
    channel_clear(&l->channel);
    while (l->first != NULL) {
        struct link_waiting *next = l->first->next;
        mem_free(l->first);
        l->first = next;
    }
    l->last = &l->first;
    l->waiting_n = 0;
}

static void lose_peer(struct link *l)
{
    link_close(l);
    if (l->on_closed != NULL)
        l->on_closed(l->context);
}

/* Sends what waits until the peer's queue is full again; false once the link is lost. */
static bool drain(struct link *l)
{
    while (l->first != NULL) {
        struct link_waiting *w = l->first;
        struct err e = channel_send(&l->channel, w->type, w->id, bytes_of(w->body, w->n), NULL, 0);
        if (e.code == ERR_STATE)
            return true;
        if (failed(e)) {
            lose_peer(l);
            return false;
        }
        l->first = w->next;
        if (l->first == NULL)
            l->last = &l->first;
        l->waiting_n -= w->n;
        mem_free(w);
    }
    loop_watch_change(l->watch, LOOP_READ);
    return true;
}

static void on_ready(void *context, int ready)
{
    struct link *l = context;
    if ((ready & LOOP_WRITE) != 0 && !drain(l))
        return;
    if ((ready & LOOP_READ) == 0)
        return;
    /* A bounded number per round, so that one busy peer does not starve the others. */
    for (int i = 0; i < 64 && link_is_open(l); i++) {
        struct message m;
        struct err e = channel_recv(&l->channel, &m);
        if (e.code == ERR_STATE)
            return;
        if (failed(e)) {
            lose_peer(l);
            return;
        }
        l->on_message(l->context, &m);
    }
}

struct err link_open(struct link *l, struct loop *loop, int fd, size_t body_max, link_message_fn *on_message,
                     link_closed_fn *on_closed, void *context)
{
    *l = (struct link){.on_message = on_message, .on_closed = on_closed, .context = context};
    l->last = &l->first;
    channel_init(&l->channel, fd, body_max);
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) {
        channel_clear(&l->channel);
        return FAIL(ERR_IO, "a channel cannot be made non-blocking");
    }
    struct err e = loop_watch_fd(loop, fd, LOOP_READ, on_ready, l, &l->watch);
    if (failed(e))
        channel_clear(&l->channel);
    return e;
}

static struct err wait_in_line(struct link *l, uint16_t type, uint64_t id, struct bytes body)
{
    if (body.n > WAITING_MAX - l->waiting_n)
        return FAIL(ERR_LIMIT, "the other role does not keep up");
    struct link_waiting *w = mem_new(sizeof(*w) + body.n);
    if (w == NULL)
        return FAIL(ERR_NOMEM, "no memory for a message that waits");
    w->type = type;
    w->id = id;
    w->n = body.n;
    if (body.n != 0)
        memcpy(w->body, body.p, body.n);
    *l->last = w;
    l->last = &w->next;
    l->waiting_n += body.n;
    loop_watch_change(l->watch, LOOP_READ | LOOP_WRITE);
    return OK;
}

struct err link_send(struct link *l, uint16_t type, uint64_t id, struct bytes body)
{
    if (!link_is_open(l))
        return FAIL(ERR_PEER, "the other role is gone");
    if (l->first != NULL)
        return wait_in_line(l, type, id, body);
    struct err e = channel_send(&l->channel, type, id, body, NULL, 0);
    if (e.code == ERR_STATE)
        return wait_in_line(l, type, id, body);
    return e;
}
