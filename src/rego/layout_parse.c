/*
 * Reading a time by a layout. Hostile text reaches it.
 */
#include <strings.h>

#include "rego/civil.h"
#include "rego/layout.h"

#define FRACTION_DIGITS 9

struct reader {
    struct bytes layout;
    struct bytes value;
    struct bytes left; /* of the value */
    const char *range; /* "hour": what is out of range */
    int64_t year;
    int month, day, yearday; /* -1: not said */
    int hour, minute, second, nanosecond;
    bool is_am, is_pm;
    int offset;
};

static bool is_digit(struct bytes text, size_t at)
{
    return at < text.n && text.p[at] >= '0' && text.p[at] <= '9';
}

static void skip(struct reader *r, size_t n)
{
    r->left = bytes_of(r->left.p + n, r->left.n - n);
}

/* A number of at least `least` and at most `most` digits. */
static bool take_number(struct reader *r, size_t least, size_t most, int *out)
{
    size_t n = 0;
    int v = 0;
    for (; n < most && is_digit(r->left, n); n++)
        v = v * 10 + (r->left.p[n] - '0');
    if (n < least)
        return false;
    skip(r, n);
    *out = v;
    return true;
}

static bool take_ranged(struct reader *r, bool two, int from, int to, const char *what, int *out)
{
    if (!take_number(r, two ? 2 : 1, 2, out))
        return false;
    if (*out < from || *out > to)
        r->range = what;
    return true;
}

/* Plain text of the layout; a space stands for any number of them. */
static bool take_plain(struct reader *r, struct bytes plain)
{
    for (size_t i = 0; i < plain.n;) {
        if (plain.p[i] == ' ') {
            if (r->left.n > 0 && r->left.p[0] != ' ')
                return false;
            while (i < plain.n && plain.p[i] == ' ')
                i++;
            while (r->left.n > 0 && r->left.p[0] == ' ')
                skip(r, 1);
            continue;
        }
        if (r->left.n == 0 || r->left.p[0] != plain.p[i++])
            return false;
        skip(r, 1);
    }
    return true;
}

static bool take_name(struct reader *r, const char *const *names, int count, bool cut, int *out)
{
    for (int i = 0; i < count; i++) {
        size_t n = cut ? 3 : strlen(names[i]);
        if (r->left.n < n || strncasecmp((const char *)r->left.p, names[i], n) != 0)
            continue;
        skip(r, n);
        *out = i;
        return true;
    }
    return false;
}

/* A point and n digits, of which nine count. */
static void take_fraction(struct reader *r, size_t n)
{
    int v = 0;
    for (size_t i = 1; i <= FRACTION_DIGITS; i++)
        v = v * 10 + (i <= n ? r->left.p[i] - '0' : 0);
    r->nanosecond = v;
    skip(r, n + 1);
}

static size_t fraction_digits(const struct reader *r)
{
    size_t n = 0;
    if (r->left.n > 0 && (r->left.p[0] == '.' || r->left.p[0] == ','))
        while (is_digit(r->left, n + 1))
            n++;
    return n;
}

/* Seconds; a fraction that the layout does not mention may follow. */
static bool take_second(struct reader *r, bool two)
{
    if (!take_ranged(r, two, 0, 59, "second", &r->second))
        return false;
    struct bytes layout = r->layout;
    struct layout_chunk next;
    layout_take(&layout, &next);
    size_t n = fraction_digits(r);
    if (n > 0 && next.part != PART_FRACTION && next.part != PART_FRACTION_NEEDED)
        take_fraction(r, n);
    return true;
}

static bool take_offset(struct reader *r, const struct layout_zone *z)
{
    int part[3] = {0, 0, 0};
    static const char *const names[] = {"time zone offset hour", "time zone offset minute", "time zone offset second"};
    static const int most[] = {24, 60, 60};
    if (r->left.n > 0 && z->z && r->left.p[0] == 'Z') {
        skip(r, 1);
        return true;
    }
    if (r->left.n == 0 || (r->left.p[0] != '+' && r->left.p[0] != '-'))
        return false;
    int sign = r->left.p[0] == '-' ? -1 : 1;
    skip(r, 1);
    for (int i = 0; i < (z->seconds ? 3 : z->minutes ? 2 : 1); i++) {
        if (i > 0 && z->colon && !take_plain(r, BYTES_LIT(":")))
            return false;
        if (!take_number(r, 2, 2, &part[i]))
            return false;
        if (part[i] > most[i])
            r->range = names[i];
    }
    r->offset = sign * (part[0] * 3600 + part[1] * 60 + part[2]);
    return true;
}

