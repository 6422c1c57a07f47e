/*
 * Certificates: decoding, chains, and the making of the broker's own. Times are given, never read from the clock.
 */
#pragma once

#include "base/arena.h"
#include "crypto/key.h"

struct cert; /* one certificate, decoded */

/*
 * cert_decode - one certificate from DER that fills the input; cert_decode_pem - all certificates of a PEM text, in
 * order, at most `max`; cert_free - gives one back (NULL is fine).
 *
 * in       hostile; at most CERT_SIZE_MAX bytes each
 * out      owned; *count certificates in out[]; nothing is written on failure
 * errors   FORMAT, LIMIT, NOMEM
 * source: RFC 5280 4.1; RFC 7468
 */
MUST_CHECK struct err cert_decode(struct bytes der, struct cert **out);
MUST_CHECK struct err cert_decode_pem(struct bytes pem, struct cert **out, size_t max, size_t *count);
void cert_free(struct cert *c);
#define SCOPED_CERT __attribute__((cleanup(cert_cleanup)))
void cert_cleanup(struct cert **c);

/*
 * cert_key - its public key (a new object, owned by the caller). cert_der - its encoding, borrowed from the
 * certificate. cert_digest - SHA-256 of the DER. cert_spki_digest - SHA-256 of its SubjectPublicKeyInfo (the identity
 * of an EK). cert_common_name - the subject's CN as a view, empty if it has none or several. cert_is_ca -
 * basicConstraints CA. cert_times - validity in seconds since 1970 (clamped). cert_extension - value of the extension
 * with this dotted OID, ABSENT if it has none. cert_has_eku - whether extendedKeyUsage names this dotted OID.
 *
 * out      views live as long as the certificate
 * errors   ABSENT, UNSUPPORTED (key kind), NOMEM, BUG
 */
MUST_CHECK struct err cert_key(const struct cert *c, struct key **out);
struct bytes cert_der(const struct cert *c);
MUST_CHECK struct err cert_digest(const struct cert *c, struct digest *out);
MUST_CHECK struct err cert_spki_digest(const struct cert *c, struct digest *out);
struct bytes cert_common_name(const struct cert *c);
bool cert_is_ca(const struct cert *c);
void cert_times(const struct cert *c, int64_t *not_before, int64_t *not_after);
MUST_CHECK struct err cert_extension(const struct cert *c, const char *oid, struct bytes *out);
bool cert_has_eku(const struct cert *c, const char *oid);

/*
 * cert_issued_by - whether `issuer`'s key verifies `c`'s signature and the names match; for RSA-PSS, `pss_sha384` asks
 * for exactly SHA-384, MGF1-SHA-384 and salt 48 (AMD). Does not look at times.
 * cert_verify_chain - a path from `leaf` through `intermediates` to one of `roots` at the instant `at_sec`: signatures,
 * names, CA bits, path length, times. Critical extensions whose OID (dotted) is in `known_critical` (NULL-terminated,
 * may be NULL) are accepted beside those that libcrypto knows.
 *
 * in       hostile leaf and intermediates; trusted roots; at_sec: seconds since 1970
 * out      nothing
 * errors   UNVERIFIED  no such path, or a signature fails; STALE  a certificate is out of its time; LIMIT; NOMEM
 * source: RFC 5280 6.1
 */
MUST_CHECK struct err cert_issued_by(const struct cert *c, const struct cert *issuer, bool pss_sha384);
MUST_CHECK struct err cert_verify_chain(const struct cert *leaf, struct cert *const *intermediates,
                                        size_t intermediate_count, struct cert *const *roots, size_t root_count,
                                        int64_t at_sec, const char *const *known_critical);

/*
 * cert_verify_chain_time - the same, and for how long: from *from_sec until before *to_sec every certificate of the
 * path that was found is valid, so that the answer stands without asking again.
 *
 * in, errors   as cert_verify_chain
 * out          *from_sec, *to_sec only on success
 */
MUST_CHECK struct err cert_verify_chain_time(const struct cert *leaf, struct cert *const *intermediates,
                                             size_t intermediate_count, struct cert *const *roots, size_t root_count,
                                             int64_t at_sec, const char *const *known_critical, int64_t *from_sec,
                                             int64_t *to_sec);

/*
 * crl_check - a revocation list in DER: signed by `issuer` (PSS as above if asked for), current at `at_sec`, and not
 * listing the serial of any of `certs`.
 *
 * in       der: hostile
 * out      nothing
 * errors   FORMAT; UNVERIFIED signature or a listed serial; STALE out of its time; NOMEM
 * source: RFC 5280 5
 */
MUST_CHECK struct err crl_check(struct bytes der, const struct cert *issuer, bool pss_sha384, int64_t at_sec,
                                struct cert *const *certs, size_t count);

/*
 * cert_self_signed - make a self-signed server certificate for `k` (P-256) with these DNS names and IP addresses.
 *
 * in       k: a pair; names: C strings, "host" or an address; days: validity from at_sec on
 * out      PEM appended to out
 * errors   FORMAT a malformed name; BUG, NOMEM
 */
MUST_CHECK struct err cert_self_signed(const struct key *k, const char *const *names, size_t count, int64_t at_sec,
                                       int days, struct buf *out);
