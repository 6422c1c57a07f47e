/*
 * Help, made from the rows of the commands.
 */
#include "owner/command.h"

static void print_name(const struct command *c, FILE *out)
{
    fprintf(out, "casemate %s%s%s", c->noun, c->verb == NULL ? "" : " ", c->verb == NULL ? "" : c->verb);
}

const char *command_formats(const struct command *c)
{
    return c->formats == NULL ? "text|json" : c->formats;
}

/* A command that takes several forms has a row of its own for them. */
static bool has_own_format(const struct command *c)
{
    for (const struct option_row *row = c->options; row != NULL && row->name != NULL; row++)
        if (strcmp(row->name, "format") == 0)
            return true;
    return false;
}

void command_usage(const struct command *c, FILE *out)
{
    fputs("usage: ", out);
    print_name(c, out);
    if (c->operands[0] != '\0')
        fprintf(out, " %s", c->operands);
    for (const struct option_row *row = c->options; row != NULL && row->name != NULL; row++)
        fprintf(out, " %s--%s%s%s%s%s", row->is_required ? "" : "[", row->name, row->value == NULL ? "" : " ",
                row->value == NULL ? "" : row->value, row->is_required ? "" : "]", row->is_repeatable ? "..." : "");
    if (!has_own_format(c))
        fprintf(out, " [--format %s]", command_formats(c));
    fputc('\n', out);
}

static void print_option(char letter, const char *name, const char *value, const char *help, FILE *out)
{
    char before[8] = "";
    if (letter != 0)
        (void)snprintf(before, sizeof(before), "-%c, ", letter);
    int n = fprintf(out, "  %s--%s%s%s", before, name, value == NULL ? "" : " ", value == NULL ? "" : value);
    fprintf(out, "%*s%s\n", n < 28 ? 28 - n : 1, "", help);
}

/* The lines of an example, each behind two spaces. */
static void print_example(const char *text, FILE *out)
{
    fputs("\nexample:\n", out);
    while (*text != '\0') {
        size_t n = strcspn(text, "\n");
        fprintf(out, "  %.*s\n", (int)n, text);
        text += text[n] == '\0' ? n : n + 1;
    }
}

void command_help(const struct command *c, FILE *out)
{
    print_name(c, out);
    fprintf(out, " - %s\n\n", c->summary);
    command_usage(c, out);
    fprintf(out, "\n%s\n\noptions:\n", c->help);
    for (const struct option_row *row = c->options; row != NULL && row->name != NULL; row++)
        print_option(row->letter, row->name, row->value, row->help, out);
    if (!has_own_format(c))
        print_option(c->formats == NULL ? 0 : 'f', "format", command_formats(c), "form of the result", out);
    print_option(0, "help", NULL, "this text", out);
    print_example(c->example, out);
}

void command_overview(const struct command *const *table, const char *noun, FILE *out)
{
    fputs("usage: casemate NOUN VERB [ARGUMENT...] [--OPTION VALUE...]\n       casemate --version | --help\n\n", out);
    for (; *table != NULL; table++) {
        const struct command *c = *table;
        if (noun != NULL && strcmp(noun, c->noun) != 0)
            continue;
        int n = fprintf(out, "  %s%s%s", c->noun, c->verb == NULL ? "" : " ", c->verb == NULL ? "" : c->verb);
        fprintf(out, "%*s%s\n", n < 28 ? 28 - n : 1, "", c->summary);
    }
    fputs("\ncasemate NOUN VERB --help tells more. Exit status: 0 yes or clean, 1 no or denied, 2 usage,\n"
          "3 an input or a peer could not be read, 4 internal error or limit.\n",
          out);
}
