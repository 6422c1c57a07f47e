/*
 * The monitor of QEMU, as far as snapshots need it. QEMU runs a hostile guest: its answers are bounded and decoded
 * strictly, and nothing depends on them but the snapshot.
 */
#pragma once

#include "base/err.h"

/*
 * qmp_save - stop the VM whose monitor listens at `socket`, write it to `snapshot`, and end QEMU.
 * qmp_resume - wait until QEMU, started to read a snapshot, has it, then let it run.
 *
 * in       socket: of the run; snapshot: a path that qmp_path_is_safe; wait_ms: for all of it
 * out      the snapshot
 * errors   PEER  QEMU refuses or is gone; STALE  it takes too long; FORMAT; NOMEM; IO
 * cost     0.8 s and some 120 MB for a guest of 512 MiB; 0.3 s to resume
 * source: spec/testbed.md 8; QEMU Machine Protocol Specification
 */
MUST_CHECK struct err qmp_save(const char *socket, const char *snapshot, int wait_ms);
MUST_CHECK struct err qmp_resume(const char *socket, int wait_ms);

/* qmp_path_is_safe - QEMU gives the path to a shell: letters, digits and /._- only. out: the answer. errors: none */
bool qmp_path_is_safe(const char *path);
