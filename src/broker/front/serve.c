#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/mem.h"
#include "broker/front/front.h"
#include "broker/ipc/control_msg.h"
#include "broker/ipc/kbs_error.h"
#include "broker/role.h"
#include "crypto/hash.h"
#include "sys/file.h"
#include "sys/log.h"
#include "sys/process.h"

#define BODY_MAX (HTTP_BODY_MAX * 8) /* of a message from keys; a reply is far smaller */

void front_pass(struct front *f, struct exchange *x, enum front_kind kind, enum keys_message type, struct bytes body)
{
    for (size_t tried = 0; tried < FRONT_INFLIGHT_MAX; tried++) {
        size_t slot = f->next_slot;
        f->next_slot = (f->next_slot + 1) % FRONT_INFLIGHT_MAX;
        struct inflight *i = &f->inflight[slot];
        if (i->exchange != NULL)
            continue;
        *i = (struct inflight){.exchange = x, .kind = kind, .begun_ms = loop_now_ms(f->loop)};
        i->id = ++f->sequence * FRONT_INFLIGHT_MAX + slot;
        struct err e = link_send(&f->keys, (uint16_t)type, i->id, body);
        if (failed(e)) {
            LOG_ERR(LOG_LEVEL_WARNING, "keys.unreachable", e);
            i->exchange = NULL;
            front_error(x, KBS_ERROR_UNAVAILABLE, BYTES_EMPTY);
        }
        return;
    }
    front_error(x, KBS_ERROR_UNAVAILABLE, BYTES_EMPTY);
}

/* source: RFC 9110 5.6.7 IMF-fixdate; RFC 6265 4.1 */
static void cookie_text(const struct front *f, const struct keys_reply *r, struct buf *out)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct clock_civil c = clock_civil_of((int64_t)r->expires_at);
    char date[96];
    snprintf(date, sizeof(date), "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT", days + 3 * c.weekday, c.day,
             months + 3 * (c.month - 1), c.year, c.hour, c.minute, c.second);
    buf_text(out, "kbs-session-id=");
    buf_add(out, r->cookie);
    buf_text(out, "; Expires=");
    buf_text(out, date);
    buf_text(out, "; HttpOnly; SameSite=Strict");
    if (f->is_secure)
        buf_text(out, "; Secure");
}

static void answer(struct front *f, struct exchange *x, const struct keys_reply *r)
{
    static const char *const types[] = {NULL, "application/json", "text/xml"};
    if (r->error != KBS_ERROR_NONE) {
        front_error(x, r->error, r->detail);
        return;
    }
    SCOPED(buf) struct buf cookie;
    buf_init(&cookie, 2 * COOKIE_MAX);
    struct http_header headers[2] = {{BYTES_EMPTY, BYTES_EMPTY}, {{NULL, 0}, {NULL, 0}}};
    if (r->cookie.n != 0) {
        cookie_text(f, r, &cookie);
        headers[0] = (struct http_header){BYTES_LIT("Set-Cookie"), buf_view(&cookie)};
    }
    server_answer(x, 200, r->content < 3 ? types[r->content] : NULL, r->cookie.n != 0 ? headers : NULL, r->body);
}

void front_on_reply(void *front, const struct message *m)
{
    struct front *f = front;
    struct keys_reply r;
    if (m->type == KEYS_READY) {
        f->keys_ready = true;
        return;
    }
    struct inflight *i = &f->inflight[m->id % FRONT_INFLIGHT_MAX];
    if (m->type != KEYS_REPLY || failed(keys_reply_decode(m->body, &r)) || i->exchange == NULL || i->id != m->id) {
        LOG(LOG_LEVEL_ERROR, "reply.unexpected");
        return;
    }
    struct exchange *x = i->exchange;
    i->exchange = NULL;
    front_count_reply(f, i, &r);
    answer(f, x, &r);
}

