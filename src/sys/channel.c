#include "sys/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/rd.h"
#include "sys/file.h"

/* The packet: type u16, flags u16, length u32, id u64, little-endian; then the body, unless FLAG_BULK puts it into a
 * sealed memfd, which is then the first descriptor. */
#define HEADER    16
#define FLAG_BULK 1
#define SEALS     (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

struct err channel_pair(int out[2])
{
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, out) != 0)
        return FAIL_SYS(errno, "no pair of sockets");
    return OK;
}

void channel_init(struct channel *c, int fd, size_t body_max)
{
    *c = (struct channel){.fd = fd, .body_max = body_max};
    buf_init(&c->in, HEADER + IPC_INLINE_MAX + 1);
}

static void drop_map(struct channel *c)
{
    if (c->map != NULL)
        munmap(c->map, c->map_n);
    c->map = NULL;
    c->map_n = 0;
}

static void drop_fds(struct channel *c)
{
    for (size_t i = 0; i < c->fd_count; i++)
        fd_clear(&c->fds[i]);
    c->fd_count = 0;
}

void channel_clear(struct channel *c)
{
    drop_map(c);
    drop_fds(c);
    fd_clear(&c->fd);
    buf_clear(&c->in);
}

static struct err bulk_fd(struct bytes body, int *out)
{
    SCOPED(fd) int fd = memfd_create("body", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return FAIL_SYS(errno, "no memory file for a large body");
    size_t done = 0;
    while (done < body.n) {
        ssize_t n = write(fd, body.p + done, body.n - done);
        if (n < 0 && errno != EINTR)
            return FAIL_SYS(errno, "a large body cannot be written");
        done += n > 0 ? (size_t)n : 0;
    }
    if (fcntl(fd, F_ADD_SEALS, SEALS) != 0)
        return FAIL_SYS(errno, "a large body cannot be sealed");
    *out = fd_take(&fd);
    return OK;
}

static struct err send_packet(int fd, struct bytes header, struct bytes body, const int *fds, size_t fd_count)
{
    union { /* aligned room for the control message */
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof(int) * (CHANNEL_FDS_MAX + 1))];
    } control = {0};
    union { /* sendmsg does not write to what it sends */
        const uint8_t *mine;
        void *theirs;
    } head = {.mine = header.p}, rest = {.mine = body.p};
    struct iovec parts[2] = {{head.theirs, header.n}, {rest.theirs, body.n}};
    struct msghdr m = {.msg_iov = parts, .msg_iovlen = 2};
    if (fd_count != 0) {
        m.msg_control = control.room;
        m.msg_controllen = CMSG_SPACE(sizeof(int) * fd_count);
        struct cmsghdr *cm = CMSG_FIRSTHDR(&m);
        cm->cmsg_level = SOL_SOCKET;
        cm->cmsg_type = SCM_RIGHTS;
        cm->cmsg_len = CMSG_LEN(sizeof(int) * fd_count);
        memcpy(CMSG_DATA(cm), fds, sizeof(int) * fd_count);
    }
    ssize_t n;
    do
        n = sendmsg(fd, &m, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno == EAGAIN)
        return FAIL(ERR_STATE, "the peer's queue is full");
    if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
        return FAIL(ERR_PEER, "the peer is gone");
    if (n < 0)
        return FAIL_SYS(errno, "a packet cannot be sent");
    return OK;
}

struct err channel_send(struct channel *c, uint16_t type, uint64_t id, struct bytes body, const int *fds,
                        size_t fd_count)
{
    bool bulk = body.n > IPC_INLINE_MAX;
    if (fd_count > CHANNEL_FDS_MAX || body.n > UINT32_MAX)
        return FAIL(ERR_LIMIT, "a message that no packet holds");
    SCOPED(buf) struct buf header;
    buf_init(&header, HEADER);
    buf_u16le(&header, type);
    buf_u16le(&header, bulk ? FLAG_BULK : 0);
    buf_u32le(&header, (uint32_t)body.n);
    buf_u64le(&header, id);
    struct bytes head;
    TRY(buf_end(&header, &head));
    if (!bulk)
        return send_packet(c->fd, head, body, fds, fd_count);
    int all[CHANNEL_FDS_MAX + 1];
    SCOPED(fd) int fd = -1;
    TRY(bulk_fd(body, &fd));
    all[0] = fd;
    for (size_t i = 0; i < fd_count; i++)
        all[i + 1] = fds[i];
    return send_packet(c->fd, head, BYTES_EMPTY, all, fd_count + 1);
}

