/*
 * The same verifiers and the same rules as in the broker, over files and at an instant of the user's choice. The
 * evidence is hostile; everything else is the user's own and ends the command where it cannot be read.
 */
#include "owner/evidence/evidence_command.h"

#include <time.h>

#include "base/clock.h"
#include "base/limits.h"
#include "codec/base64.h"
#include "codec/hex.h"
#include "crypto/hash.h"
#include "owner/evidence/evidence_report.h"
#include "owner/evidence/trust_files.h"
#include "sys/file.h"
#include "verifier/appraise_default.h"

struct task {
    struct invocation *in;
    struct arena arena;
    struct trust_files trust;
    struct session_binding binding;
    const struct json *references;      /* NULL: none given */
    struct attestation_policy *policy;  /* of --policy, or NULL */
    struct attestation_policy *builtin; /* without --policy */
    struct bytes evidence;              /* as it stands in the file */
    struct evidence_report report;
};

static struct err read_whole(struct task *t, const char *path, size_t max, struct bytes *out)
{
    SCOPED(buf) struct buf text;
    buf_init(&text, max);
    struct err e = file_read(path, &text);
    if (!failed(e))
        return arena_copy(&t->arena, buf_view(&text), out);
    command_explain(t->in, "%s: %s", path, e.code == ERR_LIMIT ? "too large" : "cannot be read");
    return e;
}

/* A JSON file of the user's own: an object. */
static struct err read_object(struct task *t, const char *path, const struct json **out)
{
    struct bytes text;
    TRY(read_whole(t, path, JSON_TEXT_MAX, &text));
    struct err e = json_decode(&t->arena, text, NULL, NULL, out);
    if (!failed(e) && (*out)->type != JSON_OBJECT)
        e = FAIL(ERR_FORMAT, "no object");
    if (failed(e))
        command_explain(t->in, "%s: not a JSON object", path);
    return e;
}

static struct err take_hex(struct task *t, const char *name, struct bytes *out, bool *is_given)
{
    const char *text = command_text(t->in, name, NULL);
    if (text == NULL)
        return OK;
    struct err e = hex_decode(&t->arena, bytes_of_text(text), out);
    if (e.code == ERR_FORMAT || (!failed(e) && (out->n == 0 || out->n > HASH_SIZE_MAX)))
        return command_misuse(t->in, "--%s is a digest in hex", name);
    *is_given = true;
    return e;
}

static struct err take_eks(struct task *t)
{
    const char *texts[COMMAND_VALUES_MAX];
    size_t count = command_texts(t->in, "enrolled-ek", texts);
    for (size_t i = 0; i < count; i++) {
        struct bytes *ek = &t->trust.eks[i];
        struct err e = hex_decode(&t->arena, bytes_of_text(texts[i]), ek);
        if (e.code == ERR_FORMAT || (!failed(e) && ek->n != hash_size(HASH_SHA256)))
            return command_misuse(t->in, "--enrolled-ek is the SHA-256 of an endorsement key in hex");
        TRY(e);
        t->trust.ek_count = i + 1;
    }
    return OK;
}

