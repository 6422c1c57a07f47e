/*
 * One VM from start to power-off, with a software TPM and an initdata disk: everything that the guest must not trust.
 */
#pragma once

#include "host/outcome.h"

#define VM_FIRMWARE "/usr/share/ovmf/OVMF.fd"

struct vm_request {
    const char *image;    /* unified kernel image */
    const char *firmware; /* VM_FIRMWARE */
    const char *tpm;      /* folder of swtpm_make; not used with `load` */
    const char *initdata; /* the document; NULL: no disk */
    const char *append;   /* the host's own command line, which the stub obeys; NULL: none */
    const char *save;     /* snapshot to write once the guest is ready; NULL: none */
    const char *load;     /* snapshot to start from; NULL: none */
    unsigned memory_mib;
    unsigned timeout_sec;
    bool is_clone; /* with `load`: the machine gets a new generation, as every copy of a snapshot should */
    bool allow_kvm;
    bool verbose;  /* show how QEMU is started */
    FILE *console; /* where the guest's console is shown; NULL: nowhere */
};

/*
 * vm_run - start the VM, follow its console, and say how it ended. Whatever happens, no process and no file of the run
 * is left.
 *
 * in       r: from the command line; a: owns the texts of the outcome; signals INT, TERM and HUP blocked by the caller
 * out      *out: what the guest says about itself, or why there is nothing (reasons host.time-out, host.interrupted,
 *          host.no-result)
 * errors   ABSENT  a file or program is missing; IO, NOMEM, LIMIT, FORMAT, PEER
 * cost     5 to 20 s under emulation
 * source: spec/testbed.md 1
 */
MUST_CHECK struct err vm_run(struct arena *a, const struct vm_request *r, struct outcome *out);
