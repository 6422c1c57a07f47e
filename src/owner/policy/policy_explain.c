/*
 * casemate policy explain: why a query has its result, from the evaluation itself.
 */
#include "owner/policy/policy_command.h"
#include "owner/policy/policy_files.h"

static struct err print_report(struct invocation *in, struct arena *a, const struct rego_report *report)
{
    struct rego_text text = in->is_json ? rego_report_json(report) : rego_report_text(report);
    const struct json *v;
    if (!in->is_json) {
        fwrite(text.p, 1, text.n, in->out);
        return OK;
    }
    TRY(json_decode(a, bytes_of(text.p, text.n), NULL, NULL, &v));
    return command_print_json(in, v);
}

static struct err explain_files(struct policy_files *f)
{
    struct rego_error error;
    struct rego_report *report = NULL;
    const char *secrets[COMMAND_VALUES_MAX];
    const char *query = f->in->operands[0];
    struct rego_explain_options options = {.what_if = command_flag(f->in, "what-if")};
    TRY(policy_files_load(f, NULL, 0));
    TRY(policy_files_compile(f));
    struct rego_call call = policy_call(f, query);
    call.secrets = secrets;
    call.secret_count = command_texts(f->in, "secret", secrets);
    enum rego_status status = rego_explain(f->policy, &call, &options, &report, &error);
    if (report == NULL) {
        policy_say_error(f, query, &error);
        return policy_fail(status);
    }
    struct err e = print_report(f->in, &f->arena, report);
    rego_report_free(report);
    return e;
}

static struct err explain(struct invocation *in)
{
    struct policy_files f = {.in = in};
    struct err e = explain_files(&f);
    policy_files_clear(&f);
    return e;
}

static const struct option_row options[] = {
    POLICY_FILE_OPTIONS,
    POLICY_INPUT_OPTIONS,
    {.name = "what-if", .help = "search the smallest change of one input value that turns the decision"},
    {.name = "secret",
     .value = "PATH",
     .is_repeatable = true,
     .help = "what may not show: input.token, data.keys[_].key, query_reference_value()"},
    {0},
};

const struct command command_policy_explain = {
    .noun = "policy",
    .verb = "explain",
    .options = options,
    .formats = "pretty|json",
    .operands = "QUERY",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "say why a query has its result",
    .help = "Evaluates the query and says which rule, else or default made the result, which literal failed first and\n"
            "how far each rule got, with file, line, column and the values on both sides; which names were looked up\n"
            "and are missing; and what query_reference_value was asked. The explanation comes from the evaluation\n"
            "itself: there is no second copy of the rules. Exit status: 0 if there is an explanation, whatever the\n"
            "result; 3 for a policy, query or input that is refused; 4 for an evaluation that fails.",
    .example = "casemate policy explain -d release.rego -i request.json data.policy.allow --what-if",
    .run = explain,
};
