#include "rego/layout.h"

#include "rego/civil.h"

const char *const layout_months[12] = {"January", "February", "March",     "April",   "May",      "June",
                                       "July",    "August",   "September", "October", "November", "December"};
const char *const layout_weekdays[7] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

/* Longer ones first where one begins with another. */
struct known {
    const char *text;
    enum layout_part part;
    struct layout_zone zone;
    bool word; /* not before a lower-case letter */
};

static const struct known known[] = {
    {"January", PART_LONG_MONTH},
    {"Jan", PART_MONTH, .word = true},
    {"Monday", PART_LONG_WEEKDAY},
    {"Mon", PART_WEEKDAY, .word = true},
    {"MST", PART_ZONE_NAME},
    {"01", PART_MONTH_TWO},
    {"02", PART_DAY_TWO},
    {"03", PART_HOUR12_TWO},
    {"04", PART_MINUTE_TWO},
    {"05", PART_SECOND_TWO},
    {"06", PART_YEAR_TWO},
    {"002", PART_YEARDAY},
    {"15", PART_HOUR},
    {"1", PART_MONTH_NUMBER},
    {"2006", PART_YEAR},
    {"2", PART_DAY},
    {"__2", PART_YEARDAY_SPACED},
    {"_2", PART_DAY_SPACED},
    {"3", PART_HOUR12},
    {"4", PART_MINUTE},
    {"5", PART_SECOND},
    {"PM", PART_PM},
    {"pm", PART_PM_LOWER},
    {"-070000", PART_ZONE, {.minutes = true, .seconds = true}},
    {"-07:00:00", PART_ZONE, {.minutes = true, .seconds = true, .colon = true}},
    {"-0700", PART_ZONE, {.minutes = true}},
    {"-07:00", PART_ZONE, {.minutes = true, .colon = true}},
    {"-07", PART_ZONE, {0}},
    {"Z070000", PART_ZONE, {.z = true, .minutes = true, .seconds = true}},
    {"Z07:00:00", PART_ZONE, {.z = true, .minutes = true, .seconds = true, .colon = true}},
    {"Z0700", PART_ZONE, {.z = true, .minutes = true}},
    {"Z07:00", PART_ZONE, {.z = true, .minutes = true, .colon = true}},
    {"Z07", PART_ZONE, {.z = true}},
};

static bool is_digit(struct bytes text, size_t at)
{
    return at < text.n && text.p[at] >= '0' && text.p[at] <= '9';
}

/* ".000" or ",999", not before another digit. */
static bool take_fraction(struct bytes rest, struct layout_chunk *out)
{
    if ((rest.p[0] != '.' && rest.p[0] != ',') || rest.n < 2 || (rest.p[1] != '0' && rest.p[1] != '9'))
        return false;
    size_t n = 1;
    while (n < rest.n && rest.p[n] == rest.p[1])
        n++;
    if (is_digit(rest, n))
        return false;
    out->part = rest.p[1] == '0' ? PART_FRACTION : PART_FRACTION_NEEDED;
    out->text = bytes_of(rest.p, n);
    return true;
}

static bool take_known(struct bytes rest, struct layout_chunk *out)
{
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        const struct known *k = &known[i];
        if (rest.p[0] != (uint8_t)k->text[0])
            continue;
        size_t n = strlen(k->text);
        if (!bytes_starts(rest, bytes_of_text(k->text)))
            continue;
        if (k->word && n < rest.n && rest.p[n] >= 'a' && rest.p[n] <= 'z')
            continue;
        out->part = k->part;
        out->zone = k->zone;
        out->text = bytes_of(rest.p, n);
        return true;
    }
    return false;
}

void layout_take(struct bytes *layout, struct layout_chunk *out)
{
    *out = (struct layout_chunk){.before = *layout, .text = BYTES_EMPTY};
    for (size_t i = 0; i < layout->n; i++) {
        struct bytes rest = bytes_of(layout->p + i, layout->n - i);
        if (bytes_starts(rest, BYTES_LIT("_2006"))) /* an underscore before a year is plain text */
            continue;
        if (!take_fraction(rest, out) && !take_known(rest, out))
            continue;
        out->before = bytes_of(layout->p, i);
        *layout = bytes_of(rest.p + out->text.n, rest.n - out->text.n);
        return;
    }
    *layout = BYTES_EMPTY;
}

struct bytes layout_named(struct bytes name)
{
    static const char *const named[][2] = {
        {"ANSIC", "Mon Jan _2 15:04:05 2006"},          {"UnixDate", "Mon Jan _2 15:04:05 MST 2006"},
        {"RubyDate", "Mon Jan 02 15:04:05 -0700 2006"}, {"RFC822", "02 Jan 06 15:04 MST"},
        {"RFC822Z", "02 Jan 06 15:04 -0700"},           {"RFC850", "Monday, 02-Jan-06 15:04:05 MST"},
        {"RFC1123", "Mon, 02 Jan 2006 15:04:05 MST"},   {"RFC1123Z", "Mon, 02 Jan 2006 15:04:05 -0700"},
        {"RFC3339", "2006-01-02T15:04:05Z07:00"},       {"RFC3339Nano", "2006-01-02T15:04:05.999999999Z07:00"},
    };
    for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
        if (bytes_is(name, named[i][0]))
            return bytes_of_text(named[i][1]);
    return name;
}

