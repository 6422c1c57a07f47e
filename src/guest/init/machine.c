#include "guest/init/machine.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "sys/file.h"

#define MODULES_LIST  "/lib/modules/order"
#define MODULES_DIR   "/lib/modules/"
#define GUEST_ADDRESS "10.0.2.15"
#define GUEST_MASK    "255.255.255.0"
#define GUEST_GATEWAY "10.0.2.2"

static const struct mount_row {
    const char *type, *at, *options;
    unsigned long flags;
} mounts[] = {
    {"proc", "/proc", "", MS_NOSUID | MS_NODEV | MS_NOEXEC},
    {"sysfs", "/sys", "", MS_NOSUID | MS_NODEV | MS_NOEXEC},
    {"devtmpfs", "/dev", "mode=0755", MS_NOSUID | MS_NOEXEC},
    {"tmpfs", "/run", "mode=0700,size=64m", MS_NOSUID | MS_NODEV | MS_NOEXEC},
    {"securityfs", "/sys/kernel/security", "", MS_NOSUID | MS_NODEV | MS_NOEXEC},
};

struct err machine_mount(void)
{
    for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
        (void)mkdir(mounts[i].at, 0755); /* it may be there; the mount tells */
        if (mount(mounts[i].type, mounts[i].at, mounts[i].type, mounts[i].flags, mounts[i].options) != 0 &&
            errno != EBUSY)
            return FAIL_SYS(errno, "a file system cannot be mounted");
    }
    return OK;
}

/* Best effort: a kernel that lacks the switch is not worse for it, and the measured command line decides the rest. */
static void set_switch(const char *path, const char *value)
{
    SCOPED(fd) int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd >= 0 && write(fd, value, strlen(value)) < 0)
        printf("casemate: %s could not be set\n", path);
}

static struct err load_module(struct bytes name)
{
    char path[256];
    int n = snprintf(path, sizeof(path), MODULES_DIR "%.*s.ko", (int)name.n, (const char *)name.p);
    if (n < 0 || (size_t)n >= sizeof(path))
        return FAIL(ERR_LIMIT, "a module's name is too long");
    SCOPED(fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return FAIL_SYS(errno, "a module of the list is not in the image");
    if (syscall(SYS_finit_module, fd, "", 0) != 0 && errno != EEXIST)
        return FAIL_SYS(errno, "a module cannot be loaded");
    return OK;
}

struct err machine_load_modules(void)
{
    SCOPED(buf) struct buf list;
    buf_init(&list, 64 * KIB);
    TRY(file_read(MODULES_LIST, &list));
    struct bytes left = buf_view(&list);
    while (left.n != 0) {
        const uint8_t *end = memchr(left.p, '\n', left.n);
        struct bytes line = bytes_of(left.p, end == NULL ? left.n : (size_t)(end - left.p));
        left = end == NULL ? BYTES_EMPTY : bytes_of(end + 1, left.n - line.n - 1);
        if (line.n != 0 && line.p[0] != '#')
            TRY(load_module(line));
    }
    set_switch("/proc/sys/kernel/modules_disabled", "1");
    set_switch("/proc/sys/kernel/sysrq", "0");
    set_switch("/proc/sys/kernel/kexec_load_disabled", "1");
    return OK;
}

static void set_address(struct sockaddr *out, const char *text)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    inet_pton(AF_INET, text, &in.sin_addr);
    memcpy(out, &in, sizeof(in));
}

static struct err bring_up(int fd, const char *name)
{
    struct ifreq r = {0};
    snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
    if (ioctl(fd, SIOCGIFFLAGS, &r) != 0)
        return FAIL(ERR_ABSENT, "no such network device");
    r.ifr_flags = (short)(r.ifr_flags | IFF_UP);
    return ioctl(fd, SIOCSIFFLAGS, &r) == 0 ? OK : FAIL_SYS(errno, "a network device cannot be started");
}

static struct err address_eth0(int fd)
{
    struct ifreq r = {0};
    struct rtentry route = {.rt_flags = RTF_UP | RTF_GATEWAY};
    snprintf(r.ifr_name, sizeof(r.ifr_name), "eth0");
    set_address(&r.ifr_addr, GUEST_ADDRESS);
    if (ioctl(fd, SIOCSIFADDR, &r) != 0)
        return FAIL_SYS(errno, "no address for the network device");
    set_address(&r.ifr_netmask, GUEST_MASK);
    if (ioctl(fd, SIOCSIFNETMASK, &r) != 0)
        return FAIL_SYS(errno, "no netmask for the network device");
    TRY(bring_up(fd, "eth0"));
    set_address(&route.rt_dst, "0.0.0.0");
    set_address(&route.rt_genmask, "0.0.0.0");
    set_address(&route.rt_gateway, GUEST_GATEWAY);
    return ioctl(fd, SIOCADDRT, &route) == 0 ? OK : FAIL_SYS(errno, "no route");
}

struct err machine_network(void)
{
    SCOPED(fd) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return FAIL_SYS(errno, "no socket");
    TRY(bring_up(fd, "lo"));
    for (int i = 0; i < 100; i++) { /* the device of a module that was just loaded appears a moment later */
        struct ifreq r = {0};
        snprintf(r.ifr_name, sizeof(r.ifr_name), "eth0");
        if (ioctl(fd, SIOCGIFFLAGS, &r) == 0)
            return address_eth0(fd);
        usleep(20000);
    }
    return FAIL(ERR_ABSENT, "no network device");
}

void machine_clock_floor(void)
{
    struct stat st;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (stat("/init", &st) == 0 && now.tv_sec < st.st_mtime) {
        now = (struct timespec){.tv_sec = st.st_mtime};
        (void)clock_settime(CLOCK_REALTIME, &now); /* an older clock only makes certificates fail */
    }
}

_Noreturn void machine_power_off(void)
{
    fflush(stdout);
    sync();
    for (;;) {
        reboot(RB_POWER_OFF);
        pause();
    }
}
