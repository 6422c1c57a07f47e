#include <stdio.h>

#include "base/limits.h"
#include "broker/keys/policy.h"
#include "broker/keys/resource_path.h"
#include "verifier/builtin_policy.h"
#include "verifier/policy_call.h"

/* What may come into force: names, compilation, and the trial of a policy. */

struct err workload_check(struct arena *a, struct bytes value)
{
    const struct json *list;
    TRY_AS(REASON_REQUEST_MALFORMED, json_decode(a, value, NULL, NULL, &list));
    if (!json_is(list, JSON_ARRAY) || list->count == 0)
        return REFUSE(ERR_FORMAT, REASON_REQUEST_MALFORMED, "a workload is bound to a list of resource paths");
    for (size_t i = 0; i < list->count; i++) {
        if (!json_is(list->items[i], JSON_STRING))
            return REFUSE(ERR_FORMAT, REASON_REQUEST_MALFORMED, "a resource path is a text");
        TRY(resource_path_check(list->items[i]->text));
    }
    return OK;
}

/* Only the policies that appraisal asks for: another one would look as if it were in force. */
static bool is_attestation(struct bytes name)
{
    for (int tee = TEE_NONE + 1; tee < TEE_COUNT; tee++) {
        char wanted[64];
        (void)snprintf(wanted, sizeof(wanted), POLICY_ATTESTATION "default_%s", tee_class((enum tee)tee));
        if (bytes_is(name, wanted))
            return true;
    }
    return false;
}

static struct err unknown_name(struct policy_fault *fault)
{
    (void)snprintf(fault->message, sizeof(fault->message),
                   "no policy has such a name: it is " POLICY_RELEASE " or " POLICY_ATTESTATION
                   "default_CLASS, for a CLASS of TEEs such as cpu");
    return REFUSE(ERR_ABSENT, REASON_POLICY_INVALID, "no policy has such a name");
}

static struct err check_attestation(struct bytes text, struct policy_fault *fault)
{
    struct attestation_policy *p = NULL;
    TRY(attestation_policy_new("attestation-policy", text, &p, fault));
    attestation_policy_free(p);
    return OK;
}

struct err release_compile(struct bytes text, struct bytes data, struct rego_policy **out, struct policy_fault *fault)
{
    struct policy_text source = {.name = POLICY_RELEASE, .text = text, .rule = "data.policy.allow"};
    return policy_compile(&source, data, NULL, 0, out, fault);
}

struct err policy_check(struct bytes name, struct bytes text, struct policy_fault *fault)
{
    struct rego_policy *p = NULL;
    *fault = (struct policy_fault){0};
    if (text.n > POLICY_TEXT_MAX)
        return REFUSE(ERR_LIMIT, REASON_REQUEST_TOO_LARGE, "the policy is too large");
    if (is_attestation(name))
        return check_attestation(text, fault);
    if (!bytes_is(name, POLICY_RELEASE))
        return unknown_name(fault);
    TRY(release_compile(text, BYTES_LIT("{\"workloads\":{}}"), &p, fault));
    rego_policy_free(p);
    return OK;
}

static bool is_accepted(const struct json *accepted, const char *threat)
{
    for (size_t i = 0; json_is(accepted, JSON_ARRAY) && i < accepted->count; i++)
        if (json_is(accepted->items[i], JSON_STRING) && bytes_is(accepted->items[i]->text, threat))
            return true;
    return false;
}

static struct err judge(struct keys *k, struct policy_trial *t)
{
    const struct probe_finding *first = NULL;
    char threats[256] = "";
    for (size_t i = 0; i < t->findings.count; i++) {
        struct probe_finding *f = &t->findings.list[i];
        f->is_accepted = is_accepted(t->accepted, f->threat);
        if (!f->is_critical || f->is_accepted)
            continue;
        size_t n = strlen(threats);
        (void)snprintf(threats + n, sizeof(threats) - n, "%s%s", n == 0 ? "" : ", ", f->threat);
        first = first == NULL ? f : first;
    }
    if (first == NULL || strcmp(settings_text(k->settings, SETTING_POLICY_ON_CRITICAL), "insecure_warn") == 0)
        return OK;
    (void)snprintf(t->fault.message, sizeof(t->fault.message),
                   "it opens %s: %s passes (probe %s, %s); mend it, or accept each threat by name and with a reason",
                   threats, first->what, first->probe, first->subject);
    return REFUSE(ERR_DENIED, REASON_POLICY_CRITICAL, "the policy opens a critical threat");
}

static struct err try_release(struct keys *k, struct arena *a, struct policy_trial *t)
{
    struct rego_policy *p = NULL;
    SCOPED(buf) struct buf data;
    buf_init(&data, 16 * MIB);
    TRY(release_workloads(k, a, &data));
    TRY(release_compile(t->text, buf_view(&data), &p, &t->fault));
    struct err e = policy_probe_release(k, a, p, &t->findings);
    rego_policy_free(p);
    return e;
}

static struct err references_of(struct keys *k, struct arena *a, const struct json **out)
{
    const struct store_entry *entries;
    size_t count;
    struct json_member *members;
    TRY(store_list(k->store, a, STORE_REFERENCE, &entries, &count));
    TRY(arena_array(a, count, &members));
    for (size_t i = 0; i < count; i++) {
        struct bytes value;
        uint64_t version;
        TRY(store_get_public(k->store, a, STORE_REFERENCE, entries[i].name, &value, &version));
        members[i].key = entries[i].name;
        TRY(json_decode(a, value, NULL, NULL, &members[i].value));
    }
    return json_new_object(a, members, count, out);
}

static struct err try_attestation(struct keys *k, struct arena *a, struct policy_trial *t)
{
    struct attestation_policy *p = NULL;
    const struct json *references;
    char *name;
    TRY(arena_text(a, t->name, &name));
    TRY(references_of(k, a, &references));
    TRY(attestation_policy_new("attestation-policy", t->text, &p, &t->fault));
    struct err e = policy_probe_attestation(a, p, name, references, keys_now_sec(k), &t->findings);
    attestation_policy_free(p);
    return e;
}

struct err policy_try(struct keys *k, struct arena *a, struct policy_trial *t)
{
    TRY(policy_check(t->name, t->text, &t->fault));
    TRY(is_attestation(t->name) ? try_attestation(k, a, t) : try_release(k, a, t));
    return judge(k, t);
}

struct err policies_try_references(struct keys *k, struct arena *a, struct policy_fault *fault)
{
    const struct store_entry *entries;
    size_t count;
    *fault = (struct policy_fault){0};
    TRY(store_list(k->store, a, STORE_POLICY, &entries, &count));
    for (size_t i = 0; i < count; i++) {
        struct policy_trial t = {.name = entries[i].name};
        uint64_t version;
        if (!is_attestation(t.name))
            continue;
        TRY(store_get_public(k->store, a, STORE_POLICY, t.name, &t.text, &version));
        TRY(try_attestation(k, a, &t));
        struct err e = judge(k, &t);
        *fault = t.fault;
        TRY(e);
    }
    return OK;
}
