/*
 * The writer of the audit log. Lines gather in memory; a group reaches the disk as one write with a signed head behind
 * it, and only after fdatasync do its effects leave. Whatever stands behind the last signed head never had an effect:
 * after a crash or a failed write it is cut before the next group is written, and after a crash a record says so.
 */
#include "audit/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/chain.h"
#include "audit/segment.h"
#include "base/mem.h"
#include "sys/file.h"
#include "json/json.h"

#define GROUP_MAX (16 * 1024 * 1024UL)

struct audit {
    int dir_fd;
    int lock_fd;
    int fd;                       /* the current segment, -1 until the first group */
    uint32_t number;              /* of the current segment, 0 before the first */
    uint64_t size;                /* of the current segment up to its last signed head */
    uint64_t segment_max;         /* bytes after which the next segment begins */
    bool has_tail;                /* the file may hold bytes behind `size` */
    uint64_t lost;                /* bytes that a crash left behind the last head, not yet recorded */
    struct audit_position synced; /* the last signed head on disk */
    struct audit_position open;   /* the last line of the group */
    struct buf group;
    uint64_t lines; /* in the group */
    bool is_spoilt; /* a line of this group could not be made, so the group fails */
    struct audit_chain chain;
};

static struct err down(struct err e)
{
    return err_with_reason(e, REASON_AUDIT_DOWN);
}

static struct err tampered(void)
{
    return REFUSE(ERR_UNVERIFIED, REASON_AUDIT_BROKEN, "the end of the audit log does not hold");
}

/* Stand on the last line of a segment that is followed by another one. */
static struct err adopt_segment(struct audit *a, uint32_t number)
{
    struct segment_reader r;
    SCOPED(buf) struct buf last;
    buf_init(&last, AUDIT_LINE_MAX);
    struct err e = segment_open(a->dir_fd, number, &r);
    enum segment_item item = SEGMENT_LINE;
    while (!failed(e) && item == SEGMENT_LINE) {
        struct bytes line;
        e = segment_next(&r, &line, &item);
        if (failed(e) || item != SEGMENT_LINE)
            continue;
        buf_reset(&last);
        buf_add(&last, line);
    }
    segment_reader_clear(&r);
    if (e.code == ERR_ABSENT || (!failed(e) && item == SEGMENT_TORN))
        return tampered();
    TRY(e);
    struct bytes line;
    if (failed(buf_end(&last, &line)))
        return FAIL(ERR_NOMEM, "no memory for a line of the audit log");
    return audit_chain_adopt(&a->chain, &a->synced, line);
}

/*
 * Read the current segment: every line up to the last signed head must hold. Lines behind it are the rest of a group
 * that a crash interrupted; but a head among those that do not hold was written whole, and altered since.
 */
static struct err read_lines(struct audit *a, struct segment_reader *r)
{
    struct audit_position at = a->synced;
    bool is_broken = false;
    for (;;) {
        struct bytes line;
        enum segment_item item;
        TRY(segment_next(r, &line, &item));
        if (item != SEGMENT_LINE)
            return OK;
        const char *what;
        bool is_head = false;
        struct err e = is_broken ? tampered() : audit_chain_check(&a->chain, &at, line, &is_head, &what);
        if (failed(e) && e.code != ERR_UNVERIFIED)
            return e;
        is_broken = failed(e);
        if (is_broken && audit_chain_is_head(line))
            return tampered();
        if (is_head && !a->chain.awaits_own_head) {
            a->synced = at;
            a->size = r->offset;
        }
    }
}

static struct err read_current(struct audit *a)
{
    struct segment_reader r;
    struct err e = segment_open(a->dir_fd, a->number, &r);
    if (!failed(e))
        e = read_lines(a, &r);
    segment_reader_clear(&r);
    return e;
}

