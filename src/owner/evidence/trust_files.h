/*
 * What a user gives to vouch for hardware, read from directories: roots, certificates of chips, revocation lists.
 */
#pragma once

#include "owner/command.h"
#include "verifier/verifier.h"

#define TRUST_ROOTS_MAX 64
#define TRUST_CERTS_MAX 16 /* with the 16 that evidence may carry, as many as the verifier looks at */
#define TRUST_CRLS_MAX  16

struct cert_list {
    struct cert *certs[TRUST_ROOTS_MAX]; /* owned */
    size_t count;
};

struct trust_files {
    struct cert_list roots, software_roots, test_roots;
    struct bytes certs[TRUST_CERTS_MAX]; /* in the arena */
    size_t cert_count;
    struct bytes crls[TRUST_CRLS_MAX]; /* in the arena */
    size_t crl_count;
    struct bytes eks[COMMAND_VALUES_MAX]; /* in the arena */
    size_t ek_count;
};

/*
 * trust_read_roots - every certificate of the files *.pem, *.crt, *.cer and *.der of a directory.
 * trust_read_endorsements - the same as encodings, and every *.crl; other names are passed over.
 * trust_clear - gives the certificates back. trust_view - all of it as the verifiers take it.
 *
 * in       directory: named by the user, NULL for none
 * out      appended; owned by `out` and the arena. trust_view: borrowed
 * errors   FORMAT a file that is no certificate, or a directory without any; LIMIT too many; IO; NOMEM. The file is
 *          named on stderr
 * source: DESIGN.md section 9, interfaces
 */
MUST_CHECK struct err trust_read_roots(struct invocation *in, const char *directory, struct cert_list *out);
MUST_CHECK struct err trust_read_endorsements(struct invocation *in, struct arena *a, const char *directory,
                                              struct trust_files *out);
void trust_clear(struct trust_files *t);
struct endorsements trust_view(const struct trust_files *t);
