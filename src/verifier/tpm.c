/*
 * Evidence of a TPM 2.0: a quote over the session's report data, the registers it covers, who made it, and the log that
 * explains it. Runs in the appraise process on hostile bytes.
 */
#include "verifier/tpm.h"

#include "base/limits.h"
#include "rats/initdata.h"
#include "rats/runtime_data.h"
#include "rats/tpm_ima.h"
#include "verifier/check.h"

#define INITDATA_PCR 8
#define IMA_SOURCES  0x2ffU /* PCR 0 to 7 and 9 */

struct quoted { /* what the TPM signed, once the signature held */
    struct tpm_attest attest;
    struct digest pcrs[TPM_PCR_COUNT]; /* by number; n == 0 where not selected */
};

/* The values by number, as the signed bitmap says: their position in the evidence means nothing. */
static struct err assign_values(const struct tpm_evidence *e, struct quoted *q)
{
    struct bytes parts[TPM_PCR_COUNT];
    struct digest digest;
    size_t n = 0;
    for (size_t i = 0; i < TPM_PCR_COUNT; i++) {
        if ((q->attest.pcr_mask >> i & 1) == 0)
            continue;
        if (n == e->value_count)
            return REFUSE(ERR_UNVERIFIED, REASON_TPM_SELECTION, "fewer PCR values than the quote selects");
        q->pcrs[i] = e->values[n];
        parts[n] = digest_view(&q->pcrs[i]);
        n++;
    }
    if (n != e->value_count)
        return REFUSE(ERR_UNVERIFIED, REASON_TPM_SELECTION, "more PCR values than the quote selects");
    TRY(hash_of_parts(HASH_SHA256, parts, n, &digest));
    if (!bytes_equal_ct(digest_view(&digest), q->attest.pcr_digest))
        return REFUSE(ERR_UNVERIFIED, REASON_TPM_PCR_DIGEST, "the PCR values are not those that were signed");
    return OK;
}

/* The signature comes first: nothing of the quote is read before it holds. */
static struct err verify_quote(const struct tpm_evidence *e, const struct key *ak, struct quoted *q,
                               struct verified *out)
{
    TRY(tpm_quote_verify(ak, e->message, e->signature));
    check_add(out, "quote signature", "holds");
    TRY(tpm_attest_decode(e->message, &q->attest));
    TRY(assign_values(e, q));
    check_add(out, "PCR values", "are those that were signed");
    return OK;
}

static struct err check_report_data(const struct quoted *q, const struct session_binding *binding, struct verified *out)
{
    struct digest want;
    if (!binding->has_report_data) {
        check_add(out, "report data", "not checked: no expected value given");
        return OK;
    }
    TRY(report_data_fit(binding->report_data, tee_report_data_size(TEE_TPM), &want));
    if (!bytes_equal_ct(digest_view(&want), q->attest.extra_data))
        return REFUSE(ERR_UNVERIFIED, REASON_KEY_BINDING, "the quote is over other report data");
    check_add(out, "report data", "is the session's");
    return OK;
}

static struct err check_initdata(const struct quoted *q, const struct session_binding *binding, struct verified *out)
{
    if (!binding->has_init_data) {
        check_add(out, "initdata", "not checked: no expected value given");
        return OK;
    }
    struct digest digest = {.n = binding->init_data.n};
    struct digest want;
    if (binding->init_data.n != hash_size(HASH_SHA256))
        return REFUSE(ERR_UNSUPPORTED, REASON_INITDATA_ALGORITHM, "only a sha256 digest fits a PCR");
    memcpy(digest.p, binding->init_data.p, binding->init_data.n);
    TRY(initdata_pcr8(&digest, &want));
    if (!bytes_equal_ct(digest_view(&want), digest_view(&q->pcrs[INITDATA_PCR])))
        return REFUSE(ERR_UNVERIFIED, REASON_INITDATA_BINDING, "PCR 8 does not hold this initdata");
    check_add(out, "initdata", "is what PCR 8 holds");
    return OK;
}

static void add_identity(struct json_object *o, const struct tpm_identity_facts *facts)
{
    static const char *const chains[] = {
        [TPM_EK_NO_CHAIN] = "none", [TPM_EK_SOFTWARE_ROOT] = "insecure-software-root", [TPM_EK_ROOT] = "root"};
    if (facts->has_ak_name)
        json_object_hex(o, "ak_name", digest_view(&facts->ak_name));
    if (facts->has_ek) {
        json_object_hex(o, "ek", digest_view(&facts->ek));
        json_object_bool(o, "ek_enrolled", facts->enrolled);
        json_object_text(o, "ek_chain", chains[facts->chain]);
    }
    if (facts->chain == TPM_EK_SOFTWARE_ROOT)
        json_object_bool(o, "insecure_software_tpm", true);
    json_object_bool(o, "ak_activated", facts->activated);
}

