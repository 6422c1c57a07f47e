#include "rego/soft.h"

#include "rego/arith.h"

struct err soft_round(struct big *v, int e, bool sticky, struct soft *out)
{
    *out = (struct soft){.negative = mp_isneg(&v->v)};
    int bits = mp_count_bits(&v->v);
    if (bits == 0)
        return OK;
    BIG(mp_abs(&v->v, &v->v));
    int shift = bits - 64;
    if (shift <= 0) {
        out->m = mp_get_u64(&v->v) << -shift;
        out->e = e + shift;
        return OK;
    }
    bool below = sticky || mp_cnt_lsb(&v->v) < shift - 1;
    BIG(mp_div_2d(&v->v, shift - 1, &v->v, NULL));
    bool half = mp_isodd(&v->v);
    BIG(mp_div_2d(&v->v, 1, &v->v, NULL));
    out->m = mp_get_u64(&v->v);
    out->e = e + shift;
    if (half && (below || (out->m & 1) != 0) && ++out->m == 0) {
        out->m = 1ULL << 63;
        out->e++;
    }
    return OK;
}

/* n / d with enough bits that rounding sees all that matters. */
static struct err divide(struct big *n, struct big *d, int e, struct soft *out)
{
    SCOPED(big) struct big rest = {0};
    int shift = 66 + mp_count_bits(&d->v) - mp_count_bits(&n->v);
    if (shift < 0)
        shift = 0;
    TRY(big_init(&rest));
    BIG(mp_mul_2d(&n->v, shift, &n->v));
    BIG(mp_div(&n->v, &d->v, &n->v, &rest.v));
    return soft_round(n, e - shift, !mp_iszero(&rest.v), out);
}

struct err soft_of_number(const struct json *x, struct soft *out)
{
    SCOPED(big) struct big n = {0};
    SCOPED(big) struct big d = {0};
    int exponent;
    TRY(big_of_number(&n, x, &exponent));
    if (exponent >= 0) {
        TRY(big_scale10(&n, (unsigned)exponent));
        return soft_round(&n, 0, false, out);
    }
    TRY(big_set(&d, 1));
    TRY(big_scale10(&d, (unsigned)-exponent));
    return divide(&n, &d, 0, out);
}

static struct err load(struct big *b, const struct soft *x)
{
    TRY(big_set(b, x->m));
    if (x->negative)
        BIG(mp_neg(&b->v, &b->v));
    return OK;
}

static struct err add(struct big *x, int x_e, struct big *y, int y_e, struct soft *out)
{
    int e = x_e < y_e ? x_e : y_e;
    if (x_e - e > BIG_BITS_MAX || y_e - e > BIG_BITS_MAX)
        return FAIL(ERR_LIMIT, "numbers too far apart");
    BIG(mp_mul_2d(&x->v, x_e - e, &x->v));
    BIG(mp_mul_2d(&y->v, y_e - e, &y->v));
    BIG(mp_add(&x->v, &y->v, &x->v));
    return soft_round(x, e, false, out);
}

struct err soft_compute(int op, const struct soft *x, const struct soft *y, struct soft *out)
{
    SCOPED(big) struct big a = {0};
    SCOPED(big) struct big b = {0};
    TRY(load(&a, x));
    TRY(load(&b, y));
    if (op == ARITH_MULTIPLY) {
        BIG(mp_mul(&a.v, &b.v, &a.v));
        return soft_round(&a, x->e + y->e, false, out);
    }
    if (op == ARITH_DIVIDE) {
        bool negative = x->negative != y->negative;
        BIG(mp_abs(&a.v, &a.v));
        BIG(mp_abs(&b.v, &b.v));
        TRY(divide(&a, &b, x->e - y->e, out));
        out->negative = negative && out->m != 0;
        return OK;
    }
    if (op == ARITH_SUBTRACT)
        BIG(mp_neg(&b.v, &b.v));
    if (x->m == 0)
        return soft_round(&b, y->e, false, out);
    if (y->m == 0)
        return soft_round(&a, x->e, false, out);
    return add(&a, x->e, &b, y->e, out);
}

/* Digits of a decimal number: 0.DIGITS * 10^point. */
struct decimal {
    char *digits;
    size_t n;
    int point;
};

/* The digits of v * 2^e, exactly. */
static struct err exact(struct arena *a, uint64_t m, unsigned fraction, int e, struct decimal *out)
{
    SCOPED(big) struct big v = {0};
    SCOPED(big) struct big five = {0};
    struct bytes text;
    TRY(big_set(&v, m));
    BIG(mp_mul_2d(&v.v, 2, &v.v));
    if (fraction == 3) /* the upper bound: 4m + 2 */
        BIG(mp_add_d(&v.v, 2, &v.v));
    else if (fraction != 0) /* the lower bound: 4m - 2, or 4m - 1 where the gap below is half as wide */
        BIG(mp_sub_d(&v.v, fraction, &v.v));
    e -= 2;
    if (e >= 0) {
        BIG(mp_mul_2d(&v.v, e, &v.v));
    } else {
        TRY(big_set(&five, 5));
        BIG(mp_expt_u32(&five.v, (unsigned)-e, &five.v));
        BIG(mp_mul(&v.v, &five.v, &v.v));
    }
    TRY(big_text(a, &v, 10, &text));
    union {
        const uint8_t *in;
        char *out;
    } cast = {.in = text.p};
    *out = (struct decimal){cast.out, text.n, (int)text.n + (e < 0 ? e : 0)};
    return OK;
}

