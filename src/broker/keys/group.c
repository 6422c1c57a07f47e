#include "broker/keys/group.h"

#include "base/limits.h"
#include "base/mem.h"
#include "sys/log.h"

#define REFUSAL_LINES_PER_SEC 100

struct waiting {
    struct waiting *next;
    struct link *link;
    uint64_t id;
    size_t n;
    uint8_t body[];
};

static void send_reply(struct link *link, uint64_t id, struct bytes body)
{
    struct err e = link_send(link, KEYS_REPLY, id, body);
    if (failed(e))
        LOG_ERR(LOG_LEVEL_WARNING, "reply.lost", e);
}

void reply_now(const struct caller *c, const struct keys_reply *r)
{
    SCOPED(buf) struct buf b;
    buf_init(&b, 2 * RESOURCE_MAX + 64 * KIB);
    keys_reply_encode(r, &b);
    struct bytes body;
    struct err e = buf_end(&b, &body);
    if (failed(e)) {
        LOG_ERR(LOG_LEVEL_ERROR, "reply.lost", e);
        return;
    }
    send_reply(c->link, c->id, body);
}

void reply_error(const struct caller *c, uint16_t error, uint16_t reason, struct bytes detail)
{
    reply_now(c, &(struct keys_reply){
                     .error = error, .reason = reason, .cookie = BYTES_EMPTY, .detail = detail, .body = BYTES_EMPTY});
}

void group_reply(const struct caller *c, const struct keys_reply *r)
{
    SCOPED(buf) struct buf b;
    buf_init(&b, 2 * RESOURCE_MAX + 64 * KIB);
    keys_reply_encode(r, &b);
    struct bytes body;
    struct err e = buf_end(&b, &body);
    struct waiting *w = failed(e) ? NULL : mem_new(sizeof(*w) + body.n);
    if (w == NULL) {
        c->keys->group_failed = true; /* its record must not say that it left */
        reply_error(c, KBS_ERROR_UNAVAILABLE, REASON_NONE, BYTES_EMPTY);
        return;
    }
    w->link = c->link;
    w->id = c->id;
    w->n = body.n;
    memcpy(w->body, body.p, body.n);
    *c->keys->group_last = w;
    c->keys->group_last = &w->next;
}

struct err group_transaction(struct keys *k)
{
    if (k->transaction_open)
        return OK;
    TRY(store_begin(k->store));
    k->transaction_open = true;
    return OK;
}

struct err group_audit(struct keys *k, struct audit_event *event)
{
    struct store_head head = store_head(k->store);
    event->generation = head.generation;
    event->root = head.root;
    struct err e = audit_append(k->audit, event, keys_now_sec(k), NULL);
    if (failed(e)) {
        LOG_ERR(LOG_LEVEL_ERROR, "audit.down", e);
        k->group_failed = true;
    }
    return e;
}

static void let_replies_go(struct keys *k, bool durable)
{
    struct waiting *w = k->group_first;
    k->group_first = NULL;
    k->group_last = &k->group_first;
    while (w != NULL) {
        struct waiting *next = w->next;
        struct caller c = {.keys = k, .link = w->link, .id = w->id, .peer = BYTES_EMPTY};
        if (durable)
            send_reply(w->link, w->id, bytes_of(w->body, w->n));
        else
            reply_error(&c, KBS_ERROR_UNAVAILABLE, REASON_AUDIT_DOWN, BYTES_EMPTY);
        explicit_bzero(w->body, w->n);
        mem_free(w);
        w = next;
    }
}

/* Audit first: a release without a record must not exist; a record without its effect is harmless and is explained. */
static struct err make_durable(struct keys *k)
{
    if (k->group_failed)
        return REFUSE(ERR_IO, REASON_AUDIT_DOWN, "a line of this group could not be recorded");
    if (audit_pending(k->audit))
        TRY(audit_sync(k->audit, keys_now_sec(k)));
    if (k->transaction_open) {
        TRY(store_commit(k->store));
        k->transaction_open = false;
    }
    return OK;
}

/* The store's new head becomes part of the audit before anybody is told: a store that is put back is then older than
 * the log. The line of the change itself was written before the commit and names the head before it. */
static struct err record_head(struct keys *k, uint64_t before)
{
    struct store_head head = store_head(k->store);
    if (head.generation == before)
        return OK;
    struct audit_event event = {.kind = "store.head",
                                .session = BYTES_EMPTY,
                                .subject = BYTES_EMPTY,
                                .evidence = BYTES_EMPTY,
                                .rule = BYTES_EMPTY};
    TRY(group_audit(k, &event));
    return audit_sync(k->audit, keys_now_sec(k));
}

