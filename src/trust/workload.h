/*
 * Workloads: everything that starts pods, by its effective pod template.
 */
#pragma once

#include "trust/model.h"

#define INITDATA_ANNOTATION "io.katacontainers.config.hypervisor.cc_init_data"

/*
 * workloads_collect - find all workloads, and the documents that their annotations carry: a supplied one whose bytes
 * are equal is in force; where no document was supplied at all, the annotation's own is added.
 *
 * in       m: inputs read, supplied documents added
 * out      m->workloads, m->documents, bindings, notes
 * errors   NOMEM
 * source: spec/trust-model.md 5.5
 */
MUST_CHECK struct err workloads_collect(struct model *m);

/*
 * workload_facts - all workloads as the model's JSON shows them.
 *
 * out      *out: an array
 * errors   NOMEM
 * source: docs/protocol/assess-model.md
 */
MUST_CHECK struct err workload_facts(struct model *m, const struct json **out);

#define VARIABLES_MAX 4096 /* of one container; what is more is left out */

/* One variable of a container, resolved as far as the inputs say. */
struct variable {
    struct bytes name;
    struct bytes value;
    struct bytes from;  /* "NAME/KEY" of a Secret or ConfigMap */
    const char *origin; /* "literal", "secret", "configmap", "field", "unknown" */
    size_t line;
};

/*
 * workload_variables - the environment of a container: env and envFrom.
 *
 * in       container: of the template
 * out      *out: an array of *count
 * errors   NOMEM
 */
MUST_CHECK struct err workload_variables(const struct model *m, const struct workload *w, const struct json *container,
                                         struct variable **out, size_t *count);

/*
 * workload_containers - call `each` for init containers, containers and ephemeral containers, in this order.
 *
 * errors   the first that `each` returns
 * out      what `each` does
 */
typedef struct err workload_each(void *context, const struct json *container, const char *role);
MUST_CHECK struct err workload_containers(const struct workload *w, workload_each *each, void *context);
