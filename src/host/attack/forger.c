#include "host/attack/forger.h"

#include "base/limits.h"
#include "codec/base64.h"
#include "host/swtpm.h"
#include "rats/eventlog.h"
#include "rats/initdata.h"
#include "sys/file.h"

#define PCR_INITDATA     8
#define PCR_IMA          10
#define PCRS_IN_IMA      10 /* 0 .. 9 */
#define REPORT_DATA_SIZE 32 /* what a quote takes of the SHA-384 report data */
#define RESOURCE_DEFAULT "default/demo/secret"

static struct err read_file(struct arena *a, const char *path, size_t max, struct bytes *out)
{
    SCOPED(buf) struct buf data;
    buf_init(&data, max);
    TRY(file_read(path, &data));
    return arena_copy(a, buf_view(&data), out);
}

static struct err open_client(struct forger *f, const struct host_option *options)
{
    struct bytes roots;
    TRY(read_file(f->arena, options_find(options, "ca", NULL), MIB, &roots));
    TRY(tls_client_new(roots, &f->tls));
    return client_open(bytes_of_text(f->url), f->tls, false, &f->client);
}

/* What the firmware, the stub and the kernel measured, in their order. */
static struct err extend_log(struct forger *f)
{
    struct eventlog log;
    TRY(eventlog_decode(f->arena, f->event_log, HASH_SHA256, &log));
    for (size_t i = 0; i < log.count; i++) {
        struct digest d = {.n = log.events[i].digest.n};
        if (log.events[i].type == EV_NO_ACTION)
            continue;
        memcpy(d.p, log.events[i].digest.p, d.n);
        TRY(tpm_pcr_extend(f->tpm, log.events[i].index, &d));
    }
    return OK;
}

/* The one record of IMA without a policy: the aggregate of the registers at that time. source: spec/testbed.md 3.1 */
static struct err extend_ima(struct forger *f)
{
    struct digest pcrs[PCRS_IN_IMA];
    struct bytes views[PCRS_IN_IMA];
    struct digest aggregate;
    struct digest entry;
    for (unsigned i = 0; i < PCRS_IN_IMA; i++) {
        TRY(tpm_pcr_read(f->tpm, i, &pcrs[i]));
        views[i] = digest_view(&pcrs[i]);
    }
    TRY(hash_of_parts(HASH_SHA256, views, PCRS_IN_IMA, &aggregate));
    const struct bytes record[] = {BYTES_LIT("\x28\0\0\0sha256:\0"), digest_view(&aggregate),
                                   BYTES_LIT("\x0f\0\0\0boot_aggregate\0"), BYTES_LIT("\0\0\0\0")};
    TRY(hash_of_parts(HASH_SHA256, record, 4, &entry));
    return tpm_pcr_extend(f->tpm, PCR_IMA, &entry);
}

/* What PID 1 does before it reads the document. */
static struct err extend_initdata(struct forger *f)
{
    struct initdata document;
    TRY(initdata_decode(f->arena, f->initdata, &document));
    return tpm_pcr_extend(f->tpm, PCR_INITDATA, &document.digest);
}

static struct err open_tpm(struct forger *f, const char *tpm)
{
    TRY(workdir_open(&f->dir));
    TRY(swtpm_start_fd(&f->dir, tpm, &f->swtpm, &f->fd));
    fd_tcti_init(&f->tcti, f->fd);
    TRY(tpm_open_tcti(fd_tcti_context(&f->tcti), &f->tpm));
    TRY(extend_log(f));
    TRY(extend_ima(f));
    TRY(extend_initdata(f));
    return tpm_identity_make(f->tpm, f->arena, &f->identity);
}

struct err forger_open(struct forger *f, struct arena *a, const struct host_option *options, bool *is_misuse)
{
    static const char *const needed[] = {"tpm", "initdata", "event-log", "broker", "ca"};
    *f = (struct forger){.arena = a, .swtpm = -1, .fd = -1};
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        *is_misuse = options_find(options, needed[i], NULL) == NULL;
        if (*is_misuse)
            return FAIL(ERR_FORMAT, "a message attack needs --tpm, --initdata, --event-log, --broker and --ca");
    }
    f->url = options_find(options, "broker", NULL);
    f->resource = options_find(options, "resource", RESOURCE_DEFAULT);
    f->other_resource = options_find(options, "other-resource", NULL);
    TRY(read_file(a, options_find(options, "event-log", NULL), EVENTLOG_MAX, &f->event_log));
    TRY(read_file(a, options_find(options, "initdata", NULL), INITDATA_MAX, &f->initdata));
    TRY(open_client(f, options));
    return open_tpm(f, options_find(options, "tpm", NULL));
}

void forger_clear(struct forger *f)
{
    tpm_close(f->tpm);
    spawn_stop(&f->swtpm);
    fd_clear(&f->fd);
    workdir_clear(&f->dir);
    client_close(f->client);
    tls_client_free(f->tls);
    *f = (struct forger){.swtpm = -1, .fd = -1};
}

struct err forger_challenge(struct forger *f, struct exchange *x)
{
    const struct json *extra;
    struct bytes text;
    struct bytes credential;
    kbs_open(&x->kbs, f->client, f->arena);
    TRY(kbs_tpm_extra(f->arena, f->identity.ek_cert, f->identity.ak_public, &extra));
    TRY(kbs_auth(&x->kbs, "tpm", extra));
    TRY(json_need_string(json_at(x->kbs.challenge.extra_params, "tpm"), "credential", &text));
    TRY(base64_decode(f->arena, BASE64_PADDED, text, &credential));
    return tpm_credential_activate(f->tpm, credential, &x->credential_secret);
}

struct err forger_quote(struct forger *f, struct exchange *x)
{
    struct digest report_data;
    TRY(kbs_report_data(&x->kbs, &report_data));
    return tpm_quote_make(f->tpm, f->arena, bytes_of(report_data.p, REPORT_DATA_SIZE), &x->quote);
}

struct err forger_evidence(struct forger *f, struct exchange *x, struct bytes event_log)
{
    const struct kbs_tpm_parts parts = {.message = x->quote.message,
                                        .signature = x->quote.signature,
                                        .ak_public = f->identity.ak_public,
                                        .ak_name = f->identity.ak_name,
                                        .ek_cert = f->identity.ek_cert,
                                        .event_log = event_log,
                                        .pcrs = x->quote.pcrs,
                                        .credential_secret = &x->credential_secret};
    return kbs_tpm_evidence(f->arena, &parts, x->kbs.challenge.nonce, &x->evidence);
}

struct err forger_attest(struct forger *f, struct exchange *x)
{
    return kbs_attest(&x->kbs, x->evidence, f->initdata);
}

struct err forger_fetch(struct exchange *x, const char *path)
{
    SCOPED(secret) struct secret resource = {0};
    uint64_t version;
    TRY(kbs_resource(&x->kbs, path, false, &resource, &version));
    return hash_of(HASH_SHA256, secret_borrow(&resource), &x->resource_digest);
}

struct err forger_exchange(struct forger *f, struct exchange *x)
{
    TRY(forger_challenge(f, x));
    TRY(forger_quote(f, x));
    TRY(forger_evidence(f, x, f->event_log));
    TRY(forger_attest(f, x));
    return forger_fetch(x, f->resource);
}

void exchange_clear(struct exchange *x)
{
    kbs_close(&x->kbs);
    secret_clear(&x->credential_secret);
    *x = (struct exchange){0};
}
