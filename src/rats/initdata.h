/*
 * Initdata: the document that carries a pod's rules, and the raw disk that carries the document.
 */
#pragma once

#include "crypto/hash.h"
#include "json/json.h"

struct initdata {
    enum hash_alg algorithm;
    struct digest digest;      /* over the text exactly as delivered */
    const struct json *data;   /* the [data] table: name -> string */
    const struct json *claims; /* init_data_claims: cdh.toml and aa.toml parsed, agent_policy_claims drawn out */
    struct bytes text;         /* the document, borrowed */
};

/*
 * initdata_decode - parse the TOML text and compute its digest and claims.
 *
 * in       text: hostile, at most INITDATA_MAX bytes; a: owns the trees
 * out      only on success
 * errors   FORMAT   not TOML, version or algorithm missing, an entry of [data] is no string
 *          UNSUPPORTED  an algorithm other than sha256, sha384, sha512
 *          LIMIT, NOMEM
 * source: spec/kbs.md 1.8; spec/guest.md 8
 */
MUST_CHECK struct err initdata_decode(struct arena *a, struct bytes text, struct initdata *out);

/*
 * initdata_disk_decode - unpack the raw disk: magic "initdata", u64 LE length, gzip data, padding.
 * initdata_disk_encode - make one, padded to 512 bytes.
 *
 * in       disk: hostile, the whole device; out: initialised with max INITDATA_MAX
 * out      the TOML text, appended
 * errors   ABSENT  no magic: not an initdata disk; FORMAT; LIMIT
 * source: spec/agent.md 4.7
 */
MUST_CHECK struct err initdata_disk_decode(struct bytes disk, struct buf *out);
MUST_CHECK struct err initdata_disk_encode(struct bytes text, struct buf *out);

/*
 * initdata_pcr8 - what PCR 8 holds after PID 1 extended it once from zero with a 32-byte digest.
 *
 * out      32 bytes
 * errors   UNSUPPORTED  the digest is not 32 bytes (only sha256 fits a PCR)
 * source: spec/evidence.md 0.3
 */
MUST_CHECK struct err initdata_pcr8(const struct digest *digest, struct digest *out);
