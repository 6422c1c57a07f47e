/*
 * Strict DER on the one cursor, for the certificate extensions and signatures that OpenSSL does not decode for us.
 */
#pragma once

#include "base/rd.h"

enum der_tag {
    DER_BOOLEAN = 0x01,
    DER_INTEGER = 0x02,
    DER_BIT_STRING = 0x03,
    DER_OCTET_STRING = 0x04,
    DER_NULL = 0x05,
    DER_OID = 0x06,
    DER_UTF8_STRING = 0x0c,
    DER_IA5_STRING = 0x16,
    DER_SEQUENCE = 0x30,
    DER_SET = 0x31
};

/*
 * der_take - the content of the next value, which must have this tag byte.
 * der_any - the next value of whatever tag: tag byte and content.
 * der_sub - a cursor over the content of the next value.
 * der_uint - a non-negative INTEGER in 64 bits; minimal encoding only.
 *
 * in       r: hostile
 * out      only on success; views into the input
 * errors   FORMAT  another tag, indefinite or non-minimal length, non-minimal integer, input ends; LIMIT over 64 bits
 * source: ITU-T X.690 8, 10
 */
MUST_CHECK struct err der_take(struct rd *r, enum der_tag tag, struct bytes *out);
MUST_CHECK struct err der_any(struct rd *r, uint8_t *tag, struct bytes *out);
MUST_CHECK struct err der_sub(struct rd *r, enum der_tag tag, struct rd *out);
MUST_CHECK struct err der_uint(struct rd *r, uint64_t *out);
