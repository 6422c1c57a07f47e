/*
 * The report as one HTML page: no script, nothing from outside, its own policy forbids both.
 */
#pragma once

#include "json/json.h"

/*
 * html_render - the page: verdict, the boundary drawn, who reaches what, findings, bindings, answered rows with their
 * proof, assumptions, what is out of scope.
 *
 * in       document: casemate-assess/1, hostile; model: of model_load
 * out      appended: UTF-8, self-contained
 * errors   sticky in out; NOMEM
 * cost     linear in the document, times the crossings for the drawing
 * source: spec/trust-model.md 6
 */
MUST_CHECK struct err html_render(const struct json *document, const struct json *model, struct buf *out);
