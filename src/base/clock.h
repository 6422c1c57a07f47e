/*
 * Instants. Pure code takes `now` as a parameter; only the zones read the clock.
 */
#pragma once

#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

#define RFC3339_LEN 20 /* "2026-01-31T23:59:59Z" */

struct clock_civil {      /* a moment of the proleptic Gregorian calendar, UTC */
    int year, month, day; /* month and day from 1 */
    int hour, minute, second;
    int weekday; /* 0 = Sunday */
};

/*
 * clock_civil_of - an instant as calendar and clock. By arithmetic alone: libc's calendar reads the time zone's file,
 * which a sandboxed process must not open.
 *
 * in       at_sec: 0 .. 253402300799; others are clamped
 * out      the moment
 * errors   none
 */
struct clock_civil clock_civil_of(int64_t at_sec);

/*
 * clock_format - an instant as RFC 3339 in UTC, with a NUL.
 * clock_parse - the reverse; takes "Z" only, and fractions of a second are cut.
 * clock_parse_day - a day alone, "2026-01-31": its first second.
 *
 * in       at_sec: seconds since 1970, 0 .. 253402300799; text: hostile
 * out      out: RFC3339_LEN + 1 bytes; *at_sec only on success
 * errors   FORMAT  not such a text, or no such day; clock_format writes "" for an instant out of range
 * source: RFC 3339 5.6
 */
void clock_format(int64_t at_sec, char out[RFC3339_LEN + 1]);
MUST_CHECK struct err clock_parse(struct bytes text, int64_t *at_sec);
MUST_CHECK struct err clock_parse_day(struct bytes text, int64_t *at_sec);
