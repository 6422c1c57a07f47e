#include "base/clock.h"

#include <stdio.h>

#define YEAR_9999_END 253402300799LL
#define DAY           86400
#define DAY_LEN       10 /* "2026-01-31" */

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

/* Days from 1970-01-01 to the first day of a year. */
static int64_t days_before(int64_t year)
{
    int64_t y = year - 1;
    return 365 * (year - 1970) + (y / 4 - 1969 / 4) - (y / 100 - 1969 / 100) + (y / 400 - 1969 / 400);
}

struct clock_civil clock_civil_of(int64_t at_sec)
{
    int64_t at = at_sec < 0 ? 0 : at_sec > YEAR_9999_END ? YEAR_9999_END : at_sec;
    int64_t days = at / DAY;
    int64_t year = 1970 + days / 366;
    while (days_before(year + 1) <= days)
        year++;
    int64_t left = days - days_before(year);
    int month = 1;
    while (left >= days_in(year, month))
        left -= days_in(year, month++);
    return (struct clock_civil){.year = (int)year,
                                .month = month,
                                .day = (int)left + 1,
                                .hour = (int)(at % DAY / 3600),
                                .minute = (int)(at % 3600 / 60),
                                .second = (int)(at % 60),
                                .weekday = (int)((days + 4) % 7)};
}

void clock_format(int64_t at_sec, char out[RFC3339_LEN + 1])
{
    out[0] = '\0';
    if (at_sec < 0 || at_sec > YEAR_9999_END)
        return;
    struct clock_civil c = clock_civil_of(at_sec);
    char text[80];
    snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02dZ", c.year, c.month, c.day, c.hour, c.minute, c.second);
    memcpy(out, text, RFC3339_LEN + 1);
}

static struct err digits(struct bytes text, size_t at, size_t n, int *out)
{
    int v = 0;
    for (size_t i = at; i < at + n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return FAIL(ERR_FORMAT, "a digit is expected in the time");
        v = v * 10 + (text.p[i] - '0');
    }
    *out = v;
    return OK;
}

static bool punctuation_holds(struct bytes t)
{
    return t.p[4] == '-' && t.p[7] == '-' && t.p[10] == 'T' && t.p[13] == ':' && t.p[16] == ':' && t.p[t.n - 1] == 'Z';
}

static struct err check_fraction(struct bytes t)
{
    if (t.n == RFC3339_LEN)
        return OK;
    if (t.n < RFC3339_LEN + 2 || t.p[19] != '.')
        return FAIL(ERR_FORMAT, "the time has text behind the seconds");
    int unused;
    for (size_t i = 20; i + 1 < t.n; i++)
        TRY(digits(t, i, 1, &unused));
    return OK;
}

struct err clock_parse(struct bytes text, int64_t *at_sec)
{
    if (text.n < RFC3339_LEN || text.n > RFC3339_LEN + 10 || !punctuation_holds(text))
        return FAIL(ERR_FORMAT, "the time is not like 2026-01-31T23:59:59Z");
    TRY(check_fraction(text));
    struct clock_civil c = {0};
    TRY(digits(text, 0, 4, &c.year));
    TRY(digits(text, 5, 2, &c.month));
    TRY(digits(text, 8, 2, &c.day));
    TRY(digits(text, 11, 2, &c.hour));
    TRY(digits(text, 14, 2, &c.minute));
    TRY(digits(text, 17, 2, &c.second));
    if (c.year < 1970 || c.month < 1 || c.month > 12 || c.day < 1 || c.day > days_in(c.year, c.month) || c.hour > 23 ||
        c.minute > 59 || c.second > 59)
        return FAIL(ERR_FORMAT, "no such day or time");
    int64_t days = days_before(c.year) + c.day - 1;
    for (int month = 1; month < c.month; month++)
        days += days_in(c.year, month);
    *at_sec = days * DAY + c.hour * 3600 + c.minute * 60 + c.second;
    return OK;
}

struct err clock_parse_day(struct bytes text, int64_t *at_sec)
{
    uint8_t full[RFC3339_LEN];
    if (text.n != DAY_LEN)
        return FAIL(ERR_FORMAT, "the day is not like 2026-01-31");
    memcpy(full, text.p, DAY_LEN);
    memcpy(full + DAY_LEN, "T00:00:00Z", RFC3339_LEN - DAY_LEN);
    return clock_parse(bytes_of(full, sizeof(full)), at_sec);
}
