/*
 * Addresses and blocks. The text is hostile: it may come from a request that a policy judges.
 */
#include "rego/builtins/ip.h"

#include <arpa/inet.h>

#define TEXT_MAX  46 /* of the longest address, with its NUL */
#define BLOCK_MAX (TEXT_MAX + 3)

static uint64_t read_be(const uint8_t *p, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        v = v << 8 | p[i];
    return v;
}

static bool is_wrapped(struct wide v)
{
    return v.high == 0 && v.low >> 32 == 0xffff;
}

/* An address as it is spelled: wrapped ones stay IPv6. */
static bool parse_plain(struct bytes text, struct ip_range *out)
{
    char copy[TEXT_MAX] = "";
    uint8_t raw[16];
    if (text.n == 0 || text.n >= sizeof(copy) || memchr(text.p, 0, text.n) != NULL)
        return false;
    memcpy(copy, text.p, text.n);
    if (memchr(text.p, ':', text.n) == NULL) {
        if (inet_pton(AF_INET, copy, raw) != 1)
            return false;
        struct wide v = {0, read_be(raw, 4)};
        *out = (struct ip_range){32, v, v};
        return true;
    }
    if (inet_pton(AF_INET6, copy, raw) != 1)
        return false;
    struct wide v = {read_be(raw, 8), read_be(raw + 8, 8)};
    *out = (struct ip_range){128, v, v};
    return true;
}

bool ip_parse(struct bytes text, struct ip_range *out)
{
    struct ip_range r;
    if (!parse_plain(text, &r))
        return false;
    if (r.bits == 128 && is_wrapped(r.first)) {
        struct wide v = {0, r.first.low & UINT32_MAX};
        r = (struct ip_range){32, v, v};
    }
    *out = r;
    return true;
}

static bool parse_prefix(struct bytes text, unsigned most, unsigned *out)
{
    unsigned v = 0;
    if (text.n == 0 || text.n > 3)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
        v = v * 10 + text.p[i] - '0';
    }
    *out = v;
    return v <= most;
}

/* The low n bits of 64. */
static uint64_t low_bits(unsigned n)
{
    return n >= 64 ? UINT64_MAX : (1ULL << n) - 1;
}

struct ip_range ip_block(const struct ip_range *address, unsigned prefix)
{
    unsigned host = address->bits - prefix;
    uint64_t low = low_bits(host);
    uint64_t high = host <= 64 ? 0 : low_bits(host - 64);
    struct wide v = address->first;
    return (struct ip_range){address->bits, {v.high & ~high, v.low & ~low}, {v.high | high, v.low | low}};
}

bool ip_parse_block(struct bytes text, struct ip_range *out)
{
    const uint8_t *slash = text.n > BLOCK_MAX ? NULL : memchr(text.p, '/', text.n);
    struct ip_range address;
    unsigned prefix;
    if (slash == NULL)
        return false;
    size_t n = (size_t)(slash - text.p);
    if (!parse_plain(bytes_of(text.p, n), &address))
        return false;
    if (!parse_prefix(bytes_of(slash + 1, text.n - n - 1), address.bits, &prefix))
        return false;
    *out = ip_block(&address, prefix);
    if (address.bits == 128 && prefix >= 96 && is_wrapped(address.first))
        *out = (struct ip_range){32, {0, out->first.low & UINT32_MAX}, {0, out->last.low & UINT32_MAX}};
    return true;
}

int wide_compare(struct wide a, struct wide b)
{
    if (a.high != b.high)
        return a.high < b.high ? -1 : 1;
    return (a.low > b.low) - (a.low < b.low);
}

bool wide_next(struct wide *v, unsigned bits)
{
    struct wide last = bits == 32 ? (struct wide){0, UINT32_MAX} : (struct wide){UINT64_MAX, UINT64_MAX};
    if (wide_compare(*v, last) == 0)
        return false;
    v->low++;
    v->high += v->low == 0;
    return true;
}

bool ip_contains(const struct ip_range *a, const struct ip_range *b)
{
    return a->bits == b->bits && wide_compare(a->first, b->first) <= 0 && wide_compare(b->last, a->last) <= 0;
}

bool ip_meets(const struct ip_range *a, const struct ip_range *b)
{
    return a->bits == b->bits && wide_compare(a->first, b->last) <= 0 && wide_compare(b->first, a->last) <= 0;
}

unsigned ip_prefix(const struct ip_range *r)
{
    struct ip_range at = {r->bits, r->first, r->first};
    unsigned prefix = r->bits;
    for (; prefix > 0; prefix--) {
        struct ip_range wider = ip_block(&at, prefix - 1);
        if (wide_compare(wider.first, r->first) != 0 || wide_compare(wider.last, r->last) > 0)
            break;
    }
    return prefix;
}

static void print_ipv6(const uint16_t group[8], struct buf *out)
{
    char text[8];
    size_t best = 8;
    size_t best_n = 1; /* a single zero group is not shortened */
    for (size_t i = 0; i < 8; i++) {
        size_t n = 0;
        while (i + n < 8 && group[i + n] == 0)
            n++;
        if (n > best_n) {
            best = i;
            best_n = n;
        }
    }
    for (size_t i = 0; i < 8; i++) {
        if (i == best) {
            buf_text(out, "::");
            i += best_n - 1;
            continue;
        }
        (void)snprintf(text, sizeof(text), i > 0 && i != best + best_n ? ":%x" : "%x", group[i]);
        buf_text(out, text);
    }
}

void ip_print(struct wide v, unsigned bits, struct buf *out)
{
    if (bits == 32) {
        for (unsigned i = 0; i < 4; i++) {
            if (i > 0)
                buf_text(out, ".");
            buf_decimal(out, (int64_t)(v.low >> (24 - 8 * i) & 0xff));
        }
        return;
    }
    uint16_t group[8];
    for (unsigned i = 0; i < 8; i++)
        group[i] = (uint16_t)((i < 4 ? v.high : v.low) >> (48 - 16 * (i % 4)));
    print_ipv6(group, out);
}
