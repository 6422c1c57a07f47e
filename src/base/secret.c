#include "base/secret.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/limits.h"

#define PAGE 4096UL

struct err secret_new(size_t n, struct secret *out)
{
    if (n == 0 || n > SECRET_SIZE_MAX)
        return FAIL(ERR_LIMIT, "size of a secret out of range");
    size_t inner = (n + PAGE - 1) & ~(PAGE - 1);
    size_t whole = inner + 2 * PAGE;
    uint8_t *base = mmap(NULL, whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED)
        return FAIL(ERR_NOMEM, "no mapping for a secret");
    if (mprotect(base + PAGE, inner, PROT_READ | PROT_WRITE) != 0 || mlock(base + PAGE, inner) != 0 ||
        madvise(base + PAGE, inner, MADV_DONTDUMP) != 0 || madvise(base + PAGE, inner, MADV_WIPEONFORK) != 0) {
        struct err e = FAIL_SYS(errno, "the pages of a secret cannot be locked; raise RLIMIT_MEMLOCK");
        munmap(base, whole);
        return e;
    }
    /* The end of the secret touches the upper guard page, so that an overrun faults. */
    *out = (struct secret){base + PAGE + (inner - n), n, whole};
    return OK;
}

struct err secret_copy(struct bytes in, struct secret *out)
{
    struct secret s;
    TRY(secret_new(in.n, &s));
    memcpy(s.p, in.p, in.n);
    *out = s;
    return OK;
}

struct secret secret_take(struct secret *s)
{
    struct secret taken = *s;
    *s = (struct secret){0};
    return taken;
}

void secret_clear(struct secret *s)
{
    if (s->map_n != 0) {
        uint8_t *base = (uint8_t *)((uintptr_t)s->p & ~(PAGE - 1)) - PAGE;
        explicit_bzero(base + PAGE, s->map_n - 2 * PAGE);
        munmap(base, s->map_n);
    }
    *s = (struct secret){0};
}
