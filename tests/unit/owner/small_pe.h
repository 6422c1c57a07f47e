/*
 * Small PE images for the tests of the measurement.
 */
#pragma once

#include <string.h>

#include "base/buf.h"

struct part {
    const char *name;
    struct bytes data;
};

/* A PE32+ image: headers of 512 bytes, sections padded to 512. */
static inline void build_pe(const struct part *parts, size_t count, struct buf *out)
{
    size_t begin = out->n;
    buf_text(out, "MZ");
    buf_fill(out, 0, 58);
    buf_u32le(out, 64);
    buf_text(out, "PE");
    buf_fill(out, 0, 2);
    buf_u16le(out, 0x8664);
    buf_u16le(out, (uint16_t)count);
    buf_fill(out, 0, 12);
    buf_u16le(out, 112 + 40);
    buf_u16le(out, 0x22);
    buf_u16le(out, 0x20b);
    buf_fill(out, 0, 58);
    buf_u32le(out, 512);
    buf_fill(out, 0, 44);
    buf_u32le(out, 5);
    buf_fill(out, 0, 40);
    uint32_t at = 512;
    for (size_t i = 0; i < count; i++) {
        uint32_t padded = (uint32_t)((parts[i].data.n + 511) / 512 * 512);
        buf_text(out, parts[i].name);
        buf_fill(out, 0, 8 - strlen(parts[i].name));
        buf_u32le(out, (uint32_t)parts[i].data.n);
        buf_u32le(out, at);
        buf_u32le(out, padded);
        buf_u32le(out, at);
        buf_fill(out, 0, 16);
        at += padded;
    }
    buf_fill(out, 0, 512 - (out->n - begin));
    for (size_t i = 0; i < count; i++) {
        buf_add(out, parts[i].data);
        buf_fill(out, 0, (512 - parts[i].data.n % 512) % 512);
    }
}

/* A bzImage as far as the direct boot looks at it: the setup header inside a PE image. */
static inline void build_bzimage(struct buf *out)
{
    struct part setup = {".setup", BYTES_LIT("no code")};
    build_pe(&setup, 1, out);
    memcpy(out->p + 0x202, "HdrS", 4);
    out->p[0x206] = 0x0f;
    out->p[0x207] = 2;
    out->p[0x236] = 2;
}
