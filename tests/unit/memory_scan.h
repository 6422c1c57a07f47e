/*
 * Whether a secret is still somewhere in the writable memory of this process: the proof that what was cleared is gone.
 */
#pragma once

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "check.h"

#define SCAN_NEEDLE 16
#define SCAN_MASK   0x5a

/* What is looked for, masked, so that the search does not find itself. */
struct needle {
    uint8_t masked[SCAN_NEEDLE];
};

static inline struct needle needle_of(struct bytes secret)
{
    struct needle n;
    assert_true(secret.n >= SCAN_NEEDLE);
    for (size_t i = 0; i < SCAN_NEEDLE; i++)
        n.masked[i] = secret.p[i] ^ SCAN_MASK;
    return n;
}

static inline bool scan_at(const uint8_t *at, const struct needle *n)
{
    for (size_t i = 0; i < SCAN_NEEDLE; i++) {
        if ((at[i] ^ SCAN_MASK) != n->masked[i])
            return false;
    }
    return true;
}

/* One mapping, read through the kernel: pages that are gone or guarded only end the reading. */
static inline bool scan_range(int mem, unsigned long from, unsigned long to, const struct needle *n)
{
    static uint8_t chunk[65536 + SCAN_NEEDLE];
    for (unsigned long at = from; at < to; at += 65536) {
        size_t want = to - at < sizeof(chunk) ? to - at : sizeof(chunk);
        ssize_t got = pread(mem, chunk, want, (off_t)at);
        for (ssize_t i = 0; i + SCAN_NEEDLE <= got; i++) {
            if (scan_at(chunk + i, n)) {
                memset(chunk, 0, sizeof(chunk));
                return true;
            }
        }
    }
    return false;
}

/* Mappings over 64 MiB are a sanitizer's own and not read. */
static inline bool memory_still_holds(const struct needle *n)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    int mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    assert_non_null(maps);
    assert_true(mem >= 0);
    char line[512];
    bool found = false;
    while (!found && fgets(line, sizeof(line), maps) != NULL) {
        unsigned long from, to;
        char mode[8] = "";
        if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) != 3 || mode[1] != 'w' || to - from > 64UL << 20)
            continue;
        found = scan_range(mem, from, to, n);
    }
    fclose(maps);
    close(mem);
    return found;
}

/* The secret is there before it is cleared (or the search is broken) and gone afterwards. */
#define ASSERT_WIPED(secret_)                                                                                          \
    do {                                                                                                               \
        struct needle needle_ = needle_of(secret_borrow(secret_));                                                     \
        assert_true(memory_still_holds(&needle_));                                                                     \
        secret_clear(secret_);                                                                                         \
        assert_false(memory_still_holds(&needle_));                                                                    \
    } while (0)
