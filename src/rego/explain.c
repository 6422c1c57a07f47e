/*
 * rego_explain and what reads its report.
 */
#include "rego/explain.h"

#include "base/limits.h"
#include "base/mem.h"
#include "rego/query.h"

static struct err encode(struct record *r, const struct json *v, struct rego_text *out)
{
    SCOPED(buf) struct buf text;
    struct bytes whole;
    buf_init(&text, RECORD_MEMORY);
    json_encode(v, &text);
    TRY(buf_end(&text, &whole));
    TRY(arena_copy(&r->arena, whole, &whole));
    *out = explain_text_of(whole);
    return OK;
}

static struct err describe(const struct rego_policy *policy, const struct rego_call *call,
                           const struct rego_explain_options *options, const struct json *input,
                           struct rego_report *report)
{
    struct explain_change change = {0};
    const struct explain_change *changed = options != NULL && options->what_if ? &change : NULL;
    const struct json *shown;
    struct record *r = &report->record;
    if (failed(r->bad))
        return r->bad;
    r->is_paused = true;
    TRY(explain_decide(report));
    TRY(explain_lists(report));
    if (changed != NULL)
        TRY(explain_what_if(policy, call, report, input, &change));
    TRY(explain_document(report, call, changed));
    TRY(explain_text(report));
    if (report->result != NULL) {
        TRY(record_shown(r, report->result, &shown));
        TRY(encode(r, shown, &report->result_text));
    }
    return encode(r, report->document, &report->json);
}

static struct err make(const struct rego_policy *policy, const struct rego_call *call,
                       const struct rego_explain_options *options, struct rego_report *report, struct rego_error *error)
{
    struct query q = {.text = bytes_of_text(call->query), .record = &report->record, .strict = call->strict};
    const struct json *solutions;
    TRY(query_documents(call, &report->values, error, &q));
    TRY(query_run(policy, call, &q, &report->values, error, &solutions));
    report->result = solutions->count == 0 ? NULL : solutions->items[0];
    return describe(policy, call, options, q.input, report);
}

enum rego_status rego_explain(const struct rego_policy *policy, const struct rego_call *call,
                              const struct rego_explain_options *options, struct rego_report **out,
                              struct rego_error *error)
{
    struct rego_error local = {0};
    struct rego_error *noted = error != NULL ? error : &local;
    struct rego_report *report = mem_new(sizeof(*report));
    *noted = (struct rego_error){0};
    if (report == NULL)
        return query_status(FAIL(ERR_NOMEM, "no memory for a report"), noted);
    report->record.secrets = call->secrets;
    report->record.secret_count = call->secret_count;
    report->result_text = explain_text_of(BYTES_EMPTY);
    arena_init(&report->values, call->limits.memory == 0 ? EVAL_MEMORY : call->limits.memory);
    struct err made = make(policy, call, options, report, noted);
    if (failed(made)) {
        rego_report_free(report);
        return query_status(made, noted);
    }
    *noted = (struct rego_error){0};
    *out = report;
    return report->result == NULL ? REGO_UNDEFINED : REGO_OK;
}

const struct rego_decision *rego_report_decision(const struct rego_report *report)
{
    return &report->decision;
}

const struct rego_asked *rego_report_calls(const struct rego_report *report, size_t *count)
{
    *count = report->call_count;
    return report->calls;
}

const struct rego_lookup *rego_report_lookups(const struct rego_report *report, size_t *count)
{
    *count = report->lookup_count;
    return report->lookups;
}

struct rego_text rego_report_result(const struct rego_report *report)
{
    return report->result_text;
}

struct rego_text rego_report_json(const struct rego_report *report)
{
    return report->json;
}

struct rego_text rego_report_text(const struct rego_report *report)
{
    return report->text;
}

void rego_report_free(struct rego_report *report)
{
    if (report == NULL)
        return;
    record_clear(&report->record);
    arena_clear(&report->values);
    mem_free(report);
}
