/*
 * net.cidr_*: blocks of addresses. Nothing here asks the network.
 */
#include "rego/builtins/builtin.h"
#include "rego/builtins/ip.h"
#include "rego/value.h"

static struct err no_block(struct call *c, struct bytes text)
{
    return builtin_error(c, "invalid CIDR address: %.*s", NOTE_TEXT(text));
}

static struct err need_block(struct call *c, size_t index, struct ip_range *out)
{
    TRY(builtin_need(c, index, JSON_STRING));
    struct bytes text = c->args[index - 1]->text;
    return ip_parse_block(text, out) ? OK : no_block(c, text);
}

/* An address or a block. */
static struct err read_either(struct call *c, struct bytes text, struct ip_range *out)
{
    if (ip_parse(text, out) || ip_parse_block(text, out))
        return OK;
    return builtin_error(c, "not a valid textual representation of an IP address or CIDR: %.*s", NOTE_TEXT(text));
}

static struct err bi_contains(struct call *c, const struct json **out)
{
    struct ip_range a;
    struct ip_range b;
    TRY(need_block(c, 1, &a));
    TRY(builtin_need(c, 2, JSON_STRING));
    TRY(read_either(c, c->args[1]->text, &b));
    *out = value_bool(ip_contains(&a, &b));
    return OK;
}

static struct err bi_intersects(struct call *c, const struct json **out)
{
    struct ip_range a;
    struct ip_range b;
    TRY(need_block(c, 1, &a));
    TRY(need_block(c, 2, &b));
    *out = value_bool(ip_meets(&a, &b));
    return OK;
}

static struct err bi_is_valid(struct call *c, const struct json **out)
{
    struct ip_range ignored;
    *out = value_bool(c->args[0]->type == JSON_STRING && ip_parse_block(c->args[0]->text, &ignored));
    return OK;
}

/* One side of cidr_contains_matches: what it names, and how the answer calls each. */
struct side {
    struct ip_range *ranges;
    const struct json **names;
    size_t count;
};

static struct err add_named(struct call *c, size_t index, const struct json *v, const struct json *name, struct side *s)
{
    if (v->type == JSON_ARRAY && v->count > 0)
        v = v->items[0];
    if (v->type != JSON_STRING)
        return builtin_error(c, "operand %zu: element must be string or non-empty array", index);
    struct ip_range *r = &s->ranges[s->count];
    if (index == 1 && !ip_parse_block(v->text, r))
        return no_block(c, v->text);
    if (index == 2)
        TRY(read_either(c, v->text, r));
    s->names[s->count++] = name;
    return OK;
}

static struct err read_side(struct call *c, size_t index, struct side *s)
{
    const struct json *v = c->args[index - 1];
    *s = (struct side){0};
    size_t n = v->type == JSON_STRING ? 1 : v->count;
    if (v->type < JSON_STRING)
        return builtin_type_error(c, index, "one of {string, array, set, object}");
    TRY(builtin_cost(c, 64 * n));
    TRY(arena_array(c->arena, n, &s->ranges));
    TRY(arena_array(c->arena, n, &s->names));
    if (v->type == JSON_STRING)
        return add_named(c, index, v, v, s);
    for (size_t i = 0; i < n; i++) {
        const struct json *name = v->type == JSON_OBJECT ? NULL : v->items[i];
        if (v->type == JSON_OBJECT)
            TRY(value_key(c->arena, &v->members[i], &name));
        if (v->type == JSON_ARRAY)
            TRY(value_int(c->arena, (int64_t)i, &name));
        TRY(add_named(c, index, v->type == JSON_OBJECT ? v->members[i].value : v->items[i], name, s));
    }
    return OK;
}

static struct err bi_contains_matches(struct call *c, const struct json **out)
{
    struct side a;
    struct side b;
    struct values all = {.arena = c->arena};
    TRY(read_side(c, 1, &a));
    TRY(read_side(c, 2, &b));
    for (size_t i = 0; i < a.count; i++) {
        TRY(builtin_cost(c, 8 * (b.count + 1)));
        for (size_t k = 0; k < b.count; k++) {
            if (!ip_contains(&a.ranges[i], &b.ranges[k]))
                continue;
            const struct json *pair[2] = {a.names[i], b.names[k]};
            const struct json *entry;
            TRY(value_array(c->arena, pair, 2, &entry));
            TRY(values_add(&all, entry));
        }
    }
    return builtin_set(c, all.items, all.count, out);
}

