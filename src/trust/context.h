/*
 * What the deployment's owner says about it, and what the files show of the same.
 */
#pragma once

#include "trust/model.h"

/*
 * context_read - the context given with the request or among the inputs, completed: layout and TEE from the runtime
 * classes and the peer-pod configuration. Where they contradict, the files win and a note says so.
 *
 * in       m: inputs read and workloads collected
 * out      m->context, m->tee
 * errors   FORMAT  the context of the request is no JSON object; NOMEM
 * source: spec/trust-model.md 5.1
 */
MUST_CHECK struct err context_read(struct model *m);

/*
 * context_facts - the context as the model's JSON shows it: all keys there, defaults filled in.
 *
 * out      *out: an object
 * errors   NOMEM
 */
MUST_CHECK struct err context_facts(struct model *m, const struct json **out);
