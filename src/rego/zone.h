/*
 * Inside rego/: time zones. The tables are made at build time by tools/make-zones from tzdata; nothing is read at run
 * time, so a zone's rules are those of the build.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

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

#define ZONE_BEGIN (-(INT64_C(1) << 32)) /* what the step of a zone's first change counts from */

struct zone {
    uint16_t name;    /* where it begins in zone_names */
    uint16_t changes; /* where they begin in zone_changes: how they are written there says tools/make-zones */
    uint16_t kinds;   /* its own, in zone_kind_lists; it begins with the first */
    uint16_t count;   /* of changes */
    uint16_t rule;    /* 0: none */
};

extern const char zone_names[];
extern const uint8_t zone_changes[];
extern const uint32_t zone_steps[]; /* seconds between two changes */
extern const uint16_t zone_kind_lists[];
extern const struct zone_kind zone_kinds[];
extern const struct zone_rule zone_rules[];
extern const struct zone zones[];
extern const size_t zone_count;

/*
 * zone_find - a zone by its name ("Europe/Berlin"), or NULL. zone_kind_of - what its clocks show at an instant.
 *
 * in       name: hostile; z: NULL means UTC
 * out      never NULL from zone_kind_of
 * errors   none
 * cost     a search by halves; one pass over the zone's changes
 * source: RFC 8536 3.2, 3.3
 */
const struct zone *zone_find(struct bytes name);
const struct zone_kind *zone_kind_of(const struct zone *z, int64_t at_sec);
