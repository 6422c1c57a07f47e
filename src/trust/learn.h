/*
 * Claims that an attestation policy affirms, found from the policy itself, and the small changes that probes make to
 * them.
 */
#pragma once

#include "trust/tested.h"

/*
 * learn_input - the input of an attestation policy for claims of a TEE; tee empty or claims NULL: none of either.
 * learn_status - what a policy's trust_claims come to: the status ("none" where they are undefined), or "error".
 *
 * in       init_data: NULL: none at all
 * out      *out
 * errors   NOMEM
 * source: spec/kbs.md 2.4, 3.3
 */
MUST_CHECK struct err learn_input(struct arena *a, struct bytes tee, const struct json *claims,
                                  const struct json *init_data, const struct json **out);
MUST_CHECK struct err learn_status(struct model *m, struct tested_policy *p, const struct question *q,
                                   const char **out);

/*
 * learn_claims - the template of the TEE with wanted values in their places: first those of reference values whose name
 * ends as the claim's does, then what the explanation of a failed evaluation asks for, at most 64 times.
 *
 * out      *claims: in the arena; not always affirmed: ask
 * errors   NOMEM
 */
MUST_CHECK struct err learn_claims(struct model *m, struct tested_policy *p, const struct json *tee, struct bytes name,
                                   const struct json *init_data, const struct json **claims);

/*
 * learn_other_value - a value of the same kind and length that nobody registered. learn_zero - the lowest number of the
 * same kind. learn_set - claims with one value replaced. learn_without - reference values without one name.
 * learn_extreme - reference values with a name set to something that no claim reaches; kind: 0 .. LEARN_EXTREMES - 1.
 *
 * out      *out only on success
 * errors   NOMEM
 */
#define LEARN_EXTREMES 3
MUST_CHECK struct err learn_other_value(struct arena *a, const struct json *v, const struct json **out);
MUST_CHECK struct err learn_zero(struct arena *a, const struct json *v, const struct json **out);
MUST_CHECK struct err learn_set(struct arena *a, const struct json *claims, struct bytes pointer, const struct json *v,
                                const struct json **out);
MUST_CHECK struct err learn_without(struct arena *a, const struct json *references, struct bytes name,
                                    const struct json **out);
MUST_CHECK struct err learn_extreme(struct arena *a, const struct json *references, struct bytes name, unsigned kind,
                                    const struct json **out);

/* learn_mentions - whether a policy's text has a name or a string that is exactly `word`. out: the answer; errors: none
 */
bool learn_mentions(struct arena *a, struct bytes text, const char *word);