static char digit_at(const struct decimal *d, int point, size_t i)
{
    size_t lead = (size_t)(point - d->point);
    if (i < lead || i - lead >= d->n)
        return '0';
    return d->digits[i - lead];
}

/* Adds one in the last of n digits; the digits are a copy of our own. */
static void round_up(struct decimal *d, size_t n)
{
    while (n > 0 && d->digits[n - 1] == '9')
        n--;
    if (n == 0) {
        d->digits[0] = '1';
        d->n = 1;
        d->point++;
        return;
    }
    d->digits[n - 1]++;
    d->n = n;
}

static void round_nearest(struct decimal *d, size_t n)
{
    bool up = n < d->n && d->digits[n] >= '5';
    if (n < d->n && d->digits[n] == '5' && n + 1 == d->n)
        up = n > 0 && (d->digits[n - 1] - '0') % 2 != 0;
    if (up)
        round_up(d, n);
    else
        d->n = n;
}

/* Cuts the digits of x to the first place where they tell it from its neighbours. */
static void shorten(struct decimal *x, const struct decimal *low, const struct decimal *high, bool inclusive)
{
    int point = high->point;
    size_t low_n = low->n + (size_t)(point - low->point);
    for (size_t i = 0; i < x->n; i++) {
        char l = digit_at(low, point, i);
        char m = x->digits[i];
        char u = digit_at(high, point, i);
        bool down = l != m || (inclusive && i + 1 == low_n);
        bool up = m != u && (inclusive || m + 1 < u || i + 1 < high->n);
        if (down && up) {
            round_nearest(x, i + 1);
            return;
        }
        if (down) {
            x->n = i + 1;
            return;
        }
        if (up) {
            round_up(x, i + 1);
            return;
        }
    }
}

static void put_digits(const struct decimal *d, size_t from, size_t to, struct buf *out)
{
    for (size_t i = from; i < to; i++)
        buf_u8(out, i < d->n ? (uint8_t)d->digits[i] : (uint8_t)'0');
}

static void put_plain(const struct decimal *d, struct buf *out)
{
    if (d->point <= 0) {
        buf_text(out, "0.");
        buf_fill(out, '0', (size_t)-d->point);
        put_digits(d, 0, d->n, out);
        return;
    }
    size_t whole = (size_t)d->point;
    put_digits(d, 0, whole, out);
    if (d->n > whole) {
        buf_text(out, ".");
        put_digits(d, whole, d->n, out);
    }
}

static void put_scientific(const struct decimal *d, struct buf *out)
{
    int e = d->point - 1;
    put_digits(d, 0, 1, out);
    if (d->n > 1) {
        buf_text(out, ".");
        put_digits(d, 1, d->n, out);
    }
    buf_text(out, e < 0 ? "e-" : "e+");
    e = e < 0 ? -e : e;
    if (e < 10)
        buf_text(out, "0");
    buf_decimal(out, e);
}

/* A zero in front, where the upper bound has a digit more: 9.. and 10.. */
static struct err align(struct arena *a, struct decimal *x, const struct decimal *high)
{
    char *digits;
    if (x->point >= high->point)
        return OK;
    TRY(arena_array(a, x->n + 1, &digits));
    digits[0] = '0';
    memcpy(digits + 1, x->digits, x->n);
    *x = (struct decimal){digits, x->n + 1, x->point + 1};
    return OK;
}

static bool is_whole(const struct soft *x)
{
    return x->e >= 0 || (x->e > -64 && (x->m & ((1ULL << -x->e) - 1)) == 0);
}

static struct err shortest(struct arena *a, const struct soft *x, struct decimal *out)
{
    struct decimal low;
    struct decimal high;
    TRY(exact(a, x->m, 0, x->e, out));
    TRY(exact(a, x->m, x->m == 1ULL << 63 ? 1 : 2, x->e, &low));
    TRY(exact(a, x->m, 3, x->e, &high));
    while (out->n > 1 && out->digits[out->n - 1] == '0')
        out->n--;
    TRY(align(a, out, &high));
    shorten(out, &low, &high, (x->m & 1) == 0);
    if (out->n > 1 && out->digits[0] == '0')
        *out = (struct decimal){out->digits + 1, out->n - 1, out->point - 1};
    while (out->n > 1 && out->digits[out->n - 1] == '0')
        out->n--;
    return OK;
}

struct err soft_text(struct arena *a, const struct soft *x, struct bytes *out)
{
    if (x->m == 0) {
        *out = BYTES_LIT("0");
        return OK;
    }
    SCOPED(buf) struct buf b;
    struct decimal d;
    buf_init(&b, BIG_BITS_MAX);
    TRY(shortest(a, x, &d));
    if (x->negative)
        buf_text(&b, "-");
    int e = d.point - 1;
    if (is_whole(x) || (e >= -4 && e < 6))
        put_plain(&d, &b);
    else
        put_scientific(&d, &b);
    struct bytes text;
    TRY(buf_end(&b, &text));
    return arena_copy(a, text, out);
}