static void fail_all(struct front *f)
{
    for (size_t i = 0; i < FRONT_INFLIGHT_MAX; i++) {
        struct exchange *x = f->inflight[i].exchange;
        f->inflight[i].exchange = NULL;
        if (x != NULL)
            front_error(x, KBS_ERROR_UNAVAILABLE, BYTES_EMPTY);
    }
}

static void on_keys_closed(void *context)
{
    struct front *f = context;
    LOG(LOG_LEVEL_WARNING, "keys.gone");
    f->keys_ready = false;
    fail_all(f);
}

static struct err load_tls_fds(const struct front *f, int chain_fd, int key_fd, struct tls_server **out)
{
    SCOPED(buf) struct buf chain;
    SCOPED(secret) struct secret key = {0};
    buf_init(&chain, CERT_SIZE_MAX * CERT_CHAIN_MAX);
    TRY(file_read_fd(chain_fd, &chain));
    TRY(file_read_secret_fd(key_fd, &key));
    return tls_server_new(buf_view(&chain), &key, settings_bool(f->settings, SETTING_SERVER_ALLOW_TLS12), out);
}

/* New certificates come as two open files: this role opens none itself. */
static void reload(struct front *f, const struct message *m)
{
    struct tls_server *fresh = NULL;
    if (m->fd_count != 2 || !f->is_secure)
        return;
    struct err e = load_tls_fds(f, m->fds[0], m->fds[1], &fresh);
    if (failed(e)) {
        LOG_ERR(LOG_LEVEL_ERROR, "reload.failed", e);
        return;
    }
    server_set_tls(f->server, fresh);
    tls_server_free(f->tls);
    f->tls = fresh;
    LOG(LOG_LEVEL_INFO, "reload.done");
}

/* After a drain: once the last running request is answered. The supervisor ends what takes too long. */
static void end_when_idle(void *context, int ready)
{
    (void)ready;
    struct front *f = context;
    struct loop_watch *unused;
    if (server_connections(f->server) == 0 || failed(loop_timer(f->loop, 20, end_when_idle, f, &unused)))
        loop_stop(f->loop);
}

static void on_control(void *context, const struct message *m)
{
    struct front *f = context;
    struct control_peer peer;
    if (m->type == CONTROL_RELOAD) {
        reload(f, m);
    } else if (m->type == CONTROL_STOP) {
        server_drain(f->server);
        end_when_idle(f, 0);
    } else if (m->type == CONTROL_PEER && m->fd_count == 1 && !failed(control_peer_decode(m->body, &peer))) {
        fail_all(f);
        f->keys_ready = false;
        if (link_is_open(&f->keys))
            link_close(&f->keys);
        struct err e = link_open(&f->keys, f->loop, dup(m->fds[0]), BODY_MAX, front_on_reply, on_keys_closed, f);
        if (failed(e))
            LOG_ERR(LOG_LEVEL_ERROR, "keys.unreachable", e);
    }
}

static void on_control_closed(void *context)
{
    loop_stop(((struct front *)context)->loop); /* the supervisor is gone: so are we */
}

static struct server_limits limits_of(const struct settings *s)
{
    return (struct server_limits){
        .body_max = (size_t)settings_int(s, SETTING_LIMITS_BODY_SIZE),
        .connections_max = (unsigned)settings_int(s, SETTING_LIMITS_CONNECTIONS),
        .per_peer_max = (unsigned)settings_int(s, SETTING_LIMITS_CONNECTIONS_PER_PEER),
        .rate_per_sec = (unsigned)settings_int(s, SETTING_LIMITS_RATE_PER_PEER),
        .head_ms = (int)settings_int(s, SETTING_LIMITS_HEADER_TIME) * 1000,
        .request_ms = (int)settings_int(s, SETTING_LIMITS_REQUEST_TIME) * 1000,
        .idle_ms = (int)settings_int(s, SETTING_LIMITS_IDLE_TIME) * 1000,
    };
}

