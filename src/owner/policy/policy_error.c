/*
 * What is wrong with a policy, as people and programs read it.
 */
#include "owner/policy/policy_files.h"

#define LINE_SHOWN 200 /* bytes of a line */

struct err policy_fail(enum rego_status status)
{
    switch (status) {
    case REGO_ERR_PARSE:
    case REGO_ERR_COMPILE:
    case REGO_ERR_INPUT:
        return FAIL(ERR_FORMAT, "a policy, a query or an input that is refused");
    case REGO_ERR_LIMIT:
        return FAIL(ERR_LIMIT, "an evaluation reached a limit");
    case REGO_ERR_MEMORY:
        return FAIL(ERR_NOMEM, "no memory for a policy");
    case REGO_UNSET:
    case REGO_OK:
    case REGO_UNDEFINED:
    case REGO_ERR_EVAL:
        break;
    }
    return FAIL(ERR_STATE, "an evaluation failed");
}

static struct bytes find_text(const struct policy_files *f, const char *query, const char *file)
{
    for (size_t i = 0; i < f->module_count; i++)
        if (strcmp(f->modules[i].name, file) == 0)
            return bytes_of(f->modules[i].text, f->modules[i].length);
    return query != NULL && strcmp(file, "query") == 0 ? bytes_of_text(query) : BYTES_EMPTY;
}

static struct bytes line_of(struct bytes text, unsigned row)
{
    for (; row > 1 && text.n > 0; row--) {
        const uint8_t *end = memchr(text.p, '\n', text.n);
        size_t n = end == NULL ? text.n : (size_t)(end - text.p) + 1;
        text = bytes_of(text.p + n, text.n - n);
    }
    const uint8_t *end = text.n == 0 ? NULL : memchr(text.p, '\n', text.n);
    return end == NULL ? text : bytes_of(text.p, (size_t)(end - text.p));
}

/* A tab stands for itself above and beneath, so that the caret is under its character. */
static void print_shown(struct bytes line, FILE *out)
{
    for (size_t i = 0; i < line.n;) {
        size_t n = 0;
        while (i + n < line.n && line.p[i + n] != '\t')
            n++;
        command_print_bytes(out, bytes_of(line.p + i, n));
        i += n;
        if (i < line.n) {
            fputc('\t', out);
            i++;
        }
    }
}

void policy_show_line(const struct policy_files *f, const char *query, const char *file, unsigned row, unsigned column,
                      FILE *out)
{
    struct bytes line = line_of(find_text(f, query, file), row);
    if (line.n == 0 || row == 0 || line.n > LINE_SHOWN)
        return;
    fputs("    ", out);
    print_shown(line, out);
    fputs("\n    ", out);
    for (size_t i = 0, at = 1; i < line.n && at < column; i++) {
        if ((line.p[i] & 0xC0) == 0x80)
            continue;
        fputc(line.p[i] == '\t' ? '\t' : ' ', out);
        at++;
    }
    fputs("^\n", out);
}

static struct err error_json(struct arena *a, const struct rego_error *error, const struct json **out)
{
    struct json_object o;
    const struct json *location = NULL;
    if (error->row > 0) {
        json_object_init(&o, a);
        json_object_text(&o, "file", error->file);
        json_object_int(&o, "row", error->row);
        json_object_int(&o, "col", error->column);
        TRY(json_object_end(&o, &location));
    }
    json_object_init(&o, a);
    json_object_text(&o, "code", error->code);
    json_object_text(&o, "message", error->message);
    if (error->hint[0] != '\0')
        json_object_text(&o, "hint", error->hint);
    if (location != NULL)
        json_object_add(&o, "location", location);
    TRY(json_object_end(&o, out));
    TRY(json_new_array(a, out, 1, out));
    json_object_init(&o, a);
    json_object_add(&o, "errors", *out);
    return json_object_end(&o, out);
}

static void say(const struct policy_files *f, const char *query, const struct rego_error *error)
{
    FILE *out = f->in->err;
    if (error->row > 0) {
        command_print_bytes(out, bytes_of_text(error->file));
        fprintf(out, ":%u:%u: ", error->row, error->column);
    }
    fprintf(out, "%s: ", error->code);
    command_print_bytes(out, bytes_of_text(error->message));
    fputc('\n', out);
    if (error->row > 0)
        policy_show_line(f, query, error->file, error->row, error->column, out);
    if (error->hint[0] == '\0')
        return;
    fputs("hint: ", out);
    command_print_bytes(out, bytes_of_text(error->hint));
    fputc('\n', out);
}

void policy_say_error(const struct policy_files *f, const char *query, const struct rego_error *error)
{
    struct arena a;
    const struct json *v;
    f->in->has_explained = true;
    if (!f->in->is_json) {
        say(f, query, error);
        return;
    }
    arena_init(&a, 1UL << 20);
    struct err e = error_json(&a, error, &v);
    if (!failed(e))
        e = command_print_json(f->in, v);
    arena_clear(&a);
    if (failed(e))
        say(f, query, error);
}