/* Adds an address, or a block where `prefix` is one. */
static struct err add_text(struct call *c, struct wide v, unsigned bits, const unsigned *prefix, struct values *all)
{
    SCOPED(buf) struct buf b = {0};
    struct bytes text;
    const struct json *s;
    buf_init(&b, 64);
    ip_print(v, bits, &b);
    if (prefix != NULL) {
        buf_text(&b, "/");
        buf_decimal(&b, *prefix);
    }
    TRY(buf_end(&b, &text));
    TRY(value_string(c->arena, text, &s));
    return values_add(all, s);
}

static struct err bi_expand(struct call *c, const struct json **out)
{
    struct ip_range r;
    struct values all = {.arena = c->arena};
    TRY(need_block(c, 1, &r));
    struct wide at = r.first;
    bool more = true;
    while (more) {
        TRY(builtin_cost(c, 64));
        TRY(add_text(c, at, r.bits, NULL, &all));
        more = wide_compare(at, r.last) < 0 && wide_next(&at, r.bits);
    }
    return builtin_set(c, all.items, all.count, out);
}

static int by_start(const void *a, const void *b)
{
    const struct ip_range *x = a;
    const struct ip_range *y = b;
    if (x->bits != y->bits)
        return x->bits < y->bits ? -1 : 1;
    int order = wide_compare(x->first, y->first);
    return order != 0 ? order : wide_compare(x->last, y->last);
}

/* A bare IPv4 address means the network of its historic class. */
static struct err read_network(struct call *c, const struct json *v, struct ip_range *out)
{
    if (v->type != JSON_STRING)
        return builtin_error(c, "operand 1: element must be string");
    if (!ip_parse(v->text, out))
        return ip_parse_block(v->text, out) ? OK : no_block(c, v->text);
    if (out->bits != 32)
        return builtin_error(c, "IPv6 invalid: needs prefix length");
    uint64_t top = out->first.low >> 24;
    *out = ip_block(out, top < 0x80 ? 8 : top < 0xc0 ? 16 : 24);
    return OK;
}

/* Ranges that overlap or touch become one; the list is sorted. */
static size_t join(struct ip_range *list, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        struct ip_range *before = count == 0 ? NULL : &list[count - 1];
        struct wide behind = before == NULL ? (struct wide){0, 0} : before->last;
        bool is_end = before == NULL || !wide_next(&behind, before->bits);
        bool touches =
            before != NULL && before->bits == list[i].bits && (is_end || wide_compare(list[i].first, behind) <= 0);
        if (!touches)
            list[count++] = list[i];
        else if (wide_compare(list[i].last, before->last) > 0)
            before->last = list[i].last;
    }
    return count;
}

static struct err add_blocks(struct call *c, struct ip_range r, struct values *all)
{
    bool more = true;
    while (more) {
        unsigned prefix = ip_prefix(&r);
        struct ip_range at = {r.bits, r.first, r.first};
        struct ip_range block = ip_block(&at, prefix);
        TRY(add_text(c, block.first, r.bits, &prefix, all));
        more = wide_compare(block.last, r.last) < 0 && wide_next(&block.last, r.bits);
        r.first = block.last;
    }
    return OK;
}

static struct err bi_merge(struct call *c, const struct json **out)
{
    struct ip_range *list;
    struct values all = {.arena = c->arena};
    TRY(builtin_need_collection(c, 1));
    size_t n = c->args[0]->count;
    TRY(builtin_cost(c, 64 * n));
    TRY(arena_array(c->arena, n, &list));
    for (size_t i = 0; i < n; i++)
        TRY(read_network(c, c->args[0]->items[i], &list[i]));
    if (n > 1)
        qsort(list, n, sizeof(*list), by_start);
    n = join(list, n);
    for (size_t i = 0; i < n; i++)
        TRY(add_blocks(c, list[i], &all));
    return builtin_set(c, all.items, all.count, out);
}

const struct builtin builtins_net[] = {
    {"net.cidr_contains", 2, false, bi_contains}, {"net.cidr_contains_matches", 2, false, bi_contains_matches},
    {"net.cidr_expand", 1, false, bi_expand},     {"net.cidr_intersects", 2, false, bi_intersects},
    {"net.cidr_is_valid", 1, false, bi_is_valid}, {"net.cidr_merge", 1, false, bi_merge},
    {"net.cidr_overlap", 2, false, bi_contains}, /* the older name */
};
BUILTIN_ROWS(net)
