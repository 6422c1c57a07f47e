#include "host/vm.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/limits.h"
#include "host/console.h"
#include "host/qmp.h"
#include "host/swtpm.h"
#include "rats/initdata.h"
#include "sys/file.h"

#define ARGS_MAX     64
#define QMP_WAIT_MS  60000
#define CONSOLE_STEP 4096
#define GENERATION   "3e8b1e5c-0f0e-4b0e-9a53-6f4b6c3e9d21" /* of saved machines */

/* The arguments of QEMU, with the texts made for them. */
struct args {
    const char *list[ARGS_MAX];
    size_t count;
    char memory[16];
    char tpm[WORKDIR_PATH + 32];
    char disk[WORKDIR_PATH + 64];
    char monitor[WORKDIR_PATH + 48];
    char incoming[4200];
};

struct vm {
    const struct vm_request *r;
    struct workdir dir;
    struct args args;
    struct console console;
    pid_t swtpm;
    pid_t qemu;
    int pipe;
    int signals;
    bool saved;
};

static void vm_clear(struct vm *v)
{
    spawn_stop(&v->qemu);
    spawn_stop(&v->swtpm);
    fd_clear(&v->pipe);
    fd_clear(&v->signals);
    console_clear(&v->console);
    workdir_clear(&v->dir);
}

static void add(struct args *a, const char *option, const char *value)
{
    if (a->count + 2 < ARGS_MAX) {
        a->list[a->count++] = option;
        if (value != NULL)
            a->list[a->count++] = value;
    }
}

/* The machine: nothing that is not named here, no ACPI sleep state (it would enter PCR 0), no option ROM (PCR 2). */
static void add_machine(struct vm *v)
{
    struct args *a = &v->args;
    const struct vm_request *r = v->r;
    add(a, "qemu-system-x86_64", NULL);
    add(a, "-M", "q35");
    add(a, "-accel", r->allow_kvm ? "kvm" : "tcg");
    add(a, "-cpu", r->allow_kvm ? "host" : "Westmere,+rdrand");
    (void)snprintf(a->memory, sizeof(a->memory), "%u", r->memory_mib);
    add(a, "-m", a->memory);
    add(a, "-smp", "1");
    add(a, "-bios", r->firmware);
    add(a, "-global", "ICH9-LPC.disable_s3=1");
    add(a, "-nodefaults", NULL);
    add(a, "-no-user-config", NULL);
    add(a, "-display", "none");
    add(a, "-no-reboot", NULL);
    add(a, "-kernel", r->image);
    if (r->append != NULL)
        add(a, "-append", r->append);
}

static void add_devices(struct vm *v)
{
    struct args *a = &v->args;
    const char *dir = v->dir.path;
    add(a, "-chardev", "file,id=con,path=/dev/fd/1");
    add(a, "-serial", "chardev:con");
    (void)snprintf(a->tpm, sizeof(a->tpm), "socket,id=tpm,path=%s/ctl", dir);
    add(a, "-chardev", a->tpm);
    add(a, "-tpmdev", "emulator,id=t,chardev=tpm");
    add(a, "-device", "tpm-tis,tpmdev=t");
    /* The same generation for a snapshot and its return; a clone gets a new one, as a cloud would give it. */
    add(a, "-device",
        v->r->save != NULL || (v->r->load != NULL && !v->r->is_clone) ? "vmgenid,guid=" GENERATION
                                                                      : "vmgenid,guid=auto");
    add(a, "-netdev", "user,id=net");
    add(a, "-device", "virtio-net-pci,netdev=net,romfile=");
    if (v->r->initdata != NULL) {
        (void)snprintf(a->disk, sizeof(a->disk), "if=none,id=initdata,format=raw,readonly=on,file=%s/initdata", dir);
        add(a, "-drive", a->disk);
        add(a, "-device", "virtio-blk-pci,drive=initdata");
    }
    if (v->r->save != NULL || v->r->load != NULL) {
        (void)snprintf(a->monitor, sizeof(a->monitor), "socket,id=mon,path=%s/qmp,server=on,wait=off", dir);
        add(a, "-chardev", a->monitor);
        add(a, "-mon", "chardev=mon,mode=control");
    }
    if (v->r->load != NULL) {
        (void)snprintf(a->incoming, sizeof(a->incoming), "exec:cat %s", v->r->load);
        add(a, "-incoming", a->incoming);
    }
}

static struct err write_disk(const struct vm *v)
{
    SCOPED(buf) struct buf text;
    SCOPED(buf) struct buf disk;
    char path[WORKDIR_PATH];
    struct bytes view;
    buf_init(&text, INITDATA_MAX);
    buf_init(&disk, 2 * INITDATA_MAX);
    TRY(file_read(v->r->initdata, &text));
    TRY(initdata_disk_encode(buf_view(&text), &disk));
    TRY(buf_end(&disk, &view));
    workdir_path(&v->dir, "initdata", path);
    return file_write(path, view, 0600);
}

