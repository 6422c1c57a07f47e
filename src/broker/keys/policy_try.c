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

/* A hole of critical severity, or a rule that holds for want of a reference value. source: spec/trust-model.md R12 */
static bool is_refusing(const struct probe_finding *f)
{
    return f->row.severity >= SEVERITY_CRITICAL || strcmp(f->row.threat, "T-ATT-10") == 0;
}

/* What refuses a change: such findings, unless they are accepted or `known`. */
static struct err judge(struct keys *k, const struct probe_findings *findings, const struct probe_findings *known,
                        struct policy_fault *fault)
{
    const struct probe_finding *first = NULL;
    char opened[256] = "";
    for (size_t i = 0; i < findings->count; i++) {
        const struct probe_finding *f = &findings->list[i];
        const struct probe_finding *before = known == NULL ? NULL : probe_finding_of(known, f->row.threat);
        bool is_known = before != NULL && before->row.severity >= f->row.severity;
        if (!is_refusing(f) || f->is_accepted || is_known)
            continue;
        size_t n = strlen(opened);
        (void)snprintf(opened + n, sizeof(opened) - n, "%s%s", n == 0 ? "" : ", ", f->row.threat);
        first = first == NULL ? f : first;
    }
    if (first == NULL || strcmp(settings_text(k->settings, SETTING_POLICY_ON_CRITICAL), "insecure_warn") == 0)
        return OK;
    (void)snprintf(fault->message, sizeof(fault->message),
                   "it opens %s: %s (probe %s, %s); mend it, or accept each threat by name and with a reason", opened,
                   first->row.what, first->row.probe, first->subject);
    return REFUSE(ERR_DENIED, REASON_POLICY_CRITICAL, "the change opens a critical threat");
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

/* The record of the store, or the built-in text; empty where there is neither. */
static struct err text_in_force(struct keys *k, struct arena *a, const char *name, struct bytes *out)
{
    uint64_t version;
    struct err e = store_get_public(k->store, a, STORE_POLICY, bytes_of_text(name), out, &version);
    if (e.code == ERR_ABSENT)
        *out = builtin_policy(bytes_of_text(name));
    return e.code == ERR_ABSENT ? OK : e;
}

static struct err read_state(struct keys *k, struct arena *a, struct in_force *out)
{
    *out = (struct in_force){.attestation_name = BYTES_LIT(POLICY_DEFAULT_CPU), .changed = BYTES_EMPTY};
    TRY(references_of(k, a, &out->references));
    TRY(text_in_force(k, a, POLICY_RELEASE, &out->release));
    return text_in_force(k, a, POLICY_DEFAULT_CPU, &out->attestation);
}

/* What the catalogue of threats says of a policy among those in force. */
static struct err assess(struct keys *k, struct arena *a, struct policy_trial *t)
{
    struct in_force state;
    TRY(read_state(k, a, &state));
    state.changed = t->name;
    if (is_attestation(t->name)) {
        state.attestation = t->text;
        state.attestation_name = t->name;
    } else {
        state.release = t->text;
    }
    return policy_assess(a, &state, keys_now_sec(k), &t->findings);
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

struct err policy_try(struct keys *k, struct arena *a, struct policy_trial *t)
{
    TRY(policy_check(t->name, t->text, &t->fault));
    if (!is_attestation(t->name))
        TRY(try_release(k, a, t));
    TRY(assess(k, a, t));
    for (size_t i = 0; i < t->findings.count; i++)
        t->findings.list[i].is_accepted = is_accepted(t->accepted, t->findings.list[i].row.threat);
    return judge(k, &t->findings, NULL, &t->fault);
}

struct err policies_findings(struct keys *k, struct arena *a, const struct probe_findings **out)
{
    const struct store_entry *entries;
    size_t count;
    struct in_force state;
    struct probe_findings *found;
    TRY(arena_array(a, 1, &found));
    TRY(read_state(k, a, &state));
    TRY(policy_assess(a, &state, keys_now_sec(k), found));
    TRY(store_list(k->store, a, STORE_POLICY, &entries, &count));
    for (size_t i = 0; i < count; i++) {
        uint64_t version;
        if (!is_attestation(entries[i].name) || bytes_is(entries[i].name, POLICY_DEFAULT_CPU))
            continue;
        state.attestation_name = state.changed = entries[i].name;
        TRY(store_get_public(k->store, a, STORE_POLICY, entries[i].name, &state.attestation, &version));
        TRY(policy_assess(a, &state, keys_now_sec(k), found));
    }
    *out = found;
    return OK;
}

struct err policies_try_references(struct keys *k, struct arena *a, const struct probe_findings *before,
                                   struct policy_fault *fault)
{
    const struct probe_findings *after;
    *fault = (struct policy_fault){0};
    TRY(policies_findings(k, a, &after));
    return judge(k, after, before, fault);
}
