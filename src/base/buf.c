#include "base/buf.h"

#include "base/mem.h"

#define FIRST_CAP 256

void buf_init(struct buf *b, size_t max)
{
    *b = (struct buf){.max = max};
}

void buf_clear(struct buf *b)
{
    mem_free(b->p);
    *b = (struct buf){0};
}

void buf_reset(struct buf *b)
{
    b->n = 0;
    b->bad = 0;
}

/* Growth doubles, so appending stays linear; the memory never passes max. */
bool buf_grow(struct buf *b, size_t n)
{
    if (b->bad != 0)
        return false;
    if (n > b->max || b->n > b->max - n) {
        b->bad = ERR_LIMIT;
        return false;
    }
    size_t cap = b->cap > b->max / 2 ? b->max : b->cap * 2;
    if (cap < FIRST_CAP)
        cap = FIRST_CAP < b->max ? FIRST_CAP : b->max;
    if (cap < b->n + n)
        cap = b->n + n;
    uint8_t *grown = mem_new_raw(cap);
    if (grown == NULL) {
        b->bad = ERR_NOMEM;
        return false;
    }
    if (b->n != 0)
        memcpy(grown, b->p, b->n);
    mem_free(b->p);
    b->p = grown;
    b->cap = cap;
    return true;
}

void buf_add(struct buf *b, struct bytes data)
{
    if (data.n == 0 || !buf_reserve(b, data.n))
        return;
    memcpy(b->p + b->n, data.p, data.n);
    b->n += data.n;
}

void buf_text(struct buf *b, const char *text)
{
    buf_add(b, bytes_of_text(text));
}

void buf_fill(struct buf *b, uint8_t value, size_t n)
{
    if (n == 0 || !buf_reserve(b, n))
        return;
    memset(b->p + b->n, value, n);
    b->n += n;
}

static void add_integer(struct buf *b, uint64_t v, size_t width, bool big)
{
    uint8_t out[8];
    for (size_t i = 0; i < width; i++)
        out[big ? width - 1 - i : i] = (uint8_t)(v >> (8 * i));
    buf_add(b, (struct bytes){out, width});
}

void buf_u16le(struct buf *b, uint16_t v)
{
    add_integer(b, v, 2, false);
}

void buf_u32le(struct buf *b, uint32_t v)
{
    add_integer(b, v, 4, false);
}

void buf_u64le(struct buf *b, uint64_t v)
{
    add_integer(b, v, 8, false);
}

void buf_u16be(struct buf *b, uint16_t v)
{
    add_integer(b, v, 2, true);
}

void buf_u32be(struct buf *b, uint32_t v)
{
    add_integer(b, v, 4, true);
}

void buf_u64be(struct buf *b, uint64_t v)
{
    add_integer(b, v, 8, true);
}

void buf_prefix16be(struct buf *b, struct bytes data)
{
    if (data.n > UINT16_MAX) {
        b->bad = ERR_LIMIT;
        return;
    }
    buf_u16be(b, (uint16_t)data.n);
    buf_add(b, data);
}

void buf_decimal(struct buf *b, int64_t v)
{
    char digits[DECIMAL_MAX];
    buf_add(b, bytes_decimal(v, digits));
}

void buf_drop(struct buf *b, size_t n)
{
    if (n > b->n)
        n = b->n;
    if (n != 0 && n < b->n)
        memmove(b->p, b->p + n, b->n - n);
    b->n -= n;
}

struct err buf_end(const struct buf *b, struct bytes *out)
{
    if (b->bad != 0)
        return FAIL(b->bad, "the content did not fit the buffer");
    *out = buf_view(b);
    return OK;
}
