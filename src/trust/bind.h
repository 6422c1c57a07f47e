/*
 * Bindings between the files of a deployment, recomputed and never believed: what the report shows as holding or
 * broken.
 */
#pragma once

#include "trust/model.h"

/*
 * bind_all - add the bindings that follow from the facts: document and release policy, sealed secret and resource,
 * names of reference values and policy, address and certificate of the broker, image and signature policy.
 *
 * in       facts: "documents", "appraisals", "releases", "workloads", "image_policies" of the model
 * out      m->bindings
 * errors   NOMEM
 * source: spec/trust-model.md 5.5
 */
MUST_CHECK struct err bind_all(struct model *m, const struct json *facts);
