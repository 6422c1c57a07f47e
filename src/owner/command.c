/*
 * Parsing of the command line by the rows of a command, and the way from an error to an exit status.
 */
#include "owner/command.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>

#include "base/limits.h"

#define EXIT_USAGE 2

static const struct option_row everybodys[] = {
    {.name = "format", .value = "FORM", .letter = 'f', .help = "form of the result"},
    {.name = "help", .help = "this text"},
    {0},
};

static const struct option_row *find_in(const struct option_row *rows, const char *name, size_t n)
{
    for (const struct option_row *row = rows; row != NULL && row->name != NULL; row++)
        if (strlen(row->name) == n && memcmp(row->name, name, n) == 0)
            return row;
    return NULL;
}

static const struct option_row *find_row(const struct command *c, const char *name, size_t n)
{
    const struct option_row *row = find_in(c->options, name, n);
    return row != NULL ? row : find_in(everybodys, name, n);
}

static const struct option_row *find_letter(const struct command *c, char letter)
{
    for (const struct option_row *row = c->options; row != NULL && row->name != NULL; row++)
        if (row->letter == letter)
            return row;
    return letter == 'f' && c->formats != NULL ? &everybodys[0] : NULL;
}

static bool is_given(const struct invocation *in, const struct option_row *row)
{
    for (size_t i = 0; i < in->value_count; i++)
        if (in->values[i].row == row)
            return true;
    return false;
}

static void prefix(const struct invocation *in)
{
    const struct command *c = in->command;
    fprintf(in->err, "casemate %s%s%s: ", c->noun, c->verb == NULL ? "" : " ", c->verb == NULL ? "" : c->verb);
}

/* A usage error: what is wrong, and the line that would be right. Always false. */
__attribute__((format(printf, 2, 3))) static bool misuse(struct invocation *in, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    prefix(in);
    vfprintf(in->err, format, list);
    fputc('\n', in->err);
    va_end(list);
    command_usage(in->command, in->err);
    return false;
}

static bool add_value(struct invocation *in, const struct option_row *row, const char *text)
{
    if (!row->is_repeatable && is_given(in, row))
        return misuse(in, "--%s is given twice", row->name);
    if (in->value_count == COMMAND_VALUES_MAX)
        return misuse(in, "too many options");
    in->values[in->value_count++] = (struct option_value){row, text};
    return true;
}

/* One option at argv[*at]; *at moves over its value. */
static bool take_option(struct invocation *in, int argc, const char *const *argv, int *at)
{
    const char *name = argv[*at] + 2;
    size_t n = strcspn(name, "=");
    const struct option_row *row = find_row(in->command, name, n);
    if (row == NULL)
        return misuse(in, "unknown option --%.*s", (int)n, name);
    bool has_inline = name[n] == '=';
    if (row->value == NULL)
        return has_inline ? misuse(in, "--%s takes no value", row->name) : add_value(in, row, "");
    if (has_inline)
        return add_value(in, row, name + n + 1);
    if (*at + 1 >= argc)
        return misuse(in, "--%s needs a value: %s", row->name, row->value);
    *at += 1;
    return add_value(in, row, argv[*at]);
}

/* "-d FILE" or "-dFILE" or a flag of one letter. */
static bool take_letter(struct invocation *in, int argc, const char *const *argv, int *at)
{
    const char *arg = argv[*at];
    const struct option_row *row = find_letter(in->command, arg[1]);
    if (row == NULL || (row->value == NULL && arg[2] != '\0'))
        return misuse(in, "unknown option %s; -- goes in front of an argument that begins with -", arg);
    if (row->value == NULL)
        return add_value(in, row, "");
    if (arg[2] != '\0')
        return add_value(in, row, arg + 2);
    if (*at + 1 >= argc)
        return misuse(in, "-%c needs a value: %s", row->letter, row->value);
    *at += 1;
    return add_value(in, row, argv[*at]);
}

static bool take_operand(struct invocation *in, const char *text)
{
    if (in->operand_count == COMMAND_VALUES_MAX || in->operand_count == in->command->operand_max)
        return misuse(in, "one argument too many: %s", text);
    in->operands[in->operand_count++] = text;
    return true;
}

