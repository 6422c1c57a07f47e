/*
 * The whole model: from files to the document that the rules see.
 */
#pragma once

#include "trust/model.h"

/*
 * facts_build - run every stage up to the probes.
 *
 * in       m: zeroed but for arena and request
 * out      m filled; *out the model's JSON
 * errors   FORMAT  the date or the context is malformed; NOMEM; BUG  a table of ours is malformed
 * source: docs/protocol/assess-model.md
 */
MUST_CHECK struct err facts_build(struct model *m, const struct json **out);
