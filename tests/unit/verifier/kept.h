/* Vectors of our own, read whole once and kept until the program ends. */
#pragma once

#include "base/limits.h"
#include "crypto/x509.h"
#include "vectors.h"

static inline struct bytes kept(const char *name)
{
    static struct arena all;
    static struct {
        char name[64];
        struct bytes content;
    } files[64];
    size_t i = 0;
    for (; i < 64 && files[i].name[0] != 0; i++)
        if (strcmp(files[i].name, name) == 0)
            return files[i].content;
    assert_true(i < 64);
    struct bytes copy;
    if (all.cap == 0)
        arena_init(&all, 8 * MIB);
    assert_ok(arena_copy(&all, own_vector(name), &copy));
    (void)snprintf(files[i].name, sizeof(files[i].name), "%s", name);
    files[i].content = copy;
    return copy;
}

static inline struct cert *kept_cert(const char *name)
{
    struct cert *c = NULL;
    assert_ok(cert_decode(kept(name), &c));
    return c;
}
