#include "rego/arith.h"

#include "base/limits.h"

#include "rego/soft.h"
#include "json/number.h"

/* Written with digits only: computed exactly. */
static bool is_plain(const struct json *x)
{
    for (size_t i = 0; i < x->text.n; i++)
        if (x->text.p[i] == '.' || x->text.p[i] == 'e' || x->text.p[i] == 'E')
            return false;
    return true;
}

bool arith_is_integer(const struct json *x)
{
    struct number n = number_split(x->text);
    return x->is_int || number_is_whole(&n);
}

bool arith_is_zero(const struct json *x)
{
    struct number n = number_split(x->text);
    return number_is_zero(&n);
}

/* Reading and writing decimal digits takes their square. */
uint64_t arith_cost_of(uint64_t digits)
{
    return digits + digits * digits / 128;
}

uint64_t arith_cost(const struct json *x)
{
    if (x->is_int)
        return 1;
    struct number n = number_split(x->text);
    return arith_cost_of(n.whole.n + n.fraction.n + (uint64_t)(n.point < 0 ? -n.point : n.point));
}

static struct err number_of(struct arena *a, struct bytes text, const struct json **out)
{
    struct err made = json_new_number(a, text, out);
    return made.code == ERR_FORMAT ? FAIL(ERR_LIMIT, "a number is too large") : made;
}

static struct err of_big(struct arena *a, const struct big *v, const struct json **out)
{
    struct bytes text;
    TRY(big_text(a, v, 10, &text));
    return number_of(a, text, out);
}

static struct err compute_soft(struct arena *a, enum arith_op op, const struct json *x, const struct json *y,
                               const struct json **out)
{
    struct soft left;
    struct soft right;
    struct bytes text;
    TRY(soft_of_number(x, &left));
    TRY(soft_of_number(y, &right));
    TRY(soft_compute((int)op, &left, &right, &left));
    TRY(soft_text(a, &left, &text));
    return number_of(a, text, out);
}

static struct err compute_big(struct arena *a, enum arith_op op, const struct json *x, const struct json *y,
                              const struct json **out)
{
    SCOPED(big) struct big left = {0};
    SCOPED(big) struct big right = {0};
    bool cut;
    TRY(big_integer(&left, x, &cut));
    TRY(big_integer(&right, y, &cut));
    if (op == ARITH_ADD)
        BIG(mp_add(&left.v, &right.v, &left.v));
    else if (op == ARITH_SUBTRACT)
        BIG(mp_sub(&left.v, &right.v, &left.v));
    else if (op == ARITH_MULTIPLY)
        BIG(mp_mul(&left.v, &right.v, &left.v));
    else
        BIG(mp_div(&left.v, &right.v, NULL, &left.v));
    return of_big(a, &left, out);
}

/* The common case; false where 64 bits are not enough. */
static bool compute_small(enum arith_op op, int64_t x, int64_t y, int64_t *out)
{
    switch (op) {
    case ARITH_ADD:
        return !__builtin_add_overflow(x, y, out);
    case ARITH_SUBTRACT:
        return !__builtin_sub_overflow(x, y, out);
    case ARITH_MULTIPLY:
        return !__builtin_mul_overflow(x, y, out);
    case ARITH_DIVIDE:
    case ARITH_REMAINDER:
        break;
    }
    if (y == -1) { /* INT64_MIN / -1 overflows */
        *out = 0;
        return op == ARITH_REMAINDER || !__builtin_sub_overflow(0, x, out);
    }
    *out = op == ARITH_REMAINDER ? x % y : x / y;
    return op == ARITH_REMAINDER || x % y == 0;
}

struct err arith_compute(struct arena *a, enum arith_op op, const struct json *x, const struct json *y,
                         const struct json **out)
{
    int64_t small;
    bool plain = is_plain(x) && is_plain(y);
    if ((plain || op == ARITH_REMAINDER) && x->is_int && y->is_int && compute_small(op, x->as_int, y->as_int, &small))
        return json_new_int(a, small, out);
    if (op == ARITH_REMAINDER || (plain && op != ARITH_DIVIDE))
        return compute_big(a, op, x, y, out);
    return compute_soft(a, op, x, y, out);
}