static struct err load_tls(struct front *f)
{
    SCOPED(buf) struct buf chain;
    SCOPED(secret) struct secret key = {0};
    buf_init(&chain, CERT_SIZE_MAX * CERT_CHAIN_MAX);
    TRY(file_read(settings_text(f->settings, SETTING_SERVER_CERTIFICATE), &chain));
    TRY(file_read_secret(settings_text(f->settings, SETTING_SERVER_PRIVATE_KEY), &key));
    return tls_server_new(buf_view(&chain), &key, settings_bool(f->settings, SETTING_SERVER_ALLOW_TLS12), &f->tls);
}

/* The listeners of the metrics page, if there are any, are the last descriptors of the public front. */
static struct err open_servers(struct front *f, unsigned fd_count)
{
    int fds[32];
    size_t count = 0;
    struct server_limits limits = limits_of(f->settings);
    size_t metrics = 0;
    if (!f->is_admin)
        (void)settings_list(f->settings, SETTING_METRICS_LISTEN, &metrics);
    for (unsigned i = ROLE_FD_FIRST_MORE; i < ROLE_FD_CONTROL + fd_count && count < 32; i++)
        fds[count++] = (int)i;
    if (count <= metrics)
        return FAIL(ERR_BUG, "the supervisor gave no listener");
    size_t own = count - metrics;
    if (metrics != 0) {
        struct server_limits few = limits;
        few.connections_max = 16;
        TRY(server_new(f->loop, &fds[own], metrics, NULL, &few, front_metrics, f, &f->metrics));
    }
    return server_new(f->loop, fds, own, f->tls, &limits, front_route, f, &f->server);
}

static struct err begin(struct front *f, unsigned fd_count)
{
    bool plain = settings_bool(f->settings, f->is_admin ? SETTING_ADMIN_INSECURE_HTTP : SETTING_SERVER_INSECURE_HTTP);
    if (f->is_admin) {
        size_t count;
        const char *const *listen = settings_list(f->settings, SETTING_ADMIN_LISTEN, &count);
        plain = plain || (count != 0 && strncmp(listen[0], "unix:", 5) == 0);
    }
    f->is_secure = !plain;
    /* keys may still owe answers to a front that ended before this one: no id of its requests is one of ours. */
    uint8_t first[sizeof(f->sequence)];
    TRY(random_bytes(first, sizeof(first)));
    memcpy(&f->sequence, first, sizeof(first));
    if (f->is_secure)
        TRY(load_tls(f));
    TRY(loop_new(&f->loop));
    TRY(link_open(&f->control, f->loop, ROLE_FD_CONTROL, 4 * KIB, on_control, on_control_closed, f));
    TRY(link_open(&f->keys, f->loop, ROLE_FD_KEYS, BODY_MAX, front_on_reply, on_keys_closed, f));
    TRY(open_servers(f, fd_count));
    return role_enter(&(struct sandbox_plan){.needs = SANDBOX_NET_ACCEPT, .files_open = 8192}, true);
}

int role_front(const char *settings_path, bool is_admin, unsigned fd_count)
{
    struct arena setup;
    arena_init(&setup, 8 * MIB);
    struct front *f = mem_new(sizeof(*f));
    if (f == NULL)
        return 4;
    f->is_admin = is_admin;
    signal(SIGPIPE, SIG_IGN);
    struct err e = role_settings(&setup, settings_path, is_admin ? "front-admin" : "front", &f->settings);
    if (failed(e))
        return err_exit_status(e);
    e = begin(f, fd_count);
    if (!failed(e)) {
        LOG(LOG_LEVEL_INFO, "front.ready");
        e = loop_run(f->loop);
    }
    if (failed(e))
        LOG_ERR(LOG_LEVEL_ERROR, "front.failed", e);
    return failed(e) ? err_exit_status(e) : 0;
}
