/*
 * Literals that look like digests: the candidates for what a deployment pins.
 */
#pragma once

#include "trust/tested.h"

struct candidate {
    struct bytes text;
    struct bytes artefact;
    size_t line;
};

/*
 * digests_candidates - the digest-like literals of both policies and of the reference values: 64, 96 or 128 hex digits,
 * or base64 of 32, 48 or 64 bytes.
 *
 * in       appraisal: may be NULL
 * out      *out: an array of *count, each text once
 * errors   NOMEM
 * source: spec/trust-model.md 5.5, 5.7 point 3
 */
MUST_CHECK struct err digests_candidates(struct model *m, const struct tested_policy *release,
                                         const struct tested_policy *appraisal, struct candidate **out, size_t *count);

/*
 * digests_misfits - candidates that stand for a supplied document in a form that its evidence never has: a prefix,
 * another case, another encoding.
 *
 * out      appended to an initialised list: {"literal", "artefact", "line", "document", "why"}
 * errors   NOMEM
 * source: spec/trust-model.md 5.7 point 4
 */
MUST_CHECK struct err digests_misfits(struct model *m, const struct candidate *list, size_t count,
                                      struct tree_list *out);

/*
 * digests_add_misfit - add one misfit to the list, unless its literal stands there already.
 *
 * in       document: empty where the literal stands for none that was supplied
 * out      appended
 * errors   NOMEM
 */
MUST_CHECK struct err digests_add_misfit(struct model *m, const struct candidate *c, struct bytes document,
                                         const char *why, struct tree_list *out);

/*
 * digests_is_form - whether evidence of this platform could carry a text as its digest: the length, the alphabet and
 * the case of `like`.
 *
 * out      the answer
 * errors   none
 */
bool digests_is_form(struct bytes text, struct bytes like);

/*
 * digests_fill - a text of the same length and alphabet as `like`, of one byte value in hex ("5a", "00").
 *
 * out      *out: a string
 * errors   NOMEM
 */
MUST_CHECK struct err digests_fill(struct arena *a, struct bytes like, const char *byte, const struct json **out);
