/*
 * Printing of a document in the forms that were asked for.
 */
#include "owner/assess/assess_output.h"

#include "base/limits.h"
#include "report/field.h"
#include "report/html.h"
#include "report/model.h"
#include "report/openvex.h"
#include "report/sarif.h"
#include "report/text.h"
#include "sys/file.h"

static struct err render(struct invocation *in, struct arena *a, const struct json *document, const char *format,
                         bool is_terminal, struct bytes folder, struct buf *out)
{
    const struct json *model;
    bool shows_answered = command_text(in, "show", NULL) != NULL;
    struct text_options options = {.has_colour = is_terminal && in->has_colour,
                                   .shows_answered = shows_answered,
                                   .is_verbose = command_flag(in, "verbose")};
    TRY(model_load(a, &model));
    if (strcmp(format, "sarif") == 0)
        return sarif_render(a, document, &(struct sarif_options){.shows_all = shows_answered, .folder = folder}, out);
    if (strcmp(format, "html") == 0)
        return html_render(document, model, out);
    if (strcmp(format, "openvex") == 0)
        return openvex_render(a, document, out);
    if (strcmp(format, "text") == 0)
        return text_render(document, model, &options, out);
    TRY(json_encode_jcs(document, out));
    buf_text(out, "\n");
    return OK;
}

static struct err put(struct invocation *in, struct arena *a, const struct json *document, const char *format,
                      const char *path, struct bytes folder)
{
    SCOPED(buf) struct buf text;
    struct bytes view;
    bool is_standard = strcmp(path, "-") == 0;
    buf_init(&text, FILE_READ_MAX);
    TRY(render(in, a, document, format, is_standard, folder, &text));
    TRY(buf_end(&text, &view));
    if (!is_standard)
        return file_write(path, view, 0644);
    fwrite(view.p, 1, view.n, in->out);
    return OK;
}

struct err assess_output(struct invocation *in, struct arena *a, const struct json *document, struct bytes folder)
{
    const char *formats[COMMAND_VALUES_MAX] = {"text"}, *paths[COMMAND_VALUES_MAX];
    size_t format_count = command_texts(in, "format", formats);
    size_t path_count = command_texts(in, "output", paths), standard = 0;
    const char *show = command_text(in, "show", "answered");
    if (format_count == 0)
        format_count = 1;
    for (size_t i = 0; i < format_count; i++) {
        if (i >= path_count)
            paths[i] = "-";
        standard += strcmp(paths[i], "-") == 0;
    }
    if (path_count > format_count || standard > 1)
        return command_misuse(in,
                              "each --output needs a --format before it, and one form at most goes to standard output");
    if (strcmp(show, "answered") != 0)
        return command_misuse(in, "--show takes answered");
    for (size_t i = 0; i < format_count; i++)
        TRY(put(in, a, document, formats[i], paths[i], folder));
    return OK;
}

struct err assess_read_document(struct invocation *in, struct arena *a, const char *path, const struct json **out)
{
    SCOPED(buf) struct buf text;
    struct json_fault fault = {0};
    const struct json *v;
    buf_init(&text, JSON_TEXT_MAX);
    struct err e = file_read(path, &text);
    if (failed(e)) {
        command_explain(in, "%s cannot be read", path);
        return e;
    }
    e = json_decode(a, buf_view(&text), NULL, &fault, &v);
    if (!failed(e) && (!bytes_is(field_text(v, "schema"), "casemate-assess/1") || json_at(v, "findings") == NULL))
        e = FAIL(ERR_FORMAT, "no casemate-assess/1 document");
    if (failed(e)) {
        command_explain(in, "%s is no casemate-assess/1 document", path);
        return e;
    }
    *out = v;
    return OK;
}
