#include "rego/zone.h"

#include "rego/civil.h"

static const struct zone_kind utc = {0, "UTC"};

const struct zone *zone_find(struct bytes name)
{
    size_t low = 0;
    size_t high = zone_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = bytes_compare(bytes_of_text(zone_names + zones[mid].name), name);
        if (order == 0)
            return &zones[mid];
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

/* Seconds since 1970 of a day of the rule in a year, on a clock in Greenwich. */
static int64_t day_of_rule(const struct zone_day *d, int64_t year)
{
    int64_t first = civil_days(year, d->month, 1);
    int weekday = civil_of(first * CIVIL_DAY).weekday;
    int day = (d->weekday - weekday + 7) % 7 + 7 * (d->week - 1);
    while (day >= civil_days_in(year, d->month))
        day -= 7;
    return (first + day) * CIVIL_DAY + d->time;
}

static const struct zone_kind *kind_by_rule(const struct zone_rule *r, int64_t at)
{
    const struct zone_kind *standard = &zone_kinds[r->standard];
    const struct zone_kind *summer = &zone_kinds[r->summer];
    int64_t year = civil_of(at + standard->offset).year;
    int64_t begin = day_of_rule(&r->begin, year) - standard->offset;
    int64_t end = day_of_rule(&r->end, year) - summer->offset;
    bool is_summer = begin < end ? begin <= at && at < end : !(end <= at && at < begin);
    return is_summer ? summer : standard;
}

/* The changes of a zone, taken one after the other. */
struct changes {
    const uint8_t *at;
    int64_t time;    /* of the last one */
    uint8_t kind;    /* in force after it, of the zone's own */
    uint8_t earlier; /* the one before */
};

static void take_change(struct changes *c)
{
    unsigned code = *c->at++;
    if (code >= 0x80)
        code = (code & 0x7f) << 8 | *c->at++;
    uint8_t kind = (code & 1) != 0 ? *c->at++ : c->earlier;
    c->time += zone_steps[code >> 1];
    c->earlier = c->kind;
    c->kind = kind;
}

const struct zone_kind *zone_kind_of(const struct zone *z, int64_t at_sec)
{
    if (z == NULL)
        return &utc;
    struct changes c = {zone_changes + z->changes, ZONE_BEGIN, 0, 0};
    for (size_t i = 0; i < z->count; i++) {
        uint8_t before = c.kind;
        take_change(&c);
        if (c.time > at_sec)
            return &zone_kinds[zone_kind_lists[z->kinds + before]];
    }
    return z->rule != 0 ? kind_by_rule(&zone_rules[z->rule], at_sec) : &zone_kinds[zone_kind_lists[z->kinds + c.kind]];
}
