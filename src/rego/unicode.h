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

struct unicode_class {
    const char *name; /* "L", "Lu", "Greek" */
    const struct unicode_span *spans;
    size_t count;
};

struct unicode_pair {
    uint32_t from;
    uint32_t to;
};

extern const struct unicode_class unicode_classes[];
extern const size_t unicode_class_count;
extern const struct unicode_pair unicode_to_lower[];
extern const size_t unicode_to_lower_count;
extern const struct unicode_pair unicode_to_upper[];
extern const size_t unicode_to_upper_count;
extern const struct unicode_pair unicode_fold[]; /* the next of the characters that differ in case only, in a ring */
extern const size_t unicode_fold_count;

/*
 * unicode_lower, unicode_upper - the simple case mapping. unicode_next_fold - the next character that is the same but
 * for its case, in a ring; the character itself if there is none. unicode_find - a class by its name, or NULL.
 * unicode_is - whether a character is in the class of that name.
 *
 * out      the answer
 * errors   none
 * source: Unicode 15 UnicodeData.txt, CaseFolding.txt, Scripts.txt
 */
uint32_t unicode_lower(uint32_t character);
uint32_t unicode_upper(uint32_t character);
uint32_t unicode_next_fold(uint32_t character);
const struct unicode_class *unicode_find(struct bytes name);
bool unicode_is(const char *class, uint32_t character);
