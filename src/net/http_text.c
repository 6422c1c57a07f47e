#include "net/http.h"

/* source: RFC 6265 4.2.1: pairs of name=value with "; " between them */
static struct err cookie_in(struct bytes header, struct bytes name, struct bytes *out, bool *found)
{
    struct bytes left = header;
    while (left.n != 0) {
        const uint8_t *semi = memchr(left.p, ';', left.n);
        size_t n = semi == NULL ? left.n : (size_t)(semi - left.p);
        struct bytes pair = bytes_of(left.p, n);
        left = semi == NULL ? BYTES_EMPTY : bytes_of(semi + 1, left.n - n - 1);
        while (pair.n != 0 && pair.p[0] == ' ')
            pair = bytes_of(pair.p + 1, pair.n - 1);
        const uint8_t *eq = memchr(pair.p, '=', pair.n);
        if (eq == NULL || !bytes_equal(bytes_of(pair.p, (size_t)(eq - pair.p)), name))
            continue;
        if (*found)
            return FAIL(ERR_FORMAT, "a cookie that is there twice");
        *found = true;
        *out = bytes_of(eq + 1, pair.n - name.n - 1);
    }
    return OK;
}

static bool is_cookie_header(struct bytes name)
{
    struct bytes want = BYTES_LIT("cookie");
    if (name.n != want.n)
        return false;
    for (size_t i = 0; i < name.n; i++)
        if ((name.p[i] | 0x20) != want.p[i])
            return false;
    return true;
}

struct err http_cookie_find(const struct http_request *r, const char *name, struct bytes *out)
{
    struct bytes value = BYTES_EMPTY;
    bool found = false;
    for (size_t i = 0; i < r->header_count; i++)
        if (is_cookie_header(r->headers[i].name))
            TRY(cookie_in(r->headers[i].value, bytes_of_text(name), &value, &found));
    if (!found)
        return FAIL(ERR_ABSENT, "no such cookie");
    *out = value;
    return OK;
}

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

struct err http_percent_decode(struct arena *a, struct bytes raw, struct bytes *out)
{
    uint8_t *p;
    size_t n = 0;
    TRY(arena_array(a, raw.n, &p));
    for (size_t i = 0; i < raw.n; i++) {
        uint8_t c = raw.p[i];
        if (c == '%') {
            int high = raw.n - i > 2 ? hex_digit(raw.p[i + 1]) : -1;
            int low = raw.n - i > 2 ? hex_digit(raw.p[i + 2]) : -1;
            if (high < 0 || low < 0)
                return FAIL(ERR_FORMAT, "a broken escape");
            c = (uint8_t)(high * 16 + low);
            i += 2;
        }
        if (c == 0)
            return FAIL(ERR_FORMAT, "a NUL in the text");
        p[n++] = c;
    }
    if (!bytes_is_utf8(bytes_of(p, n)))
        return FAIL(ERR_FORMAT, "the text is not UTF-8");
    *out = bytes_of(p, n);
    return OK;
}
