#include "base/secret.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/limits.h"

#define PAGE     4096UL

#define IDLE_MAX 32

/*
 * Mappings of one page that were wiped and wait, without any access, for the next secret: mapping and locking a page
 * costs more than most of what is done with a secret. The list lies in a page that a fork empties, because a child has
 * no lock on what it inherits.
 */
struct idle {
    size_t count;
    uint8_t *base[IDLE_MAX];
};

static struct idle *idle_list(void)
{
    static struct idle *kept;
    if (kept != NULL)
        return kept;
    void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return NULL;
    if (madvise(page, PAGE, MADV_WIPEONFORK) != 0) {
        munmap(page, PAGE);
        return NULL;
    }
    kept = page;
    return kept;
}

/* A mapping with guard pages whose inner pages are locked; NULL if there is none to take. */
static uint8_t *take_idle(size_t inner)
{
    struct idle *list = inner == PAGE ? idle_list() : NULL;
    if (list == NULL || list->count == 0)
        return NULL;
    uint8_t *base = list->base[list->count - 1];
    if (mprotect(base + PAGE, PAGE, PROT_READ | PROT_WRITE) != 0)
        return NULL;
    list->count--;
    return base;
}

/* Takes over what was wiped; false: the caller unmaps it. */
static bool keep_idle(uint8_t *base, size_t whole)
{
    struct idle *list = whole == 3 * PAGE ? idle_list() : NULL;
    if (list == NULL || list->count == IDLE_MAX || mprotect(base + PAGE, PAGE, PROT_NONE) != 0)
        return false;
    list->base[list->count++] = base;
    return true;
}

static struct err map_locked(size_t inner, uint8_t **out)
{
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
    *out = base;
    return OK;
}

struct err secret_new(size_t n, struct secret *out)
{
    if (n == 0 || n > SECRET_SIZE_MAX)
        return FAIL(ERR_LIMIT, "size of a secret out of range");
    size_t inner = (n + PAGE - 1) & ~(PAGE - 1);
    uint8_t *base = take_idle(inner);
    if (base == NULL)
        TRY(map_locked(inner, &base));
    /* The end of the secret touches the upper guard page, so that an overrun faults. */
    *out = (struct secret){base + PAGE + (inner - n), n, inner + 2 * PAGE};
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
        if (!keep_idle(base, s->map_n))
            munmap(base, s->map_n);
    }
    *s = (struct secret){0};
}
