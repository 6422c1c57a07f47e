#include "host/qmp.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/limits.h"
#include "host/spawn.h"
#include "sys/file.h"
#include "json/json.h"

#define LINE_MAX_LEN (64 * KIB)
#define PAUSE_MS     20

struct qmp {
    int fd;
    int64_t end_ms;
    struct buf in;
    struct arena arena; /* of the last answer */
};

static void qmp_clear(struct qmp *q)
{
    fd_clear(&q->fd);
    buf_clear(&q->in);
    arena_clear(&q->arena);
}

static struct err wait_for(struct qmp *q, short events)
{
    struct pollfd p = {.fd = q->fd, .events = events};
    int64_t left = q->end_ms - spawn_now_ms();
    if (left <= 0)
        return FAIL(ERR_STALE, "QEMU's monitor takes too long");
    int n = poll(&p, 1, (int)left);
    if (n < 0 && errno != EINTR)
        return FAIL_SYS(errno, "QEMU's monitor cannot be waited for");
    return OK;
}

/* The next line, an object; it stays valid until the next call. */
static struct err read_object(struct qmp *q, const struct json **out)
{
    for (;;) {
        const uint8_t *end = q->in.n == 0 ? NULL : memchr(q->in.p, '\n', q->in.n);
        if (end != NULL) {
            size_t n = (size_t)(end - q->in.p);
            arena_reset(&q->arena);
            struct err e = json_decode(&q->arena, bytes_of(q->in.p, n), NULL, NULL, out);
            buf_drop(&q->in, n + 1);
            return e;
        }
        uint8_t *to;
        TRY(wait_for(q, POLLIN));
        TRY(buf_space(&q->in, 4096, &to));
        ssize_t n = recv(q->fd, to, 4096, MSG_DONTWAIT);
        if (n == 0)
            return FAIL(ERR_PEER, "QEMU closed its monitor");
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return FAIL_SYS(errno, "QEMU's monitor cannot be read");
        buf_commit(&q->in, n > 0 ? (size_t)n : 0);
    }
}

/* One command; the answer's "return". Events in between are dropped. */
static struct err ask(struct qmp *q, const char *command, const struct json **out)
{
    size_t n = strlen(command);
    if (send(q->fd, command, n, MSG_NOSIGNAL) != (ssize_t)n)
        return FAIL(ERR_PEER, "QEMU's monitor takes no command");
    for (;;) {
        const struct json *v;
        TRY(read_object(q, &v));
        if (json_at(v, "error") != NULL)
            return FAIL(ERR_PEER, "QEMU refuses a command");
        if (json_at(v, "return") != NULL) {
            *out = json_at(v, "return");
            return OK;
        }
    }
}

static struct err connect_to(struct qmp *q, const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    const struct json *greeting;
    if (strlen(path) >= sizeof(at.sun_path))
        return FAIL(ERR_LIMIT, "a socket's path is too long");
    memcpy(at.sun_path, path, strlen(path));
    q->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (q->fd < 0)
        return FAIL_SYS(errno, "a socket cannot be made");
    while (connect(q->fd, (const struct sockaddr *)&at, sizeof(at)) != 0) {
        if (spawn_now_ms() > q->end_ms)
            return FAIL(ERR_STALE, "QEMU opens no monitor");
        (void)poll(NULL, 0, PAUSE_MS);
    }
    TRY(read_object(q, &greeting));
    if (json_at(greeting, "QMP") == NULL)
        return FAIL(ERR_PEER, "QEMU's monitor does not greet");
    return ask(q, "{\"execute\":\"qmp_capabilities\"}\n", &greeting);
}

static struct err await_migration(struct qmp *q)
{
    for (;;) {
        const struct json *v;
        TRY(ask(q, "{\"execute\":\"query-migrate\"}\n", &v));
        const struct json *status = json_at(v, "status");
        if (json_is(status, JSON_STRING) && bytes_is(status->text, "completed"))
            return OK;
        if (json_is(status, JSON_STRING) && bytes_is(status->text, "failed"))
            return FAIL(ERR_PEER, "QEMU cannot write or read the snapshot");
        if (spawn_now_ms() > q->end_ms)
            return FAIL(ERR_STALE, "the snapshot takes too long");
        (void)poll(NULL, 0, PAUSE_MS);
    }
}

static void begin(struct qmp *q, int wait_ms)
{
    *q = (struct qmp){.fd = -1, .end_ms = spawn_now_ms() + wait_ms};
    buf_init(&q->in, LINE_MAX_LEN);
    arena_init(&q->arena, MIB);
}

struct err qmp_save(const char *socket, const char *snapshot, int wait_ms)
{
    SCOPED(qmp) struct qmp q = {.fd = -1};
    const struct json *v;
    char command[4352];
    int n = snprintf(command, sizeof(command), "{\"execute\":\"migrate\",\"arguments\":{\"uri\":\"exec:cat > %s\"}}\n",
                     snapshot);
    if (!qmp_path_is_safe(snapshot) || n < 0 || (size_t)n >= sizeof(command))
        return FAIL(ERR_FORMAT, "the path of the snapshot has other characters than letters, digits and /._-");
    begin(&q, wait_ms);
    TRY(connect_to(&q, socket));
    TRY(ask(&q, "{\"execute\":\"stop\"}\n", &v));
    TRY(ask(&q, command, &v));
    TRY(await_migration(&q));
    return ask(&q, "{\"execute\":\"quit\"}\n", &v);
}

struct err qmp_resume(const char *socket, int wait_ms)
{
    SCOPED(qmp) struct qmp q = {.fd = -1};
    const struct json *v;
    begin(&q, wait_ms);
    TRY(connect_to(&q, socket));
    /* Earlier than this it would be lost: the snapshot carries "paused". */
    TRY(await_migration(&q));
    return ask(&q, "{\"execute\":\"cont\"}\n", &v);
}

bool qmp_path_is_safe(const char *path)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-";
    return path[0] != '\0' && path[0] != '-' && path[strspn(path, safe)] == '\0';
}
