/*
 * Gzip, for the initdata disk (one member, bounded) and, later, image layers.
 */
#pragma once

#include "base/buf.h"

/*
 * gzip_decode - unpack one gzip member that fills the input.
 *
 * in       in: hostile; out: initialised with a max that bounds the result (a bomb ends there)
 * out      appended to out
 * errors   FORMAT  not gzip, checksum or length wrong, bytes left behind; LIMIT over out's max; NOMEM
 * source: RFC 1952
 */
MUST_CHECK struct err gzip_decode(struct bytes in, struct buf *out);

/*
 * gzip_encode - pack bytes as one gzip member without a name or time, so that equal input gives equal output (on one
 * machine: the library may choose other matches on another processor; hash the document, not the packed bytes).
 *
 * errors   LIMIT, NOMEM
 * out      appended to out
 */
MUST_CHECK struct err gzip_encode(struct bytes in, struct buf *out);
