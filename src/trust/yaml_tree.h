/*
 * YAML as Kubernetes takes it, into the document model: several documents, core tags, aliases expanded within a bound,
 * merge keys; no key twice. Lines are kept for the report.
 */
#pragma once

#include "json/json.h"

/* Where a refused text is wrong: line and column from 1, and one literal sentence. */
struct yaml_fault {
    size_t line;
    size_t column;
    const char *expected;
};

struct yaml_mark; /* where a value stood */

struct yaml {
    const struct json **roots; /* one per document; empty documents are left out */
    size_t count;
    struct yaml_mark *marks; /* a table by the value's address */
    size_t mark_count;
    size_t mark_cap;
};

/*
 * yaml_decode - all documents of a text.
 *
 * in       a: owns the result; text: hostile; fault: may be NULL
 * out      *out only on success; *fault on failure
 * errors   FORMAT       not YAML, a key twice, an alias without an anchor (cycles are such), invalid UTF-8
 *          UNSUPPORTED  a tag that is not of the core schema
 *          LIMIT        over YAML_DOCUMENTS_MAX, YAML_NODES_MAX, YAML_ALIASED_MAX or JSON_DEPTH_MAX
 *          NOMEM
 * cost     one pass; aliases are copies of pointers, and what they stand for counts against the bound
 * source: YAML 1.1 chapters 7 to 10, type repository (merge, bool, int, float, null)
 */
MUST_CHECK struct err yaml_decode(struct arena *a, struct bytes text, struct yaml_fault *fault, struct yaml *out);

/*
 * yaml_line - the line of a value of this text, 0 if it is none.
 *
 * out      from 1
 * errors   none
 */
size_t yaml_line(const struct yaml *y, const struct json *value);
