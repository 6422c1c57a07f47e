#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "broker/ipc/control_msg.h"
#include "broker/role.h"
#include "net/server.h"
#include "sys/channel.h"
#include "sys/file.h"
#include "sys/log.h"
#include "sys/loop.h"
#include "sys/process.h"

/*
 * The supervisor makes listeners and channels, starts the roles, and starts them again with a back-off when they end.
 * It parses nothing but the operator's settings and talks to no network.
 */

#define LISTENERS_MAX  8
#define WORKERS_MAX    16
#define LATER_MS       10
#define BACKOFF_MAX_MS 5000
#define QUIET_MS       10000 /* a role that lived this long starts its back-off anew */

struct role { /* one process */
    enum control_role kind;
    uint16_t index;
    pid_t pid;      /* 0: not running */
    int control_fd; /* our end */
    int64_t started_ms;
    int backoff_ms;
    struct loop_watch *restart; /* timer */
    struct supervisor *supervisor;
};

struct supervisor {
    struct loop *loop;
    const char *settings_path;
    const struct settings *settings;
    int listen_fds[2 * LISTENERS_MAX]; /* of guests, then of the metrics page */
    size_t listen_count;
    int admin_fds[LISTENERS_MAX];
    size_t admin_count;
    struct role front, front_admin, keys;
    struct role workers[WORKERS_MAX];
    unsigned worker_count;
    bool stopping;
    int exit_status;
};

static const char *role_name(enum control_role kind)
{
    switch (kind) {
    case CONTROL_FRONT:
        return "front";
    case CONTROL_FRONT_ADMIN:
        return "front-admin";
    case CONTROL_KEYS:
        return "keys";
    case CONTROL_APPRAISE:
        return "appraise";
    case CONTROL_ROLE_NONE:
        break;
    }
    return "none";
}

static struct err send_control(int fd, uint16_t type, struct bytes body, const int *fds, size_t count)
{
    struct channel c;
    channel_init(&c, fd, 4 * KIB);
    struct err e = channel_send(&c, type, 0, body, fds, count);
    c.fd = -1; /* the descriptor stays the role's */
    channel_clear(&c);
    return e;
}

/* Gives keys its end of the channel to a role. */
static struct err introduce(struct supervisor *s, const struct role *r, int fd)
{
    SCOPED(buf) struct buf b;
    buf_init(&b, 64);
    control_peer_encode(&(struct control_peer){.role = (uint16_t)r->kind, .index = r->index}, &b);
    return send_control(s->keys.control_fd, CONTROL_PEER, buf_view(&b), &fd, 1);
}

static struct err start_process(struct supervisor *s, struct role *r, const int *fds, size_t count)
{
    char fd_count[16];
    char renew[24];
    snprintf(fd_count, sizeof(fd_count), "%zu", count);
    snprintf(renew, sizeof(renew), "%lld", (long long)settings_int(s->settings, SETTING_APPRAISE_RENEW_AFTER));
    const char *serve[] = {"casemate-broker", "--role", role_name(r->kind), s->settings_path, fd_count, NULL};
    const char *appraise[] = {"casemate-broker", "--role", "appraise", renew, fd_count, NULL};
    r->started_ms = loop_now_ms(s->loop);
    return process_start(r->kind == CONTROL_APPRAISE ? appraise : serve, fds, count, &r->pid);
}

static void forget_control(struct role *r)
{
    if (r->control_fd > 0)
        close(r->control_fd);
    r->control_fd = -1;
}

static struct err start_keys(struct supervisor *s)
{
    int control[2];
    TRY(channel_pair(control));
    forget_control(&s->keys);
    s->keys.control_fd = control[0];
    struct err e = start_process(s, &s->keys, &control[1], 1);
    close(control[1]);
    return e;
}

/* A front has its control channel, its channel to keys, and its listeners. */
static struct err start_front(struct supervisor *s, struct role *r, const int *listeners, size_t count)
{
    int control[2];
    int keys[2];
    int fds[2 + 2 * LISTENERS_MAX];
    TRY(channel_pair(control));
    TRY(channel_pair(keys));
    forget_control(r);
    r->control_fd = control[0];
    fds[0] = control[1];
    fds[1] = keys[0];
    for (size_t i = 0; i < count; i++)
        fds[2 + i] = listeners[i];
    struct err e = start_process(s, r, fds, 2 + count);
    if (!failed(e))
        e = introduce(s, r, keys[1]);
    close(control[1]);
    close(keys[0]);
    close(keys[1]);
    return e;
}

