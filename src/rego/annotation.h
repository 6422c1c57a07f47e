/*
 * Inside rego/: annotations, the comments "METADATA" above packages and rules. They are read only where a rule asks for
 * them, while the policy is compiled; the answer is a constant then.
 */
#pragma once

#include "rego/lex.h"
#include "rego/policy.h"

/*
 * annotation_rule - what rego.metadata.rule() answers inside of a clause; annotation_chain - rego.metadata.chain().
 *
 * in       p: all its modules stand in the tree
 * out      *out
 * errors   FORMAT with *error filled: an annotation is malformed, or stands above what it is not for; NOMEM
 * source: spec/rego.md 1.13
 */
MUST_CHECK struct err annotation_rule(struct policy *p, struct rego_error *error, const struct clause *c,
                                      const struct json **out);
MUST_CHECK struct err annotation_chain(struct policy *p, struct rego_error *error, const struct clause *c,
                                       const struct json **out);

/*
 * annotation_text - the lines of an annotation as a document: the part of YAML that annotations use. Maps and lists by
 * indentation, lists and maps in one line, quoted and plain scalars, block scalars. Anchors, aliases, tags and whatever
 * else YAML has are refused.
 *
 * in       lines: hostile
 * out      *out
 * errors   FORMAT with *error filled; LIMIT nested too deeply; NOMEM
 */
MUST_CHECK struct err annotation_text(struct arena *a, struct rego_error *error, const struct comment *const *lines,
                                      size_t count, const struct json **out);
