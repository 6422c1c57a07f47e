/*
 * A software TPM 2.0: made once with a certificate authority of its own, then started on a copy of its state. Nothing
 * that it says proves anything: whoever runs it can forge it. It is for development, tests and the demo.
 */
#pragma once

#include "host/spawn.h"
#include "host/workdir.h"

/*
 * swtpm_make - provision a TPM in `dir`: its state, dir/ca with the authority, dir/ek.der and dir/ek.pem, the RSA
 * endorsement key's certificate, and dir/roots.pem, the authority's two certificates.
 *
 * in       dir: from the command line; made if it is not there; no comma or white space in it
 * out      files
 * errors   FORMAT  such a path; STATE  there is a TPM already; ABSENT  swtpm is not installed; PEER, STALE, IO, NOMEM
 * cost     2 s: it searches for RSA keys
 * source: spec/testbed.md 4
 */
MUST_CHECK struct err swtpm_make(const char *dir);

/*
 * swtpm_start_vm - start it for a VM: QEMU connects to the socket `ctl` in the folder of the run.
 * swtpm_start_fd - start it without a VM; commands and answers go over *fd.
 *
 * in       w: of the run; dir: NULL gives a blank TPM, for a snapshot that carries its own
 * out      *pid; *fd: owned
 * errors   ABSENT  no TPM in dir, or swtpm is not installed; IO; NOMEM
 */
MUST_CHECK struct err swtpm_start_vm(const struct workdir *w, const char *dir, pid_t *pid);
MUST_CHECK struct err swtpm_start_fd(const struct workdir *w, const char *dir, pid_t *pid, int *fd);
