#include "guest/secrets/generation.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "sys/file.h"

/* What kernels from 5.18 on log when the device says that the machine is a copy. Newer ones send an event, too; that of
 * the guest image does not. */
#define CHANGED    "crng reseeded due to virtual machine fork"

#define RECORD_MAX 8192

struct err generation_watch(int *fd)
{
    SCOPED(fd) int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (log < 0 || lseek(log, 0, SEEK_END) < 0)
        return FAIL_SYS(errno, "the kernel's log cannot be followed");
    *fd = fd_take(&log);
    return OK;
}

/* One record per read. */
struct err generation_check(int fd)
{
    char record[RECORD_MAX];
    for (;;) {
        ssize_t n = read(fd, record, sizeof(record));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return OK;
        if (n == 0 || (n < 0 && errno != EPIPE))
            return FAIL(ERR_IO, "the kernel's log cannot be read");
        if (n < 0 || memmem(record, (size_t)n, CHANGED, sizeof(CHANGED) - 1) != NULL)
            return REFUSE(ERR_DENIED, REASON_GUEST_CLONED, "this machine was started from a snapshot of another");
    }
}
