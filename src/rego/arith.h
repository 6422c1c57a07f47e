/*
 * Inside rego/: numbers. Integers are exact at any size that a number may have; what has a point or an exponent is
 * computed in binary with a mantissa of 64 bits, as the language's reference engine does, and printed as the shortest
 * decimal that reads back the same.
 */
#pragma once

#include "json/json.h"

enum arith_op { ARITH_ADD, ARITH_SUBTRACT, ARITH_MULTIPLY, ARITH_DIVIDE, ARITH_REMAINDER };
enum arith_bits { ARITH_AND, ARITH_OR, ARITH_XOR, ARITH_SHIFT_LEFT, ARITH_SHIFT_RIGHT, ARITH_NEGATE };
enum arith_rounding { ARITH_ROUND, ARITH_CEIL, ARITH_FLOOR, ARITH_ABS };

/*
 * arith_compute - a op b. arith_round - to an integer. arith_bits - on integers in two's complement.
 *
 * in       numbers; the divisor is not zero; remainder and bits: integers; a shift is 0 .. 65536
 * out      *out
 * errors   NOMEM; LIMIT the result has too many digits
 */
MUST_CHECK struct err arith_compute(struct arena *a, enum arith_op op, const struct json *x, const struct json *y,
                                    const struct json **out);
MUST_CHECK struct err arith_round(struct arena *a, enum arith_rounding how, const struct json *x,
                                  const struct json **out);
MUST_CHECK struct err arith_bit(struct arena *a, enum arith_bits op, const struct json *x, const struct json *y,
                                const struct json **out);

/*
 * arith_is_integer - whether the value is whole. arith_is_zero - whether it is zero.
 * arith_cost - how much work the digits are that a computation may have to write it out with.
 * arith_format - an integer in base 2, 8, 10 or 16; fractions are cut off.
 *
 * out      the answer; *out
 * errors   NOMEM, LIMIT
 */
bool arith_is_integer(const struct json *x);
bool arith_is_zero(const struct json *x);
uint64_t arith_cost(const struct json *x);
uint64_t arith_cost_of(uint64_t digits);
MUST_CHECK struct err arith_format(struct arena *a, const struct json *x, int base, struct bytes *out);

/*
 * arith_scale10 - x * 10^n, exactly, as text. arith_decimals - how many digits stand behind the point; 0 for integers.
 *
 * in       n: within a few thousand
 * out      *out; the answer
 * errors   NOMEM; LIMIT the text or the exponent grows past what a number may have
 */
MUST_CHECK struct err arith_scale10(struct arena *a, const struct json *x, int n, const struct json **out);
int arith_decimals(const struct json *x);
