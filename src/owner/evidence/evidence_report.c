#include "owner/evidence/evidence_report.h"

#include "base/clock.h"
#include "base/limits.h"

#define SHOWN_MAX 200 /* bytes of one claim in the text form; JSON has all of it */

/* Evidence whose maker is not established is not authentic: anybody can sign with a key of his own. */
static bool is_authentic(const struct evidence_report *r)
{
    return !r->is_refused && (r->verified.identity == VERDICT_AFFIRMING || r->verified.identity == VERDICT_WARNING);
}

bool evidence_is_accepted(const struct evidence_report *r)
{
    if (r->is_refused)
        return false;
    return r->is_appraised ? r->appraisal.verdict == VERDICT_AFFIRMING : is_authentic(r);
}

const char *evidence_verdict(const struct evidence_report *r)
{
    if (r->is_refused)
        return "refused";
    if (r->is_appraised)
        return verdict_name(r->appraisal.verdict);
    return is_authentic(r) ? "authentic" : verdict_name(r->verified.identity);
}

static void print_value(FILE *out, const struct json *v)
{
    SCOPED(buf) struct buf text;
    buf_init(&text, JSON_TEXT_MAX);
    if (v->type == JSON_STRING)
        buf_add(&text, v->text);
    else
        json_encode(v, &text);
    struct bytes shown = buf_view(&text);
    bool is_cut = shown.n > SHOWN_MAX || text.bad != 0;
    shown.n = shown.n > SHOWN_MAX ? SHOWN_MAX : shown.n;
    command_print_bytes(out, shown);
    if (is_cut)
        fputs(" ... (all of it with --format json)", out);
    fputc('\n', out);
}

static void print_claims(FILE *out, const struct json *claims)
{
    if (!json_is(claims, JSON_OBJECT))
        return;
    fputs("claims:\n", out);
    for (size_t i = 0; i < claims->count; i++) {
        fputs("  ", out);
        command_print_bytes(out, claims->members[i].key);
        fputs(": ", out);
        print_value(out, claims->members[i].value);
    }
}

static void print_finding(FILE *out, const struct appraisal_finding *f)
{
    fprintf(out, "  %s (reference %s): %s\n    found:    ", f->claim, f->reference, reason_code(f->reason));
    command_print_bytes(out, f->found);
    fputs("\n    expected: ", out);
    if (f->expected == NULL)
        fputs("nothing is registered\n", out);
    else
        print_value(out, f->expected);
}

static void print_findings(FILE *out, const struct appraisal *appraisal)
{
    if (appraisal->finding_count == 0)
        return;
    fputs("not as registered:\n", out);
    for (size_t i = 0; i < appraisal->finding_count; i++)
        print_finding(out, &appraisal->findings[i]);
}

static const char *remark(const struct evidence_report *r)
{
    if (r->is_refused || r->is_appraised)
        return "";
    return is_authentic(r) ? " (no reference values and no policy given)"
                           : " (not authentic: the maker is not established)";
}

static void print_text(FILE *out, const struct evidence_report *r)
{
    char at[RFC3339_LEN + 1];
    clock_format(r->at_sec, at);
    fprintf(out, "evidence of %s at %s\n", tee_wire(r->tee), at);
    if (!r->is_refused) {
        fputs("checks:\n", out);
        for (size_t i = 0; i < r->verified.check_count; i++)
            fprintf(out, "  %s: %s\n", r->verified.checks[i].name, r->verified.checks[i].result);
        print_claims(out, r->verified.claims);
        print_findings(out, &r->appraisal);
    }
    fprintf(out, "verdict: %s%s\n", evidence_verdict(r), remark(r));
    if (r->reason == REASON_NONE)
        return;
    const char *threat = reason_threat(r->reason);
    fprintf(out, "reason: %s: %s\n", reason_code(r->reason), reason_text(r->reason));
    if (threat[0] != '\0')
        fprintf(out, "threat: %s\n", threat);
}

static struct err checks_json(struct arena *a, const struct verified *v, const struct json **out)
{
    const struct json *items[VERIFIER_CHECKS_MAX];
    for (size_t i = 0; i < v->check_count; i++) {
        struct json_object o;
        json_object_init(&o, a);
        json_object_text(&o, "name", v->checks[i].name);
        json_object_text(&o, "result", v->checks[i].result);
        TRY(json_object_end(&o, &items[i]));
    }
    return json_new_array(a, items, v->check_count, out);
}

static struct err findings_json(struct arena *a, const struct appraisal *appraisal, const struct json **out)
{
    const struct json *items[APPRAISAL_FINDINGS_MAX];
    for (size_t i = 0; i < appraisal->finding_count; i++) {
        const struct appraisal_finding *f = &appraisal->findings[i];
        struct json_object o;
        json_object_init(&o, a);
        json_object_text(&o, "claim", f->claim);
        json_object_text(&o, "reference", f->reference);
        json_object_text(&o, "reason", reason_code(f->reason));
        json_object_text(&o, "threat", reason_threat(f->reason));
        json_object_string(&o, "found", f->found);
        if (f->expected == NULL)
            json_object_null(&o, "expected");
        else
            json_object_add(&o, "expected", f->expected);
        TRY(json_object_end(&o, &items[i]));
    }
    return json_new_array(a, items, appraisal->finding_count, out);
}

static struct err report_json(struct arena *a, const struct evidence_report *r, const struct json **out)
{
    char at[RFC3339_LEN + 1];
    const struct json *checks, *findings;
    struct json_object o;
    clock_format(r->at_sec, at);
    TRY(checks_json(a, &r->verified, &checks));
    TRY(findings_json(a, &r->appraisal, &findings));
    json_object_init(&o, a);
    json_object_text(&o, "format", "casemate-evidence/1");
    json_object_text(&o, "tee", tee_wire(r->tee));
    json_object_text(&o, "at", at);
    json_object_add(&o, "checks", checks);
    if (r->is_refused)
        json_object_null(&o, "claims");
    else
        json_object_add(&o, "claims", r->verified.claims);
    json_object_text(&o, "identity", verdict_name(r->verified.identity));
    json_object_text(&o, "verdict", evidence_verdict(r));
    json_object_text(&o, "reason", reason_code(r->reason));
    json_object_text(&o, "threat", reason_threat(r->reason));
    json_object_add(&o, "findings", findings);
    return json_object_end(&o, out);
}

struct err evidence_print(struct invocation *in, struct arena *a, const struct evidence_report *r)
{
    const struct json *v;
    if (!in->is_json) {
        print_text(in->out, r);
        return OK;
    }
    TRY(report_json(a, r, &v));
    return command_print_json(in, v);
}
