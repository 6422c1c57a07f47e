/*
 * The virtual machine's generation: the kernel says when a snapshot of it was started again. Keys and nonces that two
 * copies share protect neither, so the guest does not go on. A host that wants to deceive offers no such device; this
 * is against mistakes (LIMITS.md).
 */
#pragma once

#include "base/err.h"

/*
 * generation_watch - open the kernel's log at its end, before the sandbox closes. generation_check - refuse if the
 * generation changed since.
 *
 * out      *fd: owned
 * errors   IO; generation_check: DENIED reason guest.cloned; a log that overran counts as a change
 * source: Linux drivers/virt/vmgenid (the kernel reseeds and says so); Documentation/ABI/testing/dev-kmsg
 */
MUST_CHECK struct err generation_watch(int *fd);
MUST_CHECK struct err generation_check(int fd);
