#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/limits.h"

#define READ_STEP (64 * KIB)

void fd_clear(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static struct err open_path(const char *path, int *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return FAIL(ERR_ABSENT, "no such file");
    if (fd < 0)
        return FAIL_SYS(errno, "a file cannot be opened");
    *out = fd;
    return OK;
}

struct err file_read_fd(int fd, struct buf *out)
{
    for (;;) {
        uint8_t *to;
        size_t room = out->max - out->n < READ_STEP ? out->max - out->n : READ_STEP;
        if (room == 0) {
            uint8_t one;
            ssize_t more;
            do
                more = read(fd, &one, 1);
            while (more < 0 && errno == EINTR);
            if (more < 0)
                return FAIL_SYS(errno, "a file cannot be read");
            return more == 0 ? OK : FAIL(ERR_LIMIT, "the file is larger than the bound");
        }
        TRY(buf_space(out, room, &to));
        ssize_t n = read(fd, to, room);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return FAIL_SYS(errno, "a file cannot be read");
        if (n == 0)
            return OK;
        buf_commit(out, (size_t)n);
    }
}

struct err file_read(const char *path, struct buf *out)
{
    if (strcmp(path, "-") == 0)
        return file_read_fd(STDIN_FILENO, out);
    SCOPED(fd) int fd = -1;
    TRY(open_path(path, &fd));
    return file_read_fd(fd, out);
}

static struct err read_exactly(int fd, uint8_t *to, size_t n)
{
    size_t done = 0;
    while (done < n) {
        ssize_t got = read(fd, to + done, n - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return FAIL_SYS(errno, "a secret file cannot be read");
        if (got == 0)
            return FAIL(ERR_IO, "a secret file became shorter");
        done += (size_t)got;
    }
    return OK;
}

struct err file_read_secret_fd(int fd, struct secret *out)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return FAIL_SYS(errno, "a secret file cannot be looked at");
    if (!S_ISREG(st.st_mode) || (st.st_mode & 077) != 0)
        return FAIL(ERR_DENIED, "a secret file must be a regular file that only its owner can read (mode 0600)");
    if (st.st_size <= 0 || (uint64_t)st.st_size > SECRET_SIZE_MAX)
        return FAIL(ERR_LIMIT, "a secret file is empty or too large");
    struct secret s;
    TRY(secret_new((size_t)st.st_size, &s));
    struct err e = read_exactly(fd, s.p, s.n);
    if (failed(e)) {
        secret_clear(&s);
        return e;
    }
    *out = s;
    return OK;
}

struct err file_read_secret(const char *path, struct secret *out)
{
    SCOPED(fd) int fd = -1;
    TRY(open_path(path, &fd));
    return file_read_secret_fd(fd, out);
}

struct err file_open_beneath(int dir_fd, const char *name, int flags, int *out)
{
    struct open_how how = {.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
                           .mode = (flags & O_CREAT) != 0 ? 0600 : 0,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV};
    long fd = syscall(SYS_openat2, dir_fd, name, &how, sizeof(how));
    if (fd < 0 && errno == ENOENT)
        return FAIL(ERR_ABSENT, "no such file beneath the directory");
    if (fd < 0)
        return FAIL_SYS(errno, "a name that leads out of the directory, or cannot be opened");
    *out = (int)fd;
    return OK;
}

static struct err write_all(int fd, struct bytes data)
{
    size_t done = 0;
    while (done < data.n) {
        ssize_t n = write(fd, data.p + done, data.n - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return FAIL_SYS(errno, "a file cannot be written");
        done += (size_t)n;
    }
    if (fsync(fd) != 0)
        return FAIL_SYS(errno, "a file cannot be made durable");
    return OK;
}

/* The directory entry is durable only after its directory is. */
static struct err sync_directory_of(const char *path)
{
    char directory[4096];
    const char *slash = strrchr(path, '/');
    size_t n = slash == NULL ? 1 : slash == path ? 1 : (size_t)(slash - path);
    if (n >= sizeof(directory))
        return FAIL(ERR_LIMIT, "a path is too long");
    memcpy(directory, slash == NULL ? "." : path, n);
    directory[n] = '\0';
    SCOPED(fd) int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0)
        return FAIL_SYS(errno, "a directory cannot be made durable");
    return OK;
}

static struct err write_beside(const char *path, struct bytes data, unsigned mode, bool replace)
{
    char beside[4096];
    int n = snprintf(beside, sizeof(beside), "%s.XXXXXX", path);
    if (n < 0 || (size_t)n >= sizeof(beside))
        return FAIL(ERR_LIMIT, "a path is too long");
    /* A random name: in a container a crashed process and its successor have the same number. */
    SCOPED(fd) int fd = mkostemp(beside, O_CLOEXEC);
    if (fd < 0)
        return FAIL_SYS(errno, "a file cannot be created");
    struct err e = fchmod(fd, (mode_t)mode) == 0 ? write_all(fd, data) : FAIL_SYS(errno, "a mode cannot be set");
    unsigned flags = replace ? 0 : RENAME_NOREPLACE;
    if (!failed(e) && renameat2(AT_FDCWD, beside, AT_FDCWD, path, flags) != 0)
        e = errno == EEXIST ? FAIL(ERR_STATE, "the file exists") : FAIL_SYS(errno, "a file cannot be renamed");
    if (failed(e)) {
        unlink(beside);
        return e;
    }
    return sync_directory_of(path);
}

struct err file_write(const char *path, struct bytes data, unsigned mode)
{
    return write_beside(path, data, mode, true);
}

struct err file_create(const char *path, struct bytes data, unsigned mode)
{
    return write_beside(path, data, mode, false);
}
