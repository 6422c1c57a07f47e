/*
 * Reference values from files, without a boot: what the TPM of a guest holds after this firmware started this image on
 * this machine. The owner runs it on his own files, but the files may come from elsewhere: every length is checked.
 */
#pragma once

#include "base/buf.h"
#include "json/json.h"

enum measure_machine_type { MEASURE_Q35 = 0, MEASURE_PC };

struct measure_machine {
    enum measure_machine_type type;
    unsigned cpus;
    unsigned phys_bits; /* physical address bits of the CPU model: 36 Westmere, 40 max */
    unsigned memory_mib;
};

struct measure_request {
    bool is_direct; /* QEMU was given kernel, initrd and command line; else one unified kernel image */
    struct bytes image;
    struct bytes kernel;
    struct bytes initrd;   /* direct boot: empty = none */
    struct bytes cmdline;  /* direct boot: ASCII */
    struct bytes firmware; /* the firmware file; empty: only registers that do not depend on it */
    struct measure_machine machine;
    struct bytes initdata; /* the document; empty: no tpm_pcr08 */
    struct buf *event_log; /* initialised: the log that such a boot leaves is appended; NULL: not wanted */
};

/*
 * reference_measure - the registers as a map name -> [hex]: tpm_pcr00 .. tpm_pcr07, tpm_pcr08 with initdata, tpm_pcr09,
 * tpm_pcr11, tpm_pcr12; for a unified image also tpm_uki_linux, tpm_uki_osrel, tpm_uki_cmdline, tpm_uki_initrd, the
 * digests of its sections, which only explain.
 *
 * in       a: owns the result; r: views of whole files, hostile
 * out      *out only on success
 * errors   UNSUPPORTED  PCR 0 is unknown for this firmware or this machine: boot once and record
 *          FORMAT       the image is no unified kernel image, the kernel no bzImage, the firmware no OVMF
 *          LIMIT, NOMEM
 * cost     hashes the files twice; unpacks the firmware (15 MiB)
 * source: spec/testbed.md 3
 */
MUST_CHECK struct err reference_measure(struct arena *a, const struct measure_request *r, const struct json **out);
