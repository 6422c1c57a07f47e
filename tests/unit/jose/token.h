/*
 * Small helpers of the JOSE tests: an arena for each test, JSON and base64url from text.
 */
#pragma once

#include "base/limits.h"
#include "codec/base64.h"
#include "json/json.h"

#include "check.h"

static struct arena arena;

static inline int arena_open(void **state)
{
    (void)state;
    arena_init(&arena, 4 * MIB);
    return 0;
}

static inline int arena_close(void **state)
{
    (void)state;
    arena_clear(&arena);
    return 0;
}

/* A JSON value from text with ' for ". */
static inline const struct json *json_of(const char *text)
{
    static char copy[4096];
    size_t n = strlen(text);
    assert_true(n < sizeof(copy));
    for (size_t i = 0; i < n; i++)
        copy[i] = text[i] == '\'' ? '"' : text[i];
    const struct json *v = NULL;
    assert_ok(json_decode(&arena, bytes_of(copy, n), NULL, NULL, &v));
    return v;
}

static inline struct bytes b64(struct bytes in)
{
    struct bytes out = BYTES_EMPTY;
    assert_ok(base64_encode_arena(&arena, BASE64_URL, in, &out));
    return out;
}

static inline struct bytes un_b64(struct bytes in)
{
    struct bytes out = BYTES_EMPTY;
    assert_ok(base64_decode(&arena, BASE64_URL, in, &out));
    return out;
}

/* A copy in the arena that may be changed. */
static inline uint8_t *copy_of(struct bytes in)
{
    void *p = NULL;
    assert_ok(arena_alloc(&arena, in.n + 1, &p));
    memcpy(p, in.p, in.n);
    return p;
}

/* "a.b.c", each part given as it stands. */
static inline struct bytes joined(struct bytes a, struct bytes b, struct bytes c)
{
    uint8_t *out = copy_of(a);
    void *p = NULL;
    assert_ok(arena_alloc(&arena, a.n + b.n + c.n + 2, &p));
    memcpy(p, out, a.n);
    out = p;
    out[a.n] = '.';
    memcpy(out + a.n + 1, b.p, b.n);
    out[a.n + 1 + b.n] = '.';
    memcpy(out + a.n + b.n + 2, c.p, c.n);
    return bytes_of(out, a.n + b.n + c.n + 2);
}
