#include "base/clock.h"

#include <time.h>

#define YEAR_9999_END 253402300799LL

void clock_format(int64_t at_sec, char out[RFC3339_LEN + 1])
{
    out[0] = '\0';
    if (at_sec < 0 || at_sec > YEAR_9999_END)
        return;
    time_t t = (time_t)at_sec;
    struct tm tm;
    if (gmtime_r(&t, &tm) != NULL)
        strftime(out, RFC3339_LEN + 1, "%Y-%m-%dT%H:%M:%SZ", &tm);
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
    struct tm tm = {0};
    TRY(digits(text, 0, 4, &tm.tm_year));
    TRY(digits(text, 5, 2, &tm.tm_mon));
    TRY(digits(text, 8, 2, &tm.tm_mday));
    TRY(digits(text, 11, 2, &tm.tm_hour));
    TRY(digits(text, 14, 2, &tm.tm_min));
    TRY(digits(text, 17, 2, &tm.tm_sec));
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    struct tm same = tm;
    time_t t = timegm(&same);
    if (t < 0 || same.tm_mday != tm.tm_mday || same.tm_mon != tm.tm_mon || same.tm_hour != tm.tm_hour ||
        same.tm_min != tm.tm_min || same.tm_sec != tm.tm_sec)
        return FAIL(ERR_FORMAT, "no such day or time");
    *at_sec = t;
    return OK;
}
