/*
 * The registers that OVMF moves before it starts anything: 0 to 3 and 5 to 7. OVMF keeps its record of the platform
 * inside the volume that it measures, at offsets that differ per build: the known builds are a table.
 */
#pragma once

#include "owner/reference/measure.h"
#include "owner/reference/pcr_chain.h"

#define FIRMWARE_PCRS 8

struct ovmf_volumes {
    struct bytes pei;
    struct bytes dxe;
};

/*
 * ovmf_unpack - the two volumes that OVMF measures, from the LZMA section of a firmware file.
 *
 * in       file: hostile; a: owns the unpacked volumes
 * out      *out only on success
 * errors   FORMAT  no LZMA section that unpacks to exactly two volumes; LIMIT; NOMEM
 * cost     one LZMA decompression of some 15 MiB
 * source: UEFI Platform Initialization Specification Vol. 3, 2.2.4 and 3.2.5
 */
MUST_CHECK struct err ovmf_unpack(struct arena *a, struct bytes file, struct ovmf_volumes *out);

/*
 * ovmf_pcrs - what the firmware leaves in the registers on a machine. pcrs[4] stays untouched.
 *
 * in       volumes: of ovmf_unpack; log: the event log, or NULL
 * out      pcrs only on success
 * errors   UNSUPPORTED  the build is not in the table, or PCR 0 was never checked for such a machine; NOMEM; BUG
 * source: spec/testbed.md 3.1
 */
MUST_CHECK struct err ovmf_pcrs(const struct ovmf_volumes *volumes, const struct measure_machine *machine,
                                struct buf *log, struct digest pcrs[FIRMWARE_PCRS]);
