/*
 * The folder of one run: TPM state, sockets and the initdata disk, gone when the run ends.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

#define WORKDIR_PATH 128

struct workdir {
    char path[64]; /* "" in the empty value */
};

/*
 * workdir_open - make it, below /tmp, for this user only. workdir_clear - remove it with all that is in it; accepts the
 * empty value.
 * workdir_path - the path of a file in it; the name is of our own and short.
 * workdir_copy - copy the file `from` there under a name.
 *
 * out      *w; the path
 * errors   IO, NOMEM, LIMIT, ABSENT
 */
MUST_CHECK struct err workdir_open(struct workdir *w);
void workdir_clear(struct workdir *w);
void workdir_path(const struct workdir *w, const char *name, char out[WORKDIR_PATH]);
MUST_CHECK struct err workdir_copy(const struct workdir *w, const char *from, const char *name);
