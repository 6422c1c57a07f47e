#include "base/limits.h"
#include "broker/front/front.h"
#include "broker/ipc/kbs_error.h"

/* Which request goes where. source: docs/openapi.yaml, paths */

#define PREFIX "/kbs/v0/"

void front_empty(struct exchange *x, int status)
{
    static const struct http_header allow[] = {
        {{(const uint8_t *)"Allow", 5}, {(const uint8_t *)"GET, POST, PUT, DELETE", 22}}, {{NULL, 0}, {NULL, 0}}};
    server_answer(x, status, NULL, status == 405 ? allow : NULL, BYTES_EMPTY);
}

void front_error(struct exchange *x, uint16_t error, struct bytes detail)
{
    SCOPED(buf) struct buf body;
    buf_init(&body, 16 * KIB);
    kbs_error_body(error, detail, &body);
    server_answer(x, kbs_error_status(error), NULL, NULL, buf_view(&body));
}

/* A header that may be absent; one that is there twice refuses the request. */
static bool optional_header(const struct http_request *r, const char *name, struct bytes *out)
{
    struct err e = http_header_find(r->headers, r->header_count, name, out);
    if (e.code == ERR_ABSENT)
        *out = BYTES_EMPTY;
    return !failed(e) || e.code == ERR_ABSENT;
}

static bool find_cookie(const struct http_request *r, struct bytes *out)
{
    struct err e = http_cookie_find(r, "kbs-session-id", out);
    if (failed(e) || out->n > COOKIE_MAX)
        *out = BYTES_EMPTY;
    return true;
}

static bool find_bearer(const struct http_request *r, struct bytes *out)
{
    struct bytes value;
    if (!optional_header(r, "Authorization", &value))
        return false;
    struct bytes scheme = BYTES_LIT("Bearer ");
    *out = BYTES_EMPTY;
    if (bytes_starts(value, scheme))
        *out = bytes_of(value.p + scheme.n, value.n - scheme.n);
    return true;
}

/* The query as pairs of (length, bytes), decoded; '+' is a space as in forms. */
static struct err encode_query(struct arena *a, struct bytes query, struct buf *out)
{
    struct bytes left = query;
    while (left.n != 0) {
        const uint8_t *amp = memchr(left.p, '&', left.n);
        struct bytes pair = bytes_of(left.p, amp == NULL ? left.n : (size_t)(amp - left.p));
        left = amp == NULL ? BYTES_EMPTY : bytes_of(amp + 1, left.n - pair.n - 1);
        if (pair.n == 0)
            continue;
        const uint8_t *eq = memchr(pair.p, '=', pair.n);
        size_t key_n = eq == NULL ? pair.n : (size_t)(eq - pair.p);
        struct bytes part[2] = {bytes_of(pair.p, key_n),
                                eq == NULL ? BYTES_EMPTY : bytes_of(eq + 1, pair.n - key_n - 1)};
        for (int i = 0; i < 2; i++) {
            uint8_t *plus;
            TRY(arena_array(a, part[i].n + 1, &plus));
            for (size_t j = 0; j < part[i].n; j++)
                plus[j] = part[i].p[j] == '+' ? ' ' : part[i].p[j];
            struct bytes decoded;
            TRY(http_percent_decode(a, bytes_of(plus, part[i].n), &decoded));
            ipc_put_bytes(out, decoded);
        }
    }
    struct bytes unused;
    return buf_end(out, &unused);
}

static void pass_attest(struct front *f, struct exchange *x, const struct http_request *r, struct bytes body)
{
    struct keys_attest m = {.peer = exchange_peer(x), .body = body};
    f->counts.attest_requests++;
    find_cookie(r, &m.cookie);
    SCOPED(buf) struct buf message;
    buf_init(&message, body.n + 2 * COOKIE_MAX);
    keys_attest_encode(&m, &message);
    front_pass(f, x, FRONT_ATTEST, KEYS_ATTEST, buf_view(&message));
}

