/*
 * Initdata documents: what is in them, how evidence carries their digest, and which resources they need.
 */
#pragma once

#include "trust/model.h"

/*
 * document_add - read one document and append it to the model.
 *
 * in       input: the file it comes from; path: as the report names it; text: hostile
 * out      m->documents; *out (may be NULL) the new one, valid until the next is added
 * errors   FORMAT, UNSUPPORTED, LIMIT  as initdata_decode; NOMEM
 */
MUST_CHECK struct err document_add(struct model *m, const struct input *input, struct bytes path, struct bytes text,
                                   struct document **out);

/*
 * document_forms - compute how the evidence of the model's TEE carries each digest.
 * document_form_of - the same for one digest. *fits is false where the TEE has a field that this digest does not fit,
 * and *why then says how; the text is empty where the TEE has no field.
 *
 * in       tee: a row of tee.json or NULL
 * out      in the arena
 * errors   NOMEM, BUG
 * source: spec/evidence.md 0.3; spec/trust-model.md 5.5
 */
MUST_CHECK struct err document_forms(struct model *m);
MUST_CHECK struct err document_form_of(struct arena *a, const struct json *tee, const struct digest *digest,
                                       struct bytes *text, bool *fits, const char **why);

/*
 * document_facts - all documents as the model's JSON shows them.
 *
 * out      *out: an array
 * errors   NOMEM, BUG
 * source: docs/protocol/assess-model.md
 */
MUST_CHECK struct err document_facts(struct model *m, const struct json **out);

/*
 * document_strings - the string literals of a policy with their lines; comments and names are none.
 *
 * in       text: hostile; what cannot be read ends the list
 * out      *out: an array of *count
 * errors   NOMEM
 */
MUST_CHECK struct err document_strings(struct arena *a, struct bytes text, struct literal_text **out, size_t *count);
