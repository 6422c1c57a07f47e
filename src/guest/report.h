/*
 * What the guest says on its console: progress in plain words, and one result line at the end.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

#define REPORT_STEPS_MAX 16

struct report {
    int64_t begun_ms;
    int64_t last_ms;
    const char *step[REPORT_STEPS_MAX]; /* literals */
    int64_t step_ms[REPORT_STEPS_MAX];
    size_t step_count;
    char session[65];   /* session digest of the audit log, empty before auth */
    char resource[256]; /* last resource that was fetched */
    char sha256[65];    /* of its value */
    bool by_broker;     /* the broker refused: its reason stands in its audit log */
    int broker_status;
};

/*
 * report_begin - start the clock. report_step - a step is done: a line of progress, and its time for the result.
 * report_ready - the line on which a host may write a snapshot: nothing has been asked or sent yet.
 * report_result - the result line: ok, refused or failed, by whom, with the reason code.
 *
 * in       step: a literal; e: how it ended
 * out      on stdout
 * errors   none; report_result gives the exit status: 0, 1 refused, 4 failed
 */
void report_begin(struct report *r);
void report_step(struct report *r, const char *step);
void report_ready(void);
int report_result(const struct report *r, struct err e);
