/*
 * Arithmetic, bits, ranges. "-", "&" and "|" are also operators of sets.
 */
#include "rego/arith.h"
#include "rego/builtins/builtin.h"
#include "rego/builtins/set_ops.h"
#include "rego/value.h"

#define RANGE_MAX 1000000 /* elements of one range */
#define SHIFT_MAX 65536   /* bits */

/* A short text may stand for a long number, which is computed with all its digits: 1e10000. */
static struct err need_number(struct call *c, size_t index)
{
    TRY(builtin_need(c, index, JSON_NUMBER));
    return builtin_cost(c, arith_cost(c->args[index - 1]));
}

static struct err need_two_numbers(struct call *c)
{
    TRY(need_number(c, 1));
    return need_number(c, 2);
}

static struct err bi_plus(struct call *c, const struct json **out)
{
    TRY(need_two_numbers(c));
    return arith_compute(c->arena, ARITH_ADD, c->args[0], c->args[1], out);
}

static struct err bi_minus(struct call *c, const struct json **out)
{
    enum json_type left = c->args[0]->type;
    if (left != JSON_NUMBER && left != JSON_SET)
        return builtin_type_error(c, 1, "one of {number, set}");
    TRY(builtin_need(c, 2, left));
    if (left == JSON_SET) {
        TRY(builtin_cost(c, json_weight(c->args[0]) + json_weight(c->args[1])));
        return set_difference(c->arena, c->args[0], c->args[1], out);
    }
    TRY(need_two_numbers(c));
    return arith_compute(c->arena, ARITH_SUBTRACT, c->args[0], c->args[1], out);
}

static struct err bi_mul(struct call *c, const struct json **out)
{
    TRY(need_two_numbers(c));
    return arith_compute(c->arena, ARITH_MULTIPLY, c->args[0], c->args[1], out);
}

static struct err bi_div(struct call *c, const struct json **out)
{
    TRY(need_two_numbers(c));
    if (arith_is_zero(c->args[1]))
        return builtin_error(c, "divide by zero");
    return arith_compute(c->arena, ARITH_DIVIDE, c->args[0], c->args[1], out);
}

static struct err bi_rem(struct call *c, const struct json **out)
{
    TRY(need_two_numbers(c));
    if (!arith_is_integer(c->args[0]) || !arith_is_integer(c->args[1]))
        return builtin_error(c, "modulo on floating-point number");
    if (arith_is_zero(c->args[1]))
        return builtin_error(c, "modulo by zero");
    return arith_compute(c->arena, ARITH_REMAINDER, c->args[0], c->args[1], out);
}

static struct err rounded(struct call *c, enum arith_rounding how, const struct json **out)
{
    TRY(need_number(c, 1));
    return arith_round(c->arena, how, c->args[0], out);
}

static struct err bi_round(struct call *c, const struct json **out)
{
    return rounded(c, ARITH_ROUND, out);
}

static struct err bi_ceil(struct call *c, const struct json **out)
{
    return rounded(c, ARITH_CEIL, out);
}

static struct err bi_floor(struct call *c, const struct json **out)
{
    return rounded(c, ARITH_FLOOR, out);
}

static struct err bi_abs(struct call *c, const struct json **out)
{
    return rounded(c, ARITH_ABS, out);
}

static struct err need_integer(struct call *c, size_t index)
{
    TRY(need_number(c, index));
    if (arith_is_integer(c->args[index - 1]))
        return OK;
    c->code = "eval_type_error";
    return builtin_error(c, "operand %zu must be integer number but got floating-point number", index);
}

static struct err bits(struct call *c, enum arith_bits op, const struct json **out)
{
    TRY(need_integer(c, 1));
    if (op != ARITH_NEGATE)
        TRY(need_integer(c, 2));
    return arith_bit(c->arena, op, c->args[0], op == ARITH_NEGATE ? NULL : c->args[1], out);
}

static struct err bi_bits_and(struct call *c, const struct json **out)
{
    return bits(c, ARITH_AND, out);
}

static struct err bi_bits_or(struct call *c, const struct json **out)
{
    return bits(c, ARITH_OR, out);
}

static struct err bi_bits_xor(struct call *c, const struct json **out)
{
    return bits(c, ARITH_XOR, out);
}

static struct err bi_bits_negate(struct call *c, const struct json **out)
{
    return bits(c, ARITH_NEGATE, out);
}

static struct err shift(struct call *c, enum arith_bits op, const struct json **out)
{
    TRY(need_integer(c, 1));
    TRY(need_integer(c, 2));
    const struct json *by = c->args[1];
    if (by->text.p[0] == '-' && !arith_is_zero(by)) {
        c->code = "eval_type_error";
        return builtin_error(c, "operand 2 must be an unsigned integer number but got a negative integer");
    }
    if (!by->is_int || by->as_int > SHIFT_MAX)
        return FAIL(ERR_LIMIT, "a shift by too many bits");
    TRY(builtin_cost(c, arith_cost_of((uint64_t)by->as_int / 3)));
    return arith_bit(c->arena, op, c->args[0], by, out);
}

