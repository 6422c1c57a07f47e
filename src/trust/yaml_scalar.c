#include "trust/yaml_scalar.h"

static bool is_one_of(struct bytes text, const char *const *words)
{
    for (; *words != NULL; words++)
        if (bytes_is(text, *words))
            return true;
    return false;
}

static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
static const char *const trues[] = {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", NULL};
static const char *const falses[] = {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", NULL};

static int digit_of(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    uint8_t lower = c | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 99;
}

/* 0x1f, 0o17, 017, 0b11, with an optional sign and underscores; false where it is none or does not fit. */
static bool based_integer(struct bytes text, int64_t *out)
{
    bool minus = text.n > 0 && text.p[0] == '-';
    size_t at = text.n > 0 && (minus || text.p[0] == '+') ? 1 : 0;
    if (text.n < at + 2 || text.p[at] != '0')
        return false;
    uint8_t mark = text.p[at + 1];
    int base = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
    at += mark == 'x' || mark == 'b' || mark == 'o' ? 2 : 1;
    if (at == text.n)
        return false;
    uint64_t v = 0;
    for (; at < text.n; at++) {
        if (text.p[at] == '_')
            continue;
        int digit = digit_of(text.p[at]);
        if (digit >= base || v > (uint64_t)INT64_MAX / 16)
            return false;
        v = v * (uint64_t)base + (uint64_t)digit;
    }
    *out = minus ? -(int64_t)v : (int64_t)v;
    return true;
}

/* A decimal number as JSON writes it: without a plus sign, with a digit before and behind the point. */
static struct err decimal(struct arena *a, struct bytes text, const struct json **out)
{
    uint8_t *made;
    size_t n = 0;
    if (text.n > 64)
        return FAIL(ERR_FORMAT, "no number");
    TRY(arena_array(a, text.n * 3 + 1, &made));
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.p[i];
        bool before = i > 0 && text.p[i - 1] >= '0' && text.p[i - 1] <= '9';
        bool after = i + 1 < text.n && text.p[i + 1] >= '0' && text.p[i + 1] <= '9';
        if (c == '+' && i == 0)
            continue;
        if (c == '_' && before)
            continue;
        if (c == '.' && !before)
            made[n++] = '0';
        made[n++] = c;
        if (c == '.' && !after)
            made[n++] = '0';
    }
    return json_new_number(a, bytes_of(made, n), out);
}

struct err yaml_plain(struct arena *a, struct bytes text, const struct json **out)
{
    int64_t v;
    if (is_one_of(text, nulls))
        return json_new_null(a, out);
    if (is_one_of(text, trues) || is_one_of(text, falses))
        return json_new_bool(a, is_one_of(text, trues), out);
    if (based_integer(text, &v))
        return json_new_int(a, v, out);
    uint8_t first = text.p[0];
    if ((first >= '0' && first <= '9') || first == '-' || first == '+' || first == '.') {
        struct err e = decimal(a, text, out);
        if (!failed(e) || e.code == ERR_NOMEM)
            return e;
    }
    return json_new_string(a, text, out);
}
