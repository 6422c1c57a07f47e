#include "host/vm_options.h"

#include <errno.h>

static bool has(const struct host_option *rows, const char *name)
{
    return options_find(rows, name, NULL) != NULL;
}

static struct err check(const struct host_option *rows)
{
    if (!has(rows, "image"))
        return FAIL(ERR_FORMAT, "--image is missing");
    if (!has(rows, "tpm") && !has(rows, "load"))
        return FAIL(ERR_FORMAT, "--tpm is missing");
    if (has(rows, "initdata") == has(rows, "no-initdata"))
        return FAIL(ERR_FORMAT, "either --initdata or --no-initdata is needed");
    if (has(rows, "save") && has(rows, "load"))
        return FAIL(ERR_FORMAT, "--save and --load exclude each other");
    if (has(rows, "clone") && !has(rows, "load"))
        return FAIL(ERR_FORMAT, "--clone is for --load");
    return OK;
}

struct err vm_options_read(const struct host_option *rows, struct vm_request *out)
{
    struct vm_request r = {.image = options_find(rows, "image", NULL),
                           .firmware = options_find(rows, "firmware", VM_FIRMWARE),
                           .tpm = options_find(rows, "tpm", NULL),
                           .initdata = options_find(rows, "initdata", NULL),
                           .append = options_find(rows, "append", NULL),
                           .save = options_find(rows, "save", NULL),
                           .load = options_find(rows, "load", NULL),
                           .is_clone = has(rows, "clone"),
                           .allow_kvm = has(rows, "kvm"),
                           .verbose = has(rows, "verbose"),
                           .console = stderr};
    const char *console = options_find(rows, "console", NULL);
    TRY(check(rows));
    TRY(options_number(rows, "memory", 128, 65536, 512, &r.memory_mib));
    TRY(options_number(rows, "timeout", 1, 86400, 120, &r.timeout_sec));
    if (console != NULL) {
        r.console = fopen(console, "we");
        if (r.console == NULL)
            return FAIL_SYS(errno, "the console's file cannot be written");
    }
    *out = r;
    return OK;
}

void vm_options_close(struct vm_request *r)
{
    if (r->console != NULL && r->console != stderr)
        (void)fclose(r->console);
    r->console = NULL;
}
