/*
 * The way from a command to a broker's administration: where it is, the administrator's key, and one signed request.
 */
#pragma once

#include "crypto/key.h"
#include "net/client.h"
#include "owner/command.h"

/* The options that every administrative command has; stand at the end of its rows. */
#define ADMIN_OPTIONS                                                                                                  \
    {.name = "admin",                                                                                                  \
     .value = "FILE",                                                                                                  \
     .help = "how to reach the broker: admin.toml, as `casemate broker init` makes"},                                  \
        {.name = "broker", .value = "URL", .help = "https://HOST:PORT or unix:PATH, in place of --admin"},             \
        {.name = "ca", .value = "FILE", .help = "certificate that the broker's must be, or chain to"},                 \
    {                                                                                                                  \
        .name = "key", .value = "FILE", .help = "the administrator's private key, PEM"                                 \
    }

struct admin_client {
    struct invocation *in;
    struct arena arena;
    struct tls_client *tls;
    struct client *client;
    struct key *key;
    struct bytes kid;
};

struct admin_reply {
    int status;
    struct bytes body; /* valid until the next request */
};

/*
 * admin_open - find the broker and load the key, from --admin, or from --broker, --ca and --key. admin_close - frees.
 *
 * out      *c only on success
 * errors   FORMAT, IO, ABSENT, DENIED (a key file that others can read): said on stderr already
 */
MUST_CHECK struct err admin_open(struct invocation *in, struct admin_client *c);
void admin_close(struct admin_client *c);

/*
 * admin_request - one request under a token that is bound to method, path and body and good once.
 * admin_ask - the same, and anything but 200 is an error, said on stderr with the broker's words.
 *
 * in       path: decoded; content_type: NULL for none
 * out      *out
 * errors   PEER, UNVERIFIED, STALE; admin_ask also DENIED (401) and ABSENT (404)
 * source: docs/openapi.yaml, security scheme admin
 */
MUST_CHECK struct err admin_request(struct admin_client *c, const char *method, struct bytes path,
                                    const char *content_type, struct bytes body, struct admin_reply *out);
MUST_CHECK struct err admin_ask(struct admin_client *c, const char *method, struct bytes path, const char *content_type,
                                struct bytes body, struct admin_reply *out);

/*
 * admin_path - "/kbs/v0/resource/" and a name, in the arena. admin_list - print the records of a kind: text or JSON.
 * admin_delete - delete one record of a kind.
 *
 * out      *out; printed
 * errors   as admin_ask; NOMEM
 */
MUST_CHECK struct err admin_path(struct admin_client *c, const char *prefix, const char *name, struct bytes *out);
MUST_CHECK struct err admin_list(struct invocation *in, const char *kind);
MUST_CHECK struct err admin_delete(struct invocation *in, const char *kind, const char *name);