static struct err bi_bits_lsh(struct call *c, const struct json **out)
{
    return shift(c, ARITH_SHIFT_LEFT, out);
}

static struct err bi_bits_rsh(struct call *c, const struct json **out)
{
    return shift(c, ARITH_SHIFT_RIGHT, out);
}

static struct err count_up(struct call *c, const struct json *step, const struct json **out)
{
    struct values items = {.arena = c->arena};
    const struct json *at = c->args[0];
    const struct json *end = c->args[1];
    bool down = json_compare(at, end) > 0;
    while (down ? json_compare(at, end) >= 0 : json_compare(at, end) <= 0) {
        if (items.count >= RANGE_MAX)
            return FAIL(ERR_LIMIT, "a range with too many elements");
        TRY(builtin_cost(c, 8 + arith_cost(at)));
        TRY(values_add(&items, at));
        TRY(arith_compute(c->arena, down ? ARITH_SUBTRACT : ARITH_ADD, at, step, &at));
    }
    return value_array(c->arena, items.items, items.count, out);
}

static struct err bi_range(struct call *c, const struct json **out)
{
    const struct json *one;
    TRY(need_integer(c, 1));
    TRY(need_integer(c, 2));
    TRY(value_int(c->arena, 1, &one));
    return count_up(c, one, out);
}

static struct err bi_range_step(struct call *c, const struct json **out)
{
    TRY(need_integer(c, 1));
    TRY(need_integer(c, 2));
    TRY(need_integer(c, 3));
    if (c->args[2]->text.p[0] == '-' || arith_is_zero(c->args[2]))
        return builtin_error(c, "step must be a positive integer");
    return count_up(c, c->args[2], out);
}

static struct err bi_format_int(struct call *c, const struct json **out)
{
    struct bytes text;
    TRY(need_two_numbers(c));
    const struct json *base = c->args[1];
    int64_t b = base->is_int ? base->as_int : 0;
    c->code = "eval_type_error";
    if (b != 2 && b != 8 && b != 10 && b != 16)
        return builtin_error(c, "operand 2 must be one of {2, 8, 10, 16}");
    TRY(builtin_cost(c, 3 * arith_cost(c->args[0]))); /* in base 2 it has three times as many digits */
    TRY(arith_format(c->arena, c->args[0], (int)b, &text));
    return value_string(c->arena, text, out);
}

/* "nan", "-inf", "Infinity": numbers to some readers of numbers, never to this language. */
static bool is_no_number(struct bytes text)
{
    char lower[10] = {0};
    if (text.n > 0 && (text.p[0] == '-' || text.p[0] == '+'))
        text = bytes_of(text.p + 1, text.n - 1);
    if (text.n > 8)
        return false;
    for (size_t i = 0; i < text.n; i++)
        lower[i] = (char)(text.p[i] | 0x20);
    return strcmp(lower, "nan") == 0 || strcmp(lower, "inf") == 0 || strcmp(lower, "infinity") == 0;
}

static struct err number_of_string(struct call *c, const struct json **out)
{
    struct err made = json_new_number(c->arena, c->args[0]->text, out);
    if (made.code != ERR_FORMAT)
        return made;
    if (is_no_number(c->args[0]->text))
        c->code = "eval_type_error";
    return builtin_error(c, "invalid syntax");
}

static struct err bi_to_number(struct call *c, const struct json **out)
{
    const struct json *v = c->args[0];
    if (v->type == JSON_NUMBER) {
        *out = v;
        return OK;
    }
    if (v->type == JSON_STRING)
        return number_of_string(c, out);
    if (v->type == JSON_NULL || v->type == JSON_BOOL)
        return value_int(c->arena, v->type == JSON_BOOL && v->as_bool, out);
    return builtin_type_error(c, 1, "one of {null, boolean, number, string}");
}

const struct builtin builtins_numbers[] = {
    {"plus", 2, false, bi_plus},
    {"minus", 2, false, bi_minus},
    {"mul", 2, false, bi_mul},
    {"div", 2, false, bi_div},
    {"rem", 2, false, bi_rem},
    {"round", 1, false, bi_round},
    {"ceil", 1, false, bi_ceil},
    {"floor", 1, false, bi_floor},
    {"abs", 1, false, bi_abs},
    {"bits.and", 2, false, bi_bits_and},
    {"bits.or", 2, false, bi_bits_or},
    {"bits.xor", 2, false, bi_bits_xor},
    {"bits.negate", 1, false, bi_bits_negate},
    {"bits.lsh", 2, false, bi_bits_lsh},
    {"bits.rsh", 2, false, bi_bits_rsh},
    {"numbers.range", 2, false, bi_range},
    {"numbers.range_step", 3, false, bi_range_step},
    {"format_int", 2, false, bi_format_int},
    {"to_number", 1, false, bi_to_number},
};
BUILTIN_ROWS(numbers)
