/*
 * Doubles as decimal digits.
 */
#pragma once

#define DOUBLE_DIGITS 17 /* so many decimal digits tell any two doubles apart */

/* The significant digits of a double and the place of the point: 0.DIGITS * 10^point. */
struct shortest {
    char digits[DOUBLE_DIGITS + 1];
    int count;
    int point;
};

/*
 * shortest_of - the fewest digits that read back as the same double.
 *
 * in       v: finite, above zero
 * out      the digits
 * errors   none
 */
struct shortest shortest_of(double v);
