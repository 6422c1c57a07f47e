#include "base/arena.h"

#include <stdalign.h>

#include "base/mem.h"

#ifndef ARENA_BLOCK_MIN
#define ARENA_BLOCK_MIN 16384
#endif
#define ARENA_BLOCK_MAX (ARENA_BLOCK_MIN > 1 ? 64 * ARENA_BLOCK_MIN : 1) /* 1: a block for each object, for tests */

/* A block for one large object is not kept for later. */
#define ARENA_KEPT_MAX (64 * 16384)

struct arena_block {
    struct arena_block *next;
    size_t cap;
    size_t n;
    alignas(max_align_t) uint8_t data[];
};

void arena_init(struct arena *a, size_t cap)
{
    *a = (struct arena){.cap = cap};
}

static void free_blocks(struct arena_block *b)
{
    while (b != NULL) {
        struct arena_block *next = b->next;
        mem_free(b);
        b = next;
    }
}

void arena_clear(struct arena *a)
{
    free_blocks(a->first);
    a->first = NULL;
    a->used = 0;
}

void arena_reset(struct arena *a)
{
    if (a->first == NULL)
        return;
    free_blocks(a->first->next);
    a->first->next = NULL;
    a->used = 0;
    if (a->first->cap > ARENA_KEPT_MAX) {
        arena_clear(a);
        return;
    }
    a->first->n = 0;
}

__attribute__((cold)) static struct err add_block(struct arena *a, size_t n)
{
    size_t cap = a->first == NULL ? ARENA_BLOCK_MIN : a->first->cap * 2;
    if (cap > ARENA_BLOCK_MAX)
        cap = ARENA_BLOCK_MAX;
    if (cap < n)
        cap = n;
    struct arena_block *b = mem_new_raw(sizeof(*b) + cap);
    if (b == NULL)
        return FAIL(ERR_NOMEM, "no memory for the request");
    b->cap = cap;
    b->n = 0;
    b->next = a->first;
    a->first = b;
    return OK;
}

/* Room that holds anything: most requests touch a small part of their block, so zeroing is left to arena_alloc. */
static inline struct err take(struct arena *a, size_t n, void **out)
{
    if (n > a->cap || a->used > a->cap - n)
        return FAIL(ERR_NOMEM, "the request's memory cap is reached");
    size_t rounded = (n + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    if (a->first == NULL || a->first->cap - a->first->n < rounded)
        TRY(add_block(a, rounded));
    *out = a->first->data + a->first->n;
    a->first->n += rounded;
    a->used += rounded;
    return OK;
}

struct err arena_alloc(struct arena *a, size_t n, void **out)
{
    void *p;
    TRY(take(a, n, &p));
    memset(p, 0, n);
    *out = p;
    return OK;
}

struct err arena_copy(struct arena *a, struct bytes in, struct bytes *out)
{
    if (in.n == 0) {
        *out = BYTES_EMPTY;
        return OK;
    }
    void *p;
    TRY(take(a, in.n, &p));
    memcpy(p, in.p, in.n);
    *out = (struct bytes){p, in.n};
    return OK;
}

struct err arena_text(struct arena *a, struct bytes in, char **out)
{
    if (in.n != 0 && memchr(in.p, 0, in.n) != NULL)
        return FAIL(ERR_FORMAT, "a NUL byte inside a text");
    void *p;
    TRY(arena_alloc(a, in.n + 1, &p));
    if (in.n != 0)
        memcpy(p, in.p, in.n);
    *out = p;
    return OK;
}

struct err arena_array_(struct arena *a, size_t count, size_t size, void **out)
{
    size_t n;
    if (__builtin_mul_overflow(count, size, &n))
        return FAIL(ERR_NOMEM, "the array is larger than memory");
    return arena_alloc(a, n == 0 ? 1 : n, out);
}
