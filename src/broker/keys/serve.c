#include <signal.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"
#include "broker/ipc/control_msg.h"
#include "broker/keys/group.h"
#include "broker/keys/policy.h"
#include "broker/keys/reload.h"
#include "broker/keys/start.h"
#include "broker/keys/workers.h"
#include "broker/role.h"
#include "sys/log.h"
#include "sys/process.h"

#define MESSAGE_MAX (16 * MIB) /* the largest body that a configuration may allow, and its envelope */
#define MINUTE_MS   60000

int64_t keys_now_sec(const struct keys *k)
{
    return k->now_override_sec != 0 ? k->now_override_sec : process_now_sec();
}

static void serve(struct keys *k, struct link *from, const struct message *m)
{
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    struct caller c = {.keys = k, .link = from, .id = m->id};
    struct keys_auth auth;
    struct keys_attest attest;
    struct keys_resource resource;
    bool known = true;
    if (m->type == KEYS_AUTH && !failed(keys_auth_decode(m->body, &auth))) {
        c.peer = auth.peer;
        keys_on_auth(&c, &a, &auth);
    } else if (m->type == KEYS_ATTEST && !failed(keys_attest_decode(m->body, &attest))) {
        c.peer = attest.peer;
        keys_on_attest(&c, &a, &attest);
    } else if (m->type == KEYS_RESOURCE && !failed(keys_resource_decode(m->body, &resource))) {
        c.peer = resource.peer;
        keys_on_resource(&c, &a, &resource);
    } else {
        known = false;
    }
    arena_clear(&a);
    if (!known) {
        LOG(LOG_LEVEL_ERROR, "front.cut-off", LOG_TEXT("why", "a message that no front sends"));
        link_close(from);
    }
}

static void on_front(void *context, const struct message *m)
{
    struct keys *k = context;
    serve(k, &k->front, m);
}

/* Only this channel may bring an administrator's request. */
static void on_front_admin(void *context, const struct message *m)
{
    struct keys *k = context;
    struct keys_admin admin;
    if (m->type != KEYS_ADMIN || failed(keys_admin_decode(m->body, &admin))) {
        LOG(LOG_LEVEL_ERROR, "front.cut-off", LOG_TEXT("why", "a message that no front-admin sends"));
        link_close(&k->front_admin);
        return;
    }
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    struct caller c = {.keys = k, .link = &k->front_admin, .id = m->id, .peer = admin.peer};
    keys_on_admin(&c, &a, &admin);
    arena_clear(&a);
}

static struct err adopt(struct keys *k, const struct control_peer *peer, int fd)
{
    switch ((enum control_role)peer->role) {
    case CONTROL_FRONT:
        link_close(&k->front);
        TRY(link_open(&k->front, k->loop, fd, MESSAGE_MAX, on_front, NULL, k));
        return link_send(&k->front, KEYS_READY, 0, BYTES_EMPTY);
    case CONTROL_FRONT_ADMIN:
        link_close(&k->front_admin);
        TRY(link_open(&k->front_admin, k->loop, fd, MESSAGE_MAX, on_front_admin, NULL, k));
        return link_send(&k->front_admin, KEYS_READY, 0, BYTES_EMPTY);
    case CONTROL_APPRAISE:
        return workers_adopt(k, peer->index, fd);
    case CONTROL_KEYS:
    case CONTROL_ROLE_NONE:
        break;
    }
    close(fd);
    return FAIL(ERR_BUG, "a channel to nobody");
}

static void on_control(void *context, const struct message *m)
{
    struct keys *k = context;
    struct control_peer peer;
    if (m->type == CONTROL_STOP) {
        group_flush(k);
        loop_stop(k->loop);
    } else if (m->type == CONTROL_RELOAD && m->fd_count == 2) {
        struct err e = keys_reload(k, m->fds[0], m->fds[1]);
        if (failed(e))
            LOG_ERR(LOG_LEVEL_ERROR, "reload.failed", e);
        else
            LOG(LOG_LEVEL_INFO, "reload.done");
    } else if (m->type == CONTROL_PEER && m->fd_count == 1 && !failed(control_peer_decode(m->body, &peer))) {
        struct err e = adopt(k, &peer, dup(m->fds[0]));
        if (failed(e))
            LOG_ERR(LOG_LEVEL_ERROR, "peer.refused", e);
    }
}

static void on_control_closed(void *context)
{
    struct keys *k = context;
    group_flush(k);
    loop_stop(k->loop);
}

static void on_round(void *context, int ready)
{
    (void)ready;
    group_flush(context);
}

/* Once a minute: what was counted is written, and rows of sessions that ended are forgotten. */
static void on_minute(void *context, int ready)
{
    (void)ready;
    struct keys *k = context;
    refusals_write(k);
    struct err e = group_transaction(k);
    if (!failed(e))
        e = store_spent_expire(k->store, keys_now_sec(k));
    if (failed(e))
        LOG_ERR(LOG_LEVEL_ERROR, "minute.failed", e);
    loop_timer_set(k->minute, MINUTE_MS);
}

static struct err open_links(struct keys *k)
{
    loop_idle(k->loop, on_round, k);
    TRY(loop_timer(k->loop, MINUTE_MS, on_minute, k, &k->minute));
    k->front.last = &k->front.first;
    k->front_admin.last = &k->front_admin.first;
    return link_open(&k->control, k->loop, ROLE_FD_CONTROL, 4 * KIB, on_control, on_control_closed, k);
}

static struct err confine(const struct keys *k)
{
    char store_dir[4096];
    snprintf(store_dir, sizeof(store_dir), "%s", settings_text(k->settings, SETTING_STORE_PATH));
    char *slash = strrchr(store_dir, '/');
    if (slash != NULL)
        *slash = '\0';
    const char *dirs[] = {slash != NULL ? store_dir : ".", settings_text(k->settings, SETTING_AUDIT_DIRECTORY), NULL};
    return role_enter(&(struct sandbox_plan){.needs = SANDBOX_FILES_WRITE, .write_dirs = dirs, .files_open = 256},
                      true);
}

static struct err begin(struct keys *k)
{
    TRY(keys_start(k));
    TRY(confine(k));
    TRY(open_links(k));
    keys_trust_changed(k);
    struct audit_event event = {.kind = "start",
                                .session = BYTES_EMPTY,
                                .subject = BYTES_LIT("casemate-broker " CASEMATE_VERSION),
                                .evidence = BYTES_EMPTY,
                                .rule = BYTES_EMPTY};
    TRY(group_audit(k, &event));
    group_flush(k);
    LOG(LOG_LEVEL_INFO, "keys.ready");
    return loop_run(k->loop);
}

int role_keys(const char *settings_path, unsigned fd_count)
{
    (void)fd_count;
    struct keys *k = mem_new(sizeof(*k));
    if (k == NULL)
        return 4;
    signal(SIGPIPE, SIG_IGN);
    arena_init(&k->setup, 32 * MIB);
    arena_init(&k->trust_arena, 64 * MIB);
    arena_init(&k->policies.arena, 64 * MIB);
    policies_drop(k);
    k->group_last = &k->group_first;
    k->queue_last = &k->queue_first;
    struct err e = role_settings(&k->setup, settings_path, "keys", &k->settings);
    if (failed(e))
        return err_exit_status(e);
    e = loop_new(&k->loop);
    if (!failed(e))
        e = begin(k);
    if (failed(e))
        LOG_ERR(LOG_LEVEL_ERROR, "keys.failed", e);
    keys_end(k);
    return failed(e) ? err_exit_status(e) : 0;
}