static struct err start_qemu(struct vm *v)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return FAIL_SYS(errno, "a pipe cannot be made");
    v->pipe = ends[0];
    SCOPED(fd) int theirs = ends[1];
    add_machine(v);
    add_devices(v);
    if (v->args.count + 2 >= ARGS_MAX)
        return FAIL(ERR_BUG, "too many arguments for QEMU");
    if (v->r->verbose) {
        for (size_t i = 0; i < v->args.count; i++)
            fprintf(stderr, "%s%s", i == 0 ? "+ " : " ", v->args.list[i]);
        fputc('\n', stderr);
    }
    return spawn_start(&(struct spawn){.argv = v->args.list, .out = theirs, .err = STDERR_FILENO}, &v->qemu);
}

static struct err start(struct vm *v)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    v->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (v->signals < 0)
        return FAIL_SYS(errno, "signals cannot be followed");
    TRY(workdir_open(&v->dir));
    if (v->r->initdata != NULL)
        TRY(write_disk(v));
    TRY(swtpm_start_vm(&v->dir, v->r->load != NULL ? NULL : v->r->tpm, &v->swtpm));
    TRY(start_qemu(v));
    if (v->r->load == NULL)
        return OK;
    char socket[WORKDIR_PATH];
    workdir_path(&v->dir, "qmp", socket);
    return qmp_resume(socket, QMP_WAIT_MS);
}

static struct err save(struct vm *v)
{
    char socket[WORKDIR_PATH];
    workdir_path(&v->dir, "qmp", socket);
    TRY(qmp_save(socket, v->r->save, QMP_WAIT_MS));
    v->saved = true;
    return OK;
}

/* Until QEMU closes its end of the console. *why: the reason if it is the host that ends the run, else NULL. */
static struct err follow(struct vm *v, const char **why)
{
    int64_t end = spawn_now_ms() + (int64_t)v->r->timeout_sec * 1000;
    for (;;) {
        uint8_t step[CONSOLE_STEP];
        struct pollfd p[2] = {{.fd = v->pipe, .events = POLLIN}, {.fd = v->signals, .events = POLLIN}};
        int64_t left = end - spawn_now_ms();
        if (left <= 0) {
            *why = "host.time-out";
            return OK;
        }
        if (poll(p, 2, (int)left) <= 0)
            continue;
        if (p[1].revents != 0) {
            *why = "host.interrupted";
            return OK;
        }
        ssize_t n = read(v->pipe, step, sizeof(step));
        if (n < 0 && errno != EINTR)
            return FAIL_SYS(errno, "the console cannot be read");
        if (n == 0)
            return OK;
        console_feed(&v->console, bytes_of(step, n > 0 ? (size_t)n : 0));
        if (v->r->save != NULL && v->console.is_ready && !v->saved)
            TRY(save(v));
    }
}

static struct outcome failed_by_host(const char *reason)
{
    return (struct outcome){.kind = OUTCOME_FAILED, .by = BYTES_LIT("host"), .reason = bytes_of_text(reason)};
}

/* What the guest said; the result's texts outlive the console. */
static struct outcome read_outcome(struct arena *a, struct vm *v)
{
    struct outcome o;
    console_end(&v->console);
    if (v->saved)
        return (struct outcome){.kind = OUTCOME_OK, .by = BYTES_LIT("host")};
    if (v->console.result.n == 0)
        return failed_by_host("host.no-result");
    if (failed(outcome_decode(a, buf_view(&v->console.result), &o)))
        return failed_by_host("host.malformed-result");
    return o;
}

struct err vm_run(struct arena *a, const struct vm_request *r, struct outcome *out)
{
    SCOPED(vm) struct vm v = {.r = r, .swtpm = -1, .qemu = -1, .pipe = -1, .signals = -1};
    const char *why = NULL;
    if ((r->load != NULL && !qmp_path_is_safe(r->load)) || (r->save != NULL && !qmp_path_is_safe(r->save)))
        return FAIL(ERR_FORMAT, "the path of the snapshot has other characters than letters, digits and /._-");
    if (access(r->image, R_OK) != 0 || access(r->firmware, R_OK) != 0)
        return FAIL(ERR_ABSENT, "the image or the firmware cannot be read");
    console_init(&v.console, r->console);
    TRY(start(&v));
    TRY(follow(&v, &why));
    *out = why != NULL ? failed_by_host(why) : read_outcome(a, &v);
    out->timed_out = why != NULL && strcmp(why, "host.time-out") == 0;
    return OK;
}
