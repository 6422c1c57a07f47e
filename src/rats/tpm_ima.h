/*
 * PCR 10: the register of the kernel's integrity measurement.
 */
#pragma once

#include "rats/tpm_attest.h"

/*
 * tpm_ima_boot_pcr - PCR 10 as the kernel leaves it with its default policy: one record, boot_aggregate, in the ima-sig
 * template. The aggregate is over PCR 0 to 9, taken before PID 1 extends PCR 8, so it is over zero there.
 *
 * in       pcrs: 0 to 9 of the SHA-256 bank; 8 is not read
 * out      *out only on success
 * errors   BUG, NOMEM
 * source: Linux IMA, template ima-sig; checked against spec/testbed.md 3.1
 */
MUST_CHECK struct err tpm_ima_boot_pcr(const struct digest pcrs[10], struct digest *out);
