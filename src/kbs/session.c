#include "kbs/kbs.h"

#include "codec/hex.h"
#include "jose/jwk.h"
#include "kbs/exchange.h"
#include "rats/runtime_data.h"

#define TEE_KEY_ALG "ECDH-ES+A256KW"

void kbs_open(struct kbs_session *s, struct client *client, struct arena *arena)
{
    *s = (struct kbs_session){
        .client = client, .arena = arena, .cookie = BYTES_EMPTY, .token = BYTES_EMPTY, .error_type = BYTES_EMPTY};
}

void kbs_close(struct kbs_session *s)
{
    key_free(s->tee_key);
    *s = (struct kbs_session){0};
}

/* The variant stands behind the last slash of "type". source: spec/kbs.md 1.3 */
static void read_refusal(struct kbs_session *s, struct bytes body)
{
    const struct json *v;
    struct bytes type;
    s->error_type = BYTES_EMPTY;
    if (failed(json_decode(s->arena, body, NULL, NULL, &v)) || failed(json_need_string(v, "type", &type)))
        return;
    for (size_t i = type.n; i > 0; i--)
        if (type.p[i - 1] == '/') {
            s->error_type = bytes_of(type.p + i, type.n - i);
            return;
        }
}

struct err kbs_exchange(struct kbs_session *s, const char *method, const char *target,
                        const struct http_header *headers, struct bytes body, struct bytes *answer)
{
    struct client_reply reply;
    TRY(client_exchange(s->client, method, target, headers, body, KBS_ANSWER_MAX, KBS_DEADLINE_MS, &reply));
    s->status = reply.status;
    if (reply.status != 200) {
        read_refusal(s, reply.body);
        return FAIL(ERR_DENIED, "the broker refused");
    }
    if (reply.set_cookie.n != 0)
        TRY(arena_copy(s->arena, reply.set_cookie, &s->cookie));
    return arena_copy(s->arena, reply.body, answer);
}

static struct err encode_request(struct arena *a, const char *tee, const struct json *extra, struct buf *out)
{
    struct json_object o;
    const struct json *request;
    struct bytes unused;
    json_object_init(&o, a);
    json_object_text(&o, "version", "0.4.0");
    json_object_text(&o, "tee", tee);
    if (extra != NULL)
        json_object_add(&o, "extra-params", extra);
    else
        json_object_text(&o, "extra-params", "");
    TRY(json_object_end(&o, &request));
    json_encode(request, out);
    return buf_end(out, &unused);
}

static struct err read_challenge(struct kbs_session *s, struct bytes answer)
{
    const struct json *v;
    struct digest d;
    struct bytes hex;
    TRY(json_decode(s->arena, answer, NULL, NULL, &v));
    TRY(json_need_string(v, "nonce", &s->challenge.nonce));
    if (s->challenge.nonce.n == 0 || s->challenge.nonce.n > 256)
        return FAIL(ERR_FORMAT, "a nonce of impossible length");
    s->challenge.extra_params = json_at(v, "extra-params");
    TRY(hash_of(HASH_SHA256, s->challenge.nonce, &d));
    TRY(hex_encode_arena(s->arena, digest_view(&d), &hex));
    memcpy(s->challenge.session, hex.p, 64);
    s->challenge.session[64] = '\0';
    return OK;
}

struct err kbs_auth(struct kbs_session *s, const char *tee, const struct json *extra_params)
{
    static const struct http_header headers[] = {
        {{(const uint8_t *)"Content-Type", 12}, {(const uint8_t *)"application/json", 16}}, {{NULL, 0}, {NULL, 0}}};
    SCOPED(buf) struct buf request;
    struct bytes answer;
    buf_init(&request, 64 * KIB);
    TRY(encode_request(s->arena, tee, extra_params, &request));
    TRY(kbs_exchange(s, "POST", "/kbs/v0/auth", headers, buf_view(&request), &answer));
    TRY(read_challenge(s, answer));
    key_free(s->tee_key);
    s->tee_key = NULL;
    return key_generate(KEY_EC_P256, &s->tee_key);
}

struct err kbs_runtime_claims(struct kbs_session *s, const struct json **out)
{
    const struct json *jwk;
    const struct bytes none = BYTES_EMPTY;
    if (s->tee_key == NULL)
        return FAIL(ERR_STATE, "no challenge yet");
    TRY(jwk_encode(s->arena, s->tee_key, TEE_KEY_ALG, &jwk));
    return runtime_data_claims(s->arena, s->challenge.nonce, jwk, &none, out);
}

struct err kbs_report_data(struct kbs_session *s, struct digest *out)
{
    const struct json *claims;
    TRY(kbs_runtime_claims(s, &claims));
    return runtime_data_digest(claims, HASH_SHA384, out);
}
