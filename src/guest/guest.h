/*
 * casemate-guest: the two processes inside the TEE. init (PID 1) brings the machine up, measures the initdata and
 * starts secrets; secrets attests and fetches, in a sandbox. Everything from outside (disks, network, firmware tables)
 * is hostile.
 */
#pragma once

#include "base/err.h"

/*
 * guest_init - PID 1: never returns; powers the machine off when the work is done or refused.
 * guest_secrets - the second process: initdata on descriptor 3. guest_attest - the same as a service on a machine that
 * is up already, with the initdata in a file; it extends nothing.
 *
 * in       initdata_path: of the operator
 * out      the exit status: 0 the resources are here, 1 refused, 4 failed; one result line on stdout, the last one
 * errors   as an exit status
 */
_Noreturn void guest_init(void);
int guest_secrets(void);
int guest_attest(const char *initdata_path);
