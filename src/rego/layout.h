/*
 * Inside rego/: layouts of times as Go has them: an example of 2 January 2006, 15:04:05, seven hours west of Greenwich.
 */
#pragma once

#include "base/buf.h"

enum layout_part {
    PART_NONE, /* plain text up to the end */
    PART_LONG_MONTH,
    PART_MONTH,
    PART_MONTH_NUMBER,
    PART_MONTH_TWO,
    PART_LONG_WEEKDAY,
    PART_WEEKDAY,
    PART_DAY,
    PART_DAY_SPACED,
    PART_DAY_TWO,
    PART_YEARDAY_SPACED,
    PART_YEARDAY,
    PART_HOUR,
    PART_HOUR12,
    PART_HOUR12_TWO,
    PART_MINUTE,
    PART_MINUTE_TWO,
    PART_SECOND,
    PART_SECOND_TWO,
    PART_YEAR,
    PART_YEAR_TWO,
    PART_PM,
    PART_PM_LOWER,
    PART_ZONE_NAME,
    PART_ZONE,           /* the forms of an offset below */
    PART_FRACTION,       /* ".000": so many digits */
    PART_FRACTION_NEEDED /* ".999": as many as are needed */
};

struct layout_zone { /* how an offset is written */
    bool z;          /* "Z" for UTC */
    bool minutes;
    bool seconds;
    bool colon;
};

struct layout_chunk {
    struct bytes before; /* plain text */
    enum layout_part part;
    struct bytes text; /* the part as it stands in the layout */
    struct layout_zone zone;
};

/*
 * layout_take - the next part of a layout, which is cut off. layout_named - a layout by the name that Go has for it
 * ("RFC3339"); any other text stands for itself.
 *
 * out      *layout, *out; the layout
 * errors   none
 */
void layout_take(struct bytes *layout, struct layout_chunk *out);
struct bytes layout_named(struct bytes name);

struct layout_time { /* an instant and how clocks show it */
    int64_t sec;
    int nanosecond;
    int offset;
    const char *zone; /* "CEST", or "" */
};

/*
 * layout_format - append a time in a layout. layout_parse - the instant of a text in a layout.
 *
 * in       value: hostile
 * out      appended; *out without a zone's name; *why: what is wrong, in Go's words
 * errors   sticky; FORMAT
 */
void layout_format(const struct layout_time *t, struct bytes layout, struct buf *out);
MUST_CHECK struct err layout_parse(struct bytes layout, struct bytes value, struct layout_time *out, char why[200]);

/* Names, from January and from Sunday on. */
extern const char *const layout_months[12];
extern const char *const layout_weekdays[7];
