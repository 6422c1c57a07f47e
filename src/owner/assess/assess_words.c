/*
 * The verbs of `assess` that need no deployment: the catalogue, and documents of earlier assessments.
 */
#include "owner/assess/assess_words.h"

#include "base/limits.h"
#include "owner/assess/assess_command.h"
#include "owner/assess/assess_output.h"
#include "report/about.h"
#include "report/difference.h"
#include "report/escape.h"
#include "report/field.h"
#include "report/model.h"
#include "trust/catalogue.h"

#define ARENA_MAX (256 * MIB)

typedef struct err word_fn(struct invocation *in, struct arena *a);

static struct err with_arena(struct invocation *in, word_fn *run)
{
    struct arena a;
    arena_init(&a, ARENA_MAX);
    struct err e = run(in, &a);
    arena_clear(&a);
    return e;
}

static struct err print(struct invocation *in, const struct buf *text)
{
    struct bytes view;
    TRY(buf_end(text, &view));
    fwrite(view.p, 1, view.n, in->out);
    return OK;
}

static bool is_markdown(const struct invocation *in)
{
    return bytes_is(in->format, "markdown");
}

static struct err print_explained(struct invocation *in, struct arena *a, const char *id)
{
    SCOPED(buf) struct buf text = {0};
    const struct json *model, *v;
    TRY(model_load(a, &model));
    TRY(about_find(a, model, bytes_of_text(id), &v));
    if (in->is_json)
        return command_print_json(in, v);
    buf_init(&text, 4 * MIB);
    if (is_markdown(in))
        about_markdown(v, &text);
    else
        about_text(v, &text);
    return print(in, &text);
}

struct err assess_explain_id(struct invocation *in, const char *id)
{
    struct arena a;
    arena_init(&a, ARENA_MAX);
    struct err e = print_explained(in, &a, id);
    arena_clear(&a);
    return e;
}

static struct err assess_explain(struct invocation *in)
{
    struct err e = assess_explain_id(in, in->operands[0]);
    if (e.code != ERR_ABSENT)
        return e;
    command_explain(in, "the catalogue has no such id; assess list shows its threats, assess model the rest");
    return FAIL(ERR_DENIED, "no such id");
}

const struct command command_assess_explain = {
    .noun = "assess",
    .verb = "explain",
    .operands = "ID",
    .operand_min = 1,
    .operand_max = 1,
    .formats = "text|json|markdown",
    .summary = "say what a threat, requirement, mechanism, crossing, seed point or probe is",
    .help = "T-API-02, R12, M-POL, X1, S3, A-DATA, OO, AS-TPM-1, OOS-2, E01. casemate explain takes these, too.\n"
            "Exit status: 0 explained, 1 no such id.",
    .example = "casemate assess explain T-API-02",
    .run = assess_explain,
};

static size_t count_of(const char *const *list)
{
    size_t count = 0;
    while (list != NULL && list[count] != NULL)
        count++;
    return count;
}

static struct err texts(struct arena *a, const char *const *list, const struct json **out)
{
    const struct json **items;
    size_t count = count_of(list);
    TRY(arena_array(a, count + 1, &items));
    for (size_t i = 0; i < count; i++)
        TRY(json_new_string(a, bytes_of_text(list[i]), &items[i]));
    return json_new_array(a, items, count, out);
}

static struct err list_json(struct invocation *in, struct arena *a, bool only_uncovered, size_t *count)
{
    const struct json **items, *v;
    struct json_object o;
    size_t all = 0, n = 0;
    while (threats[all].id != NULL)
        all++;
    TRY(arena_array(a, all + 1, &items));
    for (const struct threat *t = threats; t->id != NULL; t++) {
        if (only_uncovered && count_of(t->tests) > 0)
            continue;
        json_object_init(&o, a);
        json_object_text(&o, "id", t->id);
        json_object_text(&o, "title", t->title);
        json_object_text(&o, "severity", severity_name(t->severity));
        TRY(texts(a, t->mechanisms, &v));
        json_object_add(&o, "mechanisms", v);
        TRY(texts(a, t->tests, &v));
        json_object_add(&o, "tests", v);
        json_object_text(&o, "file", t->file);
        TRY(json_object_end(&o, &items[n++]));
    }
    *count = n;
    TRY(json_new_array(a, items, n, &v));
    json_object_init(&o, a);
    json_object_text(&o, "schema", "casemate-catalogue-list/1");
    json_object_text(&o, "catalogue", CATALOGUE_VERSION);
    json_object_text(&o, "catalogue_sha256", catalogue_sha256);
    json_object_add(&o, "threats", v);
    TRY(json_object_end(&o, &v));
    return command_print_json(in, v);
}

