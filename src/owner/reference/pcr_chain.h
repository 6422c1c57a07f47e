/*
 * A register of the SHA-256 bank while its value is computed: one call per measured event, in order. Writing fails
 * sticky, so that a formula reads like its table in the specification.
 */
#pragma once

#include "crypto/hash.h"

struct pcr_chain {
    struct digest value;
    struct err bad;
};

/*
 * pcr_begin - the register at zero. pcr_digest - extend it with a digest; pcr_data - with the digest of bytes;
 * pcr_separator - with the separator (four zero bytes). pcr_end - the value.
 *
 * in       of our own or measured files; borrowed
 * out      *out only on success
 * errors   pcr_end: the first failure (BUG or NOMEM of the hash)
 * source: TCG PC Client Platform Firmware Profile 3.3.4
 */
void pcr_begin(struct pcr_chain *c);
void pcr_digest(struct pcr_chain *c, const struct digest *digest);
void pcr_data(struct pcr_chain *c, struct bytes data);
void pcr_separator(struct pcr_chain *c);
MUST_CHECK struct err pcr_end(const struct pcr_chain *c, struct digest *out);
