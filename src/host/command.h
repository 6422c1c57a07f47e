/*
 * casemate-host: the untrusted side for development, tests and the demo. It starts measured VMs, makes software TPMs,
 * and plays the attacks that a host can try. Nothing that it does is ever trusted.
 */
#pragma once

/*
 * host_command - run one verb: run, tpm-make, attack.
 *
 * in       argv[0] is not looked at
 * out      the exit status: 0 released, 1 refused, 2 usage, 3 failed, 4 out of time
 * errors   none beyond the status
 */
int host_command(int argc, const char *const *argv);
