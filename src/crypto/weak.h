/*
 * MD5, for the policy language alone: crypto.md5 and crypto.hmac.md5 compute what a policy asks for. It is broken as a
 * hash: no verifier, token or file of ours uses it, and hash_named does not know it.
 */
#pragma once

#include "crypto/hash.h"

/*
 * weak_md5 - the MD5 of bytes; weak_hmac_md5 - HMAC with it.
 *
 * out      only on success, 16 bytes
 * errors   UNSUPPORTED libcrypto runs without MD5 (FIPS); BUG
 * source: RFC 1321; RFC 2104
 */
MUST_CHECK struct err weak_md5(struct bytes in, struct digest *out);
MUST_CHECK struct err weak_hmac_md5(struct bytes key, struct bytes in, struct digest *out);
