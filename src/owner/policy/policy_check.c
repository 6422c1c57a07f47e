/*
 * casemate policy check: does it compile, and what in it is likely to be a mistake.
 */
#include "owner/policy/policy_command.h"
#include "owner/policy/policy_lint.h"
#include "rego/parse.h"
#include "rego/value.h"

static struct err finding_json(struct arena *a, const struct lint_finding *found, const struct json **out)
{
    struct json_object o;
    const struct json *location;
    json_object_init(&o, a);
    json_object_text(&o, "file", found->at.file);
    json_object_int(&o, "row", found->at.row);
    json_object_int(&o, "col", found->at.column);
    TRY(json_object_end(&o, &location));
    json_object_init(&o, a);
    json_object_text(&o, "id", found->lint->id);
    json_object_text(&o, "severity", found->lint->is_error ? "error" : "warning");
    json_object_text(&o, "message", found->lint->text);
    json_object_add(&o, "location", location);
    return json_object_end(&o, out);
}

static struct err print_json(struct policy_files *f, const struct list *findings)
{
    struct values shown = {.arena = &f->arena};
    struct json_object o;
    const struct json *v;
    for (size_t i = 0; i < findings->count; i++) {
        TRY(finding_json(&f->arena, findings->items[i], &v));
        TRY(values_add(&shown, v));
    }
    TRY(value_array(&f->arena, shown.items, shown.count, &v));
    json_object_init(&o, &f->arena);
    json_object_add(&o, "findings", v);
    TRY(json_object_end(&o, &v));
    return command_print_json(f->in, v);
}

static void print_finding(const struct policy_files *f, const struct lint_finding *found)
{
    FILE *out = f->in->out;
    command_print_bytes(out, bytes_of_text(found->at.file));
    fprintf(out, ":%u:%u: %s: %s [%s]\n", found->at.row, found->at.column, found->lint->is_error ? "error" : "warning",
            found->lint->text, found->lint->id);
    policy_show_line(f, NULL, found->at.file, found->at.row, found->at.column, out);
}

static struct err settle(struct policy_files *f, const struct list *findings)
{
    size_t errors = 0;
    for (size_t i = 0; i < findings->count; i++) {
        const struct lint_finding *found = findings->items[i];
        errors += found->lint->is_error ? 1 : 0;
        if (!f->in->is_json)
            print_finding(f, found);
    }
    if (f->in->is_json)
        TRY(print_json(f, findings));
    else
        fprintf(f->in->out, "%zu %s, %zu errors, %zu warnings\n", f->module_count,
                f->module_count == 1 ? "policy" : "policies", errors, findings->count - errors);
    if (errors == 0)
        return OK;
    f->in->has_explained = true;
    return FAIL(ERR_DENIED, "a policy with an error that a lint found");
}

/* The compiler changes its modules, so the lints have their own. */
static struct err parse_again(struct policy_files *f, struct list *modules)
{
    for (size_t i = 0; i < f->module_count; i++) {
        struct module *m;
        struct rego_error error = {0};
        const struct rego_module *text = &f->modules[i];
        TRY(parse_module(&f->arena, &error, text->name, bytes_of(text->text, text->length), text->v0, &m));
        TRY(list_add(modules, m));
    }
    return OK;
}

static struct err check_files(struct policy_files *f)
{
    const char *entries[COMMAND_VALUES_MAX];
    TRY(policy_files_load(f, f->in->operands, f->in->operand_count));
    if (f->module_count == 0) {
        command_explain(f->in, "there is no policy (.rego) to check");
        return FAIL(ERR_ABSENT, "no policy");
    }
    TRY(policy_files_compile(f));
    struct list modules = {.arena = &f->arena};
    struct list findings = {.arena = &f->arena};
    TRY(parse_again(f, &modules));
    size_t count = command_texts(f->in, "entrypoint", entries);
    TRY(lint_modules(&modules, entries, count, &findings));
    return settle(f, &findings);
}

static struct err check(struct invocation *in)
{
    struct policy_files f = {.in = in};
    struct err e = check_files(&f);
    policy_files_clear(&f);
    return e;
}

static const struct option_row options[] = {
    POLICY_FILE_OPTIONS,
    {.name = "entrypoint",
     .value = "NAME",
     .letter = 'e',
     .is_repeatable = true,
     .help = "a rule that is asked from outside; allow, refusal, trust_claims, extensions, deny, violation, main are"},
    {0},
};

const struct command command_policy_check = {
    .noun = "policy",
    .verb = "check",
    .options = options,
    .operands = "PATH...",
    .operand_min = 1,
    .operand_max = COMMAND_VALUES_MAX,
    .summary = "compile policies, and show what is likely to be a mistake",
    .help =
        "Errors: allow-always (an allow without a condition), null-reference (an order or != with a reference value\n"
        "that may be null), never-true (a literal that no request makes true), type-mismatch (a call or an equality\n"
        "that never holds, by the types of constants, of builtins and of names that := binds). Warnings: path-prefix\n"
        "(startswith on a path or an image), regex-unanchored, rule-unused, negation-split (`not` over a call whose\n"
        "arguments may be undefined). Exit status: 0 without errors; 1 with one; 3 for a policy that does not compile.",
    .example = "casemate policy check release.rego",
    .run = check,
};
