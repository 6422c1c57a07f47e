/*
 * What a hostile host can try, one row each: a name, the threat it plays, and one changed point against an honest run.
 */
#pragma once

#include "host/options.h"
#include "host/outcome.h"

#define ATTACK_ARENA_MAX (64 * 1024 * 1024UL)

/* Beside the options of a run. */
#define ATTACK_OPTIONS                                                                                                 \
    {.name = "broker", .value = "URL", .help = "messages: the broker as this host reaches it"},                        \
        {.name = "ca", .value = "FILE", .help = "messages: the broker's certificate"},                                 \
        {.name = "event-log", .value = "FILE", .help = "messages: the event log of an honest boot, to replay"},        \
        {.name = "resource", .value = "PATH", .help = "messages: the resource (default/demo/secret)"},                 \
    {                                                                                                                  \
        .name = "other-resource", .value = "PATH", .help = "other-resource: a resource of another workload"            \
    }

struct attack {
    const char *name;
    const char *threat;
    const char *what;
    /* *is_misuse: options are missing, so nothing was tried */
    struct err (*run)(struct arena *a, const struct host_option *options, struct outcome *out, bool *is_misuse);
};

/*
 * attack_find - the row of a name, or NULL. attack_list - print all rows.
 *
 * out      borrowed from the table; lines on `to`
 * errors   none
 */
const struct attack *attack_find(const char *name);
void attack_list(FILE *to);
