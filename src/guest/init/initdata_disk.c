#include "guest/init/initdata_disk.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/limits.h"
#include "rats/initdata.h"
#include "sys/file.h"

#define HEADER   16
#define SECTOR   512
#define DISK_MAX (INITDATA_MAX + HEADER + SECTOR)

/* Whether a disk begins with the magic; a device that cannot be read has none. */
static bool has_magic(int fd)
{
    uint8_t head[8];
    return pread(fd, head, sizeof(head), 0) == (ssize_t)sizeof(head) && memcmp(head, "initdata", 8) == 0;
}

static struct err read_bounded(int fd, struct buf *disk)
{
    while (disk->n < DISK_MAX) {
        uint8_t *to;
        TRY(buf_space(disk, 64 * KIB, &to));
        ssize_t n = read(fd, to, 64 * KIB);
        if (n < 0)
            return FAIL(ERR_IO, "the initdata disk cannot be read");
        if (n == 0)
            return OK;
        buf_commit(disk, (size_t)n);
    }
    return OK;
}

static struct err unpack(int fd, struct buf *out)
{
    SCOPED(buf) struct buf disk;
    buf_init(&disk, DISK_MAX + 64 * KIB);
    TRY(read_bounded(fd, &disk));
    TRY_AS(REASON_GUEST_INITDATA, initdata_disk_decode(buf_view(&disk), out));
    return OK;
}

struct err initdata_disk_read(struct buf *out)
{
    static const char *const kinds[] = {"vd", "sd"};
    for (int try = 0; try < 50; try++) {
        for (size_t k = 0; k < 2; k++)
            for (char letter = 'a'; letter <= 'h'; letter++) {
                char path[16];
                snprintf(path, sizeof(path), "/dev/%s%c", kinds[k], letter);
                SCOPED(fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
                if (fd >= 0 && has_magic(fd))
                    return unpack(fd, out);
            }
        usleep(20000); /* the devices of a module that was just loaded appear a moment later */
    }
    return REFUSE(ERR_ABSENT, REASON_GUEST_NO_INITDATA, "no disk has the initdata magic");
}
