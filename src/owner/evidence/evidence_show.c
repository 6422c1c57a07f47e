/*
 * casemate evidence show: what a file of evidence says, field by field. Nothing is verified, and the answer says so:
 * whoever wrote the file could write anything.
 */
#include "base/limits.h"
#include "codec/base64.h"
#include "owner/evidence/evidence_command.h"
#include "rats/snp_report.h"
#include "sys/file.h"
#include "verifier/snp.h"
#include "verifier/tpm.h"

static void add_number(struct json_object *o, const char *key, uint64_t v)
{
    const struct json *number = NULL;
    char digits[24];
    (void)snprintf(digits, sizeof(digits), "%llu", (unsigned long long)v);
    struct err e = json_new_number(o->arena, bytes_of_text(digits), &number);
    if (failed(e))
        o->bad = e;
    else
        json_object_add(o, key, number);
}

static void add_tcb(struct json_object *o, const char *key, const struct snp_report *r, uint64_t raw)
{
    bool reserved_ok;
    struct snp_tcb tcb = snp_tcb_split(snp_report_product(r), raw, &reserved_ok);
    char text[96];
    (void)snprintf(text, sizeof(text), "%016llx: bootloader %u, tee %u, snp %u, microcode %u, fmc %u",
                   (unsigned long long)raw, tcb.bootloader, tcb.tee, tcb.snp, tcb.microcode, tcb.fmc);
    json_object_text(o, key, text);
}

static struct err show_report(struct arena *a, struct bytes raw, struct json_object *o)
{
    struct snp_report r;
    const struct json *report;
    struct json_object fields;
    TRY(snp_report_decode(raw, &r));
    json_object_init(&fields, a);
    add_number(&fields, "version", r.version);
    json_object_text(&fields, "product", snp_product_name(snp_report_product(&r)));
    add_number(&fields, "guest_svn", r.guest_svn);
    add_number(&fields, "vmpl", r.vmpl);
    json_object_bool(&fields, "policy_debug_allowed", (r.policy & SNP_POLICY_DEBUG) != 0);
    json_object_bool(&fields, "policy_migrate_ma", (r.policy & SNP_POLICY_MIGRATE_MA) != 0);
    json_object_bool(&fields, "policy_smt_allowed", (r.policy & SNP_POLICY_SMT) != 0);
    json_object_bool(&fields, "policy_single_socket", (r.policy & SNP_POLICY_SINGLE_SOCKET) != 0);
    json_object_bool(&fields, "platform_smt_enabled", (r.platform_info & SNP_PLATFORM_SMT) != 0);
    json_object_bool(&fields, "platform_tsme_enabled", (r.platform_info & SNP_PLATFORM_TSME) != 0);
    json_object_hex(&fields, "measurement", r.measurement);
    json_object_hex(&fields, "host_data", r.host_data);
    json_object_hex(&fields, "report_data", r.report_data);
    json_object_hex(&fields, "family_id", r.family_id);
    json_object_hex(&fields, "image_id", r.image_id);
    json_object_hex(&fields, "id_key_digest", r.id_key_digest);
    json_object_hex(&fields, "author_key_digest", r.author_key_digest);
    json_object_hex(&fields, "report_id", r.report_id);
    json_object_hex(&fields, "chip_id", r.chip_id);
    add_tcb(&fields, "reported_tcb", &r, r.raw_reported_tcb);
    add_tcb(&fields, "current_tcb", &r, r.raw_current_tcb);
    add_tcb(&fields, "committed_tcb", &r, r.raw_committed_tcb);
    add_tcb(&fields, "launch_tcb", &r, r.raw_launch_tcb);
    TRY(json_object_end(&fields, &report));
    json_object_add(o, "report", report);
    return OK;
}

static struct err show_snp(struct arena *a, const struct json *evidence, struct json_object *o)
{
    const struct endorsements none = {0};
    struct snp_evidence e;
    TRY(snp_evidence_decode(a, evidence, &none, &e));
    add_number(o, "certificates", e.pool.count);
    snp_pool_clear(&e.pool);
    return show_report(a, e.report, o);
}

static struct err show_pcrs(struct arena *a, const struct tpm_evidence *e, uint32_t mask, const struct json **out)
{
    struct json_object o;
    static const char names[TPM_PCR_COUNT][6] = {
        "pcr00", "pcr01", "pcr02", "pcr03", "pcr04", "pcr05", "pcr06", "pcr07", "pcr08", "pcr09", "pcr10", "pcr11",
        "pcr12", "pcr13", "pcr14", "pcr15", "pcr16", "pcr17", "pcr18", "pcr19", "pcr20", "pcr21", "pcr22", "pcr23"};
    size_t next = 0;
    json_object_init(&o, a);
    for (unsigned i = 0; i < TPM_PCR_COUNT; i++)
        if ((mask >> i & 1) != 0 && next < e->value_count)
            json_object_hex(&o, names[i], digest_view(&e->values[next++]));
    return json_object_end(&o, out);
}

