/*
 * The disk that carries the initdata: found by its magic among the block devices that the host attached.
 */
#pragma once

#include "base/buf.h"

/*
 * initdata_disk_read - the document of the first disk that has the magic, unpacked.
 *
 * in       out: initialised with max INITDATA_MAX
 * out      appended
 * errors   ABSENT reason guest.no-initdata; FORMAT, LIMIT reason guest.initdata
 * source: spec/agent.md 4.7
 */
MUST_CHECK struct err initdata_disk_read(struct buf *out);
