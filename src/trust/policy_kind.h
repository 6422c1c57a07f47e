/*
 * Which policy a text in Rego is: by its package and the rules that it defines, read as tokens, so that spaces and
 * comments change nothing.
 */
#pragma once

#include "trust/collect.h"

/*
 * policy_is_rego - whether a text of no known name begins as a module does. policy_kind - AGENT_POLICY,
 * ATTESTATION_POLICY, RESOURCE_POLICY, or IGNORED for another package or one without their rules.
 *
 * in       text: hostile; one that does not parse is what it was up to its fault
 * out      *out
 * errors   NOMEM
 * cost     one pass over the tokens
 * source: spec/trust-model.md 5.1
 */
MUST_CHECK struct err policy_is_rego(struct arena *a, struct bytes text, bool *out);
MUST_CHECK struct err policy_kind(struct arena *a, struct bytes text, enum input_kind *out);
