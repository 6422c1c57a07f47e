/*
 * An explanation with its search for a change: it says what the evaluation said, is JSON, and never shows a secret.
 */
#include "rego_policy.h"

#define SECRET "Zq81-a-secret-7w"

/* The fuzzer's input beneath `x`, beside the secret. */
static void make_input(struct bytes given, struct buf *out)
{
    struct arena a;
    const struct json *v;
    arena_init(&a, REQUEST_ARENA_MAX);
    bool is_json = given.n > 0 && !failed(json_decode(&a, given, NULL, NULL, &v));
    buf_text(out, "{\"secret\":\"" SECRET "\",\"x\":");
    buf_add(out, is_json ? given : BYTES_LIT("null"));
    buf_text(out, "}");
    arena_clear(&a);
}

static bool shows_secret(struct rego_text text)
{
    return text.n > 0 && memmem(text.p, text.n, SECRET, sizeof(SECRET) - 1) != NULL;
}

static void check_report(const struct rego_report *report)
{
    struct rego_text json = rego_report_json(report);
    struct arena a;
    const struct json *v;
    arena_init(&a, 64 * MIB);
    FUZZ_CHECK(!failed(json_decode(&a, bytes_of(json.p, json.n), NULL, NULL, &v)));
    struct bytes form;
    FUZZ_CHECK(!failed(json_need_string(v, "format", &form)) && bytes_is(form, "casemate-rego-explain/1"));
    arena_clear(&a);
    FUZZ_CHECK(!shows_secret(json) && !shows_secret(rego_report_text(report)) &&
               !shows_secret(rego_report_result(report)));
    const struct rego_decision *d = rego_report_decision(report);
    FUZZ_CHECK((d->origin == REGO_FROM_NOTHING) == (rego_report_result(report).n == 0));
    if (d->failure != NULL)
        FUZZ_CHECK(d->failure->at.row > 0 && !shows_secret(d->failure->message) && !shows_secret(d->failure->left) &&
                   !shows_secret(d->failure->right));
}

static void explain(const struct fuzz_policy *p, const struct rego_call *call)
{
    static const struct rego_explain_options options = {.what_if = true};
    struct rego_result *result = NULL;
    struct rego_report *report = NULL;
    struct rego_error error = {0}, reason = {0};
    enum rego_status plain = rego_eval(p->policy, call, &result, &error);
    enum rego_status status = rego_explain(p->policy, call, &options, &report, &reason);
    bool met_limit = plain == REGO_ERR_LIMIT || status == REGO_ERR_LIMIT;
    FUZZ_CHECK((status == REGO_OK || status == REGO_UNDEFINED) == (report != NULL));
    FUZZ_CHECK(met_limit || plain == status);
    if (report != NULL)
        check_report(report);
    rego_report_free(report);
    rego_result_free(result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const secrets[] = {"input.secret"};
    struct fuzz_policy p;
    SCOPED(buf) struct buf input;
    struct bytes text;
    buf_init(&input, 4 * MIB);
    if (!fuzz_load(bytes_of(data, size), &p))
        return 0;
    make_input(p.input, &input);
    bool knows_secret = memmem(data, size, "Zq81", 4) != NULL; /* a policy may write it down itself */
    if (!failed(buf_end(&input, &text)) && !knows_secret) {
        struct rego_call call = {.query = "data.t.p",
                                 .input = (const char *)text.p,
                                 .input_length = text.n,
                                 .limits = {.steps = 50000, .memory = 8 * MIB},
                                 .mode = REGO_REFERENCE,
                                 .secrets = secrets,
                                 .secret_count = 1};
        explain(&p, &call);
    }
    rego_policy_free(p.policy);
    return 0;
}
