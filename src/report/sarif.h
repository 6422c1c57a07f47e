/*
 * The report for programs that show code with its faults.
 */
#pragma once

#include "json/json.h"

struct sarif_options {
    bool shows_all;      /* answered, not shown and not applicable rows, too */
    struct bytes folder; /* in front of every path, with a slash between; or empty */
};

/*
 * sarif_render - one SARIF run. Its rules are the whole catalogue, so that an alert closes when its finding goes.
 *
 * in       document: casemate-assess/1, hostile
 * out      appended, with a line end
 * errors   sticky in out; NOMEM; LIMIT
 * cost     linear in the document and the catalogue
 * source: OASIS SARIF 2.1.0; spec/trust-model.md 6
 */
MUST_CHECK struct err sarif_render(struct arena *a, const struct json *document, const struct sarif_options *options,
                                   struct buf *out);