static void put_number(int64_t v, int width, char fill, struct buf *out)
{
    char text[24];
    int n = snprintf(text, sizeof(text), "%lld", (long long)v);
    buf_fill(out, (uint8_t)fill, n > 0 && n < width ? (size_t)(width - n) : 0);
    buf_text(out, text);
}

static void put_offset(int offset, const struct layout_zone *z, struct buf *out)
{
    if (z->z && offset == 0) {
        buf_text(out, "Z");
        return;
    }
    int size = offset < 0 ? -offset : offset;
    buf_text(out, offset < 0 ? "-" : "+");
    put_number(size / 3600, 2, '0', out);
    buf_text(out, z->minutes && z->colon ? ":" : "");
    if (z->minutes)
        put_number(size / 60 % 60, 2, '0', out);
    buf_text(out, z->seconds && z->colon ? ":" : "");
    if (z->seconds)
        put_number(size % 60, 2, '0', out);
}

static void put_fraction(int nanosecond, const struct layout_chunk *c, struct buf *out)
{
    char digits[16];
    (void)snprintf(digits, sizeof(digits), "%09d", nanosecond);
    size_t n = c->text.n - 1 < 9 ? c->text.n - 1 : 9;
    while (c->part == PART_FRACTION_NEEDED && n > 0 && digits[n - 1] == '0')
        n--;
    if (n == 0)
        return;
    buf_add(out, bytes_of(c->text.p, 1));
    buf_add(out, bytes_of(digits, n));
}

static void put_name(const char *name, bool cut, struct buf *out)
{
    buf_add(out, bytes_of(name, cut ? 3 : strlen(name)));
}

static void put_zone_name(const struct layout_time *t, struct buf *out)
{
    static const struct layout_zone numeric = {.minutes = true};
    if (t->zone[0] != '\0')
        buf_text(out, t->zone);
    else
        put_offset(t->offset, &numeric, out);
}

static void put_date(const struct civil *c, enum layout_part part, struct buf *out)
{
    if (part == PART_LONG_MONTH || part == PART_MONTH)
        put_name(layout_months[c->month - 1], part == PART_MONTH, out);
    else if (part == PART_LONG_WEEKDAY || part == PART_WEEKDAY)
        put_name(layout_weekdays[c->weekday], part == PART_WEEKDAY, out);
    else if (part == PART_MONTH_NUMBER || part == PART_MONTH_TWO)
        put_number(c->month, part == PART_MONTH_TWO ? 2 : 1, '0', out);
    else if (part == PART_DAY_SPACED)
        put_number(c->day, 2, ' ', out);
    else if (part == PART_DAY || part == PART_DAY_TWO)
        put_number(c->day, part == PART_DAY_TWO ? 2 : 1, '0', out);
    else if (part == PART_YEARDAY || part == PART_YEARDAY_SPACED)
        put_number(c->yearday, 3, part == PART_YEARDAY ? '0' : ' ', out);
    else if (part == PART_YEAR)
        put_number(c->year, 4, '0', out);
    else
        put_number(c->year % 100, 2, '0', out);
}

static void put_clock(const struct civil *c, enum layout_part part, struct buf *out)
{
    int hour12 = c->hour % 12 == 0 ? 12 : c->hour % 12;
    if (part == PART_HOUR)
        put_number(c->hour, 2, '0', out);
    else if (part == PART_HOUR12 || part == PART_HOUR12_TWO)
        put_number(hour12, part == PART_HOUR12 ? 1 : 2, '0', out);
    else if (part == PART_MINUTE || part == PART_MINUTE_TWO)
        put_number(c->minute, part == PART_MINUTE ? 1 : 2, '0', out);
    else if (part == PART_SECOND || part == PART_SECOND_TWO)
        put_number(c->second, part == PART_SECOND ? 1 : 2, '0', out);
    else if (part == PART_PM)
        buf_text(out, c->hour < 12 ? "AM" : "PM");
    else
        buf_text(out, c->hour < 12 ? "am" : "pm");
}

void layout_format(const struct layout_time *t, struct bytes layout, struct buf *out)
{
    struct layout_chunk c = {0};
    struct civil civil = civil_of(t->sec + t->offset);
    do {
        layout_take(&layout, &c);
        buf_add(out, c.before);
        switch (c.part) {
        case PART_NONE:
            break;
        case PART_LONG_MONTH:
        case PART_MONTH:
        case PART_MONTH_NUMBER:
        case PART_MONTH_TWO:
        case PART_LONG_WEEKDAY:
        case PART_WEEKDAY:
        case PART_DAY:
        case PART_DAY_SPACED:
        case PART_DAY_TWO:
        case PART_YEARDAY_SPACED:
        case PART_YEARDAY:
        case PART_YEAR:
        case PART_YEAR_TWO:
            put_date(&civil, c.part, out);
            break;
        case PART_HOUR:
        case PART_HOUR12:
        case PART_HOUR12_TWO:
        case PART_MINUTE:
        case PART_MINUTE_TWO:
        case PART_SECOND:
        case PART_SECOND_TWO:
        case PART_PM:
        case PART_PM_LOWER:
            put_clock(&civil, c.part, out);
            break;
        case PART_ZONE_NAME:
            put_zone_name(t, out);
            break;
        case PART_ZONE:
            put_offset(t->offset, &c.zone, out);
            break;
        case PART_FRACTION:
        case PART_FRACTION_NEEDED:
            put_fraction(t->nanosecond, &c, out);
            break;
        }
    } while (c.part != PART_NONE);
}