static struct err start_worker(struct supervisor *s, struct role *r)
{
    int keys[2];
    TRY(channel_pair(keys));
    struct err e = start_process(s, r, &keys[0], 1);
    if (!failed(e))
        e = introduce(s, r, keys[1]);
    close(keys[0]);
    close(keys[1]);
    return e;
}

static struct err start_role(struct supervisor *s, struct role *r)
{
    switch (r->kind) {
    case CONTROL_KEYS:
        return start_keys(s);
    case CONTROL_FRONT:
        return start_front(s, r, s->listen_fds, s->listen_count);
    case CONTROL_FRONT_ADMIN:
        return start_front(s, r, s->admin_fds, s->admin_count);
    case CONTROL_APPRAISE:
        return start_worker(s, r);
    case CONTROL_ROLE_NONE:
        break;
    }
    return FAIL(ERR_BUG, "no such role");
}

static void on_restart(void *context, int ready)
{
    (void)ready;
    struct role *r = context;
    struct supervisor *s = r->supervisor;
    loop_unwatch(r->restart);
    r->restart = NULL;
    if (s->stopping || r->pid != 0)
        return;
    struct err e = start_role(s, r);
    if (e.code == ERR_PEER)
        return; /* keys has just ended: on_child takes its status */
    if (failed(e)) {
        LOG_ERR(LOG_LEVEL_ERROR, "role.start-failed", e, LOG_TEXT("role", role_name(r->kind)));
        s->exit_status = 4;
        loop_stop(s->loop);
    }
}

static struct err start_later(struct supervisor *s, struct role *r)
{
    return loop_timer(s->loop, LATER_MS, on_restart, r, &r->restart);
}

static void all_roles(struct supervisor *s, void (*fn)(struct role *r))
{
    fn(&s->front);
    fn(&s->front_admin);
    for (unsigned i = 0; i < s->worker_count; i++)
        fn(&s->workers[i]);
    fn(&s->keys);
}

static struct role *role_of(struct supervisor *s, pid_t pid)
{
    struct role *fixed[] = {&s->front, &s->front_admin, &s->keys};
    for (size_t i = 0; i < 3; i++)
        if (fixed[i]->pid == pid)
            return fixed[i];
    for (unsigned i = 0; i < s->worker_count; i++)
        if (s->workers[i].pid == pid)
            return &s->workers[i];
    return NULL;
}

