/*
 * Inside json/: the text of a number, taken apart without losing a digit. Hostile text reaches it.
 */
#pragma once

#include "json/json.h"

/* value = 0.DIGITS * 10^point, negative or not; DIGITS = whole ++ fraction, neither beginning nor ending with '0'. */
struct number {
    bool negative;
    struct bytes whole;
    struct bytes fraction;
    int64_t point;
};

/*
 * number_scan - the longest JSON number at the start of a text.
 *
 * in       at: hostile, ends in a NUL
 * out      *v: a JSON_NUMBER whose text points at `at`
 * errors   FORMAT  no number; LIMIT over JSON_NUMBER_MAX bytes or an exponent over JSON_EXPONENT_MAX
 * cost     one pass
 * source: RFC 8259 6
 */
MUST_CHECK struct err number_scan(const uint8_t *at, struct json *v);

/*
 * number_split - a JSON number's text as digits and point; number_is_zero - whether it has no digit left.
 * number_compare - order by exact value; number_is_whole - whether the value is an integer.
 * number_int - the value, if it is an integer in 64 bits.
 *
 * in       text: a JSON number
 * out      views into the text; negative, zero, positive; *out only if true
 * errors   none
 */
struct number number_split(struct bytes text);
bool number_is_zero(const struct number *n);
bool number_is_whole(const struct number *n);
int number_compare(const struct number *a, const struct number *b);
bool number_int(const struct number *n, int64_t *out);
