#include "base/limits.h"
#include "broker/keys/admin.h"
#include "broker/keys/policy.h"

/* How an administrator's policy gets into force, whichever endpoint it came by. */

struct acceptance { /* threats that are accepted by name, and why */
    const struct json *threats;
    struct bytes reason;
};

static struct err read_json(struct admin *x, struct bytes body, struct acceptance *out)
{
    const struct json *v;
    TRY_AS(REASON_REQUEST_MALFORMED, json_decode(x->a, body, NULL, NULL, &v));
    TRY_AS(REASON_REQUEST_MALFORMED, json_need_string(v, "policy", &x->value));
    x->has_value = true;
    if (json_at(v, "accept") == NULL)
        return OK;
    TRY_AS(REASON_REQUEST_MALFORMED, json_need_array(v, "accept", &out->threats));
    struct err e = json_need_string(v, "reason", &out->reason);
    if (failed(e) || out->reason.n == 0)
        return REFUSE(ERR_FORMAT, REASON_REQUEST_MALFORMED, "a threat is accepted only with a reason");
    return OK;
}

static struct err make_record(struct admin *x, const struct policy_trial *t, const struct acceptance *by)
{
    const struct json *list;
    struct json_object o;
    if (t->findings.count == 0)
        return OK;
    TRY(probe_findings_json(x->a, &t->findings, &list));
    json_object_init(&o, x->a);
    json_object_add(&o, "probes", list);
    if (by->threats != NULL)
        json_object_string(&o, "reason", by->reason);
    return json_object_end(&o, &x->record);
}

struct err admin_policy_try(struct admin *x, struct bytes name, struct bytes text)
{
    struct acceptance by = {.reason = BYTES_EMPTY};
    bool is_ours = bytes_starts(x->request->path, BYTES_LIT("/casemate/"));
    if (is_ours && bytes_is(x->request->content_type, "application/json"))
        TRY(read_json(x, text, &by));
    struct policy_trial t = {.name = name, .text = x->has_value ? x->value : text, .accepted = by.threats};
    struct err e = policy_try(x->caller->keys, x->a, &t);
    TRY(make_record(x, &t, &by));
    if (failed(e)) {
        SCOPED(buf) struct buf detail;
        buf_init(&detail, 4 * KIB);
        buf_text(&detail, is_ours ? "" : "Failed to load policy: ");
        buf_text(&detail, t.fault.message);
        TRY(arena_copy(x->a, buf_view(&detail), &x->detail));
    }
    return e;
}
