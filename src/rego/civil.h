/*
 * Inside rego/: days and clocks of the proleptic Gregorian calendar, years of any sign.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CIVIL_DAY 86400

struct civil {
    int64_t year;
    int month, day; /* from 1 */
    int hour, minute, second;
    int weekday; /* 0 = Sunday */
    int yearday; /* from 1 */
};

/*
 * civil_days - days from 1970-01-01 to a date; month and day may be out of range and count on.
 * civil_of - seconds since 1970, as a clock in Greenwich shows them. civil_days_in - days of a month.
 *
 * in       year: within a thousand million; months and days: within 10^12
 * out      the answer
 * errors   none
 */
int64_t civil_days(int64_t year, int64_t month, int64_t day);
struct civil civil_of(int64_t sec);
int civil_days_in(int64_t year, int month);
bool civil_is_leap(int64_t year);
