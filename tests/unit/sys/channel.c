#include "sys/channel.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/limits.h"
#include "check.h"
#include "sys/file.h"

struct pair {
    struct channel a, b;
};

static void open_pair(struct pair *p, size_t body_max)
{
    int fds[2];
    assert_ok(channel_pair(fds));
    channel_init(&p->a, fds[0], body_max);
    channel_init(&p->b, fds[1], body_max);
}

static void close_pair(struct pair *p)
{
    channel_clear(&p->a);
    channel_clear(&p->b);
}

static void refuses_packets_that_lie(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *bytes;
        size_t n;
    } rows[] = {
        {"cut header", "\1\0\0\0", 4},
        {"length over the bytes", "\1\0\0\0\5\0\0\0\1\0\0\0\0\0\0\0abc", 19},
        {"bytes behind the body", "\1\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0abc", 19},
        {"unknown flag", "\1\0\2\0\0\0\0\0\1\0\0\0\0\0\0\0", 16},
        {"bulk without a file", "\1\0\1\0\5\0\0\0\1\0\0\0\0\0\0\0", 16},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].name);
        struct pair p;
        struct message m;
        open_pair(&p, 1000);
        assert_int_equal(send(p.a.fd, rows[i].bytes, rows[i].n, 0), rows[i].n);
        assert_code(channel_recv(&p.b, &m), ERR_FORMAT);
        close_pair(&p);
    }
}

static void refuses_a_body_over_the_bound(void **state)
{
    (void)state;
    static const uint8_t big[200 * 1024];
    struct pair p;
    struct message m;
    open_pair(&p, 100 * KIB);
    assert_ok(channel_send(&p.a, 1, 1, BYTES_OF(big), NULL, 0));
    assert_code(channel_recv(&p.b, &m), ERR_LIMIT);
    close_pair(&p);
}

static void send_memfd(int to, int fd, uint8_t length)
{
    char head[16] = {1, 0, 1, 0, (char)length};
    struct iovec part = {head, sizeof(head)};
    char room[CMSG_SPACE(sizeof(int))] = {0};
    struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof(room)};
    struct cmsghdr *cm = CMSG_FIRSTHDR(&m);
    cm->cmsg_level = SOL_SOCKET;
    cm->cmsg_type = SCM_RIGHTS;
    cm->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(cm), &fd, sizeof(fd));
    assert_int_equal(sendmsg(to, &m, 0), sizeof(head));
}

/* A sender that can still write to the memory could change it between check and use. */
static void refuses_memory_that_is_not_sealed(void **state)
{
    (void)state;
    struct pair p;
    struct message m;
    open_pair(&p, 1000);
    int fd = memfd_create("x", MFD_ALLOW_SEALING);
    assert_int_equal(write(fd, "hello", 5), 5);
    send_memfd(p.a.fd, fd, 5);
    assert_code(channel_recv(&p.b, &m), ERR_FORMAT);
    fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
    send_memfd(p.a.fd, fd, 6);
    assert_code(channel_recv(&p.b, &m), ERR_FORMAT);
    send_memfd(p.a.fd, fd, 5);
    assert_ok(channel_recv(&p.b, &m));
    assert_text(m.body, "hello");
    close(fd);
    close_pair(&p);
}

static void bodies_of_every_size_arrive(void **state)
{
    (void)state;
    static uint8_t body[300 * 1024];
    memset(body, 0x5a, sizeof(body));
    const size_t sizes[] = {0, 1, IPC_INLINE_MAX, IPC_INLINE_MAX + 1, sizeof(body)};
    struct pair p;
    open_pair(&p, 1 * MIB);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct message m;
        assert_ok(channel_send(&p.a, 7, 1000 + i, bytes_of(body, sizes[i]), NULL, 0));
        assert_ok(channel_recv(&p.b, &m));
        assert_int_equal(m.type, 7);
        assert_int_equal(m.id, 1000 + i);
        assert_bytes(m.body, bytes_of(body, sizes[i]));
        assert_int_equal(m.fd_count, 0);
    }
    close_pair(&p);
}

static void descriptors_travel_and_the_end_is_seen(void **state)
{
    (void)state;
    struct pair p;
    struct message m;
    int pipe_fds[2];
    assert_int_equal(pipe(pipe_fds), 0);
    open_pair(&p, 1000);
    assert_ok(channel_send(&p.a, 1, 1, BYTES_LIT("x"), &pipe_fds[1], 1));
    assert_ok(channel_recv(&p.b, &m));
    assert_int_equal(m.fd_count, 1);
    assert_true((fcntl(m.fds[0], F_GETFD) & FD_CLOEXEC) != 0);
    assert_int_equal(write(m.fds[0], "y", 1), 1);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    fcntl(p.b.fd, F_SETFL, O_NONBLOCK);
    assert_code(channel_recv(&p.b, &m), ERR_STATE);
    channel_clear(&p.a);
    assert_code(channel_recv(&p.b, &m), ERR_PEER);
    assert_code(channel_send(&p.b, 1, 1, BYTES_EMPTY, NULL, 0), ERR_PEER);
    close_pair(&p);
}

/* A raw packet, as a broken or hostile peer would send it. */
static void send_raw(int fd, const void *data, size_t n, const int *fds, size_t fd_count)
{
    struct iovec part = {(void *)data, n};
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(8 * sizeof(int))] = {0};
    struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd_count != 0) {
        m.msg_control = control;
        m.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
        struct cmsghdr *c = CMSG_FIRSTHDR(&m);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
        memcpy(CMSG_DATA(c), fds, fd_count * sizeof(int));
    }
    assert_int_equal(sendmsg(fd, &m, 0), n);
}

static int count_fds(void)
{
    int n = 0;
    for (int fd = 0; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static void refuses_too_many_descriptors_and_leaks_none(void **state)
{
    (void)state;
    struct pair p;
    open_pair(&p, 1000);
    int before = count_fds();
    int six[6] = {0, 1, 2, 0, 1, 2};
    uint8_t head[16] = {1};
    struct message m;
    send_raw(p.a.fd, head, sizeof(head), six, 6);
    assert_code(channel_recv(&p.b, &m), ERR_FORMAT);
    send_raw(p.a.fd, head, sizeof(head), six, 5);
    assert_code(channel_recv(&p.b, &m), ERR_FORMAT);
    assert_code(channel_send(&p.a, 1, 1, BYTES_EMPTY, six, 5), ERR_LIMIT);
    send_raw(p.a.fd, head, sizeof(head), NULL, 0);
    assert_ok(channel_recv(&p.b, &m));
    assert_int_equal(m.fd_count, 0);
    assert_int_equal(count_fds(), before);
    close_pair(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_packets_that_lie),
        cmocka_unit_test(refuses_a_body_over_the_bound),
        cmocka_unit_test(refuses_memory_that_is_not_sealed),
        cmocka_unit_test(bodies_of_every_size_arrive),
        cmocka_unit_test(refuses_too_many_descriptors_and_leaks_none),
        cmocka_unit_test(descriptors_travel_and_the_end_is_seen),
    };
    return cmocka_run_group_tests_name("sys/channel", tests, NULL, NULL);
}
