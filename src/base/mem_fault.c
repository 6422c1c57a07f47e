/*
 * The allocator of debug builds: the n-th allocation fails on demand, so that tests can show that each one may.
 */
#include "base/mem.h"

#include <stdlib.h>

static unsigned long countdown; /* 0: off */
static bool fired;

void *mem_new(size_t n)
{
    if (countdown != 0 && --countdown == 0) {
        fired = true;
        return NULL;
    }
    return calloc(1, n);
}

void mem_free(void *p)
{
    free(p);
}

void mem_fault_at(unsigned long n)
{
    countdown = n;
    fired = false;
}

bool mem_fault_fired(void)
{
    return fired;
}