static struct err show_quote(struct arena *a, const struct tpm_attest *q, const struct json **out)
{
    struct json_object o;
    json_object_init(&o, a);
    json_object_hex(&o, "extra_data", q->extra_data);
    json_object_hex(&o, "qualified_signer", q->qualified_signer);
    json_object_hex(&o, "pcr_digest", q->pcr_digest);
    add_number(&o, "clock", q->clock);
    add_number(&o, "reset_count", q->reset_count);
    add_number(&o, "restart_count", q->restart_count);
    add_number(&o, "firmware_version", q->firmware_version);
    json_object_bool(&o, "safe", q->safe);
    return json_object_end(&o, out);
}

static struct err add_digest(struct json_object *o, const char *key, struct bytes of)
{
    struct digest digest;
    TRY(hash_of(HASH_SHA256, of, &digest));
    json_object_hex(o, key, digest_view(&digest));
    return OK;
}

static struct err show_log(struct arena *a, struct bytes log, struct json_object *o)
{
    struct eventlog events;
    const struct json *claims;
    TRY(eventlog_decode(a, log, HASH_SHA256, &events));
    TRY(eventlog_claims(a, &events, &claims));
    json_object_add(o, "event_log", claims);
    return OK;
}

static struct err show_tpm(struct arena *a, const struct json *evidence, struct json_object *o)
{
    struct tpm_evidence e;
    struct tpm_attest quote;
    const struct json *v;
    TRY(tpm_evidence_decode(a, evidence, &e));
    TRY(tpm_attest_decode(e.message, &quote));
    TRY(show_quote(a, &quote, &v));
    json_object_add(o, "quote", v);
    TRY(show_pcrs(a, &e, quote.pcr_mask, &v));
    json_object_add(o, "pcrs", v);
    TRY(add_digest(o, "ak_spki_sha256", e.ak_spki));
    if (e.has_ek_cert)
        TRY(add_digest(o, "ek_certificate_sha256", e.ek_cert));
    json_object_bool(o, "has_activation", e.has_activation);
    return e.has_event_log ? show_log(a, e.event_log, o) : OK;
}

static struct err decode(struct arena *a, enum tee tee, struct bytes text, const struct json **out)
{
    struct json_object o;
    const struct json *evidence;
    json_object_init(&o, a);
    json_object_text(&o, "format", "casemate-evidence-show/1");
    json_object_text(&o, "tee", tee_wire(tee));
    json_object_bool(&o, "verified", false);
    if (tee == TEE_SNP && text.n == SNP_REPORT_SIZE && text.p[0] != '{') {
        TRY(show_report(a, text, &o));
        return json_object_end(&o, out);
    }
    TRY_AS(REASON_EVIDENCE_MALFORMED, json_decode(a, text, NULL, NULL, &evidence));
    TRY(tee == TEE_SNP ? show_snp(a, evidence, &o) : show_tpm(a, evidence, &o));
    return json_object_end(&o, out);
}

static struct err print(struct invocation *in, const struct json *v)
{
    SCOPED(buf) struct buf text = {0};
    struct bytes view;
    if (in->is_json)
        return command_print_json(in, v);
    buf_init(&text, JSON_TEXT_MAX);
    json_encode_pretty(v, &text);
    TRY(buf_end(&text, &view));
    fputs("NOT VERIFIED: this is what the file says. `casemate evidence verify` says whether it holds.\n", in->out);
    fwrite(view.p, 1, view.n, in->out);
    return OK;
}

static struct err show(struct invocation *in)
{
    const char *file = command_text(in, "evidence", "-");
    enum tee tee = tee_named(bytes_of_text(command_text(in, "tee", "")));
    struct arena a;
    const struct json *v = NULL;
    SCOPED(buf) struct buf text = {0};
    if (tee != TEE_SNP && tee != TEE_TPM)
        return command_misuse(in, "--tee is snp or tpm");
    buf_init(&text, HTTP_BODY_MAX);
    struct err e = file_read(file, &text);
    if (failed(e)) {
        command_explain(in, "%s: %s", file, e.code == ERR_LIMIT ? "too large" : "cannot be read");
        return e;
    }
    arena_init(&a, REQUEST_ARENA_MAX);
    e = decode(&a, tee, buf_view(&text), &v);
    if (failed(e) && e.code != ERR_NOMEM && e.code != ERR_BUG) {
        command_explain(in, "%s: no evidence of %s: %s", file, tee_wire(tee), command_sentence(e));
        e = REFUSE(ERR_UNVERIFIED, REASON_EVIDENCE_MALFORMED, "the evidence is malformed");
    }
    if (!failed(e))
        e = print(in, v);
    arena_clear(&a);
    return e;
}

static const struct option_row show_options[] = {
    {.name = "tee", .value = "TEE", .is_required = true, .help = "snp or tpm"},
    {.name = "evidence",
     .value = "FILE",
     .is_required = true,
     .help = "primary evidence as JSON, or the raw report of snp; - is standard input"},
    {0},
};

const struct command command_evidence_show = {
    .noun = "evidence",
    .verb = "show",
    .options = show_options,
    .operands = "",
    .summary = "print what evidence says, without verifying it",
    .help = "Decodes a report or a quote with its event log, strictly, and prints every field. Nothing is verified:\n"
            "whoever wrote the file could write anything. Exit status: 0 decoded, 1 malformed, 3 the file cannot be\n"
            "read.",
    .example = "casemate evidence show --tee snp --evidence report.bin",
    .run = show,
};
