/*
 * The assessment itself: read the files, assess them, print the document.
 */
#include "owner/assess/assess_command.h"

#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "base/limits.h"
#include "owner/assess/assess_output.h"
#include "owner/assess/inputs.h"
#include "report/field.h"
#include "report/verdict.h"
#include "sys/file.h"
#include "trust/assess.h"
#include "trust/catalogue.h"

#define ARENA_MAX (1024 * MIB) /* input, model and probes of one deployment; the inputs alone may be 256 MiB */
#define ONLY_MAX  64

struct job {
    struct arena arena;
    struct inputs inputs;
    struct assess_request request;
    char today[RFC3339_LEN + 1];
    const char *only[ONLY_MAX + 1];
};

/* --now, or the day it is. */
static struct err take_now(struct invocation *in, struct job *j)
{
    int64_t at;
    const char *given = command_text(in, "now", NULL);
    if (given == NULL) {
        clock_format((int64_t)time(NULL), j->today);
        j->request.now = bytes_of(j->today, 10);
        return OK;
    }
    j->request.now = bytes_of_text(given);
    if (failed(clock_parse_day(j->request.now, &at)))
        return command_misuse(in, "--now is a day such as 2026-06-01");
    return OK;
}

static struct err take_fail_on(struct invocation *in, struct job *j)
{
    const char *word = command_text(in, "fail-on", "medium");
    j->request.fails_never = strcmp(word, "none") == 0;
    if (!severity_named(bytes_of_text(word), &j->request.fail_on) || j->request.fail_on == SEVERITY_INFO)
        return command_misuse(in, "--fail-on is one of none, low, medium, high, critical");
    return OK;
}

/* --only takes ids with commas between them; an unknown one is an error, or a typing mistake would assess nothing. */
static struct err take_only(struct invocation *in, struct job *j)
{
    const char *at = command_text(in, "only", NULL);
    size_t count = 0;
    while (at != NULL && *at != '\0') {
        size_t n = strcspn(at, ",");
        const struct threat *t = threat_find(bytes_of(at, n));
        if (t == NULL || count == ONLY_MAX)
            return command_misuse(in, "--only takes ids of threats with commas between them: %.*s", (int)n, at);
        j->only[count++] = t->id;
        at += n + (at[n] == ',');
    }
    j->request.only = count > 0 ? j->only : NULL;
    return OK;
}

static struct err take_context(struct invocation *in, struct job *j)
{
    const char *path = command_text(in, "context", NULL);
    SCOPED(buf) struct buf text = {0};
    if (path == NULL)
        return OK;
    buf_init(&text, JSON_TEXT_MAX);
    struct err e = file_read(path, &text);
    if (failed(e)) {
        command_explain(in, "%s cannot be read", path);
        return e;
    }
    j->request.context_path = bytes_of_text(path);
    return arena_copy(&j->arena, buf_view(&text), &j->request.context);
}

static struct err take_path(struct invocation *in, struct job *j, const char *path, struct bytes kind)
{
    struct err e = inputs_add(&j->inputs, path, kind);
    if (e.code == ERR_ABSENT || e.code == ERR_IO)
        command_explain(in, "%s cannot be read", path);
    return e;
}

/* --as KIND=PATH: one more path, whose kind is not to be guessed. */
static struct err take_forced(struct invocation *in, struct job *j)
{
    const char *texts[COMMAND_VALUES_MAX];
    size_t count = command_texts(in, "as", texts);
    for (size_t i = 0; i < count; i++) {
        const char *mark = strchr(texts[i], '=');
        if (mark == NULL || mark == texts[i])
            return command_misuse(in, "--as takes KIND=PATH");
        TRY(take_path(in, j, mark + 1, bytes_of(texts[i], (size_t)(mark - texts[i]))));
    }
    return OK;
}

static struct err take_files(struct invocation *in, struct job *j)
{
    j->inputs.arena = &j->arena;
    for (size_t i = 0; i < in->operand_count; i++)
        TRY(take_path(in, j, in->operands[i], BYTES_EMPTY));
    TRY(take_forced(in, j));
    if (j->inputs.count == 0)
        return command_misuse(in, "nothing to assess is named");
    j->request.files = j->inputs.files;
    j->request.file_count = j->inputs.count;
    return OK;
}

