#include "owner/reference/measure_command.h"

#include "base/limits.h"
#include "owner/reference/measure.h"
#include "sys/file.h"

#define MEASURE_ARENA_MAX (512 * MIB)
#define FIRMWARE_DEFAULT  "/usr/share/ovmf/OVMF.fd"

static const struct option_row options[] = {
    {.name = "image", .value = "UKI", .help = "the unified kernel image"},
    {.name = "boot", .value = "uki|direct", .help = "how QEMU starts it; direct takes the next three"},
    {.name = "kernel", .value = "FILE", .help = "direct: the kernel (bzImage)"},
    {.name = "initrd", .value = "FILE", .help = "direct: the initramfs"},
    {.name = "cmdline", .value = "TEXT", .help = "direct: the command line"},
    {.name = "firmware",
     .value = "FILE",
     .help = "the firmware (" FIRMWARE_DEFAULT "), or none: only PCR 4, 9, 11, 12"},
    {.name = "machine", .value = "q35|pc", .help = "machine type of QEMU (q35)"},
    {.name = "cpus", .value = "N", .help = "number of CPUs (1)"},
    {.name = "phys-bits", .value = "N", .help = "physical address bits of the CPU model (36: Westmere)"},
    {.name = "memory", .value = "MiB", .help = "memory (512)"},
    {.name = "initdata", .value = "FILE", .help = "the initdata document: adds tpm_pcr08"},
    {.name = "event-log",
     .value = "FILE",
     .help = "write the event log that such a boot leaves; not secret, proves nothing"},
    {0},
};

/* The files of one request, owned until it is done. */
struct files {
    struct buf image;
    struct buf kernel;
    struct buf initrd;
    struct buf firmware;
    struct buf initdata;
    struct buf event_log;
};

static void files_clear(struct files *f)
{
    buf_clear(&f->image);
    buf_clear(&f->kernel);
    buf_clear(&f->initrd);
    buf_clear(&f->firmware);
    buf_clear(&f->initdata);
    buf_clear(&f->event_log);
}

static struct err read_option(struct invocation *in, const char *name, const char *otherwise, size_t max,
                              struct buf *file, struct bytes *out)
{
    const char *path = command_text(in, name, otherwise);
    if (path == NULL)
        return OK;
    buf_init(file, max);
    struct err e = file_read(path, file);
    if (failed(e))
        command_explain(in, "%s cannot be read", path);
    else if (file->n == 0)
        e = FAIL(ERR_FORMAT, "the file is empty");
    *out = buf_view(file);
    return e;
}

static struct err read_machine(struct invocation *in, struct measure_machine *m)
{
    int64_t cpus;
    int64_t bits;
    int64_t memory;
    const char *type = command_text(in, "machine", "q35");
    if (strcmp(type, "q35") != 0 && strcmp(type, "pc") != 0)
        return command_misuse(in, "--machine is q35 or pc");
    TRY(command_int(in, "cpus", 1, 255, 1, &cpus));
    TRY(command_int(in, "phys-bits", 32, 52, 36, &bits));
    TRY(command_int(in, "memory", 64, 1048576, 512, &memory));
    *m = (struct measure_machine){.type = strcmp(type, "pc") == 0 ? MEASURE_PC : MEASURE_Q35,
                                  .cpus = (unsigned)cpus,
                                  .phys_bits = (unsigned)bits,
                                  .memory_mib = (unsigned)memory};
    return OK;
}

/* Which files belong to which way of booting. */
static struct err check_boot(struct invocation *in, bool *is_direct)
{
    const char *boot = command_text(in, "boot", "uki");
    bool has_image = command_text(in, "image", NULL) != NULL;
    bool has_kernel = command_text(in, "kernel", NULL) != NULL;
    bool has_rest = command_text(in, "initrd", NULL) != NULL || command_text(in, "cmdline", NULL) != NULL;
    *is_direct = strcmp(boot, "direct") == 0;
    if (!*is_direct && strcmp(boot, "uki") != 0)
        return command_misuse(in, "--boot is uki or direct");
    if (!*is_direct && (!has_image || has_kernel || has_rest))
        return command_misuse(in, "a unified kernel image needs --image, and holds the rest itself");
    if (*is_direct && (!has_kernel || has_image))
        return command_misuse(in, "--boot direct needs --kernel and takes no --image");
    return OK;
}

static struct err read_request(struct invocation *in, struct files *files, struct measure_request *r)
{
    const char *firmware = command_text(in, "firmware", FIRMWARE_DEFAULT);
    TRY(check_boot(in, &r->is_direct));
    TRY(read_machine(in, &r->machine));
    TRY(read_option(in, "image", NULL, FILE_READ_MAX, &files->image, &r->image));
    TRY(read_option(in, "kernel", NULL, FILE_READ_MAX, &files->kernel, &r->kernel));
    TRY(read_option(in, "initrd", NULL, FILE_READ_MAX, &files->initrd, &r->initrd));
    TRY(read_option(in, "initdata", NULL, INITDATA_MAX, &files->initdata, &r->initdata));
    r->cmdline = bytes_of_text(command_text(in, "cmdline", ""));
    if (strcmp(firmware, "none") == 0)
        return OK;
    return read_option(in, "firmware", FIRMWARE_DEFAULT, FILE_READ_MAX, &files->firmware, &r->firmware);
}

static struct err print_values(struct invocation *in, const struct json *values)
{
    if (in->is_json)
        return command_print_json(in, values);
    SCOPED(buf) struct buf text;
    struct bytes view;
    buf_init(&text, MIB);
    json_encode_pretty(values, &text);
    TRY(buf_end(&text, &view));
    fprintf(in->out, "%.*s\n", (int)view.n, (const char *)view.p);
    return OK;
}

static struct err write_log(struct invocation *in, const struct buf *log)
{
    const char *path = command_text(in, "event-log", NULL);
    struct bytes view;
    if (path == NULL)
        return OK;
    TRY(buf_end(log, &view));
    struct err e = file_write(path, view, 0644);
    if (failed(e))
        command_explain(in, "%s cannot be written", path);
    return e;
}

static struct err run_measure(struct invocation *in)
{
    SCOPED(files) struct files files = {0};
    struct measure_request r = {0};
    const struct json *values;
    TRY(read_request(in, &files, &r));
    struct arena a;
    arena_init(&a, MEASURE_ARENA_MAX);
    buf_init(&files.event_log, EVENTLOG_MAX);
    if (command_text(in, "event-log", NULL) != NULL)
        r.event_log = &files.event_log;
    struct err e = reference_measure(&a, &r, &values);
    if (!failed(e))
        e = write_log(in, &files.event_log);
    if (!failed(e))
        e = print_values(in, values);
    arena_clear(&a);
    return e;
}

const struct command command_reference_measure = {
    .noun = "reference",
    .verb = "measure",
    .options = options,
    .operands = "",
    .summary = "compute what the TPM of a guest will hold, from files, without a boot",
    .help =
        "Prints a map name -> [hex] for `casemate reference set`: PCR 0 to 7, 9, 11 and 12, and 8 with --initdata. "
        "The\n"
        "tpm_uki_ names are the digests of the image's sections: they only explain. PCR 0 is known for known firmware\n"
        "builds only; for another one boot once and record. Exit status: 0 computed, 2 usage, 3 a file is unreadable\n"
        "or not what it should be, or PCR 0 is unknown.",
    .example = "casemate reference measure --image guest.efi --memory 512 --initdata initdata.toml",
    .run = run_measure,
};