/* "+5" at the start: how long it is. */
static size_t signed_hours(struct bytes text)
{
    size_t n = 1;
    int v = 0;
    if (text.n < 2 || (text.p[0] != '+' && text.p[0] != '-'))
        return 0;
    for (; is_digit(text, n) && v <= 23; n++)
        v = v * 10 + (text.p[n] - '0');
    return n > 1 && v <= 23 && !is_digit(text, n) ? n : 0;
}

/* A name of a zone: it is only skipped, since the same letters mean different zones. */
static bool take_zone_name(struct reader *r)
{
    struct bytes t = r->left;
    size_t upper = 0;
    while (upper < t.n && upper < 6 && t.p[upper] >= 'A' && t.p[upper] <= 'Z')
        upper++;
    size_t n = upper == 3 ? 3 : 0;
    if (bytes_starts(t, BYTES_LIT("UTC")))
        n = 3;
    else if (bytes_starts(t, BYTES_LIT("ChST")) || bytes_starts(t, BYTES_LIT("MeST")))
        n = 4;
    else if (bytes_starts(t, BYTES_LIT("GMT")))
        n = 3 + signed_hours(bytes_of(t.p + 3, t.n - 3));
    else if (upper == 0)
        n = signed_hours(t);
    else if (upper == 4 && (t.p[3] == 'T' || bytes_starts(t, BYTES_LIT("WITA"))))
        n = 4;
    else if (upper == 5 && t.p[4] == 'T')
        n = 5;
    skip(r, n);
    return n > 0;
}

static bool take_half(struct reader *r, const char *am, const char *pm)
{
    r->is_am = bytes_starts(r->left, bytes_of_text(am));
    r->is_pm = bytes_starts(r->left, bytes_of_text(pm));
    if (!r->is_am && !r->is_pm)
        return false;
    skip(r, 2);
    return true;
}

static bool take_year(struct reader *r, bool two)
{
    int v;
    if (!take_number(r, two ? 2 : 4, two ? 2 : 4, &v))
        return false;
    r->year = !two ? v : v >= 69 ? v + 1900 : v + 2000;
    return true;
}

static bool take_month(struct reader *r, enum layout_part part)
{
    if (part == PART_MONTH_NUMBER || part == PART_MONTH_TWO)
        return take_ranged(r, part == PART_MONTH_TWO, 1, 12, "month", &r->month);
    if (!take_name(r, layout_months, 12, part == PART_MONTH, &r->month))
        return false;
    r->month++;
    return true;
}

static bool take_day(struct reader *r, enum layout_part part)
{
    bool spaced = part == PART_DAY_SPACED || part == PART_YEARDAY_SPACED;
    for (int i = 0; i < (part == PART_YEARDAY_SPACED ? 2 : 1); i++)
        if (spaced && r->left.n > 0 && r->left.p[0] == ' ')
            skip(r, 1);
    if (part == PART_YEARDAY || part == PART_YEARDAY_SPACED)
        return take_number(r, part == PART_YEARDAY ? 3 : 1, 3, &r->yearday);
    return take_number(r, part == PART_DAY_TWO ? 2 : 1, 2, &r->day);
}

static bool take_digits(struct reader *r, const struct layout_chunk *c)
{
    size_t n = fraction_digits(r);
    size_t exact = c->text.n - 1;
    if (c->part == PART_FRACTION && n < exact)
        return false;
    if (n > 0)
        take_fraction(r, c->part == PART_FRACTION ? exact : n);
    return true;
}

