/*
 * Times: nanoseconds since 1970 in 64 bits, alone or as [ns, zone] or [ns, zone, layout]. The engine reads no clock:
 * now is what the call says, and does not pass during an evaluation.
 */
#include "rego/builtins/builtin.h"
#include "rego/civil.h"
#include "rego/eval.h"
#include "rego/layout.h"
#include "rego/value.h"
#include "rego/zone.h"

#define SECOND   1000000000LL
#define FAR_DATE 1000000000LL /* years, months, days to add: more leaves the range anyway */

struct moment {
    int64_t sec;
    int nanosecond;
    const struct zone *zone; /* NULL: UTC */
    struct bytes layout;     /* empty: none */
};

static struct err out_of_range(struct call *c)
{
    return builtin_error(c, "time outside of valid range");
}

static struct err put_instant(struct call *c, int64_t sec, int nanosecond, const struct json **out)
{
    int64_t ns;
    if (sec < 0 && nanosecond > 0) { /* the product alone may leave the range where the sum does not */
        sec++;
        nanosecond -= (int)SECOND;
    }
    if (__builtin_mul_overflow(sec, SECOND, &ns) || __builtin_add_overflow(ns, nanosecond, &ns))
        return out_of_range(c);
    return value_int(c->arena, ns, out);
}

static struct err read_zone(struct call *c, struct bytes name, struct moment *out)
{
    out->zone = NULL;
    if (name.n == 0 || bytes_is(name, "UTC"))
        return OK;
    out->zone = zone_find(name);
    if (out->zone == NULL)
        return builtin_error(c, "unknown time zone %.*s", name.n > 60 ? 60 : (int)name.n, (const char *)name.p);
    return OK;
}

static struct err need_part(struct call *c, const struct json *v, enum json_type type)
{
    if (v->type == type)
        return OK;
    c->code = "eval_type_error";
    return builtin_error(c, "operand 1 must be %s but got %s", value_type_name(type), value_type_name(v->type));
}

static struct err read_moment(struct call *c, size_t index, struct moment *out)
{
    const struct json *v = c->args[index - 1];
    const struct json *ns = v;
    *out = (struct moment){.layout = BYTES_EMPTY};
    if (v->type == JSON_ARRAY && v->count > 0) {
        ns = v->items[0];
        TRY(need_part(c, ns, JSON_NUMBER));
        if (v->count > 1)
            TRY(need_part(c, v->items[1], JSON_STRING));
        if (v->count > 1)
            TRY(read_zone(c, v->items[1]->text, out));
        if (v->count > 2)
            TRY(need_part(c, v->items[2], JSON_STRING));
        if (v->count > 2)
            out->layout = v->items[2]->text;
    }
    c->code = ns->type != JSON_NUMBER ? "eval_type_error" : NULL;
    if (ns->type != JSON_NUMBER)
        return builtin_error(c, "operand 1 must be either number (ns) or [number (ns), string (tz)] but got %s",
                             value_type_name(ns->type));
    if (!ns->is_int)
        return builtin_error(c, "timestamp too big");
    int64_t rest = ns->as_int % SECOND;
    out->sec = ns->as_int / SECOND - (rest < 0);
    out->nanosecond = (int)(rest < 0 ? rest + SECOND : rest);
    return OK;
}

static struct civil civil_at(const struct moment *m, const struct zone *zone)
{
    return civil_of(m->sec + zone_kind_of(zone, m->sec)->offset);
}

static struct err put_numbers(struct call *c, const int64_t *v, size_t count, const struct json **out)
{
    struct values list = {.arena = c->arena};
    for (size_t i = 0; i < count; i++) {
        const struct json *item;
        TRY(value_int(c->arena, v[i], &item));
        TRY(values_add(&list, item));
    }
    return value_array(c->arena, list.items, list.count, out);
}

static struct err bi_now_ns(struct call *c, const struct json **out)
{
    return value_int(c->arena, c->eval->call->now_ns, out);
}

static struct err parse(struct call *c, struct bytes layout, struct bytes text, const struct json **out)
{
    struct layout_time t;
    char why[200];
    TRY(builtin_cost(c, 4 * layout.n + text.n));
    if (failed(layout_parse(layout, text, &t, why)))
        return builtin_error(c, "%s", why);
    return put_instant(c, t.sec, t.nanosecond, out);
}

static struct err bi_parse_ns(struct call *c, const struct json **out)
{
    TRY(builtin_need_strings(c, 2));
    return parse(c, layout_named(c->args[0]->text), c->args[1]->text, out);
}

