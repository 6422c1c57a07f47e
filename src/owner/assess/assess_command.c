#include "owner/assess/assess_command.h"

#include <time.h>

#include "base/clock.h"
#include "base/limits.h"
#include "owner/assess/inputs.h"
#include "sys/file.h"
#include "trust/assess.h"
#include "trust/tree.h"

#define ARENA_MAX (1024UL * MIB)
#define ONLY_MAX  COMMAND_VALUES_MAX

static const struct option_row options[] = {
    {.name = "now", .value = "DATE", .help = "date of the assessment, 2026-06-01; the current one if not given"},
    {.name = "context",
     .value = "FILE",
     .help = "what is said of the deployment, in place of a context.json among the inputs"},
    {.name = "only", .value = "ID", .is_repeatable = true, .help = "only this threat"},
    {.name = "fail-on", .value = "SEVERITY", .help = "none, low, medium, high or critical; medium if not given"},
    {.name = "strict", .help = "what is not shown counts, too"},
    {.name = "baseline", .value = "FILE", .help = "an earlier result: what stands in it does not count"},
    {.name = "as",
     .value = "KIND=PATH",
     .is_repeatable = true,
     .help = "read a file as this kind, whatever it looks like"},
    {0},
};

struct run {
    struct invocation *in;
    struct arena arena;
    struct inputs inputs;
    struct assess_request request;
    const char *only[ONLY_MAX + 1];
    char now[RFC3339_LEN + 1];
};

static struct err read_now(struct run *r)
{
    const char *text = command_text(r->in, "now", NULL);
    clock_format((int64_t)time(NULL), r->now);
    r->now[10] = '\0';
    r->request.now = bytes_of_text(text != NULL ? text : r->now);
    return OK;
}

static struct err read_fail_on(struct run *r)
{
    const char *text = command_text(r->in, "fail-on", "medium");
    if (!severity_named(bytes_of_text(text), &r->request.fail_on) || r->request.fail_on == SEVERITY_INFO)
        return command_misuse(r->in, "--fail-on is none, low, medium, high or critical");
    r->request.fails_never = r->request.fail_on == SEVERITY_NONE;
    return OK;
}

static struct err read_whole(struct run *r, const char *path, struct bytes *out)
{
    SCOPED(buf) struct buf text = {0};
    struct bytes view;
    buf_init(&text, JSON_TEXT_MAX);
    TRY(file_read(path, &text));
    TRY(buf_end(&text, &view));
    return arena_copy(&r->arena, view, out);
}

static struct err read_files(struct run *r)
{
    const char *as[COMMAND_VALUES_MAX];
    size_t count = command_texts(r->in, "as", as, COMMAND_VALUES_MAX);
    r->inputs.arena = &r->arena;
    for (size_t i = 0; i < r->in->operand_count; i++)
        TRY(inputs_add(&r->inputs, r->in->operands[i], BYTES_EMPTY));
    for (size_t i = 0; i < count; i++) {
        const char *equal = strchr(as[i], '=');
        if (equal == NULL)
            return command_misuse(r->in, "--as is KIND=PATH");
        TRY(inputs_add(&r->inputs, equal + 1, bytes_of(as[i], (size_t)(equal - as[i]))));
    }
    r->request.files = r->inputs.files;
    r->request.file_count = r->inputs.count;
    return OK;
}

static struct err read_request(struct run *r)
{
    const char *context = command_text(r->in, "context", NULL), *baseline = command_text(r->in, "baseline", NULL);
    struct bytes text;
    TRY(read_now(r));
    TRY(read_fail_on(r));
    r->request.is_strict = command_flag(r->in, "strict");
    if (command_texts(r->in, "only", r->only, ONLY_MAX) > 0)
        r->request.only = r->only;
    if (context != NULL) {
        TRY(read_whole(r, context, &r->request.context));
        r->request.context_path = bytes_of_text(context);
    }
    if (baseline != NULL) {
        TRY(read_whole(r, baseline, &text));
        TRY(json_decode(&r->arena, text, NULL, NULL, &r->request.baseline));
    }
    return read_files(r);
}

static void print_finding(FILE *out, const struct json *f)
{
    const struct json *place = json_at(f, "location");
    command_print_bytes(out, tree_text(f, "severity"));
    fputc(' ', out);
    command_print_bytes(out, tree_text(f, "id"));
    fputs("  ", out);
    command_print_bytes(out, tree_text(f, "title"));
    fputs("\n  where     ", out);
    command_print_bytes(out, tree_text(f, "artefact"));
    fprintf(out, ":%lld ", (long long)tree_int(place, "line", 0));
    command_print_bytes(out, tree_text(f, "subject"));
    fputs("\n  shown by  ", out);
    command_print_bytes(out, tree_text(f, "evidence"));
    fputs("\n  status    ", out);
    command_print_bytes(out, tree_text(f, "status"));
    fputs("\n  fix       ", out);
    command_print_bytes(out, tree_text(f, "remedy"));
    fputs("\n", out);
}

static void print_text(FILE *out, const struct json *document)
{
    const struct json *findings = json_at(document, "findings"), *notes = json_at(document, "notes");
    for (TREE_EACH(i, findings))
        print_finding(out, findings->items[i]);
    for (TREE_EACH(i, notes)) {
        fputs("note: ", out);
        command_print_bytes(out, tree_text(notes->items[i], "path"));
        fputs(": ", out);
        command_print_bytes(out, tree_text(notes->items[i], "text"));
        fputc('\n', out);
    }
}

/* The exit status of the assessment, as the error that gives it. */
static struct err outcome(struct run *r, int status)
{
    r->in->has_explained = true;
    if (status == 0)
        return OK;
    return status == 1   ? FAIL(ERR_DENIED, "there are findings")
           : status == 3 ? FAIL(ERR_FORMAT, "an input could not be read")
                         : FAIL(ERR_LIMIT, "a limit was passed");
}

static struct err run_all(struct run *r)
{
    struct assess_result result = {0};
    TRY(read_request(r));
    struct err e = trust_assess(&r->arena, &r->request, &result);
    if (e.code == ERR_BUG)
        command_explain(r->in, "%.*s", (int)result.fault.n, (const char *)result.fault.p);
    TRY(e);
    if (r->in->is_json)
        TRY(command_print_json(r->in, result.document));
    else
        print_text(r->in->out, result.document);
    return outcome(r, result.exit_status);
}

static struct err run_assess(struct invocation *in)
{
    struct run r = {.in = in};
    arena_init(&r.arena, ARENA_MAX);
    struct err e = run_all(&r);
    arena_clear(&r.arena);
    return e;
}

const struct command command_assess = {
    .noun = "assess",
    .options = options,
    .operands = "PATH...",
    .operand_max = COMMAND_VALUES_MAX,
    .summary = "say which threats of the trust model a deployment answers, and which not",
    .help = "Reads pods, initdata, policies, reference values and configurations, and runs the policies against "
            "probes. Nothing "
            "is written and nothing is asked over a network. The exit status is 0 where nothing counts, 1 with "
            "findings at or "
            "above --fail-on, 3 when an input could not be read, 4 when a limit was passed.",
    .example = "casemate assess deploy/\ncasemate assess --format json --now 2026-06-01 pod.yaml initdata.toml",
    .run = run_assess,
};
