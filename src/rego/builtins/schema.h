/*
 * Inside rego/builtins/: JSON Schema, drafts 4 to 7, as far as a policy engine may go: no reference leaves the schema,
 * and what is not checked here is refused and not passed over.
 */
#pragma once

#include "rego/builtins/builtin.h"
#include "rego/value.h"

#define SCHEMA_DEPTH_MAX 200 /* of schemas inside of schemas, references included */

/* Where in the document the machine is. */
struct schema_place {
    const struct schema_place *up; /* NULL: the root */
    struct bytes key;
    size_t index;
    bool is_index;
};

struct schema_run {
    struct call *call;
    const struct json *root; /* the whole schema, for references */
    struct values *faults;   /* NULL: nobody wants to know what is wrong */
    unsigned depth;
};

/*
 * schema_check - whether a schema is one, and one that can be checked here.
 *
 * in       root: hostile
 * out      nothing
 * errors   STATE with the call's report filled: it is not; NOMEM, LIMIT
 * source: draft-handrews-json-schema-validation-01 6
 */
MUST_CHECK struct err schema_check(struct call *c, const struct json *root);

/*
 * schema_resolve - what a reference names: "#" or "#/a/b".
 *
 * in       ref: hostile
 * out      *out
 * errors   STATE with the call's report filled
 * source: RFC 6901 6
 */
MUST_CHECK struct err schema_resolve(struct call *c, const struct json *root, struct bytes ref,
                                     const struct json **out);

/*
 * schema_match - whether a value is as a checked schema says.
 *
 * out      *holds; r->faults grows
 * errors   STATE with the call's report filled: nested too deeply; NOMEM, LIMIT
 * source: draft-handrews-json-schema-validation-01 6
 */
MUST_CHECK struct err schema_match(struct schema_run *r, const struct json *schema, const struct json *v,
                                   const struct schema_place *at, bool *holds);

/* schema_fault - note a fault, and that the value does not hold. schema_number - the rules about numbers and strings.
 * schema_text - a value as text for a fault. errors: NOMEM. out: *holds, r->faults */
__attribute__((format(printf, 5, 6))) MUST_CHECK struct err schema_fault(struct schema_run *r,
                                                                         const struct schema_place *at,
                                                                         const char *type, bool *holds,
                                                                         const char *format, ...);
MUST_CHECK struct err schema_scalar(struct schema_run *r, const struct json *schema, const struct json *v,
                                    const struct schema_place *at, bool *holds);

/*
 * schema_knows_format - whether a format is checked here. schema_is_format - whether a text has it.
 *
 * out      the answer, *out
 * errors   NOMEM, LIMIT
 * source: draft-handrews-json-schema-validation-01 7.3
 */
bool schema_knows_format(struct bytes name);
MUST_CHECK struct err schema_is_format(struct call *c, struct bytes name, struct bytes text, bool *out);