static void join(FILE *out, const char *const *list)
{
    for (size_t i = 0; list != NULL && list[i] != NULL; i++)
        fprintf(out, "%s%s", i > 0 ? " " : "", list[i]);
}

static void list_markdown(struct invocation *in)
{
    fprintf(in->out,
            "# Threats\n\nThe catalogue %s, made from the files of `threats/` by `tools/make-threat-pages`.\n\n"
            "| threat | title | severity | crossings | mechanisms |\n|---|---|---|---|---|\n",
            CATALOGUE_VERSION);
    for (const struct threat *t = threats; t->id != NULL; t++) {
        fprintf(in->out, "| [%s](%s.md) | %s | %s | ", t->id, t->id, t->title, severity_name(t->severity));
        join(in->out, t->crossings);
        fputs(" | ", in->out);
        join(in->out, t->mechanisms);
        fputs(" |\n", in->out);
    }
}

static size_t list_text(struct invocation *in, bool only_uncovered)
{
    size_t count = 0;
    for (const struct threat *t = threats; t->id != NULL; t++) {
        if (only_uncovered && count_of(t->tests) > 0)
            continue;
        fprintf(in->out, "%-10s  %-8s  %s  [", t->id, severity_name(t->severity), t->title);
        join(in->out, t->mechanisms);
        fputs("]\n", in->out);
        count++;
    }
    return count;
}

static struct err list_with(struct invocation *in, struct arena *a)
{
    bool only_uncovered = command_flag(in, "uncovered");
    size_t count = 0;
    if (in->is_json)
        TRY(list_json(in, a, only_uncovered, &count));
    else if (is_markdown(in))
        list_markdown(in);
    else
        count = list_text(in, only_uncovered);
    if (!only_uncovered || count == 0)
        return OK;
    command_explain(in, "%zu threats have no test", count);
    return FAIL(ERR_DENIED, "threats without a test");
}

static struct err assess_list(struct invocation *in)
{
    return with_arena(in, list_with);
}

static const struct option_row list_options[] = {{.name = "uncovered", .help = "only threats that no test covers"},
                                                 {0}};

const struct command command_assess_list = {
    .noun = "assess",
    .verb = "list",
    .options = list_options,
    .operands = "",
    .formats = "text|json|markdown",
    .summary = "list the threats of the catalogue",
    .help = "One line per threat: id, severity, title, mechanisms.\n"
            "Exit status: 0 listed; with --uncovered 1 if a threat has no test.",
    .example = "casemate assess list --uncovered",
    .run = assess_list,
};

static struct err diff_with(struct invocation *in, struct arena *a)
{
    const struct json *before, *after, *difference;
    enum severity bound;
    const char *word = command_text(in, "fail-on", "medium");
    if (!severity_named(bytes_of_text(word), &bound) || bound == SEVERITY_INFO)
        return command_misuse(in, "--fail-on is one of none, low, medium, high, critical");
    TRY(assess_read_document(in, a, in->operands[0], &before));
    TRY(assess_read_document(in, a, in->operands[1], &after));
    TRY(difference_of(a, before, after, &difference));
    if (in->is_json) {
        TRY(command_print_json(in, difference));
    } else {
        SCOPED(buf) struct buf text;
        buf_init(&text, JSON_TEXT_MAX);
        difference_text(difference, &text);
        TRY(print(in, &text));
    }
    if (bound == SEVERITY_NONE || difference_worst(difference) < bound)
        return OK;
    in->has_explained = true;
    return FAIL(ERR_DENIED, "something is new or worse");
}

static struct err assess_diff(struct invocation *in)
{
    return with_arena(in, diff_with);
}

static const struct option_row diff_options[] = {
    {.name = "fail-on", .value = "SEVERITY", .help = "least severity of what is new or worse for exit status 1"},
    {0},
};

const struct command command_assess_diff = {
    .noun = "assess",
    .verb = "diff",
    .options = diff_options,
    .operands = "OLD NEW",
    .operand_min = 2,
    .operand_max = 2,
    .summary = "say what changed between two assessments",
    .help = "OLD and NEW are documents of casemate assess --format json. Findings are matched by fingerprint, which\n"
            "survives moved files and lines.\n"
            "Exit status: 0 nothing new or worse at or above --fail-on, 1 something is, 3 a file is no such document.",
    .example = "casemate assess diff main.json branch.json",
    .run = assess_diff,
};

