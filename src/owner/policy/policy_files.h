/*
 * The files of the `casemate policy` commands that evaluate: modules, documents and input from the command line,
 * compiled; and what is wrong with them, with the line and a caret.
 */
#pragma once

#include "casemate/rego.h"
#include "owner/command.h"

#define POLICY_FILES_MAX 1000

struct policy_files {
    struct invocation *in;
    struct arena arena;          /* owns all texts */
    struct rego_module *modules; /* POLICY_FILES_MAX rows */
    size_t module_count;
    const struct json *data; /* NULL: none */
    struct bytes data_text;  /* of it; empty: none */
    struct bytes input;      /* JSON text */
    bool has_input;
    bool only_modules;             /* documents are left alone */
    const struct json *references; /* what query_reference_value answers; NULL: null for every name */
    struct rego_policy *policy;
};

/* Rows that these commands share. */
#define POLICY_FILE_OPTIONS                                                                                            \
    {.name = "data",                                                                                                   \
     .value = "PATH",                                                                                                  \
     .letter = 'd',                                                                                                    \
     .is_repeatable = true,                                                                                            \
     .help = "a policy (.rego), a document (.json, .yaml), or a directory of them"},                                   \
        {.name = "v0-compatible", .help = "the policies are written in Rego v0"},                                      \
    {                                                                                                                  \
        .name = "references", .value = "FILE",                                                                         \
        .help = "JSON object with the answers of query_reference_value; without it the answer is null"                 \
    }
#define POLICY_INPUT_OPTIONS                                                                                           \
    {.name = "input",                                                                                                  \
     .value = "FILE",                                                                                                  \
     .letter = 'i',                                                                                                    \
     .help = "input, JSON or a .yaml file; - is standard input, JSON"},                                                \
        {.name = "stdin-input", .letter = 'I', .help = "read the input from standard input"},                          \
    {                                                                                                                  \
        .name = "strict-builtin-errors", .help = "an error of a builtin ends the evaluation"                           \
    }

/*
 * policy_files_load - read what --data (and `paths`) name, --input, --references. policy_files_modules - the modules
 * of a directory alone.
 * policy_files_compile - the policy. policy_files_clear - for SCOPED.
 *
 * in       paths: more files or directories, may be NULL; f: zeroed but for `in`
 * out      *f
 * errors   ABSENT, IO, FORMAT, LIMIT, NOMEM, each said on stderr; what is wrong with a policy as policy_say_error does
 */
MUST_CHECK struct err policy_files_load(struct policy_files *f, const char *const *paths, size_t count);
MUST_CHECK struct err policy_files_modules(struct policy_files *f, const char *directory);
MUST_CHECK struct err policy_files_compile(struct policy_files *f);
void policy_files_clear(struct policy_files *f);

/*
 * policy_say_error - a report of the engine: on stderr with the line, a caret and the hint; with --format json as
 * OPA's {"errors": [..]} on stdout. policy_show_line - the line of a place, and the caret under it.
 * policy_fail - the exit status's error for a status of the engine.
 *
 * in       query: its text, for places in it; may be NULL
 * out      printed
 * errors   policy_fail: always: FORMAT (parse, compile, input), STATE (evaluation), LIMIT, NOMEM
 */
void policy_say_error(const struct policy_files *f, const char *query, const struct rego_error *error);
void policy_show_line(const struct policy_files *f, const char *query, const char *file, unsigned row, unsigned column,
                      FILE *out);
MUST_CHECK struct err policy_fail(enum rego_status status);

/* policy_call - a call of the engine with what the command line says: input, clock, strictness. errors: none. out: it
 */
struct rego_call policy_call(struct policy_files *f, const char *query);
