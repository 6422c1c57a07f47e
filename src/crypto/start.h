/*
 * The start of libcrypto in a process.
 */
#pragma once

#include "base/err.h"

/*
 * crypto_start - bring libcrypto up: without its configuration file (what stands on the machine must not change what a
 * signature means), with everything that it loads at first use, so that a sandboxed process opens no file later.
 *
 * out      nothing; calling it again does nothing
 * errors   BUG  libcrypto does not start; IO  no randomness
 */
MUST_CHECK struct err crypto_start(void);
