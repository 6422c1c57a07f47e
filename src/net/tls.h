/*
 * TLS contexts. 1.3 only unless 1.2 is asked for; no renegotiation, no compression, one ticket at most.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"
#include "base/secret.h"

struct tls_server;
struct tls_client;

/*
 * tls_server_new - a context from a PEM certificate chain and its private key; tls_server_free - NULL is fine.
 * tls_client_new - a context that trusts only the certificates of this PEM text (a server certificate itself may be
 * given: it is then pinned); tls_client_free.
 *
 * in       chain, roots: PEM; key: PEM in a secret; allow_tls12: named so because it weakens
 * out      *out only on success; owned
 * errors   FORMAT, UNVERIFIED (key and certificate do not fit), NOMEM, BUG
 */
MUST_CHECK struct err tls_server_new(struct bytes chain, const struct secret *key, bool allow_tls12,
                                     struct tls_server **out);
void tls_server_free(struct tls_server *t);
MUST_CHECK struct err tls_client_new(struct bytes roots, struct tls_client **out);
void tls_client_free(struct tls_client *t);