static struct err show_with(struct invocation *in, struct arena *a)
{
    const struct json *document;
    TRY(assess_read_document(in, a, in->operands[0], &document));
    return assess_output(in, a, document, BYTES_EMPTY);
}

static struct err assess_show(struct invocation *in)
{
    return with_arena(in, show_with);
}

static const struct option_row show_options[] = {ASSESS_OUTPUT_OPTIONS, {0}};

const struct command command_assess_show = {
    .noun = "assess",
    .verb = "show",
    .options = show_options,
    .operands = "DOCUMENT",
    .operand_min = 1,
    .operand_max = 1,
    .formats = ASSESS_FORMATS,
    .summary = "print an earlier assessment in another form",
    .help = "DOCUMENT is what casemate assess --format json wrote; - is standard input. Nothing is assessed again.\n"
            "Exit status: 0 printed, 3 no such document.",
    .example = "casemate assess show report.json --format html --output report.html",
    .run = assess_show,
};

/* A table of the model: rows of an id and what the keys name. */
struct table {
    const char *list, *words;
    const char *keys[4];
};

static const struct table tables[] = {
    {"personas", "PERSONAS: any of them may act maliciously or be impersonated", {"name", "trust", "can", NULL}},
    {"assets", "ASSETS", {"name", "protection", NULL}},
    {"layouts", "LAYOUTS: what is inside the TEE, what is not", {"name", "tee", "outside", NULL}},
    {"crossings",
     "CROSSINGS: where data or commands cross the boundary, or pass between principals",
     {"name", "sign", "carries", "validated"}},
    {"mechanisms", "MECHANISMS", {"name", NULL}},
    {"requirements", "REQUIREMENTS", {"text", NULL}},
    {"seeds", "SEED POINTS: what the trust model says", {"text", NULL}},
    {"assumptions", "ASSUMPTIONS: what a TEE promises is taken at face value", {"tee", "text", NULL}},
    {"out_of_scope", "OUT OF SCOPE", {"name", "text", NULL}},
};

static void table_row(const struct json *row, const struct table *t, struct buf *line, struct buf *out)
{
    struct bytes id = field_text(row, "id");
    buf_reset(line);
    for (size_t i = 0; i < 4 && t->keys[i] != NULL; i++) {
        struct bytes text = field_text(row, t->keys[i]);
        buf_text(line, i > 0 && text.n > 0 ? " · " : "");
        buf_add(line, text);
    }
    buf_text(out, "  ");
    buf_add(out, id);
    buf_fill(out, ' ', id.n < 10 ? 10 - id.n : 1);
    escape_wrap(buf_view(line), 12, 12, 100, out);
    buf_text(out, "\n");
}

static struct err words_with(struct invocation *in, struct arena *a)
{
    const struct json *model;
    SCOPED(buf) struct buf text = {0}, line = {0};
    TRY(model_load(a, &model));
    if (in->is_json)
        return command_print_json(in, model);
    buf_init(&text, JSON_TEXT_MAX);
    buf_init(&line, MIB);
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        const struct json *list = field_list(model, tables[i].list);
        buf_text(&text, i > 0 ? "\n" : "");
        buf_text(&text, tables[i].words);
        buf_text(&text, "\n");
        for (size_t k = 0; k < list->count; k++)
            table_row(list->items[k], &tables[i], &line, &text);
    }
    return print(in, &text);
}

static struct err assess_model(struct invocation *in)
{
    return in->operand_count > 0 ? assess_model_of_files(in) : with_arena(in, words_with);
}

static const struct option_row model_options[] = {
    {.name = "now", .value = "DATE", .help = "the day to assess for; today if not given"},
    {.name = "context", .value = "FILE", .help = "layout, TEE, broker; context.json among the files if not given"},
    {.name = "as", .value = "KIND=PATH", .is_repeatable = true, .help = "one more file, of a kind that is not guessed"},
    {0},
};

const struct command command_assess_model = {
    .noun = "assess",
    .verb = "model",
    .options = model_options,
    .operands = "[PATH...]",
    .operand_max = COMMAND_VALUES_MAX,
    .summary = "print the words of the trust model, or the facts read from a deployment",
    .help =
        "Without a PATH: personas, assets, layouts, crossings, mechanisms, requirements, seed points, as tables.\n"
        "With one: what the rules see of that deployment (casemate-model/1, JSON): facts, no verdicts, no secrets.\n"
        "Exit status: 0 printed, 3 an input cannot be read, 4 a limit.",
    .example = "casemate assess model\ncasemate assess model deploy/",
    .run = assess_model,
};
