/*
 * How a run ended: the last line of the program, and its exit status.
 */
#pragma once

#include <stdio.h>

#include "json/json.h"

#define EXIT_TIMEOUT 4

enum outcome_kind { OUTCOME_FAILED = 0, OUTCOME_REFUSED, OUTCOME_OK };

struct outcome {
    enum outcome_kind kind;
    struct bytes by;          /* "guest", "broker" or "host" */
    struct bytes reason;      /* a reason code, or "" */
    struct bytes session;     /* session digest, hex, or "" */
    struct bytes resource;    /* path, or "" */
    struct bytes sha256;      /* of the resource, hex, or "" */
    const struct json *steps; /* [{"name","ms"}], or NULL */
    const char *attack;       /* name and threat of an attack, else NULL */
    const char *threat;
    bool timed_out;
};

/*
 * outcome_decode - what the guest says about itself: the JSON behind "casemate-guest: " on its console.
 *
 * in       text: hostile; a: owns the values
 * out      *out only on success; every text in it is short printable ASCII
 * errors   FORMAT  not such an object; LIMIT; NOMEM
 * source: docs/protocol/guest-console.md
 */
MUST_CHECK struct err outcome_decode(struct arena *a, struct bytes text, struct outcome *out);

/*
 * outcome_of_error - the outcome of a run that ended with an error: refused for DENIED, UNVERIFIED and STALE with the
 * reason of the error, else failed. `by` is a literal.
 *
 * out      an outcome that points to literals
 * errors   none
 */
struct outcome outcome_of_error(struct err e, const char *by);

/*
 * outcome_print - one line of JSON on `to`. outcome_status - 0 ok, 1 refused, 3 failed, 4 out of time.
 *
 * out      a line; the exit status
 * errors   NOMEM, LIMIT, IO
 */
MUST_CHECK struct err outcome_print(const struct outcome *o, FILE *to);
int outcome_status(const struct outcome *o);
