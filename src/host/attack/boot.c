#include "host/attack/boot.h"

#include <string.h>

#include "host/swtpm.h"
#include "host/vm_options.h"
#include "host/workdir.h"

#define EVIL_COMMAND_LINE "console=ttyS0 quiet casemate.evil=1"

/* The options of a run, with one of them replaced: NULL takes it away. */
struct changed {
    struct host_option rows[40];
};

static struct err change(const struct host_option *options, const char *name, const char *given, struct changed *c)
{
    size_t i = 0;
    for (; options[i].name != NULL; i++) {
        if (i + 1 == sizeof(c->rows) / sizeof(c->rows[0]))
            return FAIL(ERR_BUG, "too many option rows");
        c->rows[i] = options[i];
        if (strcmp(options[i].name, name) == 0)
            c->rows[i].given = given;
    }
    c->rows[i] = (struct host_option){0};
    return OK;
}

struct err attack_image(struct arena *a, const struct host_option *options, struct outcome *out, bool *is_misuse)
{
    struct vm_request r;
    struct err e = vm_options_read(options, &r);
    *is_misuse = failed(e);
    if (failed(e))
        return e;
    e = vm_run(a, &r, out);
    vm_options_close(&r);
    return e;
}

struct err attack_append(struct arena *a, const struct host_option *options, struct outcome *out, bool *is_misuse)
{
    struct changed c;
    TRY(change(options, "append", options_find(options, "append", EVIL_COMMAND_LINE), &c));
    return attack_image(a, c.rows, out, is_misuse);
}

struct err attack_no_initdata(struct arena *a, const struct host_option *options, struct outcome *out, bool *is_misuse)
{
    struct changed c;
    struct changed both;
    TRY(change(options, "initdata", NULL, &c));
    TRY(change(c.rows, "no-initdata", "", &both));
    return attack_image(a, both.rows, out, is_misuse);
}

struct err attack_fresh_tpm(struct arena *a, const struct host_option *options, struct outcome *out, bool *is_misuse)
{
    SCOPED(workdir) struct workdir w = {0};
    struct changed c;
    char dir[WORKDIR_PATH];
    TRY(workdir_open(&w));
    workdir_path(&w, "fresh", dir);
    TRY(swtpm_make(dir));
    TRY(change(options, "tpm", dir, &c));
    return attack_image(a, c.rows, out, is_misuse);
}
