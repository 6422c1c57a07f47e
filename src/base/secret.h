/*
 * Secrets are a type: an own mapping between guard pages, locked, left out of dumps, wiped in a forked child and wiped
 * when cleared. The logger, the arena, json and struct buf do not take it. There is no switch that turns this off.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

struct secret {
    uint8_t *p;   /* NULL only in the empty value */
    size_t n;     /* bytes in use */
    size_t map_n; /* bytes mapped, guard pages included; 0 in the empty value */
};

/*
 * secret_new - room for n secret bytes, zeroed.
 *
 * in       n: 1 .. SECRET_SIZE_MAX
 * out      owned; clear it with secret_clear
 * errors   LIMIT  n out of range
 *          NOMEM  no mapping
 *          IO     the pages cannot be locked: the caller must stop, never go on without
 * cost     one mprotect where a cleared secret of one page was kept, else one mmap and one mlock: not per byte
 */
MUST_CHECK struct err secret_new(size_t n, struct secret *out);

/*
 * secret_copy - a secret that holds the given bytes; secret_take - moves one out, leaving the empty value;
 * secret_clear - wipes and takes all access away; accepts the empty value, leaves the empty value.
 *
 * out      owned
 * errors   as secret_new
 */
MUST_CHECK struct err secret_copy(struct bytes in, struct secret *out);
struct secret secret_take(struct secret *s);
void secret_clear(struct secret *s);

/* A borrowed view for a cryptographic call; never for a log line, a file path or a message that leaves in clear. */
static inline struct bytes secret_borrow(const struct secret *s)
{
    return bytes_of(s->p, s->n);
}
