/*
 * Inside rego/: binary numbers with a mantissa of 64 bits, rounded to nearest, ties to even; the same on every machine.
 */
#pragma once

#include "rego/big.h"

struct soft { /* value = m * 2^e, m zero or with its top bit set */
    bool negative;
    uint64_t m;
    int e;
};

/*
 * soft_of_number - the nearest to a number. soft_round - the nearest to v * 2^e, a little more where `sticky`.
 * soft_compute - add, subtract, multiply, divide (by what is not zero). soft_text - the shortest decimal that reads
 * back the same: integers without an exponent, others with one below 1e-4 and from 1e6 on.
 *
 * errors   NOMEM, LIMIT
 * out      *out
 */
MUST_CHECK struct err soft_of_number(const struct json *x, struct soft *out);
MUST_CHECK struct err soft_round(struct big *v, int e, bool sticky, struct soft *out);
MUST_CHECK struct err soft_compute(int op, const struct soft *x, const struct soft *y, struct soft *out);
MUST_CHECK struct err soft_text(struct arena *a, const struct soft *x, struct bytes *out);
