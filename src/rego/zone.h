/*
 * Inside rego/: time zones. The tables are made at build time by tools/make-zones from tzdata; nothing is read at run
 * time, so a zone's rules are those of the build.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

#define ZONE_NAME_MAX 40

struct zone_kind {  /* what clocks show for a while */
    int32_t offset; /* seconds east of UTC */
    char name[8];   /* "CEST" */
};

struct zone_day { /* the week-th weekday of a month (5: the last), and seconds from its midnight */
    int8_t month, week, weekday;
    int32_t time;
};

struct zone_rule { /* summer time of every year after the last change in the table */
    uint16_t standard, summer;
    struct zone_day begin, end;
};

struct zone {
    char name[ZONE_NAME_MAX];
    uint32_t from; /* in zone_times and zone_kinds_at */
    uint16_t count;
    uint16_t first; /* kind before the first change */
    uint16_t rule;  /* 0: none */
};

extern const int64_t zone_times[]; /* of changes, seconds since 1970 */
extern const uint16_t zone_kinds_at[];
extern const struct zone_kind zone_kinds[];
extern const struct zone_rule zone_rules[];
extern const struct zone zones[];
extern const size_t zone_count;

/*
 * zone_find - a zone by its name ("Europe/Berlin"), or NULL. zone_kind_of - what its clocks show at an instant.
 *
 * in       z: NULL means UTC
 * out      never NULL from zone_kind_of
 * errors   none
 * source: RFC 8536 3.2, 3.3
 */
const struct zone *zone_find(struct bytes name);
const struct zone_kind *zone_kind_of(const struct zone *z, int64_t at_sec);