static void add_quote(struct json_object *o, const struct quoted *q)
{
    static const char *const names[TPM_PCR_COUNT] = {
        "pcr00", "pcr01", "pcr02", "pcr03", "pcr04", "pcr05", "pcr06", "pcr07", "pcr08", "pcr09", "pcr10", "pcr11",
        "pcr12", "pcr13", "pcr14", "pcr15", "pcr16", "pcr17", "pcr18", "pcr19", "pcr20", "pcr21", "pcr22", "pcr23"};
    uint32_t mask = q->attest.pcr_mask;
    const uint8_t map[] = {(uint8_t)mask, (uint8_t)(mask >> 8), (uint8_t)(mask >> 16)};
    for (int i = 0; i < TPM_PCR_COUNT; i++)
        if (q->pcrs[i].n != 0)
            json_object_hex(o, names[i], digest_view(&q->pcrs[i]));
    json_object_hex(o, "pcr_selection", BYTES_OF(map));
    json_object_hex(o, "report_data", q->attest.extra_data);
    if (q->pcrs[INITDATA_PCR].n != 0)
        json_object_hex(o, "init_data", digest_view(&q->pcrs[INITDATA_PCR]));
    json_object_int(o, "clock", (int64_t)q->attest.clock);
    json_object_int(o, "reset_count", q->attest.reset_count);
    json_object_int(o, "restart_count", q->attest.restart_count);
    json_object_bool(o, "safe", q->attest.safe);
}

/* What PCR 10 is after a boot with the kernel's default rules, where all that it is made of was quoted. */
static struct err add_ima(struct json_object *o, const struct quoted *q)
{
    struct digest want;
    if ((q->attest.pcr_mask & IMA_SOURCES) != IMA_SOURCES)
        return OK;
    TRY(tpm_ima_boot_pcr(q->pcrs, &want));
    json_object_hex(o, "ima_boot_pcr10", digest_view(&want));
    return OK;
}

/* Single measured parts, as claims of their own: they explain a verdict, the PCRs decide it. */
static struct err add_parts(const struct eventlog *log, struct json_object *o)
{
    static const struct {
        const char *section;
        const char *claim;
    } parts[] = {{"linux", "uki_linux"}, {"osrel", "uki_osrel"}, {"cmdline", "uki_cmdline"}, {"initrd", "uki_initrd"}};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        struct bytes digest;
        TRY(eventlog_uki_part(log, parts[i].section, &digest));
        if (digest.n != 0)
            json_object_hex(o, parts[i].claim, digest);
    }
    struct bytes initrd = eventlog_tagged(log, EVENTLOG_TAG_INITRD);
    struct bytes options = eventlog_tagged(log, EVENTLOG_TAG_LOAD_OPTIONS);
    if (initrd.n != 0)
        json_object_hex(o, "linux_initrd", initrd);
    if (options.n != 0)
        json_object_hex(o, "load_options", options);
    return OK;
}

static struct err add_log(struct arena *a, const struct eventlog *log, struct json_object *o)
{
    const struct json *events;
    if (log->events == NULL) {
        json_object_text(o, "event_log", "absent");
        return OK;
    }
    TRY(eventlog_claims(a, log, &events));
    json_object_add(o, "event_log", events);
    return add_parts(log, o);
}

static struct err verify(struct arena *a, const struct json *evidence, const struct endorsements *trust,
                         const struct verifier_options *options, const struct session_binding *binding, int64_t now_sec,
                         struct verified *out)
{
    (void)options;
    struct tpm_evidence e;
    struct quoted q = {0};
    struct tpm_identity_facts facts;
    struct eventlog log = {0};
    struct verified v = {0};
    SCOPED_KEY struct key *ak = NULL;
    TRY(tpm_evidence_decode(a, evidence, &e));
    TRY_AS(REASON_EVIDENCE_MALFORMED, key_from_spki(e.ak_spki, &ak));
    TRY(verify_quote(&e, ak, &q, &v));
    TRY(check_report_data(&q, binding, &v));
    TRY(check_initdata(&q, binding, &v));
    TRY(tpm_identity_verify(&e, ak, trust, binding, now_sec, &facts, &v));
    if (e.has_event_log)
        TRY(tpm_log_verify(a, e.event_log, q.pcrs, q.attest.pcr_mask, &log));
    check_add(&v, "event log", e.has_event_log ? "replays to the signed PCRs" : "absent");
    struct json_object o;
    json_object_init(&o, a);
    add_quote(&o, &q);
    TRY(add_ima(&o, &q));
    json_object_string(&o, "ak_public", e.ak_spki_text);
    add_identity(&o, &facts);
    TRY(add_log(a, &log, &o));
    TRY(json_object_end(&o, &v.claims));
    v.report_data = json_at(v.claims, "report_data");
    v.init_data = json_at(v.claims, "init_data");
    *out = v;
    return OK;
}

const struct verifier verifier_tpm = {TEE_TPM, verify};
