/*
 * Files of the vectors that are not part of the project: CASEMATE_VECTORS names their folder. Tests that need them are
 * programs of their own, NAME_vectors.c, whose main begins with VECTORS_OR_SKIP: cmocka's skip() prints "not ok" in
 * TAP, and the run would count it as a failure.
 */
#pragma once

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"

#define VECTOR_MAX (512 * 1024)

#define VECTORS_OR_SKIP()                                                                                              \
    do {                                                                                                               \
        if (CHECK_VECTORS() == NULL) {                                                                                 \
            puts("1..0 # SKIP CASEMATE_VECTORS is not set");                                                           \
            return 0;                                                                                                  \
        }                                                                                                              \
    } while (0)

static inline struct bytes vector_read(const char *folder, const char *name)
{
    static uint8_t kept[4][VECTOR_MAX];
    static unsigned next;
    char path[512];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        fail_msg("no vector %s", path);
    uint8_t *out = kept[next++ % 4];
    ssize_t n = read(fd, out, VECTOR_MAX);
    close(fd);
    assert_true(n > 0 && n < VECTOR_MAX);
    return bytes_of(out, (size_t)n);
}

/* The content of a file beneath CASEMATE_VECTORS; it lives until four more are read. */
static inline struct bytes vector(const char *name)
{
    return vector_read(CHECK_VECTORS(), name);
}

/* The same beneath tests/vectors/, our own files, which are always there: the build sets the variable. */
static inline struct bytes own_vector(const char *name)
{
    const char *folder = getenv("CASEMATE_OWN_VECTORS");
    return vector_read(folder == NULL ? "tests/vectors" : folder, name);
}
