/*
 * Administration: who asks (admin_token.c), what may be asked (the table of routes in admin.c), and doing it
 * (admin_kbs.c for upstream's endpoints, admin_store.c for our own).
 */
#pragma once

#include "broker/keys/keys.h"

struct admin { /* one administrator's request */
    const struct caller *caller;
    struct arena *a;
    const struct keys_admin *request;
    struct bytes rest; /* path behind the route's prefix */
    struct bytes who;  /* id of the key that signed */
    struct bytes role;
    uint16_t error;      /* enum kbs_error of a failure */
    struct bytes detail; /* for the administrator, beside the error; empty for none */
    uint8_t content;     /* enum keys_content of the answer */
    struct buf *body;
    bool has_value; /* what is to be set is a part of the body: */
    struct bytes value;
    const struct json *record;           /* facts for the audit line of the change, an object, or NULL */
    bool changes;                        /* the store was changed: the reply waits for its group */
    const struct probe_findings *before; /* what was open before the first reference value was changed, or NULL */
};

/*
 * admin_authenticate - the request's token: signed by an enrolled key, in time; if it carries a jti it must be bound to
 * this method, path and body, and is good once. The key's role must allow this method on this path.
 *
 * in       x->request: hostile
 * out      x->who, x->role
 * errors   UNVERIFIED, STALE reason admin.token; STALE reason admin.replay; DENIED reason admin.role; IO
 * source: spec/kbs.md 7.2; DESIGN.md section 9, administration
 */
MUST_CHECK struct err admin_authenticate(struct admin *x);

/* What a route does. errors: any; x->error and x->detail say how it goes on the wire. out: x->content, x->body */
typedef struct err admin_handler(struct admin *x);

admin_handler admin_resource_set, admin_resource_delete, admin_release_policy_set, admin_release_policy_list,
    admin_attestation_policy_set, admin_reference_set, admin_reference_get;
admin_handler admin_status, admin_upload_key, admin_list, admin_read, admin_put, admin_put_revoking, admin_delete;

/*
 * admin_policy_try - compile a policy and put the probes to it; the probes' findings go into the audit line.
 *
 * in       text: the policy, or with content type application/json {"policy","accept":[threat, ...],"reason"}
 * out      x->value, x->record; x->detail on failure
 * errors   as policy_try; FORMAT reason request.malformed: an acceptance without a reason
 */
MUST_CHECK struct err admin_policy_try(struct admin *x, struct bytes name, struct bytes text);

/*
 * admin_change - put or delete one record in the group's transaction, audited before the commit. Reference values are
 * tried against the policies once the route has made all its changes.
 *
 * in       value: NULL deletes
 * out      x->changes, x->before
 * errors   IO, ABSENT, LIMIT, NOMEM
 */
MUST_CHECK struct err admin_change(struct admin *x, enum store_kind kind, struct bytes name, const struct bytes *value);
