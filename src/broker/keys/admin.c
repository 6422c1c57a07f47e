#include "broker/keys/admin.h"

#include "base/limits.h"
#include "broker/keys/group.h"
#include "broker/keys/policy.h"
#include "sys/log.h"

static const struct route {
    const char *method;
    const char *prefix;   /* with a slash at the end: what follows is the name; without: the whole path */
    const char *endpoint; /* upstream's name for it in error texts; NULL: a plugin route */
    admin_handler *handler;
    uint16_t error; /* of a failure that says nothing better */
} routes[] = {
    {"POST", "/kbs/v0/resource/", NULL, admin_resource_set, KBS_ERROR_PLUGIN_INTERNAL},
    {"DELETE", "/kbs/v0/resource/", NULL, admin_resource_delete, KBS_ERROR_PLUGIN_INTERNAL},
    {"POST", "/kbs/v0/resource-policy", "resource-policy", admin_release_policy_set, KBS_ERROR_POLICY_ENGINE},
    {"GET", "/kbs/v0/resource-policy", "resource-policy", admin_release_policy_list, KBS_ERROR_POLICY_ENGINE},
    {"POST", "/kbs/v0/attestation-policy", "attestation-policy", admin_attestation_policy_set, KBS_ERROR_SET_POLICY},
    {"POST", "/kbs/v0/reference-value", "reference-value", admin_reference_set, KBS_ERROR_RVPS},
    {"GET", "/kbs/v0/reference-value/", "reference-value", admin_reference_get, KBS_ERROR_RVPS},
    {"GET", "/casemate/v0/status", "status", admin_status, KBS_ERROR_PLUGIN_INTERNAL},
    {"GET", "/casemate/v0/upload-key", "upload-key", admin_upload_key, KBS_ERROR_PLUGIN_INTERNAL},
    {"GET", "/casemate/v0/list/", "list", admin_list, KBS_ERROR_PLUGIN_INTERNAL},
    {"GET", "/casemate/v0/record/", "record", admin_read, KBS_ERROR_PLUGIN_INTERNAL},
    {"PUT", "/casemate/v0/record/", "record", admin_put, KBS_ERROR_PLUGIN_INTERNAL},
    {"PUT", "/casemate/v0/revoke-tokens/record/", "record", admin_put_revoking, KBS_ERROR_PLUGIN_INTERNAL},
    {"DELETE", "/casemate/v0/record/", "record", admin_delete, KBS_ERROR_PLUGIN_INTERNAL},
};

static const struct route *find_route(const struct keys_admin *m, struct bytes *rest)
{
    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        struct bytes prefix = bytes_of_text(routes[i].prefix);
        bool is_folder = prefix.p[prefix.n - 1] == '/';
        if (!bytes_is(m->method, routes[i].method) || !bytes_starts(m->path, prefix))
            continue;
        *rest = bytes_of(m->path.p + prefix.n, m->path.n - prefix.n);
        /* Upstream ignores what stands behind a fixed name; the same name with other letters behind is another. */
        if (is_folder || rest->n == 0 || rest->p[0] == '/')
            return &routes[i];
    }
    return NULL;
}

static struct err try_references(struct admin *x)
{
    struct policy_fault fault;
    struct err e = policies_try_references(x->caller->keys, x->a, x->before, &fault);
    if (failed(e))
        TRY(arena_copy(x->a, bytes_of_text(fault.message), &x->detail));
    return e;
}

struct err admin_change(struct admin *x, enum store_kind kind, struct bytes name, const struct bytes *value)
{
    struct keys *k = x->caller->keys;
    SCOPED(buf) struct buf subject;
    buf_init(&subject, 2 * KIB);
    buf_add(&subject, x->who);
    buf_text(&subject, " ");
    buf_add(&subject, x->request->method);
    buf_text(&subject, " ");
    buf_add(&subject, x->request->path);
    struct audit_event event = {.kind = "admin.change",
                                .session = BYTES_EMPTY,
                                .subject = buf_view(&subject),
                                .evidence = BYTES_EMPTY,
                                .rule = x->role,
                                .detail = x->record};
    if (kind == STORE_REFERENCE && x->before == NULL)
        TRY(policies_findings(k, x->a, &x->before));
    TRY(group_transaction(k));
    int64_t now = keys_now_sec(k);
    if (value != NULL)
        TRY(store_put(k->store, kind, name, *value, x->who, now, NULL));
    else
        TRY(store_delete(k->store, kind, name, x->who, now));
    x->changes = true;
    return group_audit(k, &event);
}

