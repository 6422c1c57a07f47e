/*
 * The way to a software TPM over a socket, without a VM: commands and answers as they are, no frame around them.
 */
#pragma once

#include <stdbool.h>
#include <tss2/tss2_tcti.h>

struct fd_tcti {
    TSS2_TCTI_CONTEXT_COMMON_V1 common; /* must stand first: tpm2-tss sees nothing else */
    int fd;                             /* borrowed */
    uint8_t header[10];                 /* of the answer whose size was asked for */
    bool has_header;
};

/*
 * fd_tcti_init - a transport over fd; fd_tcti_context - what tpm_open_tcti takes.
 *
 * in       fd: of swtpm_start_fd; stays the caller's
 * out      *t, to be kept while the TPM is open
 * errors   none
 * source: TCG TSS 2.0 TPM Command Transmission Interface 3.2.5
 */
void fd_tcti_init(struct fd_tcti *t, int fd);
TSS2_TCTI_CONTEXT *fd_tcti_context(struct fd_tcti *t);
