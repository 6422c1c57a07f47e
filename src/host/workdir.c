#include "host/workdir.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"
#include "sys/file.h"

#define COPY_MAX (4 * MIB) /* a TPM's state is below 64 KiB */

struct err workdir_open(struct workdir *w)
{
    struct workdir made = {.path = "/tmp/casemate-host-XXXXXX"};
    if (mkdtemp(made.path) == NULL)
        return FAIL_SYS(errno, "no folder can be made below /tmp");
    *w = made;
    return OK;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)kind;
    (void)where;
    return remove(path);
}

void workdir_clear(struct workdir *w)
{
    if (w->path[0] != '\0')
        (void)nftw(w->path, remove_one, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
    w->path[0] = '\0';
}

void workdir_path(const struct workdir *w, const char *name, char out[WORKDIR_PATH])
{
    (void)snprintf(out, WORKDIR_PATH, "%s/%s", w->path, name);
}

struct err workdir_copy(const struct workdir *w, const char *from, const char *name)
{
    SCOPED(buf) struct buf data;
    char to[WORKDIR_PATH];
    buf_init(&data, COPY_MAX);
    TRY(file_read(from, &data));
    workdir_path(w, name, to);
    return file_write(to, buf_view(&data), 0600);
}
