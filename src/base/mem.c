#include "base/mem.h"

#include <stdlib.h>

void *mem_new(size_t n)
{
    return calloc(1, n);
}

void *mem_new_raw(size_t n)
{
    return malloc(n);
}

void mem_free(void *p)
{
    free(p);
}

void mem_fault_at(unsigned long n)
{
    (void)n;
}

bool mem_fault_fired(void)
{
    return false;
}
