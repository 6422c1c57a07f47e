#include <stdio.h>

#include "base/clock.h"
#include "base/limits.h"
#include "broker/keys/policy.h"
#include "trust/assess.h"
#include "verifier/builtin_policy.h"

#define FILES_MAX 3

/* The TEEs that a verifier stands for, as the catalogue names them. */
static const char *const contexts[] = {"{\"tee\":\"tpm\"}", "{\"tee\":\"snp\"}"};

static bool concerns(const struct in_force *state, const struct json *finding)
{
    const struct json *artefact = json_at(finding, "artefact"), *status = json_at(finding, "status");
    bool is_open = bytes_is(status->text, "unanswered") || bytes_is(status->text, "weak");
    return is_open && (state->changed.n == 0 || bytes_equal(artefact->text, state->changed));
}

static struct err note_finding(struct arena *a, const struct json *finding, enum severity severity,
                               struct probe_findings *out)
{
    const struct json *probes = json_at(finding, "probes");
    char *probe, *threat, *what;
    TRY(arena_text(a, probes->count == 0 ? BYTES_LIT("none") : probes->items[0]->text, &probe));
    TRY(arena_text(a, json_at(finding, "id")->text, &threat));
    TRY(arena_text(a, json_at(finding, "evidence")->text, &what));
    struct probe_row row = {.probe = probe, .threat = threat, .what = what, .severity = severity};
    return probe_note(out, &row, json_at(finding, "artefact")->text);
}

static struct err assess_for(struct arena *a, const struct in_force *state, struct assess_request *request,
                             struct probe_findings *out)
{
    struct arena own;
    struct assess_result result = {0};
    arena_init(&own, REQUEST_ARENA_MAX);
    struct err e = trust_assess(&own, request, &result);
    const struct json *list = failed(e) ? NULL : json_at(result.document, "findings");
    for (size_t i = 0; !failed(e) && i < list->count; i++) {
        enum severity s;
        bool is_high = severity_named(json_at(list->items[i], "severity")->text, &s) && s >= SEVERITY_HIGH;
        if (is_high && concerns(state, list->items[i]))
            e = note_finding(a, list->items[i], s, out);
    }
    arena_clear(&own);
    return e;
}

struct err policy_assess(struct arena *a, const struct in_force *state, int64_t now_sec, struct probe_findings *out)
{
    char now[RFC3339_LEN + 1];
    struct bytes references;
    SCOPED(buf) struct buf text;
    buf_init(&text, REQUEST_ARENA_MAX);
    json_encode(state->references, &text);
    TRY(buf_end(&text, &references));
    clock_format(now_sec, now);
    const struct assess_file files[FILES_MAX] = {
        {BYTES_LIT(POLICY_RELEASE), state->release, BYTES_LIT("resource-policy"), BYTES_EMPTY},
        {state->attestation_name, state->attestation, BYTES_LIT("attestation-policy"), BYTES_EMPTY},
        {BYTES_LIT("reference-values"), references, BYTES_LIT("reference-values"), BYTES_EMPTY},
    };
    for (size_t i = 0; i < sizeof(contexts) / sizeof(contexts[0]); i++) {
        struct assess_request request = {.files = files,
                                         .file_count = FILES_MAX,
                                         .now = bytes_of(now, 10),
                                         .context = bytes_of_text(contexts[i]),
                                         .context_path = BYTES_LIT("context")};
        TRY(assess_for(a, state, &request, out));
    }
    return OK;
}
