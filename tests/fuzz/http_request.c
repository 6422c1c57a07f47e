/*
 * A request head that is accepted lies inside the input, is accepted at no shorter length, and means the same when it
 * is read alone; it never says both how long its body is and that it is chunked.
 */
#include "net/http.h"

#include "fuzz.h"

static bool is_inside(struct bytes part, struct bytes whole)
{
    return part.n == 0 || (part.p >= whole.p && part.n <= whole.n && part.p - whole.p <= (ptrdiff_t)(whole.n - part.n));
}

static void check_views(const struct http_request *r, struct bytes head)
{
    FUZZ_CHECK(is_inside(r->method_text, head) && is_inside(r->target, head));
    FUZZ_CHECK(is_inside(r->path, r->target) && is_inside(r->query, r->target));
    FUZZ_CHECK(r->header_count <= HTTP_HEADERS_MAX);
    for (size_t i = 0; i < r->header_count; i++) {
        FUZZ_CHECK(is_inside(r->headers[i].name, head) && is_inside(r->headers[i].value, head));
        FUZZ_CHECK(memchr(r->headers[i].value.p, '\n', r->headers[i].value.n) == NULL);
        FUZZ_CHECK(memchr(r->headers[i].value.p, 0, r->headers[i].value.n) == NULL);
    }
}

static void check_cuts(struct bytes head)
{
    struct http_request r;
    bool complete;
    for (size_t n = head.n > 64 ? head.n - 64 : 0; n < head.n; n++) {
        FUZZ_CHECK(!failed(http_request_decode(bytes_of(head.p, n), &r, &complete)));
        FUZZ_CHECK(!complete);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes in = bytes_of(data, size);
    struct http_request r;
    struct http_request again;
    struct bytes value;
    bool complete = false;
    if (failed(http_request_decode(in, &r, &complete)) || !complete)
        return 0;
    FUZZ_CHECK(r.head_len <= size && r.head_len <= HTTP_HEAD_MAX);
    struct bytes head = bytes_of(data, r.head_len);
    check_views(&r, head);
    check_cuts(head);
    FUZZ_CHECK(!failed(http_request_decode(head, &again, &complete)) && complete);
    FUZZ_CHECK(again.head_len == r.head_len && again.header_count == r.header_count);
    FUZZ_CHECK(!r.chunked || r.content_length == 0);
    FUZZ_CHECK(!r.chunked || failed(http_header_find(r.headers, r.header_count, "content-length", &value)));
    struct arena a;
    arena_init(&a, MIB);
    if (!failed(http_percent_decode(&a, r.target, &value)))
        FUZZ_CHECK(value.n <= r.target.n && bytes_is_utf8(value));
    arena_clear(&a);
    if (!failed(http_cookie_find(&r, "kbs-session-id", &value)))
        FUZZ_CHECK(is_inside(value, head));
    return 0;
}
