/*
 * What an assessment says about published vulnerabilities.
 */
#pragma once

#include "json/json.h"

/*
 * openvex_render - one OpenVEX document. It has a statement for each CVE or GHSA that a threat of the catalogue refers
 * to: not_affected where all its threats are answered, affected where one is open or accepted, under_investigation
 * where one could not be shown; the worst counts. Threats that do not apply say nothing.
 *
 * in       document: casemate-assess/1, hostile
 * out      appended, with a line end; the same document gives the same bytes, its identifier included
 * errors   sticky in out; NOMEM; BUG
 * cost     the catalogue's references times the document
 * source: OpenVEX specification 0.2.0; spec/trust-model.md 6
 */
MUST_CHECK struct err openvex_render(struct arena *a, const struct json *document, struct buf *out);
