/*
 * The registers that the boot loader's part moves: 4, 9, 11 and 12, for the two ways in which QEMU starts a kernel.
 */
#pragma once

#include "codec/pe.h"
#include "owner/reference/measure.h"
#include "owner/reference/pcr_chain.h"

struct boot_values {
    struct digest pcr4;
    struct digest pcr9;
    struct digest pcr11;
    struct digest pcr12;
};

/*
 * boot_direct - kernel, initrd and command line of r, as QEMU hands them over: it writes the place of the initrd into
 * the kernel's header, so that PCR 4 depends on the initrd's size and on the memory.
 * boot_uki - the image of r, decoded as `image`, with the stub of systemd 252.
 *
 * in       a: for scratch; hostile files; log: the event log, or NULL (boot_direct: of r)
 * out      *out only on success
 * errors   FORMAT  no bzImage, no PE image, or a section of the unified image is missing or doubled; a command line
 *                  that is not ASCII; LIMIT; NOMEM
 * source: spec/testbed.md 3.1, 3.4; Linux Documentation/arch/x86/boot.rst
 */
MUST_CHECK struct err boot_direct(struct arena *a, const struct measure_request *r, struct boot_values *out);
MUST_CHECK struct err boot_uki(const struct pe *image, struct buf *log, struct boot_values *out);