/* What every command needs that reads a deployment. */
static struct err take_deployment(struct invocation *in, struct job *j)
{
    TRY(take_now(in, j));
    TRY(take_context(in, j));
    return take_files(in, j);
}

static struct err take_request(struct invocation *in, struct job *j)
{
    const char *baseline = command_text(in, "baseline", NULL);
    TRY(take_fail_on(in, j));
    TRY(take_only(in, j));
    j->request.is_strict = command_flag(in, "strict");
    if (baseline != NULL)
        TRY(assess_read_document(in, &j->arena, baseline, &j->request.baseline));
    return take_deployment(in, j);
}

/* The exit status of the document as the frame's error; what it means stands in the result already. */
static struct err status_of(struct invocation *in, int status)
{
    if (status == 0)
        return OK;
    in->has_explained = true;
    return status == 1   ? FAIL(ERR_DENIED, "a threat is open")
           : status == 3 ? FAIL(ERR_FORMAT, "an input cannot be read")
                         : FAIL(ERR_LIMIT, "a limit was reached");
}

static struct err explained(struct invocation *in, const struct assess_result *result, struct err e)
{
    if (failed(e) && result->fault.n > 0)
        command_explain(in, "%s%.*s", e.code == ERR_FORMAT ? "the context: " : "", (int)result->fault.n,
                        (const char *)result->fault.p);
    return e;
}

static struct err assess_request_of(struct invocation *in, struct job *j, struct assess_result *result)
{
    TRY(take_request(in, j));
    return explained(in, result, trust_assess(&j->arena, &j->request, result));
}

/* The folder that was named, where SARIF's readers find its files: from where the command runs. */
static struct bytes prefix_of(const struct invocation *in)
{
    const char *path = in->operand_count == 1 ? in->operands[0] : "";
    struct stat st;
    while (strncmp(path, "./", 2) == 0)
        path += 2;
    bool leads_out = path[0] == '/' || strncmp(path, "..", 2) == 0 || strstr(path, "/..") != NULL;
    bool is_folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode) && strcmp(path, ".") != 0;
    size_t n = strlen(path);
    while (n > 0 && path[n - 1] == '/')
        n--;
    return is_folder && !leads_out ? bytes_of(path, n) : BYTES_EMPTY;
}

static struct err assess_with(struct invocation *in, struct job *j)
{
    struct assess_result result = {0};
    TRY(assess_request_of(in, j, &result));
    TRY(assess_output(in, &j->arena, result.document, prefix_of(in)));
    return status_of(in, result.exit_status);
}

static struct err run_job(struct invocation *in, struct err (*run)(struct invocation *in, struct job *j))
{
    struct job j = {.request = {.now = BYTES_EMPTY, .context = BYTES_EMPTY, .context_path = BYTES_EMPTY}};
    arena_init(&j.arena, ARENA_MAX);
    struct err e = run(in, &j);
    arena_clear(&j.arena);
    return e;
}

static struct err assess(struct invocation *in)
{
    return run_job(in, assess_with);
}

static const struct option_row assess_options[] = {
    ASSESS_OUTPUT_OPTIONS,
    {.name = "fail-on", .value = "SEVERITY", .help = "least severity for exit status 1: none|low|medium|high|critical"},
    {.name = "strict", .help = "what could not be shown counts, too"},
    {.name = "baseline", .value = "FILE", .help = "an earlier document (json): what it names does not count again"},
    {.name = "only", .value = "IDS", .help = "these threats alone, with commas between them"},
    {.name = "now", .value = "DATE", .help = "the day to assess for; today if not given"},
    {.name = "context",
     .value = "FILE",
     .help = "layout, TEE, broker, acceptances; context.json among the files if not given"},
    {.name = "as", .value = "KIND=PATH", .is_repeatable = true, .help = "one more file, of a kind that is not guessed"},
    {0},
};