static bool take_part(struct reader *r, const struct layout_chunk *c)
{
    int weekday;
    switch (c->part) {
    case PART_NONE:
        return r->left.n == 0;
    case PART_LONG_MONTH:
    case PART_MONTH:
    case PART_MONTH_NUMBER:
    case PART_MONTH_TWO:
        return take_month(r, c->part);
    case PART_LONG_WEEKDAY:
    case PART_WEEKDAY:
        return take_name(r, layout_weekdays, 7, c->part == PART_WEEKDAY, &weekday);
    case PART_DAY:
    case PART_DAY_SPACED:
    case PART_DAY_TWO:
    case PART_YEARDAY_SPACED:
    case PART_YEARDAY:
        return take_day(r, c->part);
    case PART_HOUR:
        return take_ranged(r, false, 0, 23, "hour", &r->hour);
    case PART_HOUR12:
    case PART_HOUR12_TWO:
        return take_ranged(r, c->part == PART_HOUR12_TWO, 0, 12, "hour", &r->hour);
    case PART_MINUTE:
    case PART_MINUTE_TWO:
        return take_ranged(r, c->part == PART_MINUTE_TWO, 0, 59, "minute", &r->minute);
    case PART_SECOND:
    case PART_SECOND_TWO:
        return take_second(r, c->part == PART_SECOND_TWO);
    case PART_YEAR:
    case PART_YEAR_TWO:
        return take_year(r, c->part == PART_YEAR_TWO);
    case PART_PM:
        return take_half(r, "AM", "PM");
    case PART_PM_LOWER:
        return take_half(r, "am", "pm");
    case PART_ZONE_NAME:
        return take_zone_name(r);
    case PART_ZONE:
        return take_offset(r, &c->zone);
    case PART_FRACTION:
    case PART_FRACTION_NEEDED:
        return take_digits(r, c);
    }
    return false;
}

/* The day of the year gives month and day; where these are said too they must agree. */
static const char *settle_yearday(struct reader *r)
{
    int left = r->yearday;
    int month = 1;
    if (left < 1 || left > 365 + civil_is_leap(r->year))
        return ": day-of-year out of range";
    while (left > civil_days_in(r->year, month))
        left -= civil_days_in(r->year, month++);
    if (r->month >= 0 && r->month != month)
        return ": day-of-year does not match month";
    if (r->day >= 0 && r->day != left)
        return ": day-of-year does not match day";
    r->month = month;
    r->day = left;
    return NULL;
}

static const char *settle(struct reader *r)
{
    if (r->is_pm && r->hour < 12)
        r->hour += 12;
    else if (r->is_am && r->hour == 12)
        r->hour = 0;
    const char *wrong = r->yearday >= 0 ? settle_yearday(r) : NULL;
    if (wrong != NULL)
        return wrong;
    r->month = r->month < 0 ? 1 : r->month;
    r->day = r->day < 0 ? 1 : r->day;
    return r->day < 1 || r->day > civil_days_in(r->year, r->month) ? ": day out of range" : NULL;
}

#define SHOWN(text_) (int)((text_).n > 40 ? 40 : (text_).n), (const char *)(text_).p

struct err layout_parse(struct bytes layout, struct bytes value, struct layout_time *out, char why[200])
{
    struct reader r = {.layout = layout, .value = value, .left = value, .month = -1, .day = -1, .yearday = -1};
    struct layout_chunk c = {0};
    const char *wrong = NULL;
    do {
        layout_take(&r.layout, &c);
        struct bytes before = r.left;
        bool plain = take_plain(&r, c.before);
        before = plain ? r.left : before;
        if (plain && take_part(&r, &c) && r.range == NULL)
            continue;
        if (r.range != NULL)
            (void)snprintf(why, 200, "parsing time \"%.*s\": %s out of range", SHOWN(value), r.range);
        else if (plain && c.part == PART_NONE)
            (void)snprintf(why, 200, "parsing time \"%.*s\": extra text: \"%.*s\"", SHOWN(value), SHOWN(before));
        else
            (void)snprintf(why, 200, "parsing time \"%.*s\" as \"%.*s\": cannot parse \"%.*s\" as \"%.*s\"",
                           SHOWN(value), SHOWN(layout), SHOWN(before), SHOWN(plain ? c.text : c.before));
        return FAIL(ERR_FORMAT, "a time that is not of the layout");
    } while (c.part != PART_NONE);
    wrong = settle(&r);
    if (wrong != NULL) {
        (void)snprintf(why, 200, "parsing time \"%.*s\"%s", SHOWN(value), wrong);
        return FAIL(ERR_FORMAT, "no such day");
    }
    int64_t clock = r.hour * 3600L + r.minute * 60L + r.second;
    out->sec = civil_days(r.year, r.month, r.day) * CIVIL_DAY + clock - r.offset;
    out->nanosecond = r.nanosecond;
    out->offset = r.offset;
    out->zone = "";
    return OK;
}
