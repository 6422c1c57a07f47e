/*
 * The allocator of debug builds: the n-th allocation fails on demand, so that tests can show that each one may.
 */
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static unsigned long countdown; /* 0: off */
static bool fired;

static bool fails_now(void)
{
    if (countdown == 0 || --countdown != 0)
        return false;
    fired = true;
    return true;
}

void *mem_new(size_t n)
{
    return fails_now() ? NULL : calloc(1, n);
}

/* Filled with what no reader may see, so that reading it shows. */
void *mem_new_raw(size_t n)
{
    void *p = fails_now() ? NULL : malloc(n);
    if (p != NULL)
        memset(p, 0xa5, n);
    return p;
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
