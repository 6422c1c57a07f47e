#include "base/limits.h"
#include "broker/appraise/appraise.h"
#include "codec/hex.h"
#include "rats/evidence.h"
#include "rats/initdata.h"
#include "rats/runtime_data.h"
#include "rats/tpm_credential.h"
#include "verifier/tpm_ek.h"

struct appraising { /* one evidence on its way */
    const struct trust *trust;
    struct arena *a;
    const struct appraise_ticket *ticket;
    struct evidence evidence;
    struct initdata initdata;
    const struct json *runtime_claims;
    struct digest report_data;
    enum verdict verdict;
    uint16_t reason;
    struct buf *submods;
    struct buf *findings;
};

/* The body, its nonce, its key and its initdata: everything that the hardware's signature must cover. */
static struct err read_body(struct appraising *x)
{
    struct evidence *ev = &x->evidence;
    TRY_AS(REASON_EVIDENCE_MALFORMED, evidence_decode(x->a, x->ticket->body, ev));
    if (!bytes_equal_ct(ev->nonce, x->ticket->nonce))
        return REFUSE(ERR_UNVERIFIED, REASON_NONCE_MISMATCH, "another nonce than the session's");
    TRY_AS(REASON_KEY_MALFORMED,
           runtime_data_claims(x->a, ev->nonce, ev->tee_pubkey, &ev->additional_text, &x->runtime_claims));
    TRY(runtime_data_digest(x->runtime_claims, HASH_SHA384, &x->report_data));
    if (ev->has_initdata)
        TRY_AS(REASON_INITDATA_MALFORMED, initdata_decode(x->a, ev->initdata_text, &x->initdata));
    else if (!x->trust->initdata_optional)
        return REFUSE(ERR_UNVERIFIED, REASON_INITDATA_ABSENT, "no initdata came with the evidence");
    return OK;
}

static bool tee_is_enabled(const struct trust *t, enum tee tee)
{
    return (tee != TEE_SAMPLE && tee != TEE_SAMPLEDEVICE) || t->allow_sample;
}

static struct err run_verifier(struct appraising *x, enum tee tee, const struct json *evidence,
                               const struct session_binding *binding, struct verified *out)
{
    const struct verifier *v = tee_is_enabled(x->trust, tee) ? verifier_find(tee) : NULL;
    if (v == NULL)
        return REFUSE(ERR_UNSUPPORTED, REASON_EVIDENCE_TEE, "no verifier for this TEE is enabled");
    return v->verify(x->a, evidence, &x->trust->endorsements, &x->trust->options, binding, (int64_t)x->ticket->now,
                     out);
}

static struct err annotate(struct appraising *x, enum tee tee, const struct verified *v, bool is_primary,
                           const struct json *claims, const struct json *runtime_claims, const struct json **out)
{
    struct json_object o;
    json_object_init(&o, x->a);
    json_object_add(&o, tee_wire(tee), claims);
    if (v->report_data != NULL) {
        json_object_add(&o, "report_data", v->report_data);
        json_object_add(&o, "runtime_data_claims", runtime_claims);
    }
    if (is_primary && v->init_data != NULL) {
        json_object_add(&o, "init_data", v->init_data);
        if (x->evidence.has_initdata)
            json_object_add(&o, "init_data_claims", x->initdata.claims);
        else
            json_object_null(&o, "init_data_claims");
    }
    return json_object_end(&o, out);
}

static struct err findings_json(struct appraising *x, const struct appraisal *ap)
{
    buf_text(x->findings, "{\"findings\":[");
    for (size_t i = 0; i < ap->finding_count; i++) {
        const struct appraisal_finding *f = &ap->findings[i];
        const struct json *line;
        struct json_object o;
        json_object_init(&o, x->a);
        json_object_text(&o, "claim", f->claim);
        json_object_text(&o, "reference", f->reference);
        json_object_text(&o, "reason", reason_code(f->reason));
        json_object_text(&o, "threat", reason_threat(f->reason));
        json_object_string(&o, "found", f->found);
        if (f->expected != NULL)
            json_object_add(&o, "expected", f->expected);
        TRY(json_object_end(&o, &line));
        if (i != 0)
            buf_text(x->findings, ",");
        json_encode(line, x->findings);
    }
    buf_text(x->findings, "]}");
    return OK;
}

static void put_submod(struct appraising *x, const char *name, const struct appraisal *ap, const struct json *annotated)
{
    bool first = true;
    buf_text(x->submods, x->submods->n == 0 ? "[{\"name\":" : ",{\"name\":");
    json_quote(bytes_of_text(name), x->submods);
    buf_text(x->submods, ",\"policy\":\"default\",\"vector\":{");
    for (int i = 0; i < EAR_CLAIM_COUNT; i++) {
        if (!ap->vector.is_set[i])
            continue;
        buf_text(x->submods, first ? "" : ",");
        first = false;
        json_quote(bytes_of_text(ear_claim_name((enum ear_claim)i)), x->submods);
        buf_text(x->submods, ":");
        buf_decimal(x->submods, ap->vector.value[i]);
    }
    buf_text(x->submods, "},\"annotated\":");
    json_encode(annotated, x->submods);
    if (ap->extensions != NULL) {
        buf_text(x->submods, ",\"extensions\":");
        json_encode(ap->extensions, x->submods);
    }
    buf_text(x->submods, "}");
}

