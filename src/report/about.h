/*
 * What an id of the trust model means: threats, requirements, mechanisms, crossings, seed points, assets, personas,
 * assumptions, what is out of scope, probes. One answer, printed as text, as Markdown (docs/threats/) or as JSON.
 */
#pragma once

#include "json/json.h"

/*
 * about_find - everything the catalogue says about an id: {"id", "kind", "title", "sections": [{"label", and one of
 * "text", "items" (a list of texts), "code"}]}.
 *
 * in       model: of model_load; id: "T-API-02", "R12", "M-POL", "X1", "S3", "A-DATA", "OO", "AS-TPM-1", "OOS-2", "E01"
 * or "P-E01"; hostile out      *out only on success errors   ABSENT  no such id; NOMEM; BUG cost     linear in the
 * catalogue
 */
MUST_CHECK struct err about_find(struct arena *a, const struct json *model, struct bytes id, const struct json **out);

/*
 * about_text - an answer for a terminal of 100 columns; about_markdown - as a page that links to its neighbours.
 *
 * in       explained: of about_find
 * out      appended, with a line end
 * errors   sticky in out
 */
void about_text(const struct json *explained, struct buf *out);
void about_markdown(const struct json *explained, struct buf *out);
