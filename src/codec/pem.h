/*
 * PEM: base64 between two marked lines. Only what RFC 7468 calls the strict form: no headers, so nothing encrypted.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

struct pem_block {
    struct bytes label; /* "CERTIFICATE" */
    struct bytes der;   /* what stands in it */
    struct bytes text;  /* the block as it is written */
};

/*
 * pem_next - the next block of a text; what stands before it is passed over.
 *
 * in       a: owns the content; rest: hostile
 * out      *found says whether a block begins at all; then *out, and *rest stands behind the block's last line end
 * errors   FORMAT  no end line, another label in it, a header, content that is not base64; NOMEM
 * source: RFC 7468 3
 */
MUST_CHECK struct err pem_next(struct arena *a, struct bytes *rest, struct pem_block *out, bool *found);
