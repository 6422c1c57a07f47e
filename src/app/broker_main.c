/*
 * casemate-broker: the supervisor, and by --role each of its processes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/role.h"

static const char usage[] =
    "usage: casemate-broker --config FILE [--check-config | --print-config]\n"
    "       casemate-broker --version | --help\n"
    "\n"
    "Serves the KBS protocol: attests guests and releases resources to those that its policies allow.\n"
    "\n"
    "  --config FILE    configuration (TOML); `casemate broker init DIR` makes one\n"
    "  --check-config   read the configuration, say what is wrong with it, and end\n"
    "  --print-config   print every setting in force with its meaning, and end\n"
    "\n"
    "example: casemate broker init ./broker --name localhost && casemate-broker --config ./broker/broker.toml\n";

static unsigned number(const char *text)
{
    return (unsigned)strtoul(text, NULL, 10);
}

/* Only the supervisor calls this: --role NAME ARGUMENT FDS. */
static int run_role(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    const char *name = argv[2];
    if (strcmp(name, "front") == 0)
        return role_front(argv[3], false, number(argv[4]));
    if (strcmp(name, "front-admin") == 0)
        return role_front(argv[3], true, number(argv[4]));
    if (strcmp(name, "keys") == 0)
        return role_keys(argv[3], number(argv[4]));
    if (strcmp(name, "appraise") == 0)
        return role_appraise(strtoull(argv[3], NULL, 10));
    return 2;
}

static struct err print_settings(const struct settings *settings)
{
    SCOPED(buf) struct buf text;
    struct bytes view;
    buf_init(&text, 8UL << 20);
    settings_print(settings, &text);
    TRY(buf_end(&text, &view));
    if (fwrite(view.p, 1, view.n, stdout) != view.n || fflush(stdout) != 0)
        return FAIL_SYS(errno, "the settings cannot be printed");
    return OK;
}

static int show_config(const char *path, bool print)
{
    struct arena setup;
    const struct settings *settings;
    arena_init(&setup, 8UL << 20);
    struct err e = role_settings(&setup, path, "check", &settings);
    if (!failed(e) && print) {
        e = print_settings(settings);
        if (failed(e))
            fputs("casemate-broker: the settings cannot be printed\n", stderr);
    }
    arena_clear(&setup);
    return err_exit_status(e);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        puts("casemate-broker " CASEMATE_VERSION);
        return 0;
    }
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        fputs(usage, stdout);
        return 0;
    }
    if (argc >= 2 && strcmp(argv[1], "--role") == 0)
        return run_role(argc, argv);
    if (argc == 3 && strcmp(argv[1], "--config") == 0)
        return role_supervisor(argv[2]);
    if (argc == 4 && strcmp(argv[1], "--config") == 0 && strcmp(argv[3], "--check-config") == 0)
        return show_config(argv[2], false);
    if (argc == 4 && strcmp(argv[1], "--config") == 0 && strcmp(argv[3], "--print-config") == 0)
        return show_config(argv[2], true);
    fputs(usage, stderr);
    return 2;
}
