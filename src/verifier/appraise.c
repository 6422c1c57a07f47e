#include "verifier/appraise.h"

#include "base/limits.h"
#include "rats/reference.h"
#include "verifier/rows.h"

void rules_set(const struct rules *r, enum ear_claim claim, int8_t value)
{
    r->out->vector.is_set[claim] = true;
    r->out->vector.value[claim] = value;
}

/* A claim as text: strings as they stand, everything else as JSON. */
static struct err claim_text(const struct rules *r, const char *claim, struct bytes *out)
{
    const struct json *v = json_at(r->claims, claim);
    *out = BYTES_EMPTY;
    if (v == NULL)
        return OK;
    if (v->type == JSON_STRING) {
        *out = v->text;
        return OK;
    }
    SCOPED(buf) struct buf text = {0};
    struct bytes view;
    buf_init(&text, JSON_TEXT_MAX);
    json_encode(v, &text);
    TRY(buf_end(&text, &view));
    return arena_copy(r->arena, view, out);
}

struct err rules_find(const struct rules *r, const char *claim, const char *reference, enum reason reason)
{
    struct appraisal *out = r->out;
    if (out->finding_count == APPRAISAL_FINDINGS_MAX)
        return OK;
    struct appraisal_finding f = {.reason = (uint16_t)reason, .expected = json_at(r->references, reference)};
    TRY(claim_text(r, claim, &f.found));
    (void)snprintf(f.claim, sizeof(f.claim), "%s", claim);
    (void)snprintf(f.reference, sizeof(f.reference), "%s", reference);
    out->findings[out->finding_count++] = f;
    return OK;
}

struct err rules_check(const struct rules *r, const char *claim, const char *reference, enum reason reason, bool *holds)
{
    bool registered = false;
    *holds = reference_holds_value(r->references, reference, json_at(r->claims, claim), &registered);
    if (*holds)
        return OK;
    return rules_find(r, claim, reference, registered ? reason : REASON_APPRAISAL_NO_REFERENCE);
}

static int8_t by_identity(enum verdict identity)
{
    switch (identity) {
    case VERDICT_AFFIRMING:
        return 2;
    case VERDICT_WARNING:
        return 32;
    case VERDICT_NONE:
    case VERDICT_CONTRAINDICATED:
        return 97;
    }
    return 97;
}

void rules_finish(const struct rules *r, bool platform_holds, int8_t configuration)
{
    int8_t identity = by_identity(r->identity);
    rules_set(r, EAR_INSTANCE_IDENTITY, identity);
    rules_set(r, EAR_HARDWARE, platform_holds ? identity : 97);
    rules_set(r, EAR_CONFIGURATION, r->out->finding_count == 0 ? configuration : 96);
}

static appraise_rules_fn *rules_of(enum tee tee)
{
    for (const struct verifier_row *row = verifier_rows; row->verifier != NULL; row++)
        if (row->verifier->tee == tee)
            return row->rules;
    return NULL;
}

struct err appraise_native(struct arena *a, enum tee tee, const struct verified *verified, bool has_initdata,
                           const struct json *references, struct appraisal *out)
{
    *out = (struct appraisal){.verdict = VERDICT_CONTRAINDICATED};
    appraise_rules_fn *rules = rules_of(tee);
    if (rules == NULL)
        return REFUSE(ERR_UNSUPPORTED, REASON_EVIDENCE_TEE, "no native rules for this TEE");
    struct appraisal made = {.verdict = VERDICT_CONTRAINDICATED};
    struct rules r = {a, verified->claims, references, has_initdata, verified->identity, &made};
    TRY(rules(&r));
    made.verdict = verdict_worst(ear_status(&made.vector), verified->identity);
    if (made.finding_count > 0) {
        made.verdict = verdict_worst(made.verdict, VERDICT_CONTRAINDICATED);
        made.reason = made.findings[0].reason;
    } else if (made.verdict != VERDICT_AFFIRMING) {
        made.reason = verified->identity_reason != REASON_NONE ? verified->identity_reason : REASON_APPRAISAL_POLICY;
    }
    *out = made;
    return OK;
}
