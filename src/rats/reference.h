/*
 * Reference values: a map from name to a JSON value (usually a list of accepted values), and upstream's message that
 * registers them.
 */
#pragma once

#include "json/json.h"

/*
 * reference_message_decode - {"version":"0.1.0","type":"sample","payload":b64}: the map that the payload holds.
 *
 * in       text: hostile
 * out      *out: an object name -> value
 * errors   FORMAT, UNSUPPORTED (version or type), LIMIT, NOMEM
 * source: spec/kbs.md 4.1
 */
MUST_CHECK struct err reference_message_decode(struct arena *a, struct bytes text, const struct json **out);

/*
 * reference_holds - whether `value` (a string) is one of the values registered under `name`: the registered value is
 * that string, or a list that has it.
 *
 * in       references: object name -> value, may be NULL
 * out      *registered: whether the name is there at all with a non-empty value
 * errors   none
 */
bool reference_holds(const struct json *references, const char *name, struct bytes value, bool *registered);

/*
 * reference_holds_value - the same for a value of any type, compared with json_equal.
 *
 * in       value: may be NULL: it holds nowhere
 * out      *registered as above
 * errors   none
 */
bool reference_holds_value(const struct json *references, const char *name, const struct json *value, bool *registered);
