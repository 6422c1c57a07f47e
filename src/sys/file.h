/*
 * Files: whole reads with a bound, writes that are complete or not there, names from outside only beneath a directory.
 */
#pragma once

#include "base/buf.h"
#include "base/secret.h"

void fd_clear(int *fd); /* closes it, leaves -1; for SCOPED(fd). errors: none. out: -1 */

static inline int fd_take(int *fd)
{
    int taken = *fd;
    *fd = -1;
    return taken;
}

/*
 * file_read - the whole of a file, at most out's max; file_read_secret - straight into a secret (refuses a file that
 * group or others may read or write); file_read_fd, file_read_secret_fd - the same from an open file.
 * file_open_beneath - open a name from outside beneath a directory: no "..", no symlink, no other mount.
 *
 * in       path: of our own or from the command line ("-" is standard input for file_read)
 * out      appended; owned
 * errors   ABSENT  no such file; IO; LIMIT  larger than the bound; DENIED  a secret file is readable by others
 */
MUST_CHECK struct err file_read(const char *path, struct buf *out);
MUST_CHECK struct err file_read_fd(int fd, struct buf *out);
MUST_CHECK struct err file_read_secret(const char *path, struct secret *out);
MUST_CHECK struct err file_read_secret_fd(int fd, struct secret *out);
MUST_CHECK struct err file_open_beneath(int dir_fd, const char *name, int flags, int *out);

/*
 * file_write - replace a file atomically: temporary file beside it, fsync, rename, fsync of the directory.
 * file_create - the same, but refuses to replace.
 *
 * in       mode: permission bits, 0600 for secrets
 * out      nothing
 * errors   IO, STATE (file_create: it exists)
 */
MUST_CHECK struct err file_write(const char *path, struct bytes data, unsigned mode);
MUST_CHECK struct err file_create(const char *path, struct bytes data, unsigned mode);
