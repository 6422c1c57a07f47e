/*
 * The frame of `casemate NOUN VERB`: a row of commands.c is a command, its option rows drive parsing, usage and --help.
 * A verb reads its options, prints its result to `out` and returns an error, which becomes the exit status: 0 yes or
 * clean, 1 no or denied, 2 usage, 3 an input or a peer could not be read, 4 internal or a limit.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/bytes.h"
#include "base/err.h"
#include "json/json.h"

#define COMMAND_VALUES_MAX 64

struct option_row {
    const char *name;  /* "key" for --key; NULL ends the rows */
    const char *value; /* "FILE"; NULL for a flag */
    bool is_required;
    bool is_repeatable;
    char letter;      /* 'd' for -d; 0 for none */
    const char *help; /* one line */
};

struct option_value {
    const struct option_row *row;
    const char *text; /* "" for a flag */
};

struct invocation {
    const struct command *command;
    struct option_value values[COMMAND_VALUES_MAX];
    size_t value_count;
    const char *operands[COMMAND_VALUES_MAX];
    size_t operand_count;
    struct bytes format; /* as given, or the first that the command has */
    bool is_json;        /* --format json */
    bool has_explained;  /* command_explain was called: the frame does not repeat the error */
    bool is_misuse;      /* command_misuse was called: exit status 2 */
    bool has_colour;     /* the result goes to a terminal that takes colours */
    FILE *out;
    FILE *err;
};

typedef struct err command_fn(struct invocation *in);

struct command {
    const char *noun;
    const char *verb;                 /* NULL: the noun alone is the command */
    const struct option_row *options; /* ends with {0}; NULL for none. --format and --help are everybody's */
    const char *formats;              /* "json|raw", the default first; NULL: "text|json" */
    const char *operands;             /* "DIR [FILE...]", "" for none */
    size_t operand_min;
    size_t operand_max;
    const char *summary; /* one line */
    const char *help;    /* what it does, what the exit status says */
    const char *example; /* one line, or more with line ends between them */
    command_fn *run;
};

/* The table: every command of the program, ended by NULL. Commands of one noun stand together. */
extern const struct command *const commands[];

/*
 * command_run - parse the arguments and run the command that they name, or print help.
 *
 * in       table: NULL-terminated; argv[0] is not looked at; out, err: streams that stay open
 * out      the exit status
 * errors   none beyond the status
 */
int command_run(const struct command *const *table, int argc, const char *const *argv, FILE *out, FILE *err);

/* command_run_in_colour - the same for a terminal that takes colours. out, errors: as command_run */
int command_run_in_colour(const struct command *const *table, int argc, const char *const *argv, FILE *out, FILE *err);

/*
 * command_flag - whether a flag was given. command_text - the value of an option, or `otherwise` if it was not given.
 * command_texts - all values of a repeatable option; command_int - a value as a number.
 *
 * in       name: of a row of this command, else the process ends by assert
 * out      borrowed from argv; *out only on success
 * errors   command_int: as command_misuse, no whole number within min..max
 */
bool command_flag(const struct invocation *in, const char *name);
const char *command_text(const struct invocation *in, const char *name, const char *otherwise);
size_t command_texts(const struct invocation *in, const char *name, const char *out[COMMAND_VALUES_MAX]);
MUST_CHECK struct err command_int(struct invocation *in, const char *name, int64_t min, int64_t max, int64_t otherwise,
                                  int64_t *out);

/*
 * command_explain - say on stderr why the command ends as it does, with its name in front; the frame then adds nothing.
 * command_misuse - the same for options that do not fit: the usage line follows, and the exit status is 2.
 * command_sentence - the sentence of an error, without the place in our source.
 * command_print_bytes - print text from outside: control characters become '?', so that it cannot steer a terminal.
 * command_print_json - print a value as the result of --format json, with a line end.
 *
 * in       value: any tree; text: hostile
 * out      on in->err, in->out
 * errors   NOMEM, LIMIT; command_misuse: always FORMAT
 */
void command_explain(struct invocation *in, const char *format, ...) __attribute__((format(printf, 2, 3)));
MUST_CHECK struct err command_misuse(struct invocation *in, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
const char *command_sentence(struct err e);
void command_print_bytes(FILE *out, struct bytes text);
MUST_CHECK struct err command_print_json(struct invocation *in, const struct json *value);

/*
 * command_formats - the forms of its result, as --format takes them. command_usage - one line; command_help - all about
 * one command; command_overview - all commands, or those of a noun.
 *
 * in       noun: NULL for all
 * out      printed
 * errors   none
 */
const char *command_formats(const struct command *c);
void command_usage(const struct command *c, FILE *out);
void command_help(const struct command *c, FILE *out);
void command_overview(const struct command *const *table, const char *noun, FILE *out);
