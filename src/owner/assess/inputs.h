/*
 * The files that an assessment reads: what was named, and what stands in named folders. Everything below a folder is
 * hostile: no hidden file, no link out of it, bounds on number and size.
 */
#pragma once

#include "trust/assess.h"

struct inputs {
    struct arena *arena;
    struct assess_file *files;
    size_t count;
    size_t cap;
    size_t bytes;
    bool has_more; /* a bound was passed: the rest is left out */
};

/*
 * inputs_add - read a file or a folder; "-" is standard input. A file that cannot be read is an input that says so.
 *
 * in       path: from the command line; kind: of --as, or empty
 * out      appended to *in
 * errors   ABSENT, IO  the path itself does not exist or cannot be opened; LIMIT more than 10000 files or 256 MiB;
 * NOMEM source: spec/trust-model.md 5.1, 8
 */
MUST_CHECK struct err inputs_add(struct inputs *in, const char *path, struct bytes kind);
