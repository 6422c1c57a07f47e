/*
 * Which value a plain word of YAML is.
 */
#pragma once

#include "json/json.h"

/*
 * yaml_plain - null, boolean, integer, number or string, as the programs of Kubernetes take it. What YAML knows and
 * JSON does not (infinity, dates, base 60) stays a string.
 *
 * in       text: hostile, UTF-8
 * out      *out only on success
 * errors   NOMEM, FORMAT
 * source: YAML 1.1 type repository, null, bool, int, float
 */
MUST_CHECK struct err yaml_plain(struct arena *a, struct bytes text, const struct json **out);
