/*
 * The lifetime of one request: decoders allocate here and have no free paths; all of it goes at once. A byte cap
 * bounds what a hostile request can hold. Never for secrets.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

struct arena_block;

struct arena {
    struct arena_block *first;
    size_t used; /* bytes handed out, headers included */
    size_t cap;  /* bound on used */
};

/*
 * arena_init - an empty arena that hands out at most `cap` bytes; allocates nothing.
 * arena_clear - frees all of it; accepts the zeroed value and leaves an empty arena with the same cap.
 * arena_reset - like arena_clear, but keeps one block for the next request; blocks grow, so that after a few requests
 * of one kind all of the next one fits into it.
 *
 * out      *a
 * errors   none
 */
void arena_init(struct arena *a, size_t cap);
void arena_clear(struct arena *a);
void arena_reset(struct arena *a);

/*
 * arena_alloc - n zeroed bytes, aligned for any object.
 * arena_copy - a copy of the bytes; arena_text - the same with a NUL behind it, as a C string (refuses a NUL inside).
 *
 * out      written only on success; owned by the arena
 * errors   NOMEM   the cap is reached or malloc failed
 *          FORMAT  arena_text: the bytes hold a NUL
 */
MUST_CHECK struct err arena_alloc(struct arena *a, size_t n, void **out);
MUST_CHECK struct err arena_copy(struct arena *a, struct bytes in, struct bytes *out);
MUST_CHECK struct err arena_text(struct arena *a, struct bytes in, char **out);

/*
 * arena_array_ - count objects of `size` bytes with the product checked; use the macro, which gives a typed pointer.
 *
 * errors   NOMEM
 * out      *out
 */
MUST_CHECK struct err arena_array_(struct arena *a, size_t count, size_t size, void **out);
#define arena_array(a_, count_, out_) arena_array_((a_), (count_), sizeof(**(out_)), (void **)(out_))
#define arena_new(a_, out_)           arena_array_((a_), 1, sizeof(**(out_)), (void **)(out_))
