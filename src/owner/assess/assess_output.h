/*
 * The forms of an assessment's document, and where they go: pairs of --format and --output.
 */
#pragma once

#include "owner/command.h"

#define ASSESS_FORMATS "text|json|sarif|html|openvex"

/* The rows that every command has which prints a document. */
#define ASSESS_OUTPUT_OPTIONS                                                                                          \
    {.name = "format",                                                                                                 \
     .letter = 'f',                                                                                                    \
     .value = ASSESS_FORMATS,                                                                                          \
     .is_repeatable = true,                                                                                            \
     .help = "form of the result; the n-th goes to the n-th --output"},                                                \
        {.name = "output",                                                                                             \
         .value = "FILE",                                                                                              \
         .is_repeatable = true,                                                                                        \
         .help = "where it goes, - for standard output; a form without one goes there"},                               \
        {.name = "show", .value = "answered", .help = "print what is answered, too, and by what"},                     \
    {                                                                                                                  \
        .name = "verbose", .help = "print bindings, what does not apply, what is out of scope"                         \
    }

/*
 * assess_output - print a document in every form asked for.
 *
 * in       in: of a command with ASSESS_OUTPUT_OPTIONS; a: for scratch; document: casemate-assess/1;
 *          folder: put in front of the paths in SARIF, or empty
 * out      on in->out and in the files named
 * errors   FORMAT  more outputs than forms, two forms on standard output, --show of something else; IO; NOMEM; LIMIT
 */
MUST_CHECK struct err assess_output(struct invocation *in, struct arena *a, const struct json *document,
                                    struct bytes folder);

/*
 * assess_read_document - a casemate-assess/1 document from a file.
 *
 * in       path: from the command line; a: owns the result
 * out      *out only on success
 * errors   FORMAT  no such document; ABSENT, IO, LIMIT; said on in->err
 */
MUST_CHECK struct err assess_read_document(struct invocation *in, struct arena *a, const char *path,
                                           const struct json **out);