/* What belongs to another TEE would be passed over in silence: trust that was given and does not count. */
static struct err check_options_fit(struct task *t)
{
    static const struct {
        const char *name;
        enum tee tee;
    } rows[] = {{"roots", TEE_TPM},        {"insecure-software-tpm-roots", TEE_TPM},
                {"enrolled-ek", TEE_TPM},  {"tpm-session", TEE_TPM},
                {"endorsements", TEE_SNP}, {"insecure-test-roots", TEE_SNP}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (command_text(t->in, rows[i].name, NULL) != NULL && t->report.tee != rows[i].tee)
            return command_misuse(t->in, "--%s is only for --tee %s", rows[i].name, tee_wire(rows[i].tee));
    return OK;
}

static struct err take_options(struct task *t)
{
    const char *tee = command_text(t->in, "tee", ""), *at = command_text(t->in, "at", NULL);
    t->report.tee = tee_named(bytes_of_text(tee));
    if (t->report.tee == TEE_NONE)
        return command_misuse(t->in, "--tee: no such TEE: %s", tee);
    t->report.at_sec = time(NULL);
    if (at != NULL && failed(clock_parse(bytes_of_text(at), &t->report.at_sec)))
        return command_misuse(t->in, "--at is an instant like 2026-01-31T23:59:59Z");
    TRY(check_options_fit(t));
    TRY(take_hex(t, "report-data", &t->binding.report_data, &t->binding.has_report_data));
    TRY(take_hex(t, "init-data", &t->binding.init_data, &t->binding.has_init_data));
    return take_eks(t);
}

static struct err session_hex(struct task *t, const struct json *v, const char *key, struct bytes *out)
{
    struct bytes text;
    TRY(json_need_string(v, key, &text));
    return hex_decode(&t->arena, text, out);
}

static struct err session_members(struct task *t, const struct json *v)
{
    TRY(json_need_string(v, "nonce", &t->binding.nonce));
    TRY(session_hex(t, v, "secret", &t->binding.tpm_credential_secret));
    TRY(session_hex(t, v, "ak_name", &t->binding.tpm_ak_name));
    return session_hex(t, v, "ek", &t->binding.tpm_ek_digest);
}

/* What only the two ends of a handshake know: without it no proof of activation can be checked. */
static struct err read_session(struct task *t)
{
    const char *path = command_text(t->in, "tpm-session", NULL);
    const struct json *v;
    if (path == NULL)
        return OK;
    TRY(read_object(t, path, &v));
    struct err e = session_members(t, v);
    if (failed(e))
        command_explain(t->in, "%s: not {\"nonce\",\"secret\",\"ak_name\",\"ek\"} of a session", path);
    return e;
}

static struct err read_policy(struct task *t)
{
    const char *path = command_text(t->in, "policy", NULL);
    struct bytes text;
    struct policy_fault fault = {0};
    if (path == NULL)
        return builtin_attestation_policy(tee_class(t->report.tee), &t->builtin);
    TRY(read_whole(t, path, 1 * MIB, &text));
    struct err e = attestation_policy_new(path, text, &t->policy, &fault);
    if (failed(e))
        command_explain(t->in, "%s", fault.message);
    return e;
}

static struct err read_files(struct task *t)
{
    struct invocation *in = t->in;
    const char *references = command_text(in, "reference", NULL);
    TRY(trust_read_roots(in, command_text(in, "roots", NULL), &t->trust.roots));
    TRY(trust_read_roots(in, command_text(in, "insecure-software-tpm-roots", NULL), &t->trust.software_roots));
    TRY(trust_read_roots(in, command_text(in, "insecure-test-roots", NULL), &t->trust.test_roots));
    TRY(trust_read_endorsements(in, &t->arena, command_text(in, "endorsements", NULL), &t->trust));
    TRY(read_session(t));
    if (references != NULL)
        TRY(read_object(t, references, &t->references));
    TRY(read_policy(t));
    t->report.is_appraised = references != NULL || t->policy != NULL;
    return read_whole(t, command_text(in, "evidence", ""), HTTP_BODY_MAX, &t->evidence);
}

/* A raw report begins with its version, a small number: no JSON text does. */
static bool is_raw_report(const struct task *t)
{
    return t->report.tee == TEE_SNP && t->evidence.n > 0 && memchr(" \t\r\n{", t->evidence.p[0], 5) == NULL;
}

static struct err decode_evidence(struct task *t, const struct json **out)
{
    if (!is_raw_report(t)) {
        TRY_AS(REASON_EVIDENCE_MALFORMED, json_decode(&t->arena, t->evidence, NULL, NULL, out));
        return OK;
    }
    struct bytes text;
    struct json_object o;
    TRY(base64_encode_arena(&t->arena, BASE64_PADDED, t->evidence, &text));
    json_object_init(&o, &t->arena);
    json_object_string(&o, "attestation_report_raw", text);
    return json_object_end(&o, out);
}

/* What a policy sees in the broker, as far as it is known here: no runtime data and no document. */
static struct err policy_input(struct task *t, const struct json **out)
{
    const struct verified *v = &t->report.verified;
    const struct json *empty;
    struct json_object o;
    TRY(json_new_object(&t->arena, NULL, 0, &empty));
    json_object_init(&o, &t->arena);
    json_object_add(&o, tee_wire(t->report.tee), v->claims);
    if (v->report_data != NULL)
        json_object_add(&o, "report_data", v->report_data);
    if (v->init_data != NULL)
        json_object_add(&o, "init_data", v->init_data);
    if (t->binding.has_init_data) /* the document is not here, only its digest */
        json_object_add(&o, "init_data_claims", empty);
    return json_object_end(&o, out);
}

static struct err apply_rules(struct task *t)
{
    struct evidence_report *r = &t->report;
    const struct json *input;
    TRY(policy_input(t, &input));
    if (t->builtin != NULL)
        return appraise_default(&t->arena,
                                &(struct default_appraisal){.policy = t->builtin,
                                                            .tee = r->tee,
                                                            .verified = &r->verified,
                                                            .has_initdata = t->binding.has_init_data,
                                                            .input = input,
                                                            .references = t->references,
                                                            .now_sec = r->at_sec},
                                &r->appraisal);
    return appraise_policy(&t->arena, t->policy, &r->verified, input, t->references, r->at_sec, &r->appraisal);
}

static struct err appraise(struct task *t)
{
    const struct verifier_options options = {0};
    const struct endorsements trust = trust_view(&t->trust);
    const struct verifier *verifier = verifier_find(t->report.tee);
    struct evidence_report *r = &t->report;
    const struct json *evidence;
    if (verifier == NULL)
        return REFUSE(ERR_UNSUPPORTED, REASON_EVIDENCE_TEE, "this build has no verifier for this TEE");
    TRY(decode_evidence(t, &evidence));
    TRY(verifier->verify(&t->arena, evidence, &trust, &options, &t->binding, r->at_sec, &r->verified));
    r->reason = r->verified.identity_reason;
    if (!r->is_appraised)
        return OK;
    TRY(apply_rules(t));
    r->reason = r->appraisal.reason;
    return OK;
}

/* Our own failures stay what they are; whatever else the verifier says is about the evidence, and is a no. */
static struct err judge(struct task *t)
{
    struct err e = appraise(t);
    if (failed(e) && (e.code == ERR_NOMEM || e.code == ERR_BUG))
        return e;
    if (failed(e)) {
        e = err_with_reason(e, REASON_EVIDENCE_MALFORMED);
        e.code = ERR_UNVERIFIED;
        t->report.is_refused = true;
        t->report.verified = (struct verified){0};
        t->report.appraisal = (struct appraisal){0};
        t->report.reason = e.reason;
    } else if (!evidence_is_accepted(&t->report)) {
        e = REFUSE(ERR_UNVERIFIED, t->report.reason, "the evidence is not accepted");
    }
    TRY(evidence_print(t->in, &t->arena, &t->report));
    /* The report says why; of a check that failed, the frame adds the sentence. */
    t->in->has_explained = !t->report.is_refused;
    return e;
}

static struct err verify(struct invocation *in)
{
    struct task t = {.in = in};
    arena_init(&t.arena, REQUEST_ARENA_MAX);
    struct err e = take_options(&t);
    if (!failed(e))
        e = read_files(&t);
    if (!failed(e))
        e = judge(&t);
    trust_clear(&t.trust);
    attestation_policy_free(t.policy);
    attestation_policy_free(t.builtin);
    arena_clear(&t.arena);
    return e;
}

static const struct option_row verify_options[] = {
    {.name = "tee", .value = "TEE", .is_required = true, .help = "snp or tpm"},
    {.name = "evidence",
     .value = "FILE",
     .is_required = true,
     .help = "primary evidence as JSON, or the raw report of snp; - is standard input"},
    {.name = "endorsements",
     .value = "DIR",
     .help = "snp: certificates (*.pem *.crt *.cer *.der) and revocation lists (*.crl, DER)"},
    {.name = "roots", .value = "DIR", .help = "tpm: roots of TPM manufacturers; those of snp are pinned"},
    {.name = "insecure-software-tpm-roots",
     .value = "DIR",
     .help = "tpm: roots of software TPMs: their operator can forge all evidence"},
    {.name = "insecure-test-roots", .value = "DIR", .help = "snp: a test PKI in place of the pinned roots"},
    {.name = "enrolled-ek",
     .value = "HEX",
     .is_repeatable = true,
     .help = "tpm: SHA-256 of an endorsement key that you know"},
    {.name = "tpm-session",
     .value = "FILE",
     .help = "tpm: JSON {\"nonce\",\"secret\",\"ak_name\",\"ek\"} of the handshake, for the proof of activation"},
    {.name = "report-data", .value = "HEX", .help = "digest that the evidence must be over, not padded"},
    {.name = "init-data", .value = "HEX", .help = "digest of the initdata document"},
    {.name = "reference", .value = "FILE", .help = "reference values: a JSON map from name to list"},
    {.name = "policy",
     .value = "FILE",
     .help = "attestation policy in Rego, in place of the built-in one; asks the values of --reference"},
    {.name = "at", .value = "TIME", .help = "instant that counts, RFC 3339 in UTC; now if not given"},
    {0},
};

const struct command command_evidence_verify = {
    .noun = "evidence",
    .verb = "verify",
    .options = verify_options,
    .operands = "",
    .summary = "verify and appraise evidence offline",
    .help =
        "Runs the checks of the broker, with its strictest settings, over files and without a network: who made\n"
        "the evidence, what it is over, and with --reference or --policy what that is worth: all that was measured\n"
        "must be as registered, or the policy must affirm it.\n"
        "What is not given is not checked, and the checks say so. Without both the best answer is\n"
        "\"authentic\": it says who made the evidence, not that what runs there is yours. Evidence of a tpm\n"
        "proves its maker only together with --tpm-session.\n"
        "Exit status: 0 affirming, or authentic without --reference and --policy; 1 refused, malformed, or anything "
        "less;\n"
        "3 a file cannot be read.",
    .example = "casemate evidence verify --tee snp --evidence report.bin --endorsements certs\n"
               "casemate evidence verify --tee snp --evidence evidence.json --endorsements certs --reference ref.json",
    .run = verify,
};
