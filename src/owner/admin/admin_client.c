#include "owner/admin/admin_client.h"

#include <limits.h>

#include "codec/base64.h"
#include "codec/hex.h"
#include "codec/toml.h"
#include "jose/jwk.h"
#include "jose/jws.h"
#include "sys/file.h"
#include "sys/process.h"

#define DEADLINE_MS 60000
#define REPLY_MAX   (8 * MIB)
#define TOKEN_LIVES 60
#define JTI_SIZE    16

struct where { /* how to reach the broker; paths are ready to be opened */
    const char *broker;
    const char *ca; /* NULL: none */
    const char *key;
};

/* A path of admin.toml is taken from the folder of that file. */
static struct err beside(struct arena *a, const char *file, struct bytes name, const char **out)
{
    SCOPED(buf) struct buf path;
    buf_init(&path, 2 * PATH_MAX);
    const char *slash = strrchr(file, '/');
    if (name.n != 0 && name.p[0] != '/' && slash != NULL)
        buf_add(&path, bytes_of(file, (size_t)(slash - file) + 1));
    buf_add(&path, name);
    struct bytes view;
    char *text;
    TRY(buf_end(&path, &view));
    TRY(arena_text(a, view, &text));
    *out = text;
    return OK;
}

static struct err read_admin_toml(struct invocation *in, struct arena *a, const char *file, struct where *out)
{
    SCOPED(buf) struct buf text;
    struct toml_fault fault = {0};
    const struct json *t;
    struct bytes broker, ca, key;
    char *url;
    buf_init(&text, 64 * KIB);
    struct err e = file_read(file, &text);
    if (failed(e)) {
        command_explain(in, "%s: cannot be read", file);
        return e;
    }
    e = toml_decode(a, buf_view(&text), &fault, &t);
    if (failed(e)) {
        command_explain(in, "%s:%zu:%zu: %s", file, fault.line, fault.column, fault.expected ? fault.expected : "");
        return e;
    }
    if (failed(json_need_string(t, "broker", &broker)) || failed(json_need_string(t, "key", &key))) {
        command_explain(in, "%s: needs the texts broker and key", file);
        return FAIL(ERR_FORMAT, "admin.toml is incomplete");
    }
    TRY(arena_text(a, broker, &url));
    out->broker = url;
    TRY(beside(a, file, key, &out->key));
    if (!failed(json_need_string(t, "ca", &ca)))
        return beside(a, file, ca, &out->ca);
    return OK;
}

static struct err find_broker(struct invocation *in, struct arena *a, struct where *out)
{
    const char *admin = command_text(in, "admin", NULL);
    *out = (struct where){.broker = command_text(in, "broker", NULL),
                          .ca = command_text(in, "ca", NULL),
                          .key = command_text(in, "key", NULL)};
    if (admin != NULL && out->broker == NULL)
        return read_admin_toml(in, a, admin, out);
    if (out->broker == NULL || out->key == NULL)
        return command_misuse(in, "--admin FILE, or --broker URL and --key FILE, is needed");
    return OK;
}

static struct err load(struct admin_client *c, const struct where *w)
{
    SCOPED(secret) struct secret pem = {0};
    SCOPED(buf) struct buf ca;
    buf_init(&ca, 1 * MIB);
    struct err e = file_read_secret(w->key, &pem);
    if (!failed(e))
        e = key_from_pem(secret_borrow(&pem), true, &c->key);
    if (failed(e)) {
        command_explain(c->in, "%s: no private key that only its owner can read", w->key);
        return e;
    }
    TRY(jwk_thumbprint(&c->arena, c->key, &c->kid));
    if (w->ca != NULL && strncmp(w->broker, "unix:", 5) != 0) {
        e = file_read(w->ca, &ca);
        if (!failed(e))
            e = tls_client_new(buf_view(&ca), &c->tls);
        if (failed(e)) {
            command_explain(c->in, "%s: no certificate", w->ca);
            return e;
        }
    }
    e = client_open(bytes_of_text(w->broker), c->tls, false, &c->client);
    if (failed(e))
        command_explain(c->in, "%s: no broker that can be reached this way (https needs --ca)", w->broker);
    return e;
}

