/*
 * Messages between our own processes come from one field list each: structure, encoder and decoder cannot disagree.
 * A list is a macro LIST(F) of F(type, name); types are u8, u16, u64 and bytes (u32 length and the bytes). The decoder
 * is strict: every field there, nothing behind the last. Sources of the bytes: the other role, which may be taken over.
 */
#pragma once

#include "base/buf.h"
#include "base/rd.h"

typedef uint8_t ipc_u8;
typedef uint16_t ipc_u16;
typedef uint64_t ipc_u64;
typedef struct bytes ipc_bytes;

static inline void ipc_put_u8(struct buf *b, uint8_t v)
{
    buf_u8(b, v);
}

static inline void ipc_put_u16(struct buf *b, uint16_t v)
{
    buf_u16le(b, v);
}

static inline void ipc_put_u64(struct buf *b, uint64_t v)
{
    buf_u64le(b, v);
}

static inline void ipc_put_bytes(struct buf *b, struct bytes v)
{
    if (v.n > UINT32_MAX) {
        b->bad = ERR_LIMIT;
        return;
    }
    buf_u32le(b, (uint32_t)v.n);
    buf_add(b, v.n == 0 ? BYTES_EMPTY : v);
}

static inline struct err ipc_get_u8(struct rd *r, uint8_t *out)
{
    return rd_u8(r, out);
}

static inline struct err ipc_get_u16(struct rd *r, uint16_t *out)
{
    return rd_u16le(r, out);
}

static inline struct err ipc_get_u64(struct rd *r, uint64_t *out)
{
    return rd_u64le(r, out);
}

static inline struct err ipc_get_bytes(struct rd *r, struct bytes *out)
{
    uint32_t n;
    TRY(rd_u32le(r, &n));
    return rd_take(r, n, out);
}

#define IPC_MEMBER_(type_, name_) ipc_##type_ name_;
#define IPC_PUT_(type_, name_)    ipc_put_##type_(out, m->name_);
#define IPC_GET_(type_, name_)    TRY(ipc_get_##type_(&r, &m.name_));

/* Declares struct NAME, NAME_encode (appends, sticky) and NAME_decode (FORMAT; views point into the message). */
#define IPC_MESSAGE(name_, LIST_)                                                                                      \
    struct name_ {                                                                                                     \
        LIST_(IPC_MEMBER_)                                                                                             \
    };                                                                                                                 \
    static inline void name_##_encode(const struct name_ *m, struct buf *out){                                         \
        LIST_(IPC_PUT_)} MUST_CHECK static inline struct err name_##_decode(struct bytes in, struct name_ *out)        \
    {                                                                                                                  \
        struct rd r = rd_of(in);                                                                                       \
        struct name_ m;                                                                                                \
        LIST_(IPC_GET_)                                                                                                \
        TRY(rd_end(&r));                                                                                               \
        *out = m;                                                                                                      \
        return OK;                                                                                                     \
    }
