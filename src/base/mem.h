/*
 * The only user of malloc. Everything else allocates from an arena, a buf or a secret.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * mem_new - n bytes of zeroed memory; mem_new_raw - n bytes that hold anything: for buffers that hand out only what was
 * written; mem_free - give them back (NULL is fine).
 *
 * in       n > 0
 * out      the memory, or NULL when there is none
 * errors   none beyond NULL
 */
void *mem_new(size_t n);
void *mem_new_raw(size_t n);
void mem_free(void *p);

/*
 * mem_fault_at - tests only: make the n-th allocation from now on fail (1 = the next one), once; 0 turns it off.
 * mem_fault_fired - whether that allocation happened since. Both do nothing in a release build (mem_fault.c replaces
 * mem.c in debug builds).
 *
 * errors   none
 * out      whether the fault was met
 */
void mem_fault_at(unsigned long n);
bool mem_fault_fired(void);