static struct err bi_parse_rfc3339_ns(struct call *c, const struct json **out)
{
    TRY(builtin_need_strings(c, 1));
    return parse(c, layout_named(BYTES_LIT("RFC3339")), c->args[0]->text, out);
}

static struct err bi_date(struct call *c, const struct json **out)
{
    struct moment m;
    TRY(read_moment(c, 1, &m));
    struct civil t = civil_at(&m, m.zone);
    return put_numbers(c, (int64_t[]){t.year, t.month, t.day}, 3, out);
}

static struct err bi_clock(struct call *c, const struct json **out)
{
    struct moment m;
    TRY(read_moment(c, 1, &m));
    struct civil t = civil_at(&m, m.zone);
    return put_numbers(c, (int64_t[]){t.hour, t.minute, t.second}, 3, out);
}

static struct err bi_weekday(struct call *c, const struct json **out)
{
    struct moment m;
    TRY(read_moment(c, 1, &m));
    return value_string(c->arena, bytes_of_text(layout_weekdays[civil_at(&m, m.zone).weekday]), out);
}

/* The instant at which clocks of a zone show a time; where they skip it or show it twice, as Go takes it. */
static int64_t instant_of(int64_t shown, const struct zone *zone)
{
    int64_t guess = shown - zone_kind_of(zone, shown)->offset;
    return guess == shown ? shown : shown - zone_kind_of(zone, guess)->offset;
}

static struct err bi_add_date(struct call *c, const struct json **out)
{
    struct moment m;
    int64_t add[3];
    TRY(read_moment(c, 1, &m));
    for (size_t i = 0; i < 3; i++)
        TRY(builtin_need_int(c, i + 2, &add[i]));
    for (size_t i = 0; i < 3; i++)
        if (add[i] > FAR_DATE || add[i] < -FAR_DATE)
            return out_of_range(c);
    struct civil t = civil_at(&m, m.zone);
    int64_t days = civil_days(t.year + add[0], t.month + add[1], t.day + add[2]);
    int64_t shown = days * CIVIL_DAY + t.hour * 3600L + t.minute * 60L + t.second;
    return put_instant(c, instant_of(shown, m.zone), m.nanosecond, out);
}

/* Takes one of the next larger unit where a difference is negative. */
static void borrow(int64_t *v, int64_t *larger, int64_t size)
{
    if (*v >= 0)
        return;
    *v += size;
    --*larger;
}

static struct err bi_diff(struct call *c, const struct json **out)
{
    struct moment a;
    struct moment b;
    TRY(read_moment(c, 1, &a));
    TRY(read_moment(c, 2, &b));
    const struct zone *zone = a.zone;
    if (a.sec > b.sec || (a.sec == b.sec && a.nanosecond > b.nanosecond)) {
        struct moment earlier = b;
        b = a;
        a = earlier;
    }
    struct civil from = civil_at(&a, zone);
    struct civil to = civil_at(&b, zone);
    int64_t d[6] = {to.year - from.year, to.month - from.month,   to.day - from.day,
                    to.hour - from.hour, to.minute - from.minute, to.second - from.second};
    borrow(&d[5], &d[4], 60);
    borrow(&d[4], &d[3], 60);
    borrow(&d[3], &d[2], 24);
    borrow(&d[2], &d[1], civil_days_in(from.year, from.month));
    borrow(&d[1], &d[0], 12);
    return put_numbers(c, d, 6, out);
}

static struct err bi_format(struct call *c, const struct json **out)
{
    SCOPED(buf) struct buf b = {0};
    struct moment m;
    TRY(read_moment(c, 1, &m));
    builtin_text(c, &b);
    const struct zone_kind *kind = zone_kind_of(m.zone, m.sec);
    struct layout_time t = {m.sec, m.nanosecond, kind->offset, kind->name};
    struct bytes layout = m.layout.n == 0 ? BYTES_LIT("RFC3339Nano") : m.layout;
    TRY(builtin_cost(c, 4 * layout.n));
    layout_format(&t, layout_named(layout), &b);
    return builtin_string(c, &b, out);
}

const struct builtin builtins_time[] = {
    {"time.now_ns", 0, false, bi_now_ns},
    {"time.parse_ns", 2, false, bi_parse_ns},
    {"time.parse_rfc3339_ns", 1, false, bi_parse_rfc3339_ns},
    {"time.date", 1, false, bi_date},
    {"time.clock", 1, false, bi_clock},
    {"time.weekday", 1, false, bi_weekday},
    {"time.add_date", 4, false, bi_add_date},
    {"time.diff", 2, false, bi_diff},
    {"time.format", 1, false, bi_format},
};
BUILTIN_ROWS(time)