static struct err appraise(struct appraising *x, enum tee tee, const struct verified *v, const struct json *input,
                           struct appraisal *out)
{
    const struct attestation_policy *policy = trust_policy(x->trust, tee_class(tee));
    const struct default_appraisal otherwise = {.policy = x->trust->builtin,
                                                .tee = tee,
                                                .verified = v,
                                                .has_initdata = x->evidence.has_initdata,
                                                .input = input,
                                                .references = x->trust->references,
                                                .now_sec = (int64_t)x->ticket->now};
    if (policy == NULL)
        return appraise_default(x->a, &otherwise, out);
    return appraise_policy(x->a, policy, v, input, x->trust->references, (int64_t)x->ticket->now, out);
}

/* A token without the event log: three quarters of it, which attestation policies have read already. The digests of the
 * measured parts, drawn out of the log, stay. */
static struct err token_claims(struct appraising *x, const struct verified *v, const struct json **out)
{
    struct json_member *members;
    size_t count = 0;
    *out = v->claims;
    if (!json_is(json_at(v->claims, "event_log"), JSON_ARRAY))
        return OK;
    TRY(arena_array(x->a, v->claims->count, &members));
    for (size_t i = 0; i < v->claims->count; i++)
        if (!bytes_is(v->claims->members[i].key, "event_log"))
            members[count++] = v->claims->members[i];
    return json_new_object(x->a, members, count, out);
}

/* What stands in the token of it. source: spec/kbs.md 2.3, verbose_token */
static struct err annotate_token(struct appraising *x, enum tee tee, const struct verified *v, bool is_primary,
                                 const struct json **out)
{
    const struct json *claims;
    const struct json *runtime;
    struct json_object o;
    TRY(token_claims(x, v, &claims));
    if (x->trust->verbose_tokens)
        return annotate(x, tee, v, is_primary, claims, x->runtime_claims, out);
    json_object_init(&o, x->a);
    json_object_add(&o, "nonce", json_at(x->runtime_claims, "nonce"));
    json_object_add(&o, "tee-pubkey", json_at(x->runtime_claims, "tee-pubkey"));
    TRY(json_object_end(&o, &runtime));
    return annotate(x, tee, v, is_primary, claims, runtime, out);
}

static struct err submod(struct appraising *x, enum tee tee, const struct verified *v, unsigned index, bool is_primary)
{
    char name[16];
    const struct json *input;
    const struct json *annotated;
    struct appraisal ap;
    TRY(annotate(x, tee, v, is_primary, v->claims, x->runtime_claims, &input));
    TRY(annotate_token(x, tee, v, is_primary, &annotated));
    TRY(appraise(x, tee, v, input, &ap));
    snprintf(name, sizeof(name), "%.10s%u", tee_class(tee), index % 10);
    put_submod(x, name, &ap, annotated);
    if (is_primary || ap.verdict < x->verdict) {
        x->verdict = ap.verdict;
        x->reason = ap.reason;
    }
    return is_primary ? findings_json(x, &ap) : OK;
}

static struct err primary(struct appraising *x)
{
    const struct appraise_ticket *t = x->ticket;
    struct session_binding binding = {.has_report_data = true,
                                      .report_data = digest_view(&x->report_data),
                                      .has_init_data = x->evidence.has_initdata,
                                      .init_data = digest_view(&x->initdata.digest),
                                      .nonce = t->nonce,
                                      .tpm_ak_name = t->ak_name,
                                      .tpm_credential_secret = t->secret,
                                      .tpm_ek_digest = t->ek_digest};
    struct verified v = {0};
    TRY(run_verifier(x, (enum tee)t->tee, x->evidence.primary, &binding, &v));
    return submod(x, (enum tee)t->tee, &v, 0, true);
}

/* Devices bind nonce and key alone; each is numbered within its class. */
static struct err devices(struct appraising *x)
{
    const struct json *claims;
    struct digest report_data;
    TRY(runtime_data_claims(x->a, x->evidence.nonce, x->evidence.tee_pubkey, NULL, &claims));
    TRY(runtime_data_digest(claims, HASH_SHA384, &report_data));
    struct session_binding binding = {.has_report_data = true,
                                      .report_data = digest_view(&report_data),
                                      .init_data = BYTES_EMPTY,
                                      .nonce = BYTES_EMPTY,
                                      .tpm_ak_name = BYTES_EMPTY,
                                      .tpm_credential_secret = BYTES_EMPTY,
                                      .tpm_ek_digest = BYTES_EMPTY};
    for (size_t i = 0; i < x->evidence.device_count; i++) {
        const struct evidence_device *d = &x->evidence.devices[i];
        unsigned index = 0;
        for (size_t j = 0; j < i; j++)
            index += strcmp(tee_class(x->evidence.devices[j].tee), tee_class(d->tee)) == 0;
        index += strcmp(tee_class((enum tee)x->ticket->tee), tee_class(d->tee)) == 0;
        struct verified v = {0};
        TRY_AS(REASON_EVIDENCE_DEVICE, run_verifier(x, d->tee, d->evidence, &binding, &v));
        TRY(submod(x, d->tee, &v, index, false));
    }
    return OK;
}