/* Nothing of the group took effect. Lines that were durable before that was known get one behind them that says so. */
static void undo(struct keys *k, uint64_t before, uint64_t audited)
{
    struct audit_event event = {.kind = "group.failed",
                                .session = BYTES_EMPTY,
                                .subject = BYTES_LIT("the lines of the group before this one had no effect"),
                                .evidence = BYTES_EMPTY,
                                .rule = BYTES_EMPTY};
    if (k->transaction_open)
        store_rollback(k->store);
    k->transaction_open = false;
    audit_drop(k->audit);
    bool is_marked = store_head(k->store).generation != before || audit_head(k->audit).seq == audited;
    if (!is_marked && failed(group_audit(k, &event)))
        LOG(LOG_LEVEL_ERROR, "audit.down", LOG_TEXT("why", "a group that failed is not marked in the log"));
}

void group_flush(struct keys *k)
{
    if (k->group_first == NULL && !k->transaction_open && !audit_pending(k->audit) && !k->group_failed)
        return;
    uint64_t before = store_head(k->store).generation;
    uint64_t audited = audit_head(k->audit).seq;
    struct err e = make_durable(k);
    if (!failed(e))
        e = record_head(k, before);
    if (failed(e)) {
        LOG_ERR(LOG_LEVEL_ERROR, "group.failed", e);
        undo(k, before, audited);
    }
    k->group_failed = false;
    let_replies_go(k, !failed(e));
    if (store_head(k->store).generation != before || k->trust_generation != store_head(k->store).generation)
        keys_trust_changed(k);
}

/* Nothing waits on a refusal's record; but a group that failed for another reason stays failed. */
void refusal_record(struct keys *k, struct audit_event *event)
{
    bool failed_before = k->group_failed;
    if (failed(group_audit(k, event)))
        k->group_failed = failed_before;
}

void refusals_write(struct keys *k)
{
    for (size_t i = 0; i < k->refusal_count; i++) {
        struct audit_event event = {.kind = "refused",
                                    .session = BYTES_EMPTY,
                                    .subject = bytes_of_text(k->refusals[i].peer),
                                    .evidence = BYTES_EMPTY,
                                    .rule = BYTES_EMPTY,
                                    .reason = k->refusals[i].reason,
                                    .count = k->refusals[i].count};
        refusal_record(k, &event);
    }
    k->refusal_count = 0;
}

static void count_refusal(struct keys *k, struct bytes peer, uint16_t reason)
{
    char name[64] = {0};
    memcpy(name, peer.p, peer.n < sizeof(name) - 1 ? peer.n : sizeof(name) - 1);
    for (size_t i = 0; i < k->refusal_count; i++)
        if (k->refusals[i].reason == reason && strcmp(k->refusals[i].peer, name) == 0) {
            k->refusals[i].count++;
            return;
        }
    if (k->refusal_count == REFUSALS_MAX)
        refusals_write(k);
    struct refusal_row *row = &k->refusals[k->refusal_count++];
    memcpy(row->peer, name, sizeof(name));
    row->reason = reason;
    row->count = 1;
}

void refusal_audit(const struct caller *c, const char *kind, struct bytes session, struct bytes evidence,
                   struct bytes subject, struct err why, const struct json *detail)
{
    struct keys *k = c->keys;
    int64_t now = keys_now_sec(k);
    /* Without a reason the line would read like the thing that was refused. */
    why = err_with_reason(why, REASON_INTERNAL);
    if (now != k->refusal_second) {
        k->refusal_second = now;
        k->refusal_budget = REFUSAL_LINES_PER_SEC;
    }
    LOG_ERR(LOG_LEVEL_INFO, kind, why, LOG_BYTES("peer", c->peer), LOG_BYTES("session", session));
    if (session.n == 0 || k->refusal_budget == 0) {
        count_refusal(k, c->peer, why.reason);
        return;
    }
    k->refusal_budget--;
    struct audit_event event = {.kind = kind,
                                .session = session,
                                .subject = subject.n != 0 ? subject : c->peer,
                                .evidence = evidence,
                                .rule = BYTES_EMPTY,
                                .reason = why.reason,
                                .detail = detail};
    refusal_record(k, &event);
}
