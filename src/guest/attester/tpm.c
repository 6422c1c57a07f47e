#include "tpm/tpm.h"
#include "codec/base64.h"
#include "guest/attester/attester.h"
#include "rats/runtime_data.h"
#include "rats/tpm_public.h"
#include "sys/file.h"

/* Evidence of a TPM 2.0: a fresh attestation key below the endorsement key, a quote over the session, the event log. */

#define DEVICE    "/dev/tpmrm0"
#define EVENT_LOG "/sys/kernel/security/tpm0/binary_bios_measurements"

struct attester_state {
    struct tpm *tpm;
    struct tpm_identity identity;
    struct bytes event_log; /* empty: the firmware left none */
};

/* Read now: the sandbox closes before the log is needed. A log that cannot be read is none; the verifier decides. */
static struct err read_event_log(struct arena *a, struct bytes *out)
{
    SCOPED(buf) struct buf log;
    buf_init(&log, EVENTLOG_MAX);
    *out = BYTES_EMPTY;
    if (failed(file_read(EVENT_LOG, &log)))
        return OK;
    return arena_copy(a, buf_view(&log), out);
}

static struct err open_tpm(struct arena *a, struct attester_state **state)
{
    struct attester_state *s;
    TRY(arena_new(a, &s));
    TRY(tpm_open_device(DEVICE, &s->tpm));
    struct err e = tpm_identity_make(s->tpm, a, &s->identity);
    if (!failed(e))
        e = read_event_log(a, &s->event_log);
    if (failed(e)) {
        tpm_close(s->tpm);
        return e;
    }
    *state = s;
    return OK;
}

static struct err extra_params(struct attester_state *s, struct arena *a, const struct json **out)
{
    return kbs_tpm_extra(a, s->identity.ek_cert, s->identity.ak_public, out);
}

static struct err activate(struct attester_state *s, struct arena *a, const struct kbs_session *session,
                           struct secret *out)
{
    struct bytes text, credential;
    TRY(json_need_string(json_at(session->challenge.extra_params, "tpm"), "credential", &text));
    TRY(base64_decode(a, BASE64_PADDED, text, &credential));
    return tpm_credential_activate(s->tpm, credential, out);
}

static struct err collect(struct attester_state *s, struct arena *a, struct kbs_session *session,
                          const struct json **out)
{
    SCOPED(secret) struct secret proof = {0};
    struct digest report_data, fitted;
    struct tpm_quote quote;
    TRY(activate(s, a, session, &proof));
    TRY(kbs_report_data(session, &report_data));
    TRY(report_data_fit(digest_view(&report_data), 32, &fitted));
    TRY(tpm_quote_make(s->tpm, a, digest_view(&fitted), &quote));
    struct kbs_tpm_parts parts = {.message = quote.message,
                                  .signature = quote.signature,
                                  .ak_public = s->identity.ak_public,
                                  .ak_name = s->identity.ak_name,
                                  .ek_cert = s->identity.ek_cert,
                                  .event_log = s->event_log,
                                  .pcrs = quote.pcrs,
                                  .credential_secret = &proof};
    return kbs_tpm_evidence(a, &parts, session->challenge.nonce, out);
}

static void close_tpm(struct attester_state *s)
{
    tpm_close(s->tpm);
}

const struct attester attester_tpm = {
    .tee = "tpm", .open = open_tpm, .extra_params = extra_params, .collect = collect, .close = close_tpm};