static void pass_resource(struct front *f, struct exchange *x, const struct http_request *r, struct bytes rest)
{
    SCOPED(buf) struct buf query;
    buf_init(&query, HTTP_HEAD_MAX * 4);
    struct keys_resource m = {.peer = exchange_peer(x), .method = r->method_text, .path = rest};
    if (failed(encode_query(exchange_arena(x), r->query, &query))) {
        front_empty(x, 400);
        return;
    }
    m.query = buf_view(&query);
    find_cookie(r, &m.cookie);
    if (!find_bearer(r, &m.bearer)) {
        front_empty(x, 400);
        return;
    }
    SCOPED(buf) struct buf message;
    buf_init(&message, 8 * HTTP_HEAD_MAX);
    keys_resource_encode(&m, &message);
    front_pass(f, x, FRONT_RESOURCE, KEYS_RESOURCE, buf_view(&message));
}

static void pass_admin(struct front *f, struct exchange *x, const struct http_request *r, struct bytes path,
                       struct bytes body)
{
    struct keys_admin m = {
        .peer = exchange_peer(x), .method = r->method_text, .path = path, .query = BYTES_EMPTY, .body = body};
    if (!find_bearer(r, &m.bearer) || !optional_header(r, "Content-Type", &m.content_type)) {
        front_empty(x, 400);
        return;
    }
    SCOPED(buf) struct buf message;
    buf_init(&message, body.n + 8 * HTTP_HEAD_MAX);
    keys_admin_encode(&m, &message);
    front_pass(f, x, FRONT_ADMIN, KEYS_ADMIN, buf_view(&message));
}

static bool is_segment(struct bytes rest, const char *name)
{
    struct bytes want = bytes_of_text(name);
    return bytes_starts(rest, want) && (rest.n == want.n || rest.p[want.n] == '/');
}

/* The routes that upstream gives to administrators: they live on the administrator's listener only. */
static bool is_admin_route(const struct http_request *r, struct bytes rest)
{
    bool get = r->method == HTTP_GET;
    bool post = r->method == HTTP_POST;
    return (post && is_segment(rest, "attestation-policy")) || ((get || post) && is_segment(rest, "resource-policy")) ||
           ((get || post) && is_segment(rest, "reference-value")) ||
           ((post || r->method == HTTP_DELETE) && is_segment(rest, "resource"));
}

static void route_kbs(struct front *f, struct exchange *x, const struct http_request *r, struct bytes path,
                      struct bytes body)
{
    struct bytes rest = bytes_of(path.p + sizeof(PREFIX) - 1, path.n - (sizeof(PREFIX) - 1));
    bool known = r->method == HTTP_GET || r->method == HTTP_POST || r->method == HTTP_PUT || r->method == HTTP_DELETE;
    if (!known)
        front_empty(x, 405);
    else if (f->is_admin)
        pass_admin(f, x, r, path, body);
    else if (r->method == HTTP_POST && is_segment(rest, "auth"))
        front_auth(f, x, body);
    else if (r->method == HTTP_POST && is_segment(rest, "attest"))
        pass_attest(f, x, r, body);
    else if (is_admin_route(r, rest))
        front_error(x, is_segment(rest, "resource") ? KBS_ERROR_ADMIN_AUTH_INITIALIZATION : KBS_ERROR_ADMIN_AUTH_ACCESS,
                    BYTES_LIT("administration has a listener of its own"));
    else
        pass_resource(f, x, r, rest);
}

void front_route(void *front, struct exchange *x, const struct http_request *r, struct bytes body)
{
    struct front *f = front;
    struct bytes path;
    f->counts.http_requests++;
    f->counts.request_bytes += body.n;
    if (failed(http_percent_decode(exchange_arena(x), r->path, &path))) {
        front_empty(x, 400);
        return;
    }
    if (bytes_is(path, "/healthz"))
        front_empty(x, r->method == HTTP_GET ? 200 : 405);
    else if (bytes_is(path, "/readyz"))
        front_empty(x, r->method != HTTP_GET ? 405 : f->keys_ready ? 200 : 503);
    else if (bytes_starts(path, BYTES_LIT(PREFIX)))
        route_kbs(f, x, r, path, body);
    else if (f->is_admin && bytes_starts(path, BYTES_LIT("/casemate/v0/")))
        pass_admin(f, x, r, path, body);
    else
        front_empty(x, 404);
}