/* Takes the descriptors that came with a packet; they are the channel's until the receiver duplicates them. */
static bool take_fds(struct channel *c, struct msghdr *m)
{
    bool fit = true; /* the padding of the control buffer has room for one more than we count */
    for (struct cmsghdr *cm = CMSG_FIRSTHDR(m); cm != NULL; cm = CMSG_NXTHDR(m, cm)) {
        if (cm->cmsg_level != SOL_SOCKET || cm->cmsg_type != SCM_RIGHTS)
            continue;
        size_t count = (cm->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(cm) + i * sizeof(int), sizeof(fd));
            if (c->fd_count < sizeof(c->fds) / sizeof(c->fds[0])) {
                c->fds[c->fd_count++] = fd;
            } else {
                close(fd);
                fit = false;
            }
        }
    }
    return fit && (m->msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
}

static struct err receive_packet(struct channel *c)
{
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof(int) * (CHANNEL_FDS_MAX + 1))];
    } control = {0};
    uint8_t *to;
    buf_reset(&c->in);
    TRY(buf_space(&c->in, HEADER + IPC_INLINE_MAX + 1, &to));
    struct iovec part = {to, HEADER + IPC_INLINE_MAX + 1};
    struct msghdr m = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof(control.room)};
    ssize_t n;
    do
        n = recvmsg(c->fd, &m, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno == EAGAIN)
        return FAIL(ERR_STATE, "nothing to read");
    if (n < 0 && errno == ECONNRESET)
        return FAIL(ERR_PEER, "the peer is gone");
    if (n < 0)
        return FAIL_SYS(errno, "a packet cannot be received");
    bool whole = take_fds(c, &m);
    if (n == 0)
        return FAIL(ERR_PEER, "the peer is gone");
    if (!whole)
        return FAIL(ERR_FORMAT, "a packet was cut");
    buf_commit(&c->in, (size_t)n);
    return OK;
}

/* The body in shared memory: only a sealed one can no longer be changed by its sender while it is read. */
static struct err map_bulk(struct channel *c, size_t length, struct bytes *body)
{
    struct stat st;
    if (c->fd_count == 0)
        return FAIL(ERR_FORMAT, "a large body did not come");
    int seals = fcntl(c->fds[0], F_GET_SEALS);
    if (seals < 0 || (seals & SEALS) != SEALS)
        return FAIL(ERR_FORMAT, "a large body is not sealed");
    if (fstat(c->fds[0], &st) != 0 || (uint64_t)st.st_size != length || length == 0)
        return FAIL(ERR_FORMAT, "a large body has another length than its packet says");
    void *map = mmap(NULL, length, PROT_READ, MAP_PRIVATE, c->fds[0], 0);
    if (map == MAP_FAILED)
        return FAIL(ERR_NOMEM, "a large body cannot be mapped");
    c->map = map;
    c->map_n = length;
    *body = bytes_of(map, length);
    fd_clear(&c->fds[0]);
    c->fd_count--;
    memmove(c->fds, c->fds + 1, c->fd_count * sizeof(c->fds[0]));
    return OK;
}

static struct err decode_packet(struct channel *c, struct message *out)
{
    struct rd r = rd_of(buf_view(&c->in));
    uint16_t flags;
    uint32_t length;
    struct message m = {0};
    TRY(rd_u16le(&r, &m.type));
    TRY(rd_u16le(&r, &flags));
    TRY(rd_u32le(&r, &length));
    TRY(rd_u64le(&r, &m.id));
    if (length > c->body_max)
        return FAIL(ERR_LIMIT, "a body over the bound of this channel");
    if (flags == FLAG_BULK) {
        TRY(map_bulk(c, length, &m.body));
    } else if (flags == 0) {
        TRY(rd_take(&r, length, &m.body));
    } else {
        return FAIL(ERR_FORMAT, "unknown flags in a packet");
    }
    TRY(rd_end(&r));
    if (c->fd_count > CHANNEL_FDS_MAX)
        return FAIL(ERR_FORMAT, "more descriptors than a message has");
    m.fd_count = c->fd_count;
    for (size_t i = 0; i < c->fd_count; i++)
        m.fds[i] = c->fds[i];
    *out = m;
    return OK;
}

struct err channel_recv(struct channel *c, struct message *out)
{
    drop_map(c);
    drop_fds(c);
    TRY(receive_packet(c));
    return decode_packet(c, out);
}
