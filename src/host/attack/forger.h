/*
 * A guest that never booted: a software TPM whose registers the host fills from the event log of an honest boot. It is
 * what whoever owns a vTPM can do, and the honest baseline of the message attacks, each of which changes one point.
 */
#pragma once

#include "host/attack/fd_tcti.h"
#include "host/options.h"
#include "host/spawn.h"
#include "host/workdir.h"
#include "kbs/kbs.h"
#include "net/tls.h"
#include "tpm/tpm.h"

struct forger {
    struct arena *arena; /* of the attack */
    struct workdir dir;
    pid_t swtpm;
    int fd;
    struct fd_tcti tcti;
    struct tpm *tpm;
    struct tpm_identity identity;
    struct bytes event_log;
    struct bytes initdata;
    struct tls_client *tls;
    struct client *client;
    const char *url;
    const char *resource;
    const char *other_resource;
};

/* One way through the protocol, from nonce to resource, with everything that was sent kept for the attack. */
struct exchange {
    struct kbs_session kbs;
    struct secret credential_secret;
    struct tpm_quote quote;
    const struct json *evidence;
    struct digest resource_digest;
};

/*
 * forger_open - start the TPM of --tpm without a VM, extend its registers as the event log and the initdata say, make
 * an identity, and read how to reach the broker. forger_clear - put everything away; accepts the zeroed value with
 * swtpm and fd -1.
 *
 * in       options: of an attack; a: owns the texts
 * out      *f; *is_misuse: an option is missing
 * errors   FORMAT  an option is missing, or the log or the initdata malformed; as swtpm_start_fd, tpm_identity_make
 * cost     2 s
 */
MUST_CHECK struct err forger_open(struct forger *f, struct arena *a, const struct host_option *options,
                                  bool *is_misuse);
void forger_clear(struct forger *f);

/*
 * forger_challenge - auth: a nonce, and the credential opened. forger_quote - a quote over the session and the key.
 * forger_evidence - the evidence of that quote, with this event log. forger_attest - send it. forger_fetch - get a
 * resource and keep its digest.
 * forger_exchange - all of it, honestly. exchange_clear - wipe its secrets; accepts the zeroed value.
 *
 * out      *x
 * errors   DENIED  the broker refused; as kbs_auth, kbs_attest, kbs_resource, tpm_credential_activate, tpm_quote_make
 * source: DESIGN.md section 9, handshake
 */
MUST_CHECK struct err forger_challenge(struct forger *f, struct exchange *x);
MUST_CHECK struct err forger_quote(struct forger *f, struct exchange *x);
MUST_CHECK struct err forger_evidence(struct forger *f, struct exchange *x, struct bytes event_log);
MUST_CHECK struct err forger_attest(struct forger *f, struct exchange *x);
MUST_CHECK struct err forger_fetch(struct exchange *x, const char *path);
MUST_CHECK struct err forger_exchange(struct forger *f, struct exchange *x);
void exchange_clear(struct exchange *x);
