/*
 * Inside rego/: properties of characters. The tables are made at build time by tools/make-unicode.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

struct unicode_span {
    uint32_t first;
    uint32_t last;
};

/* A general category or a script: stretches of characters whose kind is one of some numbers. */
struct unicode_class {
    const uint32_t *runs; /* where a stretch begins, and in the low byte its kind */
    size_t count;
    uint8_t least, most;
};

/* Characters at equal strides, each of which maps to the one at the same distance. */
struct unicode_range {
    uint32_t first;
    uint16_t count;
    uint16_t stride;
    int32_t distance;
};

extern const uint32_t unicode_categories[];
extern const size_t unicode_categories_count;
extern const char *const unicode_categories_names[]; /* in the order of their numbers, which begin with 1 */
extern const size_t unicode_categories_names_count;
extern const uint32_t unicode_scripts[];
extern const size_t unicode_scripts_count;
extern const char *const unicode_scripts_names[];
extern const size_t unicode_scripts_names_count;
extern const struct unicode_range unicode_lower[];
extern const size_t unicode_lower_count;
extern const struct unicode_range unicode_upper[];
extern const size_t unicode_upper_count;
extern const struct unicode_range unicode_other_folds[]; /* what lower and upper do not say of unicode_next_fold */
extern const size_t unicode_other_folds_count;

/*
 * unicode_to_lower, unicode_to_upper - the simple case mapping. unicode_next_fold - the next character that is the same
 * but for its case, in a ring; the character itself if there is none.
 * unicode_next_cased - the first character from `from` on that may have such others; UINT32_MAX: none.
 *
 * out      the answer
 * errors   none
 * cost     logarithmic
 * source: Unicode 15 UnicodeData.txt, CaseFolding.txt
 */
uint32_t unicode_to_lower(uint32_t character);
uint32_t unicode_to_upper(uint32_t character);
uint32_t unicode_next_fold(uint32_t character);
uint32_t unicode_next_cased(uint32_t from);

/*
 * unicode_find - a class by its name: "L", "Lu", "Greek". unicode_next_span - its characters in order; `at` begins with
 * 0. unicode_is - whether a character is in the class of that name.
 *
 * out      *out; *at moves on; false: there is none, or no more
 * errors   none
 * source: Unicode 15 UnicodeData.txt, Scripts.txt
 */
bool unicode_find(struct bytes name, struct unicode_class *out);
bool unicode_next_span(const struct unicode_class *c, size_t *at, struct unicode_span *out);
bool unicode_is(const char *class, uint32_t character);
