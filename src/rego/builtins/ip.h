/*
 * Inside rego/: addresses and blocks of them, IPv4 and IPv6, as ranges of numbers.
 */
#pragma once

#include "base/buf.h"
#include "base/bytes.h"

struct wide { /* 128 bits; an IPv4 address stands in the low 32 */
    uint64_t high;
    uint64_t low;
};

struct ip_range {
    unsigned bits; /* 32 or 128; ranges of two families have nothing in common */
    struct wide first;
    struct wide last;
};

/*
 * ip_parse - one address; ip_parse_block - an address, a slash and a prefix length, host bits ignored.
 *
 * in       text: hostile. No zone, no octal, no leading zero in an octet. An IPv6 address that wraps an IPv4 one is
 *          that IPv4 one, so that a rule about IPv4 cannot be passed by another spelling
 * out      *out only if true
 * errors   false: not an address
 * source: RFC 4291 2.2, 2.3; RFC 4632 3.1
 */
bool ip_parse(struct bytes text, struct ip_range *out);
bool ip_parse_block(struct bytes text, struct ip_range *out);

/* ip_block - the block of `prefix` leading bits around an address. out: the block; errors: none */
struct ip_range ip_block(const struct ip_range *address, unsigned prefix);

/* wide_compare - negative, zero, positive. wide_next - one more, false at the very end. ip_contains - whether all of b
 * lies in a. ip_meets - whether they share an address. ip_prefix - the length of the largest block that starts at
 * `first` and ends no later than `last`. out: the answer; errors: none */
int wide_compare(struct wide a, struct wide b);
bool wide_next(struct wide *v, unsigned bits);
bool ip_contains(const struct ip_range *a, const struct ip_range *b);
bool ip_meets(const struct ip_range *a, const struct ip_range *b);
unsigned ip_prefix(const struct ip_range *r);

/* ip_print - append an address in its canonical form. errors: sticky. out: appended. source: RFC 5952 4 */
void ip_print(struct wide v, unsigned bits, struct buf *out);