static bool take_arguments(struct invocation *in, int argc, const char *const *argv, int at)
{
    bool only_operands = false;
    for (; at < argc; at++) {
        const char *arg = argv[at];
        bool fits = true;
        if (only_operands)
            fits = take_operand(in, arg);
        else if (strcmp(arg, "--") == 0)
            only_operands = true;
        else if (strcmp(arg, "-h") == 0)
            fits = add_value(in, find_in(everybodys, "help", 4), "");
        else if (strncmp(arg, "--", 2) == 0)
            fits = take_option(in, argc, argv, &at);
        else if (arg[0] == '-' && arg[1] != '\0')
            fits = take_letter(in, argc, argv, &at);
        else
            fits = take_operand(in, arg);
        if (!fits)
            return false;
    }
    return true;
}

/* The form of this name among those with bars between, as a view into them; empty where there is none. */
static struct bytes find_form(const char *formats, const char *name)
{
    size_t n = strlen(name);
    for (const char *at = formats; *at != '\0'; at += at[0] == '|') {
        size_t length = strcspn(at, "|");
        if (length == n && memcmp(at, name, n) == 0)
            return bytes_of(at, n);
        at += length;
    }
    return BYTES_EMPTY;
}

/* --format names one of the command's forms, the default first; a command that takes several uses the first here. */
static bool take_format(struct invocation *in)
{
    const char *formats = command_formats(in->command);
    in->format = bytes_of(formats, strcspn(formats, "|"));
    for (size_t i = in->value_count; i-- > 0;) {
        if (strcmp(in->values[i].row->name, "format") != 0)
            continue;
        in->format = find_form(formats, in->values[i].text);
        if (in->format.n == 0)
            return misuse(in, "--format is one of %s", formats);
    }
    in->is_json = bytes_is(in->format, "json");
    return true;
}

/* What a command needs is there, and --format names a form. */
static bool is_complete(struct invocation *in)
{
    for (const struct option_row *row = in->command->options; row != NULL && row->name != NULL; row++)
        if (row->is_required && !is_given(in, row))
            return misuse(in, "--%s is missing", row->name);
    if (in->operand_count < in->command->operand_min)
        return misuse(in, "an argument is missing: %s", in->command->operands);
    return take_format(in);
}

const char *command_sentence(struct err e)
{
    const char *at = e.at == NULL ? "" : e.at;
    const char *text = strstr(at, ": ");
    return text == NULL ? at : text + 2;
}

static void say_error(const struct invocation *in, struct err e)
{
    prefix(in);
    fprintf(in->err, "%s", command_sentence(e));
    if (e.sys != 0)
        fprintf(in->err, ": %s", strerror(e.sys));
    fprintf(in->err, " (%s%s%s)\n", err_code_name(e), e.reason == REASON_NONE ? "" : ", ", reason_code(e.reason));
}

static int run_command(struct invocation *in, int argc, const char *const *argv, int at)
{
    if (!take_arguments(in, argc, argv, at))
        return EXIT_USAGE;
    if (command_flag(in, "help")) {
        command_help(in->command, in->out);
        return 0;
    }
    if (!is_complete(in))
        return EXIT_USAGE;
    struct err e = in->command->run(in);
    if (!failed(e) && (fflush(in->out) != 0 || ferror(in->out)))
        e = FAIL_SYS(errno, "the result cannot be written");
    if (failed(e) && !in->has_explained)
        say_error(in, e);
    return in->is_misuse ? EXIT_USAGE : err_exit_status(e);
}

static const struct command *find_command(const struct command *const *table, const char *noun, const char *verb)
{
    for (; *table != NULL; table++) {
        const struct command *c = *table;
        if (strcmp(c->noun, noun) == 0 && (c->verb == NULL || (verb != NULL && strcmp(c->verb, verb) == 0)))
            return c;
    }
    return NULL;
}

static bool has_noun(const struct command *const *table, const char *noun)
{
    for (; *table != NULL; table++)
        if (strcmp((*table)->noun, noun) == 0)
            return true;
    return false;
}

static bool is_help(const char *arg)
{
    return strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0 || strcmp(arg, "help") == 0;
}