static void refuse(struct admin *x, struct err e, uint16_t error, struct bytes detail)
{
    char subject[384];
    int n = snprintf(subject, sizeof(subject), "%.*s%s%.*s %.*s", (int)(x->who.n < 64 ? x->who.n : 64),
                     (const char *)x->who.p, x->who.n == 0 ? "" : " ", (int)x->request->method.n,
                     (const char *)x->request->method.p, (int)(x->request->path.n < 200 ? x->request->path.n : 200),
                     (const char *)x->request->path.p);
    struct bytes what = bytes_of(subject, n > 0 ? (size_t)n < sizeof(subject) ? (size_t)n : sizeof(subject) - 1 : 0);
    if (x->who.n == 0) {
        refusal_audit(x->caller, "admin", BYTES_EMPTY, BYTES_EMPTY, what, e, NULL);
    } else {
        struct audit_event event = {.kind = "admin.refused",
                                    .session = BYTES_EMPTY,
                                    .subject = what,
                                    .evidence = BYTES_EMPTY,
                                    .reason = err_with_reason(e, REASON_INTERNAL).reason,
                                    .rule = x->role,
                                    .detail = x->record};
        LOG_ERR(LOG_LEVEL_INFO, "admin", e, LOG_BYTES("who", x->who));
        refusal_record(x->caller->keys, &event);
    }
    bool ours = e.code == ERR_IO || e.code == ERR_NOMEM || e.code == ERR_BUG;
    reply_error(x->caller, ours ? KBS_ERROR_UNAVAILABLE : error, e.reason, detail);
}

static void refuse_access(struct admin *x, const struct route *route, struct err e)
{
    char detail[128];
    const char *why = e.reason == REASON_ADMIN_ROLE ? "the role does not allow it" : "the token is not accepted";
    int n = snprintf(detail, sizeof(detail), "%s%s%s", route->endpoint != NULL ? route->endpoint : "",
                     route->endpoint != NULL ? ": " : "", why);
    uint16_t error = route->endpoint != NULL ? KBS_ERROR_ADMIN_AUTH_ACCESS : KBS_ERROR_ADMIN_AUTH_INITIALIZATION;
    refuse(x, e, error, bytes_of(detail, (size_t)n));
}

static void answer(struct admin *x, struct bytes body)
{
    struct keys_reply r = {.content = x->content, .cookie = BYTES_EMPTY, .detail = BYTES_EMPTY, .body = body};
    if (x->changes)
        group_reply(x->caller, &r);
    else
        reply_now(x->caller, &r);
}

void keys_on_admin(const struct caller *c, struct arena *a, const struct keys_admin *m)
{
    SCOPED(buf) struct buf body;
    buf_init(&body, 2 * RESOURCE_MAX);
    struct admin x = {.caller = c,
                      .a = a,
                      .request = m,
                      .who = BYTES_EMPTY,
                      .role = BYTES_EMPTY,
                      .detail = BYTES_EMPTY,
                      .body = &body};
    const struct route *route = find_route(m, &x.rest);
    if (route == NULL) {
        reply_error(c, KBS_ERROR_PLUGIN_NOT_FOUND, REASON_NONE, m->path);
        return;
    }
    struct err e = admin_authenticate(&x);
    if (failed(e)) {
        refuse_access(&x, route, e);
        return;
    }
    struct bytes whole = BYTES_EMPTY;
    x.error = route->error;
    e = route->handler(&x);
    if (!failed(e) && x.before != NULL)
        e = try_references(&x);
    if (!failed(e))
        e = buf_end(&body, &whole); /* half an answer is none */
    if (failed(e) && x.changes) {
        c->keys->group_failed = true; /* half a change must not be committed with the group */
        group_flush(c->keys);         /* now, so that the line of the refusal is not dropped with it */
    }
    if (failed(e))
        refuse(&x, e, x.error, x.detail);
    else
        answer(&x, whole);
}
