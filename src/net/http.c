#include "net/http.h"

/* Heads of HTTP/1.1 messages. Every byte is hostile; what two readers could understand differently is refused. */

struct line_reader {
    struct bytes in;
    size_t at;
};

/* The next line without its CRLF. A bare LF or CR is refused. *more false: the line is not there yet. */
static struct err next_line(struct line_reader *r, struct bytes *line, bool *more)
{
    const uint8_t *start = r->in.p + r->at;
    size_t left = r->in.n - r->at;
    bool over = left > HTTP_HEAD_MAX;
    size_t n = over ? HTTP_HEAD_MAX + 1 : left;
    const uint8_t *end = memchr(start, '\r', n);
    size_t line_n = end == NULL ? n : (size_t)(end - start);
    *more = end != NULL && line_n + 1 < left;
    if (memchr(start, '\n', line_n) != NULL)
        return FAIL(ERR_FORMAT, "a line feed without a carriage return");
    if (end == NULL && over)
        return FAIL(ERR_LIMIT, "a line of the head is too long");
    if (!*more)
        return r->in.n > HTTP_HEAD_MAX ? FAIL(ERR_LIMIT, "the head is too long") : OK;
    if (end[1] != '\n')
        return FAIL(ERR_FORMAT, "a carriage return inside a line");
    *line = bytes_of(start, line_n);
    r->at += line_n + 2;
    return OK;
}

/* source: RFC 9110 5.6.2 token */
static bool is_token_char(uint8_t c)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
        return true;
    return c != 0 && memchr("!#$%&'*+-.^_`|~", c, 15) != NULL;
}

static bool is_token(struct bytes b)
{
    for (size_t i = 0; i < b.n; i++)
        if (!is_token_char(b.p[i]))
            return false;
    return b.n != 0;
}

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static bool equal_nocase(struct bytes a, struct bytes b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t';
}

static struct bytes trim(struct bytes b)
{
    while (b.n != 0 && is_space(b.p[0]))
        b = bytes_of(b.p + 1, b.n - 1);
    while (b.n != 0 && is_space(b.p[b.n - 1]))
        b.n--;
    return b;
}

#define EACH_BYTE(b_) (0x0101010101010101ULL * (b_))

/* Whether one of eight bytes may be a control character; false is certain. */
static bool may_have_control(const uint8_t *p)
{
    uint64_t w;
    memcpy(&w, p, sizeof(w));
    uint64_t del = w ^ EACH_BYTE(0x7f);
    uint64_t hits = ((w - EACH_BYTE(0x20)) & ~w) | ((del - EACH_BYTE(1)) & ~del);
    return (hits & EACH_BYTE(0x80)) != 0;
}

/* Tokens make values long, so eight bytes are looked at together. */
static bool has_control(struct bytes b)
{
    for (size_t i = 0; i < b.n; i++) {
        while (b.n - i >= 8 && !may_have_control(b.p + i))
            i += 8;
        if (i < b.n && ((b.p[i] < 0x20 && b.p[i] != '\t') || b.p[i] == 0x7f))
            return true;
    }
    return false;
}

/* source: RFC 9112 5: no space before the colon, no folded lines; RFC 9110 5.5: no control characters in a value */
static struct err decode_header(struct bytes line, struct http_header *out)
{
    const uint8_t *colon = memchr(line.p, ':', line.n);
    if (colon == NULL)
        return FAIL(ERR_FORMAT, "a header without a colon");
    struct bytes name = bytes_of(line.p, (size_t)(colon - line.p));
    struct bytes value = trim(bytes_of(colon + 1, line.n - name.n - 1));
    if (!is_token(name))
        return FAIL(ERR_FORMAT, "a header name that is no token");
    if (has_control(value))
        return FAIL(ERR_FORMAT, "a control character in a header");
    *out = (struct http_header){name, value};
    return OK;
}

static struct err decode_headers(struct line_reader *r, struct http_header *headers, size_t *count, bool *more)
{
    *count = 0;
    for (;;) {
        struct bytes line;
        TRY(next_line(r, &line, more));
        if (!*more || line.n == 0)
            return OK;
        if (*count == HTTP_HEADERS_MAX)
            return FAIL(ERR_LIMIT, "too many headers");
        TRY(decode_header(line, &headers[*count]));
        (*count)++;
    }
}

struct err http_header_find(const struct http_header *headers, size_t count, const char *name, struct bytes *out)
{
    size_t found = count;
    for (size_t i = 0; i < count; i++) {
        if (!equal_nocase(headers[i].name, bytes_of_text(name)))
            continue;
        if (found != count)
            return FAIL(ERR_FORMAT, "a header that may occur once is there twice");
        found = i;
    }
    if (found == count)
        return FAIL(ERR_ABSENT, "no such header");
    *out = headers[found].value;
    return OK;
}