static struct err round_parts(struct big *whole, enum arith_rounding how, const struct json *x, bool cut)
{
    struct number n = number_split(x->text);
    bool up = how == ARITH_CEIL && !n.negative;
    bool down = how == ARITH_FLOOR && n.negative;
    if (how == ARITH_ROUND) {
        /* the first digit behind the point decides, away from zero */
        bool half = n.point == 0
                        ? (n.fraction.n > 0 && n.fraction.p[0] >= '5')
                        : n.point > 0 && n.fraction.n > 0 && n.fraction.p[0] >= '5' && (int64_t)n.whole.n == n.point;
        up = half && !n.negative;
        down = half && n.negative;
    }
    if (cut && up)
        BIG(mp_add_d(&whole->v, 1, &whole->v));
    if (cut && down)
        BIG(mp_sub_d(&whole->v, 1, &whole->v));
    return OK;
}

struct err arith_round(struct arena *a, enum arith_rounding how, const struct json *x, const struct json **out)
{
    if (how == ARITH_ABS) {
        bool negative = x->text.p[0] == '-';
        return negative ? number_of(a, bytes_of(x->text.p + 1, x->text.n - 1), out) : (*out = x, OK);
    }
    SCOPED(big) struct big whole = {0};
    bool cut;
    TRY(big_integer(&whole, x, &cut));
    TRY(round_parts(&whole, how, x, cut));
    return of_big(a, &whole, out);
}

struct err arith_bit(struct arena *a, enum arith_bits op, const struct json *x, const struct json *y,
                     const struct json **out)
{
    SCOPED(big) struct big left = {0};
    SCOPED(big) struct big right = {0};
    bool cut;
    TRY(big_integer(&left, x, &cut));
    TRY(big_init(&right));
    if (op != ARITH_NEGATE)
        TRY(big_integer(&right, y, &cut));
    if (op == ARITH_AND)
        BIG(mp_and(&left.v, &right.v, &left.v));
    else if (op == ARITH_OR)
        BIG(mp_or(&left.v, &right.v, &left.v));
    else if (op == ARITH_XOR)
        BIG(mp_xor(&left.v, &right.v, &left.v));
    else if (op == ARITH_NEGATE)
        BIG(mp_complement(&left.v, &left.v));
    else if (op == ARITH_SHIFT_LEFT)
        BIG(mp_mul_2d(&left.v, (int)y->as_int, &left.v));
    else
        BIG(mp_signed_rsh(&left.v, (int)y->as_int, &left.v));
    if (mp_count_bits(&left.v) > BIG_BITS_MAX)
        return FAIL(ERR_LIMIT, "a number is too large");
    return of_big(a, &left, out);
}

struct err arith_format(struct arena *a, const struct json *x, int base, struct bytes *out)
{
    SCOPED(big) struct big whole = {0};
    bool cut;
    TRY(big_integer(&whole, x, &cut));
    return big_text(a, &whole, base, out);
}

/* The written exponent of a number, and how long the text before it is. */
static long exponent_of(const struct json *x, size_t *before)
{
    char text[16] = "";
    size_t n = 0;
    while (n < x->text.n && x->text.p[n] != 'e' && x->text.p[n] != 'E')
        n++;
    *before = n;
    size_t left = n < x->text.n ? x->text.n - n - 1 : 0;
    if (left == 0 || left >= sizeof(text))
        return 0;
    memcpy(text, x->text.p + n + 1, left);
    return strtol(text, NULL, 10);
}

struct err arith_scale10(struct arena *a, const struct json *x, int n, const struct json **out)
{
    char text[JSON_NUMBER_MAX + 16];
    size_t before;
    long exponent = exponent_of(x, &before);
    int written = snprintf(text, sizeof(text), "%.*se%ld", (int)before, (const char *)x->text.p, exponent + n);
    if (written < 0 || (size_t)written >= sizeof(text))
        return FAIL(ERR_LIMIT, "a number is too long");
    return json_new_number(a, bytes_of_text(text), out);
}

int arith_decimals(const struct json *x)
{
    size_t before;
    long exponent = exponent_of(x, &before);
    const uint8_t *point = memchr(x->text.p, '.', before);
    long n = point == NULL ? 0 : (long)(x->text.p + before - point - 1);
    return n > exponent ? (int)(n - exponent) : 0;
}
