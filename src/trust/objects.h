/*
 * The objects of Kubernetes among the inputs, and the texts that environments take from them.
 */
#pragma once

#include "trust/model.h"

struct object_place {
    const struct input *input;
    const struct json *object;
    size_t line;
};

/*
 * objects_find - the first object of this kind, namespace and name (an object without a namespace fits all).
 *
 * in       kind: of our own; name: hostile
 * out      *out only where true is returned
 * errors   none
 */
bool objects_find(const struct model *m, const char *kind, struct bytes namespace, struct bytes name,
                  struct object_place *out);

/*
 * objects_secret_value - the value of one key of a Secret: `data` decoded, `stringData` as it stands.
 *
 * out      *found; *out the bytes; *line of the value
 * errors   NOMEM
 */
MUST_CHECK struct err objects_secret_value(struct arena *a, const struct object_place *secret, struct bytes key,
                                           struct bytes *out, size_t *line, bool *found);

/*
 * objects_facts - all objects that are no workload, as the model's JSON shows them: Secrets by their keys alone, the
 * rest as it stands without what looks secret.
 *
 * out      *out: an array of {"kind", "path", "line", "namespace", "name", ...}
 * errors   NOMEM
 * source: docs/protocol/assess-model.md
 */
MUST_CHECK struct err objects_facts(struct model *m, const struct json **out);

/*
 * object_template - the object that holds the effective metadata and spec of a workload's pods, or NULL where an object
 * starts no pods. *own: the object is a pod itself.
 *
 * out      borrowed
 * errors   none
 */
const struct json *object_template(const struct json *object, bool *own);

/*
 * object_place_of_template - what stands where an object of this kind has its template, whatever it is; NULL for
 * nothing.
 *
 * out      borrowed
 * errors   none
 */
const struct json *object_place_of_template(const struct json *object);