/* source: RFC 9110 8.6: digits, nothing else */
static struct err decode_length(struct bytes text, uint64_t *out)
{
    uint64_t v = 0;
    if (text.n == 0 || text.n > 15)
        return FAIL(ERR_FORMAT, "a content length that is no number");
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return FAIL(ERR_FORMAT, "a content length that is no number");
        v = v * 10 + (uint64_t)(text.p[i] - '0');
    }
    *out = v;
    return OK;
}

struct framing {
    bool chunked;
    bool has_length;
    uint64_t content_length;
};

/* source: RFC 9112 6.1, 6.3: a message with both, or with a coding that we do not know, is an attack or a mistake */
static struct err decode_framing(const struct http_header *headers, size_t count, struct framing *out)
{
    struct bytes coding;
    struct bytes length;
    struct err has_coding = http_header_find(headers, count, "Transfer-Encoding", &coding);
    struct err has_length = http_header_find(headers, count, "Content-Length", &length);
    *out = (struct framing){0};
    if (has_coding.code == ERR_FORMAT || has_length.code == ERR_FORMAT)
        return FAIL(ERR_FORMAT, "the length of the message is given twice");
    if (!failed(has_coding) && !failed(has_length))
        return FAIL(ERR_FORMAT, "both a length and a transfer coding");
    if (!failed(has_coding)) {
        if (!equal_nocase(coding, BYTES_LIT("chunked")))
            return FAIL(ERR_FORMAT, "a transfer coding other than chunked");
        out->chunked = true;
    } else if (!failed(has_length)) {
        TRY(decode_length(length, &out->content_length));
        out->has_length = true;
    }
    return OK;
}

/* Whether a comma-separated header names this option. */
static bool lists_option(const struct http_header *headers, size_t count, const char *name, const char *option)
{
    for (size_t i = 0; i < count; i++) {
        if (!equal_nocase(headers[i].name, bytes_of_text(name)))
            continue;
        struct bytes left = headers[i].value;
        while (left.n != 0) {
            const uint8_t *comma = memchr(left.p, ',', left.n);
            size_t n = comma == NULL ? left.n : (size_t)(comma - left.p);
            if (equal_nocase(trim(bytes_of(left.p, n)), bytes_of_text(option)))
                return true;
            left = comma == NULL ? BYTES_EMPTY : bytes_of(comma + 1, left.n - n - 1);
        }
    }
    return false;
}

static enum http_method method_of(struct bytes text)
{
    static const struct {
        const char *name;
        enum http_method method;
    } rows[] = {{"GET", HTTP_GET},       {"HEAD", HTTP_HEAD},       {"POST", HTTP_POST},  {"PUT", HTTP_PUT},
                {"DELETE", HTTP_DELETE}, {"OPTIONS", HTTP_OPTIONS}, {"PATCH", HTTP_PATCH}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (bytes_is(text, rows[i].name))
            return rows[i].method;
    return HTTP_OTHER;
}

/* "HTTP/1.1" or "HTTP/1.0"; the minor number. */
static struct err decode_version(struct bytes text, int *minor)
{
    if (text.n != 8 || !bytes_starts(text, BYTES_LIT("HTTP/")) || text.p[6] != '.')
        return FAIL(ERR_FORMAT, "not an HTTP version");
    if (text.p[5] != '1' || (text.p[7] != '1' && text.p[7] != '0'))
        return FAIL(ERR_UNSUPPORTED, "an HTTP version that is not spoken here");
    *minor = text.p[7] - '0';
    return OK;
}

/* source: RFC 9112 3: exactly one space between the three; origin-form only */
static struct err decode_request_line(struct bytes line, struct http_request *out, int *minor)
{
    const uint8_t *first = memchr(line.p, ' ', line.n);
    if (first == NULL)
        return FAIL(ERR_FORMAT, "a request line without a target");
    out->method_text = bytes_of(line.p, (size_t)(first - line.p));
    struct bytes rest = bytes_of(first + 1, line.n - out->method_text.n - 1);
    const uint8_t *second = memchr(rest.p, ' ', rest.n);
    if (second == NULL || !is_token(out->method_text))
        return FAIL(ERR_FORMAT, "a request line without a version");
    out->target = bytes_of(rest.p, (size_t)(second - rest.p));
    TRY(decode_version(bytes_of(second + 1, rest.n - out->target.n - 1), minor));
    out->method = method_of(out->method_text);
    bool is_asterisk = bytes_is(out->target, "*") && out->method == HTTP_OPTIONS;
    if (out->target.n == 0 || (out->target.p[0] != '/' && !is_asterisk))
        return FAIL(ERR_FORMAT, "a target that is no path");
    for (size_t i = 0; i < out->target.n; i++)
        if (out->target.p[i] <= 0x20 || out->target.p[i] >= 0x7f || out->target.p[i] == '#')
            return FAIL(ERR_FORMAT, "a character in the target that no URI has");
    const uint8_t *mark = memchr(out->target.p, '?', out->target.n);
    size_t path_n = mark == NULL ? out->target.n : (size_t)(mark - out->target.p);
    out->path = bytes_of(out->target.p, path_n);
    out->query = mark == NULL ? BYTES_EMPTY : bytes_of(mark + 1, out->target.n - path_n - 1);
    return OK;
}

/* source: RFC 9112 3.2: a Host that is no host would be another one to a proxy before us. */
static bool is_host(struct bytes value)
{
    for (size_t i = 0; i < value.n; i++) {
        uint8_t c = value.p[i];
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!is_plain && (c == 0 || memchr("-._~:[]%", c, 8) == NULL))
            return false;
    }
    return value.n != 0;
}

