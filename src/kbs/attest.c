#include "codec/base64.h"
#include "kbs/exchange.h"

static struct err initdata_member(struct arena *a, struct bytes initdata, const struct json **out)
{
    struct json_object o;
    if (initdata.n == 0)
        return json_new_null(a, out);
    json_object_init(&o, a);
    json_object_text(&o, "format", "toml");
    json_object_string(&o, "body", initdata);
    return json_object_end(&o, out);
}

static struct err encode_body(struct kbs_session *s, const struct json *primary, struct bytes initdata, struct buf *out)
{
    struct json_object evidence, runtime, body;
    const struct json *claims, *evidence_v, *runtime_v, *initdata_v, *body_v;
    struct bytes unused;
    TRY(kbs_runtime_claims(s, &claims));
    TRY(initdata_member(s->arena, initdata, &initdata_v));
    json_object_init(&evidence, s->arena);
    json_object_add(&evidence, "primary_evidence", primary);
    json_object_text(&evidence, "additional_evidence", "");
    TRY(json_object_end(&evidence, &evidence_v));
    json_object_init(&runtime, s->arena);
    json_object_string(&runtime, "nonce", s->challenge.nonce);
    json_object_add(&runtime, "tee-pubkey", json_at(claims, "tee-pubkey"));
    TRY(json_object_end(&runtime, &runtime_v));
    json_object_init(&body, s->arena);
    json_object_add(&body, "init-data", initdata_v);
    json_object_add(&body, "runtime-data", runtime_v);
    json_object_add(&body, "tee-evidence", evidence_v);
    TRY(json_object_end(&body, &body_v));
    json_encode(body_v, out);
    return buf_end(out, &unused);
}

/* The middle part of a compact JWS. Its signature is the relying party's to check: here it only says which nonce it is
 * for, so that a token of another session is noticed. */
static struct err token_payload(struct arena *a, struct bytes token, const struct json **out)
{
    const uint8_t *first = memchr(token.p, '.', token.n);
    if (first == NULL)
        return FAIL(ERR_FORMAT, "a token without parts");
    struct bytes rest = bytes_of(first + 1, (size_t)(token.p + token.n - first - 1));
    const uint8_t *second = memchr(rest.p, '.', rest.n);
    struct bytes text;
    if (second == NULL)
        return FAIL(ERR_FORMAT, "a token without a signature");
    TRY(base64_decode(a, BASE64_URL, bytes_of(rest.p, (size_t)(second - rest.p)), &text));
    return json_decode(a, text, NULL, NULL, out);
}

static struct err check_nonce(struct kbs_session *s)
{
    const struct json *payload;
    TRY_AS(REASON_GUEST_TOKEN_NONCE, token_payload(s->arena, s->token, &payload));
    const struct json *nonce = json_path(payload, "submods", "cpu0", "ear.veraison.annotated-evidence",
                                         "runtime_data_claims", "nonce", (char *)NULL);
    if (!json_is(nonce, JSON_STRING) || !bytes_equal(nonce->text, s->challenge.nonce))
        return REFUSE(ERR_UNVERIFIED, REASON_GUEST_TOKEN_NONCE, "the token is not over this session's nonce");
    return OK;
}

struct err kbs_attest(struct kbs_session *s, const struct json *primary, struct bytes initdata)
{
    const struct http_header headers[] = {{BYTES_LIT("Content-Type"), BYTES_LIT("application/json")},
                                          {BYTES_LIT("Cookie"), s->cookie},
                                          {{NULL, 0}, {NULL, 0}}};
    SCOPED(buf) struct buf body;
    struct bytes answer;
    const struct json *v;
    buf_init(&body, KBS_ANSWER_MAX);
    TRY(encode_body(s, primary, initdata, &body));
    TRY(kbs_exchange(s, "POST", "/kbs/v0/attest", headers, buf_view(&body), &answer));
    TRY(json_decode(s->arena, answer, NULL, NULL, &v));
    TRY(json_need_string(v, "token", &s->token));
    return check_nonce(s);
}