static struct err attest(struct appraising *x)
{
    if (x->ticket->tee == TEE_NONE || x->ticket->tee >= TEE_COUNT)
        return FAIL(ERR_BUG, "a ticket for no TEE");
    TRY(read_body(x));
    TRY(primary(x));
    TRY(devices(x));
    buf_text(x->submods, "]");
    return OK;
}

static struct err collect(struct appraising *x, struct appraise_verdict *out)
{
    struct bytes view;
    SCOPED(buf) struct buf key;
    buf_init(&key, 16 * KIB);
    json_encode(json_at(x->runtime_claims, "tee-pubkey"), &key);
    TRY(buf_end(&key, &view));
    TRY(arena_copy(x->a, view, &out->tee_key));
    TRY(buf_end(x->submods, &view));
    TRY(arena_copy(x->a, view, &out->submods));
    out->nonce = x->evidence.nonce;
    out->verdict = (uint8_t)x->verdict;
    out->appraisal_reason = x->reason;
    return OK;
}

static void echo(struct arena *a, const struct appraise_ticket *m, struct appraise_verdict *out)
{
    struct digest digest = {0};
    *out = (struct appraise_verdict){.generation = m->generation,
                                     .body_digest = BYTES_EMPTY,
                                     .nonce = BYTES_EMPTY,
                                     .tee_key = BYTES_EMPTY,
                                     .submods = BYTES_EMPTY,
                                     .findings = BYTES_EMPTY,
                                     .at = BYTES_EMPTY};
    if (failed(hash_of(HASH_SHA256, m->body, &digest)) ||
        failed(arena_copy(a, digest_view(&digest), &out->body_digest)))
        out->body_digest = BYTES_EMPTY; /* keys refuses a verdict about nothing */
}

void appraise_attest(const struct trust *t, struct arena *a, const struct appraise_ticket *m,
                     struct appraise_verdict *out)
{
    SCOPED(buf) struct buf submods;
    SCOPED(buf) struct buf findings;
    buf_init(&submods, HTTP_BODY_MAX);
    buf_init(&findings, 64 * KIB);
    struct appraising x = {.trust = t, .a = a, .ticket = m, .submods = &submods, .findings = &findings};
    echo(a, m, out);
    struct err e = m->generation == t->generation ? attest(&x) : FAIL(ERR_STATE, "a ticket of another generation");
    if (!failed(e))
        e = collect(&x, out);
    struct bytes view;
    if (!failed(buf_end(&findings, &view)) && failed(arena_copy(a, view, &out->findings)))
        out->findings = BYTES_EMPTY;
    out->code = e.code;
    out->reason = e.reason;
    if (failed(e) && e.at != NULL)
        out->at = bytes_of_text(e.at);
}

/* For a certificate that came before, without decoding it again. */
static struct err credential_for(const struct trust *t, const struct appraise_make_credential *m,
                                 struct tpm_enrolment *session, struct buf *out)
{
    const struct tpm_ek *ek = tpm_eks_find(t->endorsements.known_eks, m->ek_cert);
    if (ek != NULL)
        return tpm_credential_for_key(ek->key, &ek->spki_digest, m->ak, m->secret, session, out);
    return tpm_credential_for(m->ek_cert, m->ak, m->secret, session, out);
}

static struct err make_credential(const struct trust *t, struct arena *a, const struct appraise_make_credential *m,
                                  struct appraise_credential *out)
{
    struct tpm_enrolment session;
    SCOPED(buf) struct buf credential;
    struct bytes view;
    buf_init(&credential, TPM_CREDENTIAL_MAX);
    TRY(credential_for(t, m, &session, &credential));
    TRY(buf_end(&credential, &view));
    TRY(arena_copy(a, view, &out->credential));
    TRY(arena_copy(a, digest_view(&session.ak_name), &out->ak_name));
    return arena_copy(a, digest_view(&session.ek_digest), &out->ek_digest);
}

void appraise_credential_for(const struct trust *t, struct arena *a, const struct appraise_make_credential *m,
                             struct appraise_credential *out)
{
    *out = (struct appraise_credential){.credential = BYTES_EMPTY, .ak_name = BYTES_EMPTY, .ek_digest = BYTES_EMPTY};
    struct err e = make_credential(t, a, m, out);
    out->code = e.code;
    out->reason = e.reason;
}