static int run_line(const struct command *const *table, int argc, const char *const *argv, struct invocation *in)
{
    FILE *out = in->out, *err = in->err;
    const char *noun = argc > 1 ? argv[1] : NULL, *verb = argc > 2 ? argv[2] : NULL;
    if (noun == NULL) {
        command_overview(table, NULL, err);
        return EXIT_USAGE;
    }
    if (is_help(noun)) {
        command_overview(table, verb != NULL && has_noun(table, verb) ? verb : NULL, out);
        return 0;
    }
    if (strcmp(noun, "--version") == 0) {
        fprintf(out, "casemate %s\n", CASEMATE_VERSION);
        return 0;
    }
    const struct command *c = find_command(table, noun, verb);
    if (c != NULL) {
        in->command = c;
        return run_command(in, argc, argv, c->verb == NULL ? 2 : 3);
    }
    if (verb != NULL && is_help(verb) && has_noun(table, noun)) {
        command_overview(table, noun, out);
        return 0;
    }
    if (has_noun(table, noun))
        fprintf(err, "casemate %s: %s%s\n", noun, verb == NULL ? "a verb is missing" : "unknown verb ",
                verb == NULL ? "" : verb);
    else
        fprintf(err, "casemate: unknown command %s\n", noun);
    command_overview(table, has_noun(table, noun) ? noun : NULL, err);
    return EXIT_USAGE;
}

int command_run(const struct command *const *table, int argc, const char *const *argv, FILE *out, FILE *err)
{
    struct invocation in = {.out = out, .err = err};
    return run_line(table, argc, argv, &in);
}

int command_run_in_colour(const struct command *const *table, int argc, const char *const *argv, FILE *out, FILE *err)
{
    struct invocation in = {.out = out, .err = err, .has_colour = true};
    return run_line(table, argc, argv, &in);
}

static const struct option_row *own_row(const struct invocation *in, const char *name)
{
    const struct option_row *row = find_row(in->command, name, strlen(name));
    assert(row != NULL);
    return row;
}

bool command_flag(const struct invocation *in, const char *name)
{
    return is_given(in, own_row(in, name));
}

const char *command_text(const struct invocation *in, const char *name, const char *otherwise)
{
    const struct option_row *row = own_row(in, name);
    for (size_t i = 0; i < in->value_count; i++)
        if (in->values[i].row == row)
            return in->values[i].text;
    return otherwise;
}

size_t command_texts(const struct invocation *in, const char *name, const char *out[COMMAND_VALUES_MAX])
{
    const struct option_row *row = own_row(in, name);
    size_t count = 0;
    for (size_t i = 0; i < in->value_count; i++)
        if (in->values[i].row == row)
            out[count++] = in->values[i].text;
    return count;
}

struct err command_int(struct invocation *in, const char *name, int64_t min, int64_t max, int64_t otherwise,
                       int64_t *out)
{
    const char *text = command_text(in, name, NULL);
    if (text == NULL) {
        *out = otherwise;
        return OK;
    }
    char *end = NULL;
    errno = 0;
    long long v = strtoll(text, &end, 10);
    bool is_plain = text[0] == '-' ? text[1] >= '0' && text[1] <= '9' : text[0] >= '0' && text[0] <= '9';
    if (!is_plain || *end != '\0' || errno != 0 || v < min || v > max)
        return command_misuse(in, "--%s is a number from %lld to %lld", name, (long long)min, (long long)max);
    *out = v;
    return OK;
}

void command_explain(struct invocation *in, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    prefix(in);
    vfprintf(in->err, format, list);
    fputc('\n', in->err);
    va_end(list);
    in->has_explained = true;
}

struct err command_misuse(struct invocation *in, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    prefix(in);
    vfprintf(in->err, format, list);
    fputc('\n', in->err);
    va_end(list);
    command_usage(in->command, in->err);
    in->has_explained = true;
    in->is_misuse = true;
    return FAIL(ERR_FORMAT, "an option that does not fit");
}

void command_print_bytes(FILE *out, struct bytes text)
{
    bool is_text = bytes_is_utf8(text);
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.p[i];
        /* U+0080..U+009F are control characters too: C2 80 .. C2 9F. */
        bool is_c1 = c == 0xc2 && i + 1 < text.n && text.p[i + 1] < 0xa0;
        bool is_shown = c >= 0x20 && c != 0x7f && (c < 0x80 || is_text) && !is_c1;
        fputc(is_shown ? c : '?', out);
        i += is_c1 && is_text;
    }
}

struct err command_print_json(struct invocation *in, const struct json *value)
{
    SCOPED(buf) struct buf text;
    buf_init(&text, JSON_TEXT_MAX);
    json_encode_pretty(value, &text);
    struct bytes view;
    TRY(buf_end(&text, &view));
    fwrite(view.p, 1, view.n, in->out);
    if (view.n > 0 && view.p[view.n - 1] != '\n')
        fputc('\n', in->out);
    return OK;
}
