/*
 * Inside rego/: integers of any size, on LibTomMath. Each function turns its result codes into ours.
 */
#pragma once

#include <tommath.h>

#include "base/buf.h"
#include "json/json.h"

#define BIG_BITS_MAX 70000 /* the largest number that JSON_EXPONENT_MAX allows has 33,219 bits */

struct big {
    mp_int v;
    bool made;
};

/*
 * big_clear - for SCOPED(big). big_init - zero. big_check - LibTomMath's result code.
 * big_set - from a small value. big_of_number - the integral part of a number times 10^-*exponent, that is: the number
 * is v * 10^*exponent exactly. big_integer - the integral part of a number, cut towards zero.
 * big_text - its digits in the arena. big_scale10 - v *= 10^n.
 *
 * errors   NOMEM; LIMIT over BIG_BITS_MAX
 * out      *b, *out
 */
void big_clear(struct big *b);
MUST_CHECK struct err big_check(mp_err code);
MUST_CHECK struct err big_init(struct big *b);
MUST_CHECK struct err big_set(struct big *b, uint64_t v);
MUST_CHECK struct err big_of_number(struct big *b, const struct json *x, int *exponent);
MUST_CHECK struct err big_integer(struct big *b, const struct json *x, bool *cut);
MUST_CHECK struct err big_text(struct arena *a, const struct big *b, int base, struct bytes *out);
MUST_CHECK struct err big_scale10(struct big *b, unsigned n);
#define BIG(call_) TRY(big_check(call_))
