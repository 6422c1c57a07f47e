/*
 * The words of the trust model that are no threats: seed points, requirements, assets, personas, layouts, crossings,
 * privileges that cross, mechanisms, assumptions, what is out of scope. They are one file, threats/model.json, which
 * the build embeds. Threats stand in files of their own (src/trust/catalogue.h).
 */
#pragma once

#include "json/json.h"

/*
 * model_load - the embedded file as a tree.
 *
 * in       a: owns the result
 * out      *out only on success: an object with the lists "seeds", "requirements", "assets", "personas", "layouts",
 *          "crossings", "privileges", "mechanisms", "assumptions", "out_of_scope"; each row has an "id" (privileges:
 * none) errors   NOMEM; BUG  the embedded file is no JSON: a test shows that it is cost     one pass over 30 KiB
 */
MUST_CHECK struct err model_load(struct arena *a, const struct json **out);
