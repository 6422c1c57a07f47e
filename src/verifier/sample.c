#include "verifier/sample.h"

#include "codec/base64.h"
#include "rats/reference.h"
#include "verifier/check.h"
#include "verifier/rules.h"

static struct err platform_version(struct arena *a, const struct json **out)
{
    struct json_object o;
    json_object_init(&o, a);
    json_object_int(&o, "major", 1);
    json_object_int(&o, "minor", 4);
    return json_object_end(&o, out);
}

static struct err make_claims(struct arena *a, struct bytes svn, struct bytes report_data,
                              const struct session_binding *binding, struct verified *out)
{
    const struct json *version;
    struct bytes text;
    struct json_object o;
    TRY(platform_version(a, &version));
    json_object_init(&o, a);
    json_object_string(&o, "svn", svn);
    json_object_string(&o, "report_data", report_data);
    json_object_text(&o, "launch_digest", "abcde");
    json_object_add(&o, "platform_version", version);
    json_object_bool(&o, "debug", false);
    json_object_bool(&o, "insecure_sample", true);
    if (binding->has_init_data) {
        TRY(base64_encode_arena(a, BASE64_PADDED, binding->init_data, &text));
        json_object_string(&o, "init_data", text);
    }
    TRY(json_object_end(&o, &out->claims));
    out->report_data = json_at(out->claims, "report_data");
    out->init_data = json_at(out->claims, "init_data");
    return OK;
}

/* The two members of the evidence; the report data must be what the session expects. */
static struct err read_report(struct arena *a, const struct json *evidence, const struct session_binding *binding,
                              struct bytes *svn, struct bytes *text)
{
    struct bytes report_data;
    *text = BYTES_EMPTY;
    TRY_AS(REASON_EVIDENCE_MALFORMED, json_need_string(evidence, "svn", svn));
    if (json_at(evidence, "report_data") != NULL)
        TRY_AS(REASON_EVIDENCE_MALFORMED, json_need_string(evidence, "report_data", text));
    TRY_AS(REASON_EVIDENCE_MALFORMED, base64_decode(a, BASE64_PADDED, *text, &report_data));
    if (binding->has_report_data && !bytes_equal_ct(report_data, binding->report_data))
        return REFUSE(ERR_UNVERIFIED, REASON_KEY_BINDING, "the evidence is over other report data");
    return OK;
}

static struct err verify(struct arena *a, const struct json *evidence, const struct endorsements *trust,
                         const struct verifier_options *options, const struct session_binding *binding, int64_t now_sec,
                         struct verified *out)
{
    (void)trust;
    (void)options;
    (void)now_sec;
    struct bytes svn, text;
    struct verified v = {.identity = VERDICT_AFFIRMING};
    TRY(read_report(a, evidence, binding, &svn, &text));
    check_add(&v, "hardware", "none: the sample TEE proves nothing");
    TRY(make_claims(a, svn, text, binding, &v));
    *out = v;
    return OK;
}

static struct err verify_device(struct arena *a, const struct json *evidence, const struct endorsements *trust,
                                const struct verifier_options *options, const struct session_binding *binding,
                                int64_t now_sec, struct verified *out)
{
    (void)trust;
    (void)options;
    (void)now_sec;
    struct bytes svn, text;
    struct json_object o;
    struct verified v = {.identity = VERDICT_AFFIRMING};
    TRY(read_report(a, evidence, binding, &svn, &text));
    check_add(&v, "hardware", "none: the sample device proves nothing");
    json_object_init(&o, a);
    json_object_string(&o, "svn", svn);
    json_object_string(&o, "report_data", text);
    json_object_bool(&o, "insecure_sample", true);
    TRY(json_object_end(&o, &v.claims));
    v.report_data = json_at(v.claims, "report_data");
    *out = v;
    return OK;
}

const struct verifier verifier_sample = {TEE_SAMPLE, verify};
const struct verifier verifier_sampledevice = {TEE_SAMPLEDEVICE, verify_device};

/* Upstream's rules. source: spec/kbs.md 3.4 */
struct err appraise_rules_sample(const struct rules *r)
{
    bool measured = false;
    bool svn = false;
    TRY(rules_check(r, "launch_digest", "launch_digest", REASON_APPRAISAL_MEASUREMENT, &measured));
    TRY(rules_check(r, "svn", "svn", REASON_APPRAISAL_PLATFORM, &svn));
    rules_set(r, EAR_EXECUTABLES, measured ? 3 : 33);
    rules_finish(r, svn, 2);
    return OK;
}

struct err appraise_rules_sampledevice(const struct rules *r)
{
    bool svn = false;
    TRY(rules_check(r, "svn", "device_svn", REASON_APPRAISAL_PLATFORM, &svn));
    rules_finish(r, svn, 2);
    return OK;
}