struct err admin_open(struct invocation *in, struct admin_client *c)
{
    struct where w = {0};
    *c = (struct admin_client){.in = in};
    arena_init(&c->arena, 64 * MIB);
    struct err e = find_broker(in, &c->arena, &w);
    if (!failed(e))
        e = load(c, &w);
    if (failed(e))
        admin_close(c);
    return e;
}

void admin_close(struct admin_client *c)
{
    client_close(c->client);
    tls_client_free(c->tls);
    key_free(c->key);
    arena_clear(&c->arena);
    *c = (struct admin_client){0};
}

static struct err claims_of(struct admin_client *c, const char *method, struct bytes path, struct bytes body,
                            struct buf *out)
{
    uint8_t jti[JTI_SIZE];
    struct digest digest;
    struct json_object o;
    const struct json *claims;
    int64_t now = process_now_sec();
    TRY(random_bytes(jti, sizeof(jti)));
    TRY(hash_of(HASH_SHA256, body, &digest));
    json_object_init(&o, &c->arena);
    json_object_hex(&o, "body_sha256", digest_view(&digest));
    json_object_int(&o, "exp", now + TOKEN_LIVES);
    json_object_text(&o, "htm", method);
    json_object_string(&o, "htu", path);
    json_object_int(&o, "iat", now);
    json_object_hex(&o, "jti", BYTES_OF(jti));
    TRY(json_object_end(&o, &claims));
    json_encode(claims, out);
    return OK;
}

static struct err make_token(struct admin_client *c, const char *method, struct bytes path, struct bytes body,
                             struct buf *out)
{
    SCOPED(buf) struct buf claims;
    struct json_object o;
    const struct json *header;
    struct bytes text;
    buf_init(&claims, 64 * KIB);
    json_object_init(&o, &c->arena);
    json_object_string(&o, "kid", c->kid);
    TRY(json_object_end(&o, &header));
    TRY(claims_of(c, method, path, body, &claims));
    TRY(buf_end(&claims, &text));
    buf_text(out, "Bearer ");
    return jws_sign(c->key, header, text, out);
}

/* Everything but what a path segment may hold is escaped. source: RFC 3986 2.1, 3.3 */
static struct err encode_target(struct arena *a, struct bytes path, char **out)
{
    static const char digits[] = "0123456789ABCDEF";
    SCOPED(buf) struct buf b;
    struct bytes view;
    buf_init(&b, 16 * KIB);
    for (size_t i = 0; i < path.n; i++) {
        uint8_t ch = path.p[i];
        bool plain = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
                     (ch != 0 && strchr("-._~/", ch) != NULL);
        if (plain) {
            buf_u8(&b, ch);
        } else {
            buf_u8(&b, '%');
            buf_u8(&b, (uint8_t)digits[ch >> 4]);
            buf_u8(&b, (uint8_t)digits[ch & 15]);
        }
    }
    TRY(buf_end(&b, &view));
    return arena_text(a, view, out);
}

struct err admin_request(struct admin_client *c, const char *method, struct bytes path, const char *content_type,
                         struct bytes body, struct admin_reply *out)
{
    SCOPED(buf) struct buf token;
    struct bytes bearer;
    char *target;
    struct client_reply reply;
    buf_init(&token, 64 * KIB);
    TRY(make_token(c, method, path, body, &token));
    TRY(buf_end(&token, &bearer));
    TRY(encode_target(&c->arena, path, &target));
    struct http_header headers[3] = {
        {BYTES_LIT("Authorization"), bearer}, {{NULL, 0}, {NULL, 0}}, {{NULL, 0}, {NULL, 0}}};
    if (content_type != NULL)
        headers[1] = (struct http_header){BYTES_LIT("Content-Type"), bytes_of_text(content_type)};
    struct err e = client_exchange(c->client, method, target, headers, body, REPLY_MAX, DEADLINE_MS, &reply);
    if (failed(e)) {
        command_explain(c->in, e.code == ERR_UNVERIFIED ? "the broker's certificate does not hold"
                                                        : "the broker does not answer");
        return e;
    }
    *out = (struct admin_reply){.status = reply.status, .body = reply.body};
    return OK;
}

