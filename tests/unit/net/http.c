/* proves: R4 */
#include "net/http.h"

#include <stdio.h>

#include "check.h"

#define HOST "Host: a\r\n"

/* Everything that lets two readers disagree about where a request ends, or who it is for. */
static const struct {
    const char *name;
    const char *text;
    size_t n; /* 0: to the NUL */
    enum err_code want;
} refused[] = {
    {"length and coding", "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 0,
     ERR_FORMAT},
    {"coding and length", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 0,
     ERR_FORMAT},
    {"gzip, chunked", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n", 0, ERR_FORMAT},
    {"chunked, chunked", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked, chunked\r\n\r\n", 0, ERR_FORMAT},
    {"chunked, identity", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked, identity\r\n\r\n", 0, ERR_FORMAT},
    {"identity", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: identity\r\n\r\n", 0, ERR_FORMAT},
    {"unknown coding", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: foo\r\n\r\n", 0, ERR_FORMAT},
    {"xchunked", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: xchunked\r\n\r\n", 0, ERR_FORMAT},
    {"chunked with parameter", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked;q=1\r\n\r\n", 0, ERR_FORMAT},
    {"empty coding", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding:\r\n\r\n", 0, ERR_FORMAT},
    {"two codings", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 0,
     ERR_FORMAT},
    {"vertical tab in coding",
     "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: \x0b"
     "chunked\r\n\r\n",
     0, ERR_FORMAT},
    {"quoted coding", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: \"chunked\"\r\n\r\n", 0, ERR_FORMAT},
    {"space before colon of coding", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding : chunked\r\n\r\n", 0, ERR_FORMAT},
    {"coding in 1.0", "POST / HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n", 0, ERR_FORMAT},
    {"two lengths", "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", 0, ERR_FORMAT},
    {"two equal lengths", "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\ncontent-length: 5\r\n\r\n", 0, ERR_FORMAT},
    {"list of lengths", "POST / HTTP/1.1\r\n" HOST "Content-Length: 5, 5\r\n\r\n", 0, ERR_FORMAT},
    {"length -1", "POST / HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n", 0, ERR_FORMAT},
    {"length +5", "POST / HTTP/1.1\r\n" HOST "Content-Length: +5\r\n\r\n", 0, ERR_FORMAT},
    {"length 5abc", "POST / HTTP/1.1\r\n" HOST "Content-Length: 5abc\r\n\r\n", 0, ERR_FORMAT},
    {"length 0x5", "POST / HTTP/1.1\r\n" HOST "Content-Length: 0x5\r\n\r\n", 0, ERR_FORMAT},
    {"length 5 5", "POST / HTTP/1.1\r\n" HOST "Content-Length: 5 5\r\n\r\n", 0, ERR_FORMAT},
    {"empty length", "POST / HTTP/1.1\r\n" HOST "Content-Length: \r\n\r\n", 0, ERR_FORMAT},
    {"length over 64 bits", "POST / HTTP/1.1\r\n" HOST "Content-Length: 18446744073709551621\r\n\r\n", 0, ERR_FORMAT},
    {"space before colon", "POST / HTTP/1.1\r\n" HOST "Content-Length : 5\r\n\r\n", 0, ERR_FORMAT},
    {"tab before colon", "POST / HTTP/1.1\r\n" HOST "Content-Length\t: 5\r\n\r\n", 0, ERR_FORMAT},
    {"no colon", "GET / HTTP/1.1\r\n" HOST "nonsense\r\n\r\n", 0, ERR_FORMAT},
    {"empty name", "GET / HTTP/1.1\r\n" HOST ": x\r\n\r\n", 0, ERR_FORMAT},
    {"space in name", "GET / HTTP/1.1\r\n" HOST "a b: x\r\n\r\n", 0, ERR_FORMAT},
    {"non-ASCII name", "GET / HTTP/1.1\r\n" HOST "\xc3\xa9: x\r\n\r\n", 0, ERR_FORMAT},
    {"NUL in value", "GET / HTTP/1.1\r\n" HOST "a: x\0y\r\n\r\n", 35, ERR_FORMAT},
    {"NUL in name", "GET / HTTP/1.1\r\n" HOST "a\0b: y\r\n\r\n", 35, ERR_FORMAT},
    {"control character in value", "GET / HTTP/1.1\r\n" HOST "a: x\x01y\r\n\r\n", 0, ERR_FORMAT},
    {"DEL in value", "GET / HTTP/1.1\r\n" HOST "a: x\x7fy\r\n\r\n", 0, ERR_FORMAT},
    {"obs-fold, space", "GET / HTTP/1.1\r\n" HOST "a: x\r\n y\r\n\r\n", 0, ERR_FORMAT},
    {"obs-fold, tab", "GET / HTTP/1.1\r\n" HOST "a: x\r\n\ty: z\r\n\r\n", 0, ERR_FORMAT},
    {"space before the first header", "GET / HTTP/1.1\r\n " HOST "\r\n\r\n", 0, ERR_FORMAT},
    {"bare LF ends a line", "GET / HTTP/1.1\n" HOST "\r\n", 0, ERR_FORMAT},
    {"bare LF ends a header", "GET / HTTP/1.1\r\nHost: a\nb: c\r\n\r\n", 0, ERR_FORMAT},
    {"bare LF ends the head", "GET / HTTP/1.1\r\n" HOST "\n", 0, ERR_FORMAT},
    {"bare CR in a value", "GET / HTTP/1.1\r\n" HOST "a: b\rc: d\r\n\r\n", 0, ERR_FORMAT},
    {"no Host", "GET / HTTP/1.1\r\na: b\r\n\r\n", 0, ERR_FORMAT},
    {"two Hosts", "GET / HTTP/1.1\r\n" HOST "host: b\r\n\r\n", 0, ERR_FORMAT},
    {"two equal Hosts", "GET / HTTP/1.1\r\n" HOST HOST "\r\n", 0, ERR_FORMAT},
    {"empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 0, ERR_FORMAT},
    {"list in Host", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 0, ERR_FORMAT},
    {"user in Host", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 0, ERR_FORMAT},
    {"path in Host", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 0, ERR_FORMAT},
    {"control character in target", "GET /\x01 HTTP/1.1\r\n" HOST "\r\n", 0, ERR_FORMAT},
    {"NUL in target", "GET /\0 HTTP/1.1\r\n" HOST "\r\n", 28, ERR_FORMAT},
    {"tab in target", "GET /\tx HTTP/1.1\r\n" HOST "\r\n", 0, ERR_FORMAT},
    {"non-ASCII target", "GET /\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n", 0, ERR_FORMAT},
    {"fragment", "GET /#x HTTP/1.1\r\n" HOST "\r\n", 0, ERR_FORMAT},
    {"space in target", "GET /a b HTTP/1.1\r\n" HOST "\r\n", 0, ERR_FORMAT},
    {"absolute target", "GET http://b/ HTTP/1.1\r\n" HOST "\r\n", 0, ERR_FORMAT},
    {"authority target", "CONNECT a:1 HTTP/1.1\r\n" HOST "\r\n", 0, ERR_FORMAT},
    {"asterisk of GET", "GET * HTTP/1.1\r\n" HOST "\r\n", 0, ERR_FORMAT},
    {"empty target", "GET  HTTP/1.1\r\n" HOST "\r\n", 0, ERR_FORMAT},
    {"two spaces", "GET  / HTTP/1.1\r\n" HOST "\r\n", 0, ERR_FORMAT},
    {"space at the end", "GET / HTTP/1.1 \r\n" HOST "\r\n", 0, ERR_FORMAT},
    {"space at the start", " GET / HTTP/1.1\r\n" HOST "\r\n", 0, ERR_FORMAT},
    {"tab for space", "GET\t/ HTTP/1.1\r\n" HOST "\r\n", 0, ERR_FORMAT},
    {"method that is no token", "G(T / HTTP/1.1\r\n" HOST "\r\n", 0, ERR_FORMAT},
    {"HTTP/0.9", "GET /\r\n" HOST "\r\n", 0, ERR_FORMAT},
    {"http/1.1", "GET / http/1.1\r\n" HOST "\r\n", 0, ERR_FORMAT},
    {"HTTP/1.10", "GET / HTTP/1.10\r\n" HOST "\r\n", 0, ERR_FORMAT},
    {"HTTP/1,1", "GET / HTTP/1,1\r\n" HOST "\r\n", 0, ERR_FORMAT},
    {"HTTP/9.9", "GET / HTTP/9.9\r\n" HOST "\r\n", 0, ERR_UNSUPPORTED},
    {"HTTP/2.0", "GET / HTTP/2.0\r\n" HOST "\r\n", 0, ERR_UNSUPPORTED},
    {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0, ERR_UNSUPPORTED},
    {"empty line first", "\r\nGET / HTTP/1.1\r\n" HOST "\r\n", 0, ERR_FORMAT},
    {"unknown expectation", "POST / HTTP/1.1\r\n" HOST "Expect: 200-ok\r\n\r\n", 0, ERR_FORMAT},
    {"TLS to a plain port", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n", 13, ERR_FORMAT},
};

static struct bytes text_of(size_t row)
{
    return bytes_of(refused[row].text, refused[row].n != 0 ? refused[row].n : strlen(refused[row].text));
}

static void refuses_malformed_requests(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        ROW(refused[i].name);
        struct http_request r;
        bool complete;
        assert_code(http_request_decode(text_of(i), &r, &complete), refused[i].want);
        assert_false(complete);
    }
}

/* A peer chooses how its bytes are cut: at no cut may a refused request pass. */
static void refuses_them_in_pieces_too(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        ROW(refused[i].name);
        struct bytes text = text_of(i);
        struct err e = OK;
        bool complete = false;
        for (size_t n = 1; n <= text.n && !failed(e); n++) {
            struct http_request r;
            e = http_request_decode(bytes_of(text.p, n), &r, &complete);
            assert_false(complete);
        }
        assert_code(e, refused[i].want);
    }
}

static const char good[] = "POST /a/b?c=d%20e HTTP/1.1\r\nHost: [::1]:8443\r\nContent-Length: 12\r\n"
                           "Connection: foo,  Close \r\nExpect: 100-Continue\r\nX-Empty:\r\nx-pad: \t two words \t\r\n"
                           "Cookie: one=1; two=22\r\nX-Latin: \xe9\r\n\r\nhello";

static void whole_and_byte_by_byte_agree(void **state)
{
    (void)state;
    struct bytes text = bytes_of(good, sizeof(good) - 1);
    struct http_request r;
    bool complete = false;
    for (size_t n = 0; n < text.n - 5; n++) {
        struct http_request early;
        assert_ok(http_request_decode(bytes_of(text.p, n), &early, &complete));
        assert_false(complete);
    }
    assert_ok(http_request_decode(text, &r, &complete));
    assert_true(complete);
    assert_int_equal(r.head_len, text.n - 5);
    assert_int_equal(r.method, HTTP_POST);
    assert_text(r.target, "/a/b?c=d%20e");
    assert_text(r.path, "/a/b");
    assert_text(r.query, "c=d%20e");
    assert_int_equal(r.content_length, 12);
    assert_false(r.keep_alive);
    assert_true(r.expect_continue);
    assert_false(r.chunked);
    assert_int_equal(r.header_count, 8);
    struct bytes v;
    assert_ok(http_header_find(r.headers, r.header_count, "X-PAD", &v));
    assert_text(v, "two words");
    assert_ok(http_header_find(r.headers, r.header_count, "x-empty", &v));
    assert_int_equal(v.n, 0);
    assert_code(http_header_find(r.headers, r.header_count, "x", &v), ERR_ABSENT);
}

static void takes_what_is_legal(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum http_method method;
        bool keep_alive;
        bool chunked;
    } rows[] = {
        {"GET / HTTP/1.1\r\n" HOST "\r\n", HTTP_GET, true, false},
        {"HEAD / HTTP/1.1\r\nhOST: a.b-c:1\r\n\r\n", HTTP_HEAD, true, false},
        {"PUT / HTTP/1.1\r\n" HOST "transfer-encoding: CHUNKED\r\n\r\n", HTTP_PUT, true, true},
        {"DELETE / HTTP/1.1\r\n" HOST "connection: close\r\n\r\n", HTTP_DELETE, false, false},
        {"OPTIONS * HTTP/1.1\r\n" HOST "\r\n", HTTP_OPTIONS, true, false},
        {"PATCH /? HTTP/1.1\r\n" HOST "\r\n", HTTP_PATCH, true, false},
        {"get / HTTP/1.1\r\n" HOST "\r\n", HTTP_OTHER, true, false},
        {"GET / HTTP/1.0\r\n\r\n", HTTP_GET, false, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].text);
        struct http_request r;
        bool complete;
        assert_ok(http_request_decode(bytes_of_text(rows[i].text), &r, &complete));
        assert_true(complete);
        assert_int_equal(r.method, rows[i].method);
        assert_int_equal(r.keep_alive, rows[i].keep_alive);
        assert_int_equal(r.chunked, rows[i].chunked);
    }
}

static void bounds_the_head(void **state)
{
    (void)state;
    static char text[HTTP_HEAD_MAX + 4096];
    struct http_request r;
    bool complete;
    size_t n = (size_t)snprintf(text, sizeof(text), "GET / HTTP/1.1\r\n" HOST);
    for (int i = 0; i < HTTP_HEADERS_MAX - 1; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "a%d: b\r\n", i);
    size_t full = n;
    snprintf(text + n, sizeof(text) - n, "\r\n");
    assert_ok(http_request_decode(bytes_of(text, full + 2), &r, &complete));
    assert_true(complete);
    assert_int_equal(r.header_count, HTTP_HEADERS_MAX);
    snprintf(text + n, sizeof(text) - n, "z: z\r\n\r\n");
    assert_code(http_request_decode(bytes_of(text, full + 8), &r, &complete), ERR_LIMIT);
    n = (size_t)snprintf(text, sizeof(text), "GET / HTTP/1.1\r\n" HOST "a: ");
    memset(text + n, 'x', sizeof(text) - n);
    assert_ok(http_request_decode(bytes_of(text, HTTP_HEAD_MAX), &r, &complete));
    assert_false(complete);
    assert_code(http_request_decode(bytes_of(text, HTTP_HEAD_MAX + 1), &r, &complete), ERR_LIMIT);
    memcpy(text + HTTP_HEAD_MAX - 4, "\r\n\r\n", 4);
    assert_ok(http_request_decode(bytes_of(text, HTTP_HEAD_MAX), &r, &complete));
    assert_true(complete);
    memset(text + HTTP_HEAD_MAX - 4, 'x', 4);
    memcpy(text + HTTP_HEAD_MAX - 3, "\r\n\r\n", 4);
    assert_code(http_request_decode(bytes_of(text, HTTP_HEAD_MAX + 1), &r, &complete), ERR_LIMIT);
}

static void refuses_malformed_responses(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum err_code want;
    } rows[] = {
        {"HTTP/1.1 200\n\r\n", ERR_FORMAT},
        {"HTTP/1.1\r\n\r\n", ERR_FORMAT},
        {"HTTP/1.1 20\r\n\r\n", ERR_FORMAT},
        {"HTTP/1.1 20 OK\r\n\r\n", ERR_FORMAT},
        {"HTTP/1.1 2:0 OK\r\n\r\n", ERR_FORMAT},
        {"HTTP/1.1_200 OK\r\n\r\n", ERR_FORMAT},
        {"HTTP/1.1 200 OK\rX\r\n\r\n", ERR_FORMAT},
        {"HTTP/1.1 2000 OK\r\n\r\n", ERR_FORMAT},
        {"HTTP/1.1  200 OK\r\n\r\n", ERR_FORMAT},
        {"HTTP/1.1 099 OK\r\n\r\n", ERR_FORMAT},
        {"HTTP/1.1 600 OK\r\n\r\n", ERR_FORMAT},
        {"HTTP/1.1 +20 OK\r\n\r\n", ERR_FORMAT},
        {"HTTP/2.0 200 OK\r\n\r\n", ERR_UNSUPPORTED},
        {"ICY 200 OK\r\n\r\n", ERR_FORMAT},
        {"HTTP/1.1 200 O\x01K\r\n\r\n", ERR_FORMAT},
        {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", ERR_FORMAT},
        {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", ERR_FORMAT},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", ERR_FORMAT},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].text);
        struct http_response r;
        bool complete;
        assert_code(http_response_decode(bytes_of_text(rows[i].text), &r, &complete), rows[i].want);
    }
    struct bytes text = BYTES_LIT("HTTP/1.1 404 \r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc");
    struct http_response r;
    bool complete = true;
    for (size_t n = 0; n < text.n - 3; n++) {
        assert_ok(http_response_decode(bytes_of(text.p, n), &r, &complete));
        assert_false(complete);
    }
    assert_ok(http_response_decode(text, &r, &complete));
    assert_true(complete && r.has_length && !r.keep_alive && !r.chunked);
    assert_int_equal(r.status, 404);
    assert_int_equal(r.content_length, 3);
    assert_int_equal(r.head_len, text.n - 3);
}

static struct err chunks(struct bytes in, size_t step, struct buf *body, bool *last)
{
    SCOPED(buf) struct buf stream;
    buf_init(&stream, 4096);
    for (size_t at = 0; at < in.n && !*last; at += step) {
        size_t used;
        buf_add(&stream, bytes_of(in.p + at, step < in.n - at ? step : in.n - at));
        TRY(http_chunk_decode(buf_view(&stream), body, &used, last));
        buf_drop(&stream, used);
    }
    return OK;
}

static void refuses_malformed_chunks(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum err_code want;
    } rows[] = {
        {"0x5\r\nhello\r\n0\r\n\r\n", ERR_FORMAT},
        {"+5\r\nhello\r\n0\r\n\r\n", ERR_FORMAT},
        {"-5\r\nhello\r\n0\r\n\r\n", ERR_FORMAT},
        {"5 \r\nhello\r\n0\r\n\r\n", ERR_FORMAT},
        {" 5\r\nhello\r\n0\r\n\r\n", ERR_FORMAT},
        {"5\t\r\nhello\r\n0\r\n\r\n", ERR_FORMAT},
        {"\r\nhello\r\n0\r\n\r\n", ERR_FORMAT},
        {"5\nhello\r\n0\r\n\r\n", ERR_FORMAT},
        {"5\rxhello\r\n0\r\n\r\n", ERR_FORMAT},
        {"5\r\nhelloX\r\n0\r\n\r\n", ERR_FORMAT},
        {"5\r\nhello\n0\r\n\r\n\r\n", ERR_FORMAT},
        {"4\r\nhello\r\n0\r\n\r\n", ERR_FORMAT},
        {"5;a=b\r\nhello\r\n0\r\n\r\n", ERR_FORMAT},
        {"5;\nxx\r\nhello\r\n0\r\n\r\n", ERR_FORMAT},
        {"g\r\nhello\r\n0\r\n\r\n", ERR_FORMAT},
        {"0\r\nTrailer: x\r\n\r\n", ERR_FORMAT},
        {"0\r\nX\r\n\r\n", ERR_FORMAT},
        {"000000005\r\nhello\r\n0\r\n\r\n", ERR_FORMAT},
        {"100000000\r\n", ERR_FORMAT},
        {"ffffffff\r\n", ERR_LIMIT},
        {"21\r\n", ERR_LIMIT},
        {"11\r\n12345678901234567\r\n10\r\n", ERR_LIMIT},
    };
    const size_t steps[] = {1, 2, 3, 4096};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (size_t s = 0; s < 4; s++) {
            ROW(rows[i].text);
            SCOPED(buf) struct buf body;
            buf_init(&body, 32);
            bool last = false;
            assert_code(chunks(bytes_of_text(rows[i].text), steps[s], &body, &last), rows[i].want);
            assert_false(last);
        }
    }
}

static void chunks_of_every_cut_agree(void **state)
{
    (void)state;
    struct bytes text = BYTES_LIT("5\r\nhello\r\n1\r\n \r\n0A\r\n0123456789\r\n000\r\n\r\nGET /");
    for (size_t step = 1; step < text.n; step++) {
        SCOPED(buf) struct buf body;
        buf_init(&body, 16);
        bool last = false;
        assert_ok(chunks(text, step, &body, &last));
        assert_true(last);
        assert_text(buf_view(&body), "hello 0123456789");
    }
    SCOPED(buf) struct buf body;
    buf_init(&body, 16);
    size_t used;
    bool last;
    assert_ok(http_chunk_decode(text, &body, &used, &last));
    assert_int_equal(used, text.n - 5); /* what follows belongs to the next request */
}

static struct err cookie(const char *header, struct bytes *out)
{
    static struct http_request r;
    r.header_count = 2;
    r.headers[0] = (struct http_header){BYTES_LIT("cOOkie"), bytes_of_text(header)};
    r.headers[1] = (struct http_header){BYTES_LIT("Cookie"), BYTES_LIT("other=x")};
    return http_cookie_find(&r, "kbs", out);
}

static void finds_one_cookie(void **state)
{
    (void)state;
    struct bytes v = BYTES_EMPTY;
    assert_code(cookie("a=b", &v), ERR_ABSENT);
    assert_code(cookie("xkbs=b; kbsx=c; KBS=d", &v), ERR_ABSENT);
    assert_code(cookie("kbs=1; kbs=1", &v), ERR_FORMAT);
    assert_ok(cookie("a=b; kbs=ab=c.d; e=f", &v));
    assert_text(v, "ab=c.d");
    assert_ok(cookie("kbs=", &v));
    assert_int_equal(v.n, 0);
}

static void decodes_percent_strictly(void **state)
{
    (void)state;
    static const char *const bad[] = {"%", "%4", "%zz", "%4x", "a%00", "%c3", "%ff", "%ed%a0%80", "%c0%af"};
    struct arena a;
    struct bytes out = BYTES_EMPTY;
    arena_init(&a, MIB);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ROW(bad[i]);
        assert_code(http_percent_decode(&a, bytes_of_text(bad[i]), &out), ERR_FORMAT);
    }
    assert_ok(http_percent_decode(&a, BYTES_LIT("a%2Fb+c%c3%A9%25"), &out));
    assert_text(out, "a/b+c\xc3\xa9%");
    assert_ok(http_percent_decode(&a, BYTES_EMPTY, &out));
    assert_int_equal(out.n, 0);
    arena_clear(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_malformed_requests),
        cmocka_unit_test(refuses_them_in_pieces_too),
        cmocka_unit_test(bounds_the_head),
        cmocka_unit_test(refuses_malformed_responses),
        cmocka_unit_test(refuses_malformed_chunks),
        cmocka_unit_test(whole_and_byte_by_byte_agree),
        cmocka_unit_test(takes_what_is_legal),
        cmocka_unit_test(chunks_of_every_cut_agree),
        cmocka_unit_test(finds_one_cookie),
        cmocka_unit_test(decodes_percent_strictly),
    };
    return cmocka_run_group_tests_name("net/http", tests, NULL, NULL);
}
