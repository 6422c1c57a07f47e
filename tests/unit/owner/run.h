/*
 * The commands of this house as a user runs them, in a directory of their own.
 */
#pragma once

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "owner/command.h"

static char dir[64];
static char out_text[1 << 16], err_text[1 << 16];

/* The exit status; what was printed is in out_text and err_text. */
static int run(const char *const *words)
{
    int argc = 0;
    while (words[argc] != NULL)
        argc++;
    memset(out_text, 0, sizeof(out_text));
    memset(err_text, 0, sizeof(err_text));
    FILE *out = fmemopen(out_text, sizeof(out_text), "w"), *err = fmemopen(err_text, sizeof(err_text), "w");
    int status = command_run(commands, argc, words, out, err);
    fclose(out);
    fclose(err);
    return status;
}
#define RUN(...) run((const char *const[]){"casemate", __VA_ARGS__, NULL})

/* Setup and teardown of a test. */
static int enter(void **state)
{
    (void)state;
    snprintf(dir, sizeof(dir), "/tmp/casemate-owner-XXXXXX");
    return mkdtemp(dir) == NULL || chdir(dir) != 0;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

static int leave(void **state)
{
    (void)state;
    return chdir("/") != 0 || nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS) != 0;
}