static struct err check_request(struct http_request *r, int minor)
{
    struct bytes host;
    struct framing framing;
    struct bytes expect;
    struct err has_host = http_header_find(r->headers, r->header_count, "Host", &host);
    if (has_host.code == ERR_FORMAT || (failed(has_host) && minor == 1))
        return FAIL(ERR_FORMAT, "no Host, or more than one");
    if (!failed(has_host) && !is_host(host))
        return FAIL(ERR_FORMAT, "a Host that is no host");
    TRY(decode_framing(r->headers, r->header_count, &framing));
    if (framing.chunked && minor == 0)
        return FAIL(ERR_FORMAT, "a transfer coding in HTTP/1.0");
    r->chunked = framing.chunked;
    r->content_length = framing.content_length;
    bool close = lists_option(r->headers, r->header_count, "Connection", "close");
    bool keep = lists_option(r->headers, r->header_count, "Connection", "keep-alive");
    r->keep_alive = minor == 1 ? !close : keep && !close;
    struct err has_expect = http_header_find(r->headers, r->header_count, "Expect", &expect);
    if (has_expect.code == ERR_FORMAT || (!failed(has_expect) && !equal_nocase(expect, BYTES_LIT("100-continue"))))
        return FAIL(ERR_FORMAT, "an expectation that is not 100-continue");
    r->expect_continue = !failed(has_expect);
    return OK;
}

struct err http_request_decode(struct bytes in, struct http_request *out, bool *complete)
{
    struct line_reader r = {.in = in};
    struct bytes line;
    bool more;
    int minor = 1;
    *complete = false;
    TRY(next_line(&r, &line, &more));
    if (!more)
        return OK;
    out->header_count = 0;
    TRY(decode_request_line(line, out, &minor));
    TRY(decode_headers(&r, out->headers, &out->header_count, &more));
    if (!more)
        return OK;
    out->head_len = r.at;
    if (out->head_len > HTTP_HEAD_MAX)
        return FAIL(ERR_LIMIT, "the head is too long");
    TRY(check_request(out, minor));
    *complete = true;
    return OK;
}

static struct err decode_status_line(struct bytes line, struct http_response *out, int *minor)
{
    if (line.n < 12 || line.p[8] != ' ')
        return FAIL(ERR_FORMAT, "not a status line");
    TRY(decode_version(bytes_of(line.p, 8), minor));
    int status = 0;
    for (size_t i = 9; i < 12; i++) {
        if (line.p[i] < '0' || line.p[i] > '9')
            return FAIL(ERR_FORMAT, "a status that is no number");
        status = status * 10 + (line.p[i] - '0');
    }
    if (status < 100 || status > 599 || (line.n > 12 && line.p[12] != ' '))
        return FAIL(ERR_FORMAT, "a status out of range");
    if (has_control(bytes_of(line.p + 12, line.n - 12)))
        return FAIL(ERR_FORMAT, "a control character in a status line");
    out->status = status;
    return OK;
}

struct err http_response_decode(struct bytes in, struct http_response *out, bool *complete)
{
    struct line_reader r = {.in = in};
    struct framing framing;
    struct bytes line;
    bool more;
    int minor = 1;
    *complete = false;
    TRY(next_line(&r, &line, &more));
    if (!more)
        return OK;
    out->header_count = 0;
    TRY(decode_status_line(line, out, &minor));
    TRY(decode_headers(&r, out->headers, &out->header_count, &more));
    if (!more)
        return OK;
    TRY(decode_framing(out->headers, out->header_count, &framing));
    out->chunked = framing.chunked;
    out->has_length = framing.has_length;
    out->content_length = framing.content_length;
    out->keep_alive = minor == 1 && !lists_option(out->headers, out->header_count, "Connection", "close");
    out->head_len = r.at;
    *complete = true;
    return OK;
}
