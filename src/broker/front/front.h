/*
 * The role front: TLS, HTTP and the small body of `auth`; everything else is passed on to keys unread. It holds the TLS
 * key and nothing else, opens no file, and sees no plaintext of a resource. front-admin is the same program on its own
 * listener, with the administrator's routes.
 */
#pragma once

#include "broker/ipc/keys_msg.h"
#include "broker/ipc/link.h"
#include "net/server.h"
#include "net/tls.h"
#include "settings/settings.h"

#define FRONT_INFLIGHT_MAX 4096

enum front_kind { FRONT_NONE = 0, FRONT_AUTH, FRONT_ATTEST, FRONT_RESOURCE, FRONT_ADMIN };

struct inflight {              /* a request that waits for keys */
    struct exchange *exchange; /* NULL: free */
    uint64_t id;
    enum front_kind kind;
    int64_t begun_ms;
};

/* Counters of /metrics; the names are upstream's. */
struct front_counts {
    uint64_t http_requests, auth_requests, auth_successes, auth_errors, attest_requests, attest_successes,
        attest_failures, policy_evaluations, policy_approvals, policy_violations, policy_errors, resource_reads,
        resource_writes, resource_deletes, request_bytes, response_bytes;
    uint64_t duration_bucket[8]; /* the last is +Inf */
    uint64_t duration_us_sum;
};

struct front {
    struct loop *loop;
    const struct settings *settings;
    struct server *server;
    struct server *metrics;
    struct tls_server *tls;
    struct link control;
    struct link keys;
    bool is_admin;
    bool keys_ready;   /* keys said that it serves */
    bool is_secure;    /* the listener speaks TLS: cookies say so */
    uint64_t sequence; /* of requests passed on; begins anywhere */
    size_t next_slot;
    struct inflight inflight[FRONT_INFLIGHT_MAX];
    struct front_counts counts;
};

/*
 * front_route - serve one request: answer it, or pass it on to keys. front_on_reply - keys answered.
 * front_pass - send a message to keys for this exchange.
 *
 * in       hostile
 * out      an answer, now or later
 * errors   none
 */
void front_route(void *front, struct exchange *x, const struct http_request *r, struct bytes body);
void front_on_reply(void *front, const struct message *m);
void front_pass(struct front *f, struct exchange *x, enum front_kind kind, enum keys_message type, struct bytes body);

/*
 * front_auth - decode the body of POST auth and pass the session's wish on.
 *
 * in       body: hostile
 * out      an answer, now or later
 * errors   none
 * source: spec/kbs.md 1.4
 */
void front_auth(struct front *f, struct exchange *x, struct bytes body);

/*
 * front_error - answer with an error of the protocol. front_empty - answer with a status and no body.
 *
 * out      the answer
 * errors   none
 */
void front_error(struct exchange *x, uint16_t error, struct bytes detail);
void front_empty(struct exchange *x, int status);

/* front_metrics - answer GET /metrics on its own listener. front_count_reply - count an answer of keys. errors: none.
 * out: the answer; counters */
void front_metrics(void *front, struct exchange *x, const struct http_request *r, struct bytes body);
void front_count_reply(struct front *f, const struct inflight *request, const struct keys_reply *reply);
