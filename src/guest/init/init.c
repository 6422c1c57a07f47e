#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "crypto/hash.h"
#include "guest/guest.h"
#include "guest/init/initdata_disk.h"
#include "guest/init/machine.h"
#include "guest/report.h"
#include "sys/file.h"
#include "sys/log.h"
#include "sys/process.h"
#include "tpm/tpm.h"

#define PCR_INITDATA 8

/* PID 1: nothing of the initdata is looked at before its digest is in the TPM. */

static struct err measure(struct bytes text)
{
    struct tpm *tpm;
    struct digest d;
    TRY(hash_of(HASH_SHA256, text, &d));
    TRY_AS(REASON_GUEST_NO_TEE, tpm_open_device("/dev/tpmrm0", &tpm));
    struct err e = tpm_pcr_extend(tpm, PCR_INITDATA, &d);
    tpm_close(tpm);
    return e;
}

static struct err memory_file(struct bytes text, int *out)
{
    SCOPED(fd) int fd = memfd_create("initdata", MFD_CLOEXEC);
    size_t done = 0;
    if (fd < 0)
        return FAIL_SYS(errno, "no memory file");
    while (done < text.n) {
        ssize_t n = write(fd, text.p + done, text.n - done);
        if (n < 0)
            return FAIL_SYS(errno, "a memory file cannot be written");
        done += (size_t)n;
    }
    if (lseek(fd, 0, SEEK_SET) != 0)
        return FAIL_SYS(errno, "a memory file cannot be rewound");
    *out = fd_take(&fd);
    return OK;
}

/* Starts the second process and reaps everything until it ends. *spoke: it ended by itself, so it said its result. */
static struct err run_secrets(struct bytes text, bool *spoke)
{
    const char *argv[] = {"casemate-guest", "--role", "secrets", NULL};
    SCOPED(fd) int fd = -1;
    pid_t pid;
    TRY(memory_file(text, &fd));
    TRY(process_start(argv, &fd, 1, &pid));
    for (;;) {
        int status;
        pid_t ended = waitpid(-1, &status, 0);
        if (ended < 0 && errno != EINTR)
            return FAIL_SYS(errno, "the second process cannot be waited for");
        if (ended != pid)
            continue;
        *spoke = WIFEXITED(status) && WEXITSTATUS(status) != 127;
        return OK;
    }
}

static struct err bring_up(struct report *r, struct buf *initdata)
{
    TRY(machine_mount());
    machine_clock_floor();
    TRY(machine_load_modules());
    report_step(r, "machine is up");
    TRY(initdata_disk_read(initdata));
    TRY(measure(buf_view(initdata)));
    report_step(r, "initdata measured into PCR 8");
    return machine_network();
}

_Noreturn void guest_init(void)
{
    struct report r;
    struct buf initdata;
    bool spoke = false;
    report_begin(&r);
    log_open("init", LOG_LEVEL_WARNING);
    buf_init(&initdata, INITDATA_MAX);
    printf("casemate-guest " CASEMATE_VERSION "\n");
    struct err e = bring_up(&r, &initdata);
    if (!failed(e))
        e = run_secrets(buf_view(&initdata), &spoke);
    if (!failed(e) && !spoke)
        e = FAIL(ERR_BUG, "the second process died");
    if (failed(e))
        (void)report_result(&r, e);
    machine_power_off();
}
