/*
 * The report for a person at a terminal.
 */
#pragma once

#include "json/json.h"

struct text_options {
    bool has_colour;
    bool shows_answered; /* the rows that are answered, with their proof */
    bool is_verbose;     /* what is out of scope, what does not apply, bindings, inputs */
    unsigned columns;    /* 0: 100 */
};

/*
 * text_render - the whole report: the verdict, findings by severity, what could not be shown, acceptances, counts.
 *
 * in       document: casemate-assess/1, hostile; model: of model_load
 * out      appended, ends with a line end; no control character but line ends and, with has_colour, our own colours
 * errors   sticky in out; NOMEM
 * cost     linear in the document
 * source: spec/trust-model.md 6
 */
MUST_CHECK struct err text_render(const struct json *document, const struct json *model,
                                  const struct text_options *options, struct buf *out);
