#include "broker/keys/workers.h"

#include "base/limits.h"
#include "base/mem.h"
#include "broker/keys/group.h"
#include "sys/log.h"

#define QUEUE_MAX          512
#define TICKET_DEADLINE_MS 10000
#define TRIES_MAX          3

struct err pending_new(const struct caller *c, uint16_t type, const struct session *s, struct bytes body,
                       struct bytes more, struct pending **out)
{
    struct pending *p = mem_new(sizeof(*p) + body.n + more.n);
    if (p == NULL)
        return FAIL(ERR_NOMEM, "no memory for a request that waits");
    p->link = c->link;
    p->reply_id = c->id;
    memcpy(p->peer, c->peer.p, c->peer.n < sizeof(p->peer) - 1 ? c->peer.n : sizeof(p->peer) - 1);
    p->type = type;
    p->session = *s;
    p->ek_n = body.n;
    p->body_n = body.n + more.n;
    memcpy(p->body, body.p, body.n);
    memcpy(p->body + body.n, more.p, more.n);
    *out = p;
    return OK;
}

struct caller pending_caller(struct keys *k, const struct pending *p)
{
    return (struct caller){.keys = k, .link = p->link, .id = p->reply_id, .peer = bytes_of_text(p->peer)};
}

static void give_up(struct keys *k, struct pending *p)
{
    struct caller c = pending_caller(k, p);
    reply_error(&c, KBS_ERROR_UNAVAILABLE, REASON_NONE, BYTES_EMPTY);
    mem_free(p);
}

static void encode_request(struct keys *k, const struct pending *p, struct bytes proof, struct buf *out)
{
    if (p->type == APPRAISE_MAKE_CREDENTIAL) {
        struct appraise_make_credential m = {.ek_cert = bytes_of(p->body, p->ek_n),
                                             .ak = bytes_of(p->body + p->ek_n, p->body_n - p->ek_n),
                                             .secret = proof};
        appraise_make_credential_encode(&m, out);
        return;
    }
    char nonce[45];
    if (failed(session_nonce_text(&p->session, nonce))) {
        out->bad = ERR_BUG;
        return;
    }
    bool tpm = p->session.has_tpm;
    struct appraise_ticket m = {
        .generation = p->generation,
        .now = (uint64_t)keys_now_sec(k),
        .tee = (uint16_t)p->session.tee,
        .nonce = bytes_of_text(nonce),
        .ak_name = tpm ? bytes_of(p->session.ak_name, p->session.ak_name_len) : BYTES_EMPTY,
        .ek_digest = tpm ? BYTES_OF(p->session.ek_digest) : BYTES_EMPTY,
        .secret = tpm ? proof : BYTES_EMPTY,
        .body = bytes_of(p->body, p->body_n),
    };
    appraise_ticket_encode(&m, out);
}

static struct err send_trust(struct keys *k, struct worker *w)
{
    if (w->generation == k->trust_generation)
        return OK;
    TRY(link_send(&w->link, APPRAISE_CONFIG, 0, k->trust));
    w->generation = k->trust_generation;
    return OK;
}

static struct err send_ticket(struct keys *k, struct worker *w, struct pending *p)
{
    TRY(send_trust(k, w));
    p->generation = w->generation;
    SCOPED(secret) struct secret proof = {0};
    TRY(session_proof(&k->sessions, &p->session, keys_now_sec(k), &proof));
    SCOPED(buf) struct buf b;
    buf_init(&b, p->body_n + 4 * KIB);
    encode_request(k, p, secret_borrow(&proof), &b);
    struct bytes body;
    TRY(buf_end(&b, &body));
    p->ticket = ++k->ticket_next;
    return link_send(&w->link, p->type, p->ticket, body);
}

/* Takes the oldest request of the queue, or NULL. */
static struct pending *queue_take(struct keys *k)
{
    struct pending *p = k->queue_first;
    if (p == NULL)
        return NULL;
    k->queue_first = p->next;
    if (k->queue_first == NULL)
        k->queue_last = &k->queue_first;
    k->queue_count--;
    p->next = NULL;
    return p;
}

static void queue_add_front(struct keys *k, struct pending *p)
{
    p->next = k->queue_first;
    if (k->queue_first == NULL)
        k->queue_last = &p->next;
    k->queue_first = p;
    k->queue_count++;
}

/* A worker that gave its last verdict is about to end: what it were sent now would count as a try without being one. */
static bool is_free(const struct keys *k, const struct worker *w)
{
    return link_is_open(&w->link) && w->busy_with == NULL &&
           w->evidences < (uint64_t)settings_int(k->settings, SETTING_APPRAISE_RENEW_AFTER);
}

