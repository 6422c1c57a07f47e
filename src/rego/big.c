#include "rego/big.h"
#include "base/limits.h"

#include "json/number.h"

void big_clear(struct big *b)
{
    if (b->made)
        mp_clear(&b->v);
    b->made = false;
}

struct err big_check(mp_err code)
{
    if (code == MP_OKAY)
        return OK;
    return code == MP_MEM ? FAIL(ERR_NOMEM, "no memory for a number") : FAIL(ERR_LIMIT, "a number is too large");
}

struct err big_init(struct big *b)
{
    if (b->made)
        return OK;
    BIG(mp_init(&b->v));
    b->made = true;
    return OK;
}

struct err big_set(struct big *b, uint64_t v)
{
    TRY(big_init(b));
    mp_set_u64(&b->v, v);
    return OK;
}

struct err big_scale10(struct big *b, unsigned n)
{
    SCOPED(big) struct big power = {0};
    if (n == 0)
        return OK;
    if (n > BIG_BITS_MAX / 3)
        return FAIL(ERR_LIMIT, "a number is too large");
    TRY(big_set(&power, 10));
    BIG(mp_expt_u32(&power.v, n, &power.v));
    BIG(mp_mul(&b->v, &power.v, &b->v));
    return mp_count_bits(&b->v) > BIG_BITS_MAX ? FAIL(ERR_LIMIT, "a number is too large") : OK;
}

struct err big_of_number(struct big *b, const struct json *x, int *exponent)
{
    char digits[JSON_NUMBER_MAX + 2];
    struct number n = number_split(x->text);
    TRY(big_init(b));
    int written = snprintf(digits, sizeof(digits), "%s%.*s%.*s", n.negative ? "-" : "", (int)n.whole.n,
                           (const char *)n.whole.p, (int)n.fraction.n, (const char *)n.fraction.p);
    if (n.whole.n + n.fraction.n == 0 || written < 0) {
        *exponent = 0;
        return big_set(b, 0);
    }
    BIG(mp_read_radix(&b->v, digits, 10));
    *exponent = (int)(n.point - (int64_t)(n.whole.n + n.fraction.n));
    return OK;
}

struct err big_integer(struct big *b, const struct json *x, bool *cut)
{
    SCOPED(big) struct big power = {0};
    SCOPED(big) struct big rest = {0};
    int exponent;
    TRY(big_of_number(b, x, &exponent));
    *cut = false;
    if (exponent >= 0)
        return big_scale10(b, (unsigned)exponent);
    TRY(big_set(&power, 1));
    TRY(big_scale10(&power, (unsigned)-exponent));
    TRY(big_init(&rest));
    BIG(mp_div(&b->v, &power.v, &b->v, &rest.v));
    *cut = !mp_iszero(&rest.v);
    return OK;
}

struct err big_text(struct arena *a, const struct big *b, int base, struct bytes *out)
{
    size_t size;
    size_t written = 0;
    void *p;
    /* An estimate saves the exact count of mp_radix_size, which divides. */
    size = (size_t)mp_count_bits(&b->v) / (base == 2 ? 1 : base == 16 ? 4 : 3) + 4;
    TRY(arena_alloc(a, size, &p));
    BIG(mp_to_radix(&b->v, p, size, &written, base));
    char *text = p;
    for (size_t i = 0; i < written; i++)
        if (text[i] >= 'A' && text[i] <= 'Z')
            text[i] = (char)(text[i] - 'A' + 'a');
    *out = bytes_of(p, written > 0 && text[written - 1] == '\0' ? written - 1 : written);
    return OK;
}