/* The broker's words, for a terminal. */
static void explain_refusal(struct admin_client *c, const struct admin_reply *r)
{
    const struct json *body;
    struct bytes detail = BYTES_EMPTY;
    char text[512] = "";
    if (!failed(json_decode(&c->arena, r->body, NULL, NULL, &body)) &&
        !failed(json_need_string(body, "detail", &detail)))
        for (size_t i = 0; i < detail.n && i < sizeof(text) - 1; i++)
            text[i] = detail.p[i] >= 0x20 && detail.p[i] != 0x7f ? (char)detail.p[i] : '?';
    command_explain(c->in, "the broker refused (%d): %s", r->status, text);
}

struct err admin_ask(struct admin_client *c, const char *method, struct bytes path, const char *content_type,
                     struct bytes body, struct admin_reply *out)
{
    TRY(admin_request(c, method, path, content_type, body, out));
    if (out->status == 200)
        return OK;
    explain_refusal(c, out);
    if (out->status == 404)
        return FAIL(ERR_ABSENT, "the broker has no such record");
    return out->status == 401 ? FAIL(ERR_DENIED, "the broker refused") : FAIL(ERR_PEER, "the broker cannot do it");
}

struct err admin_path(struct admin_client *c, const char *prefix, const char *name, struct bytes *out)
{
    SCOPED(buf) struct buf b;
    struct bytes view;
    buf_init(&b, 4 * KIB);
    buf_text(&b, prefix);
    buf_text(&b, name);
    TRY(buf_end(&b, &view));
    return arena_copy(&c->arena, view, out);
}

static struct err print_entries(struct admin_client *c, struct bytes body)
{
    const struct json *list;
    TRY(json_decode(&c->arena, body, NULL, NULL, &list));
    if (c->in->is_json)
        return command_print_json(c->in, list);
    for (size_t i = 0; json_is(list, JSON_ARRAY) && i < list->count; i++) {
        struct bytes name, at;
        int64_t version;
        TRY(json_need_string(list->items[i], "name", &name));
        TRY(json_need_string(list->items[i], "changed_at", &at));
        TRY(json_need_int(list->items[i], "version", 0, INT64_MAX, &version));
        command_print_bytes(c->in->out, name);
        fprintf(c->in->out, "  version %lld  ", (long long)version);
        command_print_bytes(c->in->out, at);
        fputc('\n', c->in->out);
    }
    return OK;
}

struct err admin_list(struct invocation *in, const char *kind)
{
    struct admin_client c;
    struct admin_reply reply = {0};
    struct bytes path;
    TRY(admin_open(in, &c));
    struct err e = admin_path(&c, "/casemate/v0/list/", kind, &path);
    if (!failed(e))
        e = admin_ask(&c, "GET", path, NULL, BYTES_EMPTY, &reply);
    if (!failed(e))
        e = print_entries(&c, reply.body);
    admin_close(&c);
    return e;
}

struct err admin_delete(struct invocation *in, const char *kind, const char *name)
{
    struct admin_client c;
    struct admin_reply reply = {0};
    struct bytes path;
    char prefix[64];
    snprintf(prefix, sizeof(prefix), "/casemate/v0/record/%s/", kind);
    TRY(admin_open(in, &c));
    struct err e = admin_path(&c, prefix, name, &path);
    if (!failed(e))
        e = admin_ask(&c, "DELETE", path, NULL, BYTES_EMPTY, &reply);
    admin_close(&c);
    return e;
}