const struct command command_assess = {
    .noun = "assess",
    .options = assess_options,
    .operands = "PATH...",
    .operand_min = 1,
    .operand_max = COMMAND_VALUES_MAX,
    .formats = ASSESS_FORMATS,
    .summary = "say which threats of the trust model a deployment answers, and which not",
    .help =
        "Reads the files of one deployment (Kubernetes objects, initdata, policies, reference values, configuration)\n"
        "and executes its policies with attacks, offline. Nothing is sent anywhere, nothing is changed.\n"
        "A PATH that is named like a verb of this command is written with ./ in front.\n"
        "Exit status: 0 nothing at or above --fail-on is open, 1 something is, 3 an input cannot be read, 4 a limit.",
    .example = "casemate assess deploy/\n"
               "casemate assess deploy/ --baseline main.json --format sarif --output report.sarif",
    .run = assess,
};

static struct err model_with(struct invocation *in, struct job *j)
{
    struct assess_result result = {0};
    TRY(take_deployment(in, j));
    TRY(explained(in, &result, trust_model(&j->arena, &j->request, &result)));
    TRY(command_print_json(in, result.model));
    return status_of(in, result.exit_status);
}

struct err assess_model_of_files(struct invocation *in)
{
    return run_job(in, model_with);
}

static void print_short(struct invocation *in, const struct json *f)
{
    SCOPED(buf) struct buf line;
    buf_init(&line, MIB);
    verdict_file(f, &line);
    buf_text(&line, ": ");
    buf_text(&line, severity_name(field_severity(f)));
    buf_text(&line, " ");
    buf_add(&line, field_text(f, "id"));
    buf_text(&line, " ");
    buf_add(&line, field_text(f, "title"));
    buf_text(&line, field_text(f, "evidence").n > 0 ? ": " : "");
    buf_add(&line, field_text(f, "evidence"));
    command_print_bytes(in->out, buf_view(&line));
    fputc('\n', in->out);
}

static void print_note(struct invocation *in, const struct json *note)
{
    command_print_bytes(in->err, field_text(note, "path"));
    fputs(field_text(note, "path").n > 0 ? ": " : "", in->err);
    command_print_bytes(in->err, field_text(note, "text"));
    fputc('\n', in->err);
}

/* One line per finding at or above the bound, as compilers print them; notes of files that cannot be read. */
static struct err check_with(struct invocation *in, struct job *j)
{
    struct assess_result result = {0};
    TRY(assess_request_of(in, j, &result));
    const struct json *list = field_list(result.document, "findings");
    for (size_t i = 0; i < list->count && !in->is_json; i++)
        if (finding_is_open(list->items[i]) && !field_flag(list->items[i], "known") &&
            field_severity(list->items[i]) >= j->request.fail_on)
            print_short(in, list->items[i]);
    list = field_list(result.document, "notes");
    for (size_t i = 0; i < list->count && !in->is_json && result.exit_status >= 3; i++)
        print_note(in, list->items[i]);
    if (in->is_json)
        TRY(command_print_json(in, result.document));
    return status_of(in, result.exit_status);
}

static struct err pod_check(struct invocation *in)
{
    return run_job(in, check_with);
}

static const struct option_row check_options[] = {
    {.name = "fail-on",
     .value = "SEVERITY",
     .help = "least severity to print: low|medium|high|critical; medium if not given"},
    {.name = "strict", .help = "what could not be shown counts, too"},
    {.name = "baseline", .value = "FILE", .help = "an earlier document (json): what it names does not count again"},
    {.name = "only", .value = "IDS", .help = "these threats alone, with commas between them"},
    {.name = "now", .value = "DATE", .help = "the day to assess for; today if not given"},
    {.name = "context", .value = "FILE", .help = "layout, TEE, broker, acceptances"},
    {.name = "as", .value = "KIND=PATH", .is_repeatable = true, .help = "one more file, of a kind that is not guessed"},
    {0},
};

const struct command command_pod_check = {
    .noun = "pod",
    .verb = "check",
    .options = check_options,
    .operands = "PATH...",
    .operand_min = 1,
    .operand_max = COMMAND_VALUES_MAX,
    .summary = "assess files in short, one line per open threat, for a hook or an editor",
    .help = "The short form of casemate assess: FILE:LINE: SEVERITY ID TITLE: EVIDENCE. Give the files that belong "
            "together.\n"
            "Exit status: 0 nothing is open, 1 something is, 3 an input cannot be read, 4 a limit.",
    .example = "casemate pod check pod.yaml initdata.toml",
    .run = pod_check,
};
