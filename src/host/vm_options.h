/*
 * The options of casemate-host run, which the boot attacks share.
 */
#pragma once

#include "host/options.h"
#include "host/vm.h"

#define VM_OPTIONS                                                                                                     \
    {.name = "image", .value = "UKI", .help = "the unified kernel image"},                                             \
        {.name = "initdata", .value = "FILE", .help = "the initdata document"},                                        \
        {.name = "no-initdata", .help = "give the guest no initdata disk"},                                            \
        {.name = "tpm", .value = "DIR", .help = "a TPM made by casemate-host tpm-make; a copy of it is used"},         \
        {.name = "memory", .value = "MiB", .help = "memory (512)"},                                                    \
        {.name = "append", .value = "TEXT", .help = "another command line than the image's own"},                      \
        {.name = "firmware", .value = "FILE", .help = "the firmware (" VM_FIRMWARE ")"},                               \
        {.name = "clone", .help = "with --load: as a copy, with a new generation; the guest refuses to go on"},        \
        {.name = "save", .value = "SNAP", .help = "write a snapshot once the guest is ready, and end"},                \
        {.name = "load", .value = "SNAP", .help = "start from a snapshot"},                                            \
        {.name = "timeout", .value = "SEC", .help = "end after this time with status 4 (120)"},                        \
        {.name = "console", .value = "FILE", .help = "write the console there, escaped, instead of to stderr"},        \
        {.name = "kvm", .help = "hardware virtualisation; PCR 0 then depends on the CPU"},                             \
    {                                                                                                                  \
        .name = "verbose", .help = "show how QEMU is started"                                                          \
    }

/*
 * vm_options_read - the request that the rows ask for; request->console is opened (stderr by default).
 *
 * in       rows: parsed, with VM_OPTIONS in them
 * out      *out; the caller closes a console of its own with vm_options_close
 * errors   FORMAT  an option is missing or contradicts another; IO  the console's file
 */
MUST_CHECK struct err vm_options_read(const struct host_option *rows, struct vm_request *out);
void vm_options_close(struct vm_request *r);
