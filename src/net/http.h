/*
 * HTTP/1.1 messages, strictly: refuse rather than repair. Pure functions over bytes; the server and the client move
 * them.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"

enum http_method { HTTP_OTHER = 0, HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_DELETE, HTTP_OPTIONS, HTTP_PATCH };

struct http_header {
    struct bytes name;  /* as sent */
    struct bytes value; /* without surrounding white space */
};

struct http_request {
    enum http_method method;
    struct bytes method_text;
    struct bytes target; /* raw request target */
    struct bytes path;   /* target up to '?', raw */
    struct bytes query;  /* behind '?', raw; empty if none */
    struct http_header headers[HTTP_HEADERS_MAX];
    size_t header_count;
    bool keep_alive;
    bool expect_continue;
    bool chunked;
    uint64_t content_length; /* 0 when chunked or absent */
    size_t head_len;         /* bytes of the head, end line included */
};

struct http_response {
    int status;
    struct http_header headers[HTTP_HEADERS_MAX];
    size_t header_count;
    bool keep_alive;
    bool chunked;
    bool has_length;
    uint64_t content_length;
    size_t head_len;
};

/*
 * http_request_decode - a request head. *complete is false while the end line has not arrived yet.
 * http_response_decode - the same for a response head.
 *
 * in       in: hostile, from the first byte of the message; views point into it
 * out      *out is whole only when *complete; before that and on failure its content means nothing
 * errors   FORMAT  anything RFC 9112 does not allow or lets a proxy read differently: both Content-Length and
 *                  Transfer-Encoding, two lengths, a sign or space in a length, obs-fold, bare LF, NUL or control
 *                  characters, no or two Host fields, a coding other than chunked
 *          LIMIT   head over HTTP_HEAD_MAX or HTTP_HEADERS_MAX; UNSUPPORTED another HTTP version
 * cost     one pass
 * source: RFC 9112 2-7; RFC 9110 5
 */
MUST_CHECK struct err http_request_decode(struct bytes in, struct http_request *out, bool *complete);
MUST_CHECK struct err http_response_decode(struct bytes in, struct http_response *out, bool *complete);

/*
 * http_header_find - the value of a header that may occur once: ABSENT, or FORMAT when it occurs twice.
 *
 * in       name: C string of our own, compared without case
 * out      a view
 * errors   ABSENT, FORMAT
 */
MUST_CHECK struct err http_header_find(const struct http_header *headers, size_t count, const char *name,
                                       struct bytes *out);

/*
 * http_cookie_find - the value of one cookie among all Cookie headers.
 *
 * out      a view
 * errors   ABSENT; FORMAT malformed or there twice
 * source: RFC 6265 4.2.1
 */
MUST_CHECK struct err http_cookie_find(const struct http_request *r, const char *name, struct bytes *out);

/*
 * http_percent_decode - the decoded text of a raw path or query part ('+' stays as it is).
 *
 * out      in the arena
 * errors   FORMAT  a broken escape, a NUL, or no UTF-8; NOMEM
 * source: RFC 3986 2.1
 */
MUST_CHECK struct err http_percent_decode(struct arena *a, struct bytes raw, struct bytes *out);

/*
 * http_chunk_decode - move complete chunks from `in` to `body` (whose max bounds it); *used bytes of `in` are done.
 *
 * out      *used, *last true once the final chunk and the empty trailer have been read
 * errors   FORMAT; LIMIT over body's max
 * source: RFC 9112 7.1
 */
MUST_CHECK struct err http_chunk_decode(struct bytes in, struct buf *body, size_t *used, bool *last);