static struct err continue_log(struct audit *a, const struct audit_signer *signer)
{
    TRY(segment_last(a->dir_fd, &a->number));
    if (a->number == 0)
        return OK;
    if (a->number > 1)
        TRY(adopt_segment(a, a->number - 1));
    TRY(read_current(a));
    if (a->chain.awaits_own_head || !bytes_is(bytes_of_text(a->chain.signer.id), signer->id))
        return REFUSE(ERR_UNVERIFIED, REASON_AUDIT_BROKEN, "another key signed the end of the audit log");
    char name[SEGMENT_NAME];
    segment_name(a->number, name);
    a->fd = openat(a->dir_fd, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    if (a->fd < 0)
        return FAIL_SYS(errno, "the current segment cannot be opened for writing");
    struct stat st;
    if (fstat(a->fd, &st) != 0)
        return FAIL_SYS(errno, "the current segment cannot be looked at");
    a->has_tail = (uint64_t)st.st_size > a->size;
    a->lost = a->has_tail ? (uint64_t)st.st_size - a->size : 0;
    return OK;
}

/* Two writers would break the chain. */
static struct err take_lock(struct audit *a)
{
    a->lock_fd = openat(a->dir_fd, SEGMENT_LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (a->lock_fd < 0)
        return FAIL_SYS(errno, "the lock of the audit log cannot be opened");
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(a->lock_fd, F_OFD_SETLK, &whole) != 0)
        return FAIL_SYS(errno, "another process writes this audit log");
    return OK;
}

static struct err open_directory(struct audit *a, const char *directory, const struct key *signer)
{
    a->dir_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (a->dir_fd < 0)
        return FAIL_SYS(errno, "the audit directory cannot be opened");
    TRY(take_lock(a));
    if (!key_is_private(signer))
        return FAIL(ERR_STATE, "the audit key is not a private key");
    struct audit_signer own;
    TRY(audit_chain_init(&a->chain, signer));
    TRY(audit_signer_init(&own, signer));
    TRY(continue_log(a, &own));
    a->chain.signer = own; /* a key that the log named is a public one */
    a->open = a->synced;
    return OK;
}

struct err audit_open(const char *directory, const struct key *signer, uint64_t segment_max, struct audit **out)
{
    struct audit *a = mem_new(sizeof(*a));
    if (a == NULL)
        return FAIL(ERR_NOMEM, "no memory for the audit log");
    *a = (struct audit){.dir_fd = -1, .lock_fd = -1, .fd = -1, .segment_max = segment_max};
    buf_init(&a->group, GROUP_MAX);
    struct err e = open_directory(a, directory, signer);
    if (failed(e)) {
        audit_close(a);
        return e;
    }
    *out = a;
    return OK;
}

void audit_close(struct audit *a)
{
    if (a == NULL)
        return;
    fd_clear(&a->fd);
    fd_clear(&a->lock_fd);
    fd_clear(&a->dir_fd);
    buf_clear(&a->group);
    audit_chain_clear(&a->chain);
    mem_free(a);
}

/* The chain stands on the last signed head again. */
void audit_drop(struct audit *a)
{
    buf_reset(&a->group);
    a->lines = 0;
    a->is_spoilt = false;
    a->open = a->synced;
}

static struct err append(struct audit *a, const struct audit_event *event, int64_t at_sec)
{
    TRY(audit_chain_event(&a->chain, &a->open, event, at_sec, &a->group));
    a->lines++;
    return OK;
}

/* The first line after a crash says how much was cut. */
static struct err append_loss(struct audit *a, int64_t at_sec)
{
    struct arena arena;
    arena_init(&arena, 4096);
    struct json_object o;
    json_object_init(&o, &arena);
    json_object_int(&o, "bytes", (int64_t)a->lost);
    const struct json *detail;
    struct err e = json_object_end(&o, &detail);
    if (!failed(e))
        e = append(a, &(struct audit_event){.kind = "audit.cut", .detail = detail}, at_sec);
    arena_clear(&arena);
    return e;
}

struct err audit_append(struct audit *a, const struct audit_event *event, int64_t at_sec, uint64_t *seq)
{
    struct err e = OK;
    if (a->lost > 0 && a->lines == 0)
        e = append_loss(a, at_sec);
    if (!failed(e))
        e = append(a, event, at_sec);
    if (failed(e)) {
        a->is_spoilt = true;
        return down(e);
    }
    if (seq != NULL)
        *seq = a->open.seq;
    return OK;
}

bool audit_pending(const struct audit *a)
{
    return a->lines > 0 || a->is_spoilt;
}

static struct err create_file(int dir_fd, const char *name, int *out)
{
    SCOPED(fd) int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return FAIL_SYS(errno, "the next segment cannot be created");
    if (fsync(dir_fd) != 0) {
        int saved = errno;
        (void)unlinkat(dir_fd, name, 0);
        return FAIL_SYS(saved, "the name of the next segment cannot be made durable");
    }
    *out = fd_take(&fd);
    return OK;
}

static struct err next_segment(struct audit *a)
{
    char name[SEGMENT_NAME];
    segment_name(a->number + 1, name);
    int fd;
    TRY(create_file(a->dir_fd, name, &fd));
    fd_clear(&a->fd);
    a->fd = fd;
    a->number++;
    a->size = 0;
    a->has_tail = false;
    return OK;
}

static struct err cut_tail(struct audit *a)
{
    if (!a->has_tail)
        return OK;
    if (ftruncate(a->fd, (off_t)a->size) != 0)
        return FAIL_SYS(errno, "the rest of a failed group cannot be cut");
    a->has_tail = false;
    return OK;
}

static struct err write_all(int fd, struct bytes data, uint64_t offset)
{
    while (data.n > 0) {
        ssize_t n = pwrite(fd, data.p, data.n, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return FAIL_SYS(n < 0 ? errno : ENOSPC, "the audit log cannot be written");
        data = bytes_of(data.p + n, data.n - (size_t)n);
        offset += (uint64_t)n;
    }
    return OK;
}

static struct err write_group(struct audit *a, int64_t at_sec)
{
    if (a->is_spoilt)
        return FAIL(ERR_NOMEM, "a line of this group could not be made");
    TRY(audit_chain_head(&a->chain, &a->open, at_sec, &a->group));
    struct bytes group;
    TRY(buf_end(&a->group, &group));
    TRY(cut_tail(a));
    if (a->fd < 0 || a->size >= a->segment_max)
        TRY(next_segment(a));
    a->has_tail = true;
    TRY(write_all(a->fd, group, a->size));
    if (fdatasync(a->fd) != 0)
        return FAIL_SYS(errno, "the audit log cannot be made durable");
    a->has_tail = false;
    a->size += group.n;
    a->synced = a->open;
    a->lost = 0;
    return OK;
}

/* After an attempt to write the group. */
static struct err settle(struct audit *a, struct err e)
{
    audit_drop(a);
    if (failed(e) && a->has_tail) {
        /* At once, so that a stop now leaves nothing behind; if it fails, the next group tries again before it writes.
         */
        struct err again = cut_tail(a);
        (void)again.code;
    }
    return down(e);
}

struct err audit_sync(struct audit *a, int64_t at_sec)
{
    if (!audit_pending(a))
        return OK;
    return settle(a, write_group(a, at_sec));
}

/* The line that names the key and the head of the old one; the new one's head follows when the group is written. */
static struct err append_change(struct audit *a, const struct key *next, int64_t at_sec)
{
    struct arena arena;
    const struct json *detail;
    arena_init(&arena, 4096);
    struct err e = audit_change_detail(&arena, next, &detail);
    if (!failed(e))
        e = audit_append(a, &(struct audit_event){.kind = AUDIT_KEY_CHANGE, .detail = detail}, at_sec, NULL);
    arena_clear(&arena);
    TRY(e);
    return audit_chain_head(&a->chain, &a->open, at_sec, &a->group);
}

struct err audit_change_key(struct audit *a, const struct key *next, int64_t at_sec)
{
    struct audit_signer before = a->chain.signer;
    struct audit_signer after;
    if (audit_pending(a) || !key_is_private(next))
        return FAIL(ERR_STATE, "the log has an open group, or the next key is no private key");
    TRY(audit_signer_init(&after, next));
    struct err e = append_change(a, next, at_sec);
    if (!failed(e)) {
        a->chain.signer = after;
        e = write_group(a, at_sec);
    }
    if (failed(e))
        a->chain.signer = before;
    return settle(a, e);
}

struct audit_head audit_head(const struct audit *a)
{
    struct audit_head h = {.seq = a->synced.seq, .generation = a->synced.generation};
    memcpy(h.hash, a->synced.hash, sizeof(h.hash));
    memcpy(h.root, a->synced.root, sizeof(h.root));
    return h;
}
