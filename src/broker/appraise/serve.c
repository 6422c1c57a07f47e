#include <signal.h>

#include "base/limits.h"
#include "broker/appraise/appraise.h"
#include "broker/role.h"
#include "sys/channel.h"
#include "sys/log.h"

#define APPRAISE_FD_KEYS 3
#define MESSAGE_MAX      (64 * MIB)
#define MEMORY_MIB       1024
#define OWN_UID          64211 /* in no range that Debian gives out; a worker owns no file */

struct worker_state {
    struct channel keys;
    struct trust trust;
    uint64_t evidences; /* served so far */
    uint64_t renew_after;
};

static struct err send(struct worker_state *w, uint16_t type, uint64_t id, const struct buf *b)
{
    struct bytes body;
    TRY(buf_end(b, &body));
    return channel_send(&w->keys, type, id, body, NULL, 0);
}

static struct err on_config(struct worker_state *w, const struct message *m)
{
    struct appraise_config config;
    TRY(appraise_config_decode(m->body, &config));
    trust_clear(&w->trust);
    return trust_decode(&config, &w->trust);
}

static struct err on_make_credential(struct worker_state *w, struct arena *a, const struct message *m)
{
    struct appraise_make_credential request;
    struct appraise_credential answer;
    TRY(appraise_make_credential_decode(m->body, &request));
    appraise_credential_for(&w->trust, a, &request, &answer);
    SCOPED(buf) struct buf b;
    buf_init(&b, 64 * KIB);
    appraise_credential_encode(&answer, &b);
    return send(w, APPRAISE_CREDENTIAL, m->id, &b);
}

static struct err on_ticket(struct worker_state *w, struct arena *a, const struct message *m)
{
    struct appraise_ticket request;
    struct appraise_verdict answer;
    TRY(appraise_ticket_decode(m->body, &request));
    appraise_attest(&w->trust, a, &request, &answer);
    SCOPED(buf) struct buf b;
    buf_init(&b, 2 * HTTP_BODY_MAX);
    appraise_verdict_encode(&answer, &b);
    w->evidences++;
    return send(w, APPRAISE_VERDICT, m->id, &b);
}

static struct err serve_one(struct worker_state *w, struct arena *a)
{
    struct message m;
    TRY(channel_recv(&w->keys, &m));
    switch ((enum appraise_message)m.type) {
    case APPRAISE_CONFIG:
        return on_config(w, &m);
    case APPRAISE_MAKE_CREDENTIAL:
        return on_make_credential(w, a, &m);
    case APPRAISE_TICKET:
        return on_ticket(w, a, &m);
    case APPRAISE_CREDENTIAL:
    case APPRAISE_VERDICT:
    case APPRAISE_NONE:
        break;
    }
    return FAIL(ERR_BUG, "a message that no keys sends");
}

int role_appraise(uint64_t renew_after)
{
    struct worker_state w = {.renew_after = renew_after};
    struct arena a;
    log_open("appraise", LOG_LEVEL_INFO);
    signal(SIGPIPE, SIG_IGN);
    channel_init(&w.keys, APPRAISE_FD_KEYS, MESSAGE_MAX);
    arena_init(&a, REQUEST_ARENA_MAX);
    struct err e =
        role_enter(&(struct sandbox_plan){.memory_mib = MEMORY_MIB, .files_open = 16, .own_uid = OWN_UID}, true);
    while (!failed(e) && w.evidences < w.renew_after) {
        e = serve_one(&w, &a);
        arena_reset(&a);
    }
    if (failed(e) && e.code != ERR_PEER)
        LOG_ERR(LOG_LEVEL_ERROR, "appraise.failed", e);
    trust_clear(&w.trust);
    channel_clear(&w.keys);
    arena_clear(&a);
    return failed(e) && e.code != ERR_PEER ? err_exit_status(e) : 0;
}
