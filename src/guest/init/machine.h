/*
 * Bringing the machine up: file systems, modules, network. Nothing here is told by the host but what hardware there is.
 */
#pragma once

#include "base/err.h"

/*
 * machine_mount - proc, sys, dev, run and securityfs. machine_load_modules - the modules that the image lists, in
 * order; then no more can be loaded. machine_network - loopback and, if there is one, eth0 with the address of QEMU's
 * user network. machine_clock_floor - the clock is never before the time at which the image was built.
 * machine_power_off - does not return.
 *
 * out      the machine's state
 * errors   IO
 */
MUST_CHECK struct err machine_mount(void);
MUST_CHECK struct err machine_load_modules(void);
MUST_CHECK struct err machine_network(void);
void machine_clock_floor(void);
_Noreturn void machine_power_off(void);