void workers_dispatch(struct keys *k)
{
    for (unsigned i = 0; i < k->worker_count && k->queue_first != NULL; i++) {
        struct worker *w = &k->workers[i];
        if (!is_free(k, w))
            continue;
        struct pending *p = queue_take(k);
        struct err e = send_ticket(k, w, p);
        if (e.code == ERR_PEER) {
            /* It ended after its last evidence, and we had not heard of it: the request is another worker's. */
            link_close(&w->link);
            w->generation = 0;
            queue_add_front(k, p);
            continue;
        }
        if (failed(e)) {
            LOG_ERR(LOG_LEVEL_ERROR, "ticket.failed", e);
            give_up(k, p);
            continue;
        }
        w->busy_with = p;
        loop_timer_set(w->deadline, TICKET_DEADLINE_MS);
    }
}

void workers_submit(struct keys *k, struct pending *p)
{
    if (k->queue_count >= QUEUE_MAX) {
        give_up(k, p);
        return;
    }
    *k->queue_last = p;
    k->queue_last = &p->next;
    k->queue_count++;
    workers_dispatch(k);
}

/* The ticket of a worker that is gone: issued again to another one, a bounded number of times. */
static void on_worker_closed(void *context)
{
    struct worker *w = context;
    struct pending *p = w->busy_with;
    w->busy_with = NULL;
    w->generation = 0;
    if (p == NULL)
        return;
    if (++p->tries >= TRIES_MAX) {
        LOG(LOG_LEVEL_ERROR, "ticket.abandoned", LOG_TEXT("peer", p->peer));
        give_up(w->keys, p);
        return;
    }
    queue_add_front(w->keys, p);
    workers_dispatch(w->keys);
}

static void cut_off(struct worker *w, const char *why)
{
    LOG(LOG_LEVEL_ERROR, "worker.cut-off", LOG_TEXT("why", why));
    link_close(&w->link);
    if (w->busy_with != NULL)
        w->busy_with->tries = TRIES_MAX; /* the evidence that broke one worker does not get another */
    on_worker_closed(w);
}

static void on_deadline(void *context, int ready)
{
    (void)ready;
    struct worker *w = context;
    if (w->busy_with != NULL)
        cut_off(w, "a ticket was not answered in time");
}

/* Returns false if the message is not what this worker was asked for. */
static bool take_answer(struct worker *w, struct arena *a, const struct message *m, bool *again)
{
    struct keys *k = w->keys;
    const struct pending *p = w->busy_with;
    if (p == NULL || m->id != p->ticket)
        return false;
    if (m->type == APPRAISE_CREDENTIAL && p->type == APPRAISE_MAKE_CREDENTIAL) {
        struct appraise_credential answer;
        if (failed(appraise_credential_decode(m->body, &answer)))
            return false;
        auth_on_credential(k, a, p, &answer);
        return true;
    }
    if (m->type == APPRAISE_VERDICT && p->type == APPRAISE_TICKET) {
        struct appraise_verdict answer;
        if (failed(appraise_verdict_decode(m->body, &answer)))
            return false;
        *again = attest_on_verdict(k, a, p, &answer);
        return true;
    }
    return false;
}

static void on_message(void *context, const struct message *m)
{
    struct worker *w = context;
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    bool again = false;
    bool expected = take_answer(w, &a, m, &again);
    arena_clear(&a);
    if (!expected) {
        cut_off(w, "a message that nobody asked for");
        return;
    }
    struct pending *p = w->busy_with;
    w->busy_with = NULL;
    if (p->type == APPRAISE_TICKET)
        w->evidences++;
    if (again && ++p->tries < TRIES_MAX)
        queue_add_front(w->keys, p);
    else if (again)
        give_up(w->keys, p);
    else
        mem_free(p);
    workers_dispatch(w->keys);
}

struct err workers_adopt(struct keys *k, unsigned index, int fd)
{
    if (index >= KEYS_WORKERS_MAX)
        return FAIL(ERR_BUG, "no such worker");
    struct worker *w = &k->workers[index];
    if (link_is_open(&w->link)) {
        link_close(&w->link);
        on_worker_closed(w);
    }
    w->keys = k;
    w->index = index;
    w->generation = 0;
    w->evidences = 0;
    TRY(link_open(&w->link, k->loop, fd, HTTP_BODY_MAX, on_message, on_worker_closed, w));
    if (w->deadline == NULL)
        TRY(loop_timer(k->loop, 3600 * 1000, on_deadline, w, &w->deadline));
    if (index >= k->worker_count)
        k->worker_count = index + 1;
    workers_dispatch(k);
    return OK;
}
