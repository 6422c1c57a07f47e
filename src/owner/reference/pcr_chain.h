/*
 * A register of the SHA-256 bank while its value is computed: one call per measured event, in order, and beside it the
 * event log that such a boot leaves. Writing fails sticky, so that a formula reads like its table in the specification.
 */
#pragma once

#include "base/buf.h"
#include "crypto/hash.h"
#include "rats/eventlog.h"

struct pcr_chain {
    unsigned index;
    struct digest value;
    struct buf *log; /* NULL: none is wanted */
    struct err bad;
};

/*
 * pcr_log_begin - the first record of a log, which names its one bank.
 * pcr_begin - the register `index` at zero. pcr_digest - extend it with a digest; `data` is what the event then says.
 * pcr_data - extend it with the digest of bytes, which are what the event says, too. pcr_separator - the separator.
 * pcr_end - the value.
 *
 * in       of our own or measured files; borrowed; log: initialised, or NULL; type: an EV_ number
 * out      records appended to the log; *out only on success
 * errors   pcr_end: the first failure (BUG or NOMEM of the hash); a log that is full shows at its buf_end
 * source: TCG PC Client Platform Firmware Profile 3.3.4, 10.2
 */
void pcr_log_begin(struct buf *log);
void pcr_begin(struct pcr_chain *c, unsigned index, struct buf *log);
void pcr_digest(struct pcr_chain *c, uint32_t type, const struct digest *digest, struct bytes data);
void pcr_data(struct pcr_chain *c, uint32_t type, struct bytes data);
void pcr_separator(struct pcr_chain *c);
MUST_CHECK struct err pcr_end(const struct pcr_chain *c, struct digest *out);
