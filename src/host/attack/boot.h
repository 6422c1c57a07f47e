/*
 * Attacks by booting: an honest run with one changed point. Images with another command line, initramfs or kernel are
 * made by guest-image/build and given as --image.
 */
#pragma once

#include "host/attack/attack.h"

/*
 * attack_image - another image: the change lies in the file. attack_append - the host's own command line.
 * attack_no_initdata - no initdata disk. (A foreign document is attack_image with another --initdata.)
 * attack_fresh_tpm - a TPM that nobody enrolled, made for this run.
 *
 * in       options: of the run
 * out      *out only on success; *is_misuse if options are missing
 * errors   as vm_run, swtpm_make
 */
MUST_CHECK struct err attack_image(struct arena *a, const struct host_option *options, struct outcome *out,
                                   bool *is_misuse);
MUST_CHECK struct err attack_append(struct arena *a, const struct host_option *options, struct outcome *out,
                                    bool *is_misuse);
MUST_CHECK struct err attack_no_initdata(struct arena *a, const struct host_option *options, struct outcome *out,
                                         bool *is_misuse);
MUST_CHECK struct err attack_fresh_tpm(struct arena *a, const struct host_option *options, struct outcome *out,
                                       bool *is_misuse);
