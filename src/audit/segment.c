/*
 * The files of the audit log, read line by line.
 */
#include "audit/segment.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "audit/chain.h"
#include "sys/file.h"

#define READ_SIZE   (64 * 1024UL)
#define NUMBER_MAX  99999999
#define NAME_PREFIX "audit-"
#define NAME_SUFFIX ".jsonl"
#define NAME_DIGITS 8

void segment_name(uint32_t number, char name[SEGMENT_NAME])
{
    snprintf(name, SEGMENT_NAME, NAME_PREFIX "%08u" NAME_SUFFIX, number);
}

/* The number in a segment's name, or 0 for any other name. */
static uint32_t number_of(const char *name)
{
    if (strlen(name) != sizeof(NAME_PREFIX) - 1 + NAME_DIGITS + sizeof(NAME_SUFFIX) - 1 ||
        strncmp(name, NAME_PREFIX, sizeof(NAME_PREFIX) - 1) != 0)
        return 0;
    const char *digits = name + sizeof(NAME_PREFIX) - 1;
    if (strspn(digits, "0123456789") != NAME_DIGITS || strcmp(digits + NAME_DIGITS, NAME_SUFFIX) != 0)
        return 0;
    return (uint32_t)strtoul(digits, NULL, 10);
}

struct err segment_last(int dir_fd, uint32_t *last)
{
    int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return FAIL_SYS(errno, "the audit directory cannot be read");
    DIR *dir = fdopendir(fd);
    if (dir == NULL) {
        int saved = errno;
        close(fd);
        return FAIL_SYS(saved, "the audit directory cannot be listed");
    }
    uint32_t found = 0;
    errno = 0;
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        uint32_t number = number_of(entry->d_name);
        found = number > found ? number : found;
    }
    int saved = errno;
    closedir(dir);
    if (saved != 0)
        return FAIL_SYS(saved, "the audit directory cannot be listed");
    *last = found;
    return OK;
}

struct err segment_open(int dir_fd, uint32_t number, struct segment_reader *r)
{
    *r = (struct segment_reader){.fd = -1};
    buf_init(&r->window, AUDIT_LINE_MAX + READ_SIZE + 1);
    if (number == 0 || number > NUMBER_MAX)
        return FAIL(ERR_LIMIT, "no segment has this number");
    char name[SEGMENT_NAME];
    segment_name(number, name);
    /* Non-blocking, so that a pipe with the name of a segment cannot hold us up. */
    TRY(file_open_beneath(dir_fd, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC, &r->fd));
    struct stat st;
    if (fstat(r->fd, &st) != 0)
        return FAIL_SYS(errno, "a segment cannot be looked at");
    if (!S_ISREG(st.st_mode))
        return FAIL(ERR_IO, "a segment is no regular file");
    return OK;
}

void segment_reader_clear(struct segment_reader *r)
{
    fd_clear(&r->fd);
    buf_clear(&r->window);
    r->at = 0;
}

static struct err refill(struct segment_reader *r)
{
    buf_drop(&r->window, r->at);
    r->at = 0;
    uint8_t *space;
    TRY(buf_space(&r->window, READ_SIZE, &space));
    ssize_t n;
    do {
        n = read(r->fd, space, READ_SIZE);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return FAIL_SYS(errno, "a segment cannot be read");
    buf_commit(&r->window, (size_t)n);
    r->at_end = n == 0;
    return OK;
}

struct err segment_next(struct segment_reader *r, struct bytes *line, enum segment_item *item)
{
    for (;;) {
        const uint8_t *start = r->window.p == NULL ? (const uint8_t *)"" : r->window.p + r->at;
        size_t left = r->window.n - r->at;
        const uint8_t *end = left == 0 ? NULL : memchr(start, '\n', left);
        if (end != NULL) {
            *line = bytes_of(start, (size_t)(end - start));
            *item = SEGMENT_LINE;
            r->at += line->n + 1;
            r->offset += line->n + 1;
            return OK;
        }
        if (r->at_end || left > AUDIT_LINE_MAX) {
            *item = left == 0 ? SEGMENT_END : SEGMENT_TORN;
            return OK;
        }
        TRY(refill(r));
    }
}

bool segment_more(int dir_fd, struct segment_reader *r)
{
    SCOPED(fd) int fd = openat(dir_fd, SEGMENT_LOCK, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct flock whole = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
    if (fd < 0 || fcntl(fd, F_OFD_GETLK, &whole) != 0 || whole.l_type == F_UNLCK)
        return false;
    (void)nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    r->at_end = false;
    return true;
}
