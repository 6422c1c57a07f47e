#include "base/limits.h"
#include "broker/keys/group.h"
#include "broker/keys/token.h"
#include "broker/keys/workers.h"
#include "codec/hex.h"
#include "jose/jwe.h"
#include "jose/jwk.h"

/*
 * POST attest: a ticket for one worker, then the worker's verdict turned into a token. keys checks session, nonce, body
 * and TEE key itself: a front cannot forge a verdict, and a worker cannot answer for another session.
 */

static struct err begin(const struct caller *c, struct arena *a, const struct keys_attest *m, struct pending **out)
{
    struct keys *k = c->keys;
    if (m->cookie.n == 0)
        return REFUSE(ERR_STATE, REASON_SESSION_MISSING, "attest without a session");
    struct session s;
    TRY(session_open(&k->sessions, a, m->cookie, keys_now_sec(k), &s));
    struct digest digest;
    TRY(hash_of(HASH_SHA256, m->body, &digest));
    TRY(pending_new(c, APPRAISE_TICKET, &s, m->body, BYTES_EMPTY, out));
    memcpy((*out)->body_digest, digest.p, sizeof((*out)->body_digest));
    return OK;
}

void keys_on_attest(const struct caller *c, struct arena *a, const struct keys_attest *m)
{
    struct pending *p = NULL;
    struct err e = begin(c, a, m, &p);
    if (failed(e)) {
        refusal_audit(c, "attest", BYTES_EMPTY, BYTES_EMPTY, BYTES_EMPTY, e, NULL);
        reply_error(c, e.code == ERR_NOMEM ? KBS_ERROR_UNAVAILABLE : KBS_ERROR_ATTEST, e.reason, BYTES_EMPTY);
        return;
    }
    workers_submit(c->keys, p);
}

/* What a verdict must be about: this body, this nonce, and a TEE key that can be encrypted to. */
static struct err check_verdict(struct arena *a, const struct pending *p, const struct appraise_verdict *m)
{
    if (m->code != ERR_OK) {
        uint16_t code = m->code == ERR_UNSET || m->code > ERR_BUG ? (uint16_t)ERR_BUG : m->code;
        return REFUSE(code, m->reason < REASON_COUNT ? m->reason : REASON_EVIDENCE_MALFORMED, "refused by appraisal");
    }
    char nonce[45];
    TRY(session_nonce_text(&p->session, nonce));
    if (!bytes_equal_ct(m->body_digest, BYTES_OF(p->body_digest)) || !bytes_is(m->nonce, nonce))
        return REFUSE(ERR_UNVERIFIED, REASON_SESSION_TICKET, "the verdict is about something else");
    const struct json *jwk;
    TRY_AS(REASON_KEY_MALFORMED, json_decode(a, m->tee_key, NULL, NULL, &jwk));
    struct bytes alg = BYTES_EMPTY;
    SCOPED_KEY struct key *key = NULL;
    TRY_AS(REASON_KEY_MALFORMED, jwk_decode(jwk, &key, &alg));
    TRY_AS(REASON_KEY_MALFORMED, jwe_key_usable(key, alg));
    return OK;
}

struct attested { /* what the reply and the record need */
    struct bytes token;
    struct bytes cookie;
    struct bytes session_hex;
    struct bytes evidence_hex;
};

static struct err record(struct keys *k, struct arena *a, const struct pending *p, const struct appraise_verdict *m,
                         const struct attested *t)
{
    const struct json *findings = NULL;
    if (m->findings.n != 0)
        TRY(json_decode(a, m->findings, NULL, NULL, &findings));
    struct audit_event event = {.kind = "attest",
                                .session = t->session_hex,
                                .subject = bytes_of_text(tee_wire(p->session.tee)),
                                .evidence = t->evidence_hex,
                                .has_verdict = true,
                                .verdict = m->verdict <= VERDICT_AFFIRMING ? (enum verdict)m->verdict : VERDICT_NONE,
                                .reason = m->appraisal_reason,
                                .rule = BYTES_EMPTY,
                                .detail = findings};
    return group_audit(k, &event);
}

/* The row that makes the session single-use. A second use with the same body gets the token of the first. */
static struct err spend(struct keys *k, struct arena *a, const struct pending *p, struct bytes *token, bool *is_repeat)
{
    TRY(group_transaction(k));
    struct bytes id = BYTES_OF(p->session.id);
    struct err e = store_spend(k->store, id, BYTES_OF(p->body_digest), *token, p->session.expires_at_sec);
    *is_repeat = false;
    if (e.code != ERR_STALE)
        return e;
    struct bytes digest;
    TRY(store_spent_find(k->store, a, id, &digest, token));
    if (!bytes_equal_ct(digest, BYTES_OF(p->body_digest)))
        return REFUSE(ERR_STALE, REASON_SESSION_SPENT, "the session was used for another attestation");
    *is_repeat = true;
    return OK;
}

static struct err attested(struct keys *k, struct arena *a, const struct pending *p, const struct appraise_verdict *m,
                           struct attested *t)
{
    TRY(check_verdict(a, p, m));
    const struct json *submods;
    TRY(json_decode(a, m->submods, NULL, NULL, &submods));
    TRY(token_issue(k, a, submods, &t->token));
    bool is_repeat;
    TRY(spend(k, a, p, &t->token, &is_repeat));
    if (!is_repeat)
        TRY(record(k, a, p, m, t));
    struct session s = p->session;
    s.state = SESSION_ATTESTED;
    return session_seal(&k->sessions, a, &s, keys_now_sec(k), &t->cookie);
}

static void reply_token(const struct caller *c, const struct pending *p, const struct attested *t)
{
    SCOPED(buf) struct buf body;
    buf_init(&body, 3 * TOKEN_MAX);
    buf_text(&body, "{\"token\":\"");
    buf_add(&body, t->token);
    buf_text(&body, "\"}");
    group_reply(c, &(struct keys_reply){.content = KEYS_CONTENT_JSON,
                                        .expires_at = (uint64_t)p->session.expires_at_sec,
                                        .cookie = t->cookie,
                                        .detail = BYTES_EMPTY,
                                        .body = buf_view(&body)});
}

static struct err name_it(struct arena *a, const struct pending *p, struct attested *t)
{
    t->session_hex = BYTES_EMPTY;
    t->evidence_hex = BYTES_EMPTY;
    TRY(hex_encode_arena(a, BYTES_OF(p->session.id), &t->session_hex));
    return hex_encode_arena(a, BYTES_OF(p->body_digest), &t->evidence_hex);
}

bool attest_on_verdict(struct keys *k, struct arena *a, const struct pending *p, const struct appraise_verdict *m)
{
    struct caller c = pending_caller(k, p);
    if (m->generation != p->generation || p->generation != k->trust_generation)
        return true;
    struct attested t;
    struct err e = name_it(a, p, &t);
    if (!failed(e))
        e = attested(k, a, p, m, &t);
    if (!failed(e)) {
        reply_token(&c, p, &t);
        return false;
    }
    const struct json *findings = NULL;
    if (m->findings.n != 0 && failed(json_decode(a, m->findings, NULL, NULL, &findings)))
        findings = NULL;
    refusal_audit(&c, "attest", t.session_hex, t.evidence_hex, bytes_of_text(tee_wire(p->session.tee)), e, findings);
    bool ours = e.code == ERR_IO || e.code == ERR_NOMEM || e.code == ERR_BUG;
    reply_error(&c, ours ? KBS_ERROR_UNAVAILABLE : KBS_ERROR_ATTEST, e.reason, BYTES_EMPTY);
    return false;
}
