/*
 * Which resources a document needs: everything that its pod will ask the broker for.
 */
#pragma once

#include "trust/model.h"

/*
 * closure_compute - fill the closure of every document: the kbs:// URIs of its entries, of what it seals, of the image
 * policy that it names, the key ids of encrypted layers of the images of its pods, and the loopback URLs
 * /cdh/resource/... in the environment and the command lines of its pods. Documents of one group share the union.
 *
 * in       m: workloads collected and their facts made (they gather the texts)
 * out      in m->documents, sorted
 * errors   NOMEM
 * source: spec/trust-model.md 5.5, 5.7 points 6 and 9
 */
MUST_CHECK struct err closure_compute(struct model *m);

/*
 * image_facts - the supplied manifests as the model's JSON shows them: per layer its type, whether it is encrypted, and
 * the providers and key ids of its keys.
 *
 * out      *out: an array
 * errors   NOMEM
 * source: spec/guest.md 4.2
 */
MUST_CHECK struct err image_facts(struct model *m, const struct json **out);

/*
 * closure_has - whether a path is needed by a document of the same group. closure_path - a resource URI as a path;
 * false where it is none of the resource plugin.
 *
 * out      the answer; *out a view into uri
 * errors   none
 */
bool closure_has(const struct document *d, struct bytes path);
bool closure_path(struct bytes uri, struct bytes *out);
