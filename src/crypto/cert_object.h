/*
 * For the files of this folder only: what a certificate is made of, and the one check of a signature's algorithm.
 */
#pragma once

#include "crypto/ossl.h"
#include "crypto/x509.h"

struct cert {
    X509 *x;
    struct bytes der; /* owned: a copy of what was decoded */
    int64_t not_before;
    int64_t not_after;
};

/*
 * signature_algorithm_ok - whether a signature's AlgorithmIdentifier is one that we take: with `pss_sha384` exactly
 * RSA-PSS with SHA-384, MGF1-SHA-384, salt 48; otherwise anything but MD5, SHA-1 and shorter.
 *
 * in       alg: hostile
 * out      the answer
 * errors   none
 * source: RFC 4055 3.1; spec/evidence.md 1.4
 */
bool signature_algorithm_ok(const X509_ALGOR *alg, bool pss_sha384);

/* cert_instant - seconds since 1970 of a time in a certificate. out: *out only on success. errors: FORMAT no time */
MUST_CHECK struct err cert_instant(const ASN1_TIME *t, int64_t *out);
