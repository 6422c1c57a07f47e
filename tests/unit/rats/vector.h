/* Files of test vectors: read whole, kept until the program ends. */
#pragma once

#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "check.h"

/* The file DIR/NAME, or the test fails. */
static inline struct bytes vector_in(const char *dir, const char *name)
{
    char path[512];
    (void)snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        fail_msg("cannot open %s", path);
    static uint8_t room[2 * MIB];
    size_t n = fread(room, 1, sizeof(room), f);
    fclose(f);
    uint8_t *copy = mem_new(n + 1);
    memcpy(copy, room, n);
    return bytes_of(copy, n);
}

/* A vector of our own. */
static inline struct bytes vector_own(const char *name)
{
    return vector_in(getenv("RATS_VECTORS"), name);
}

/* A vector that is not part of the project: skips the test where the folder is not given. */
#define VECTOR_FOREIGN(name_)                                                                                          \
    (CHECK_VECTORS() == NULL ? (print_message("# CASEMATE_VECTORS is not set\n"), skip(), BYTES_EMPTY)                 \
                             : vector_in(CHECK_VECTORS(), (name_)))
