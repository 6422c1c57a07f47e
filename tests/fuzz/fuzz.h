/*
 * What every fuzz target includes. A target decodes the bytes, and checks with FUZZ_CHECK what must hold of anything
 * that was accepted.
 */
#pragma once

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/limits.h"

#define FUZZ_CHECK(cond_)                                                                                              \
    do {                                                                                                               \
        if (!(cond_)) {                                                                                                \
            (void)fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #cond_);                           \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/*
 * LLVMFuzzerTestOneInput - one run of the target; the name is libFuzzer's.
 *
 * in       data: hostile
 * out      0
 * errors   none; what does not hold ends the process
 */
__attribute__((visibility("default"))) int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