/* An orderly end (a worker's renewal) is followed at once; anything else with a growing delay. */
static void role_ended(struct supervisor *s, struct role *r, int status)
{
    bool orderly = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    char code[24];
    snprintf(code, sizeof(code), "%s %d", WIFSIGNALED(status) ? "signal" : "exit",
             WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    r->pid = 0;
    if (s->stopping)
        return;
    LOG(orderly ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR, "role.ended", LOG_TEXT("role", role_name(r->kind)),
        LOG_TEXT("status", code));
    bool at_start = loop_now_ms(s->loop) - r->started_ms < 2000;
    if (r->kind == CONTROL_KEYS) {
        /* Nothing works without keys, and what stopped it at its start would stop it again. Whoever started the
         * supervisor decides whether to try anew. */
        s->exit_status = orderly ? 4 : WIFEXITED(status) ? WEXITSTATUS(status) : 4;
        loop_stop(s->loop);
        return;
    }
    if (r->kind != CONTROL_APPRAISE && at_start && WIFEXITED(status) && !orderly) {
        s->exit_status = WEXITSTATUS(status);
        loop_stop(s->loop);
        return;
    }
    if (orderly || loop_now_ms(s->loop) - r->started_ms > QUIET_MS)
        r->backoff_ms = 0;
    struct err e = loop_timer(s->loop, r->backoff_ms, on_restart, r, &r->restart);
    if (failed(e))
        LOG_ERR(LOG_LEVEL_ERROR, "role.restart-failed", e);
    r->backoff_ms = r->backoff_ms == 0 ? 50 : r->backoff_ms * 2 > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : r->backoff_ms * 2;
}

static void on_child(void *context, int signo)
{
    (void)signo;
    struct supervisor *s = context;
    for (;;) {
        int status;
        pid_t pid = waitpid(-1, &status, WNOHANG);
        if (pid <= 0)
            return;
        struct role *r = role_of(s, pid);
        if (r != NULL)
            role_ended(s, r, status);
    }
}

static void on_stop(void *context, int signo)
{
    (void)signo;
    struct supervisor *s = context;
    s->stopping = true;
    loop_stop(s->loop);
}

/* Gives a role two files that it could not open itself. */
static void reload_role(struct supervisor *s, const struct role *r, enum setting first, enum setting second)
{
    const char *const paths[] = {settings_text(s->settings, first), settings_text(s->settings, second)};
    SCOPED(fd) int a = open(paths[0], O_RDONLY | O_CLOEXEC);
    SCOPED(fd) int b = open(paths[1], O_RDONLY | O_CLOEXEC);
    if (a < 0 || b < 0) {
        LOG(LOG_LEVEL_ERROR, "reload.failed", LOG_TEXT("role", role_name(r->kind)),
            LOG_TEXT("path", paths[a < 0 ? 0 : 1]), LOG_TEXT("why", "it cannot be opened"));
        return;
    }
    if (r->pid == 0)
        return; /* it reads them when it is started again */
    const int fds[2] = {a, b};
    struct err e = send_control(r->control_fd, CONTROL_RELOAD, BYTES_EMPTY, fds, 2);
    if (failed(e))
        LOG_ERR(LOG_LEVEL_ERROR, "reload.failed", e, LOG_TEXT("role", role_name(r->kind)));
}

static void on_reload(void *context, int signo)
{
    (void)signo;
    struct supervisor *s = context;
    reload_role(s, &s->front, SETTING_SERVER_CERTIFICATE, SETTING_SERVER_PRIVATE_KEY);
    if (s->admin_count != 0)
        reload_role(s, &s->front_admin, SETTING_SERVER_CERTIFICATE, SETTING_SERVER_PRIVATE_KEY);
    reload_role(s, &s->keys, SETTING_KEYS_TOKEN_KEY_FILE, SETTING_KEYS_AUDIT_KEY_FILE);
}

static struct err open_listener(const char *address, int *fd)
{
    struct err e =
        strncmp(address, "unix:", 5) == 0 ? server_listen_unix(address + 5, fd) : server_listen_tcp(address, fd, NULL);
    if (failed(e))
        LOG_ERR(LOG_LEVEL_ERROR, "listen.failed", e, LOG_TEXT("address", address));
    return e;
}

static struct err open_list(const struct settings *settings, enum setting id, int *fds, size_t *count)
{
    size_t wanted;
    const char *const *list = settings_list(settings, id, &wanted);
    if (wanted > LISTENERS_MAX)
        return FAIL(ERR_LIMIT, "too many listeners");
    for (size_t i = 0; i < wanted; i++)
        TRY(open_listener(list[i], &fds[(*count)++]));
    return OK;
}

static struct err open_listeners(struct supervisor *s)
{
    TRY(open_list(s->settings, SETTING_SERVER_LISTEN, s->listen_fds, &s->listen_count));
    TRY(open_list(s->settings, SETTING_METRICS_LISTEN, s->listen_fds, &s->listen_count));
    return open_list(s->settings, SETTING_ADMIN_LISTEN, s->admin_fds, &s->admin_count);
}

static struct err watch_signals(struct supervisor *s)
{
    struct loop_watch *unused;
    TRY(loop_signal(s->loop, SIGCHLD, on_child, s, &unused));
    TRY(loop_signal(s->loop, SIGTERM, on_stop, s, &unused));
    TRY(loop_signal(s->loop, SIGINT, on_stop, s, &unused));
    return loop_signal(s->loop, SIGHUP, on_reload, s, &unused);
}

static void name_roles(struct supervisor *s)
{
    s->front = (struct role){.kind = CONTROL_FRONT, .control_fd = -1, .supervisor = s};
    s->front_admin = (struct role){.kind = CONTROL_FRONT_ADMIN, .control_fd = -1, .supervisor = s};
    s->keys = (struct role){.kind = CONTROL_KEYS, .control_fd = -1, .supervisor = s};
    s->worker_count = (unsigned)settings_int(s->settings, SETTING_APPRAISE_WORKERS);
    if (s->worker_count > WORKERS_MAX)
        s->worker_count = WORKERS_MAX;
    for (unsigned i = 0; i < s->worker_count; i++)
        s->workers[i] =
            (struct role){.kind = CONTROL_APPRAISE, .index = (uint16_t)i, .control_fd = -1, .supervisor = s};
}

static struct err supervise(struct supervisor *s)
{
    TRY(open_listeners(s));
    TRY(watch_signals(s));
    /* keys and front first: they alone give the first answer, and starting costs each process some milliseconds. */
    TRY(start_role(s, &s->keys));
    TRY(start_role(s, &s->front));
    for (unsigned i = 0; i < s->worker_count; i++)
        TRY(start_later(s, &s->workers[i]));
    if (s->admin_count != 0)
        TRY(start_later(s, &s->front_admin));
    if (geteuid() != 0)
        LOG(LOG_LEVEL_INFO, "sandbox.reduced",
            LOG_TEXT("missing",
                     "user ids and network namespaces of the roles' own: the broker was not started as root"));
    /* A role that is started again inherits this filter: it has to hold what any role needs. */
    TRY(role_enter(
        &(struct sandbox_plan){.needs = SANDBOX_FORK | SANDBOX_FILES_READ | SANDBOX_FILES_WRITE | SANDBOX_NET_ACCEPT},
        false));
    LOG(LOG_LEVEL_INFO, "broker.started", LOG_TEXT("version", CASEMATE_VERSION));
    return loop_run(s->loop);
}

static void stop_role(struct role *r)
{
    if (r->pid == 0)
        return;
    if (r->control_fd < 0 || failed(send_control(r->control_fd, CONTROL_STOP, BYTES_EMPTY, NULL, 0)))
        kill(r->pid, SIGTERM);
}

static void kill_role(struct role *r)
{
    if (r->pid != 0)
        kill(r->pid, SIGKILL);
}

/* Two seconds for what is running, then the rest is ended. */
static void stop_all(struct supervisor *s)
{
    s->stopping = true;
    all_roles(s, stop_role);
    for (int i = 0; i < 200; i++) {
        on_child(s, SIGCHLD);
        if (s->keys.pid == 0 && s->front.pid == 0 && s->front_admin.pid == 0)
            break;
        usleep(10000);
    }
    all_roles(s, kill_role);
}

/* When keys ended at its start (a tampered store, a key file that others can read), its status is the broker's: other
 * roles only notice that it is gone. */
static int status_of_keys(struct supervisor *s, int otherwise)
{
    for (int i = 0; s->keys.pid != 0 && i < 50; i++) {
        int status;
        if (waitpid(s->keys.pid, &status, WNOHANG) == s->keys.pid) {
            s->keys.pid = 0;
            return WIFEXITED(status) && WEXITSTATUS(status) != 0 ? WEXITSTATUS(status) : otherwise;
        }
        usleep(10000);
    }
    return otherwise;
}

int role_supervisor(const char *settings_path)
{
    static struct supervisor s;
    struct arena setup;
    arena_init(&setup, 8 * MIB);
    s.settings_path = settings_path;
    struct err e = role_settings(&setup, settings_path, "supervisor", &s.settings);
    if (failed(e))
        return err_exit_status(e);
    for (const char *const *name = settings_insecure(s.settings); *name != NULL; name++)
        LOG(LOG_LEVEL_WARNING, "settings.insecure", LOG_TEXT("setting", *name));
    if (strstr(CASEMATE_VERSION, "insecure") != NULL)
        LOG(LOG_LEVEL_WARNING, "build.insecure", LOG_TEXT("version", CASEMATE_VERSION));
    e = loop_new(&s.loop);
    if (!failed(e)) {
        name_roles(&s);
        e = supervise(&s);
    }
    if (failed(e)) {
        LOG_ERR(LOG_LEVEL_ERROR, "supervisor.failed", e);
        s.exit_status = status_of_keys(&s, err_exit_status(e));
    }
    stop_all(&s);
    loop_free(s.loop);
    arena_clear(&setup);
    return s.exit_status;
}
