#include "base/limits.h"
#include "broker/keys/group.h"
#include "broker/keys/workers.h"
#include "codec/base64.h"
#include "codec/hex.h"

/* POST auth: a nonce, and for a TPM a credential that only the TPM of the named endorsement key opens. */

static bool tee_is_open(const struct keys *k, enum tee tee)
{
    /* SE needs a challenge of its own that nobody makes here yet. */
    if (tee == TEE_NONE || tee >= TEE_COUNT || tee == TEE_SE)
        return false;
    if (tee == TEE_SAMPLE || tee == TEE_SAMPLEDEVICE)
        return settings_bool(k->settings, SETTING_VERIFIER_SAMPLE_INSECURE_ENABLED);
    return true;
}

/* {"nonce":…,"extra-params":…} with "" for clients that asked for nothing. */
static struct err encode_challenge(const struct session *s, struct bytes credential, struct buf *out)
{
    char nonce[45];
    TRY(session_nonce_text(s, nonce));
    buf_text(out, "{\"nonce\":\"");
    buf_text(out, nonce);
    if (credential.n == 0) {
        buf_text(out, "\",\"extra-params\":\"\"}");
    } else {
        buf_text(out, "\",\"extra-params\":{\"tpm\":{\"credential\":\"");
        base64_encode(BASE64_PADDED, credential, out);
        buf_text(out, "\"}}}");
    }
    struct bytes unused;
    return buf_end(out, &unused);
}

static void reply_challenge(const struct caller *c, struct arena *a, const struct session *s, struct bytes credential)
{
    struct keys *k = c->keys;
    SCOPED(buf) struct buf body;
    buf_init(&body, 8 * KIB);
    struct bytes cookie = BYTES_EMPTY;
    struct err e = session_seal(&k->sessions, a, s, keys_now_sec(k), &cookie);
    if (!failed(e))
        e = encode_challenge(s, credential, &body);
    if (failed(e)) {
        reply_error(c, KBS_ERROR_UNAVAILABLE, e.reason, BYTES_EMPTY);
        return;
    }
    reply_now(c, &(struct keys_reply){.content = KEYS_CONTENT_JSON,
                                      .expires_at = (uint64_t)s->expires_at_sec,
                                      .cookie = cookie,
                                      .detail = BYTES_EMPTY,
                                      .body = buf_view(&body)});
}

void keys_on_auth(const struct caller *c, struct arena *a, const struct keys_auth *m)
{
    struct keys *k = c->keys;
    if (!tee_is_open(k, (enum tee)m->tee)) {
        struct err why = REFUSE(ERR_UNSUPPORTED, REASON_REQUEST_TEE, "this TEE is not enabled");
        refusal_audit(c, "auth", BYTES_EMPTY, BYTES_EMPTY, BYTES_EMPTY, why, NULL);
        reply_error(c, KBS_ERROR_AUTH, why.reason, BYTES_LIT("the TEE is not enabled"));
        return;
    }
    struct session s;
    struct err e =
        session_begin((enum tee)m->tee, keys_now_sec(k), settings_int(k->settings, SETTING_SESSION_LIFETIME), &s);
    if (failed(e)) {
        reply_error(c, KBS_ERROR_UNAVAILABLE, e.reason, BYTES_EMPTY);
        return;
    }
    if (m->tee != TEE_TPM || m->ek_cert.n == 0) {
        reply_challenge(c, a, &s, BYTES_EMPTY);
        return;
    }
    struct pending *p;
    e = pending_new(c, APPRAISE_MAKE_CREDENTIAL, &s, m->ek_cert, m->ak, &p);
    if (failed(e)) {
        reply_error(c, KBS_ERROR_UNAVAILABLE, e.reason, BYTES_EMPTY);
        return;
    }
    workers_submit(k, p);
}

static struct err take_credential(struct session *s, const struct appraise_credential *m)
{
    if (m->code != ERR_OK)
        return REFUSE(m->code == ERR_UNSET || m->code > ERR_BUG ? ERR_BUG : m->code,
                      m->reason < REASON_COUNT ? m->reason : REASON_EVIDENCE_MALFORMED, "the worker refused");
    if (m->ak_name.n == 0 || m->ak_name.n > SESSION_NAME_MAX || m->ek_digest.n != sizeof(s->ek_digest) ||
        m->credential.n == 0 || m->credential.n > 2 * KIB)
        return FAIL(ERR_BUG, "a credential of impossible size");
    memcpy(s->ak_name, m->ak_name.p, m->ak_name.n);
    s->ak_name_len = m->ak_name.n;
    memcpy(s->ek_digest, m->ek_digest.p, m->ek_digest.n);
    s->has_tpm = true;
    return OK;
}

void auth_on_credential(struct keys *k, struct arena *a, const struct pending *p, const struct appraise_credential *m)
{
    struct caller c = pending_caller(k, p);
    struct session s = p->session;
    struct err e = take_credential(&s, m);
    if (failed(e)) {
        struct bytes session = BYTES_EMPTY;
        if (failed(hex_encode_arena(a, BYTES_OF(s.id), &session)))
            session = BYTES_EMPTY;
        refusal_audit(&c, "auth", session, BYTES_EMPTY, BYTES_EMPTY, e, NULL);
        reply_error(&c, KBS_ERROR_AUTH, e.reason, BYTES_LIT("the TPM's keys are refused"));
        return;
    }
    reply_challenge(&c, a, &s, m->credential);
}
