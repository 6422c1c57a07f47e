#include "net/http.h"

#define SIZE_DIGITS_MAX 8

/* The size line: hex digits and CRLF, no extension. *n bytes of it, 0 if it is not whole yet. */
static struct err size_line(struct bytes in, size_t *size, size_t *n)
{
    size_t i = 0;
    size_t v = 0;
    *n = 0;
    for (; i < in.n && in.p[i] != '\r'; i++) {
        uint8_t c = in.p[i];
        bool digit = c >= '0' && c <= '9';
        bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'f';
        if (i == SIZE_DIGITS_MAX || (!digit && !letter))
            return FAIL(ERR_FORMAT, "a chunk size that is no hexadecimal number");
        v = v * 16 + (size_t)(digit ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    if (in.n - i < 2)
        return OK;
    if (i == 0 || in.p[i + 1] != '\n')
        return FAIL(ERR_FORMAT, "a chunk without a size");
    *size = v;
    *n = i + 2;
    return OK;
}

/* Trailers are refused: nobody here reads them, and they are a way to smuggle headers. */
struct err http_chunk_decode(struct bytes in, struct buf *body, size_t *used, bool *last)
{
    *used = 0;
    *last = false;
    for (;;) {
        struct bytes left = bytes_of(in.p + *used, in.n - *used);
        size_t size;
        size_t line;
        TRY(size_line(left, &size, &line));
        if (line == 0)
            return OK;
        if (size > body->max - body->n)
            return FAIL(ERR_LIMIT, "the body is larger than the bound");
        if (left.n - line < size + 2)
            return OK;
        const uint8_t *end = left.p + line + size;
        if (end[0] != '\r' || end[1] != '\n')
            return FAIL(ERR_FORMAT, "a trailer, or a chunk that is longer than its size");
        buf_add(body, bytes_of(left.p + line, size));
        struct bytes unused;
        TRY(buf_end(body, &unused));
        *used += line + size + 2;
        if (size == 0) {
            *last = true;
            return OK;
        }
    }
}
