#include "trust/appraise_probe.h"

#include "rats/ear.h"
#include "trust/learn.h"
#include "trust/patch.h"
#include "trust/words.h"

#define QUERY "data.policy.trust_claims"

struct err appraiser_status(struct appraiser *a, struct bytes tee, const struct json *claims,
                            const struct json *init_data, const struct json *references, const char **out)
{
    const struct json *input;
    *out = verdict_name(a->policy == NULL ? VERDICT_AFFIRMING : VERDICT_NONE);
    if (a->policy == NULL || a->policy->compiled == NULL)
        return OK;
    TRY(learn_input(a->m->arena, tee, claims, init_data, &input));
    struct question q = {QUERY, input, NULL, references};
    return learn_status(a->m, a->policy, &q, out);
}

struct err appraiser_open(struct model *m, struct tested_policy *policy, struct bytes init_data, struct appraiser *out)
{
    const struct json *form;
    const char *status;
    *out = (struct appraiser){.m = m, .policy = policy, .tee = m->tee, .tee_name = m->context.tee};
    out->claims = json_at(m->tee, "claims");
    out->init_data = init_data;
    out->is_affirming = policy == NULL;
    if (policy == NULL || policy->compiled == NULL || out->claims == NULL)
        return OK;
    TRY(json_new_string(m->arena, init_data, &form));
    TRY(learn_claims(m, policy, m->tee, out->tee_name, form, &out->claims));
    TRY(appraiser_status(out, out->tee_name, out->claims, form, m->references, &status));
    out->is_affirming = strcmp(status, verdict_name(VERDICT_AFFIRMING)) == 0;
    return OK;
}

struct run {
    struct appraiser *a;
    const struct json *form;
    const struct json *references;
    struct probe_table results;
    struct tree_list free; /* measurements that may have any value */
};

static struct err put_input(struct run *r, const char *id, struct bytes subject, const struct json *input)
{
    struct probe_outcome o = {.is_calibrated = r->a->is_affirming, .subject = subject, .why = BYTES_EMPTY};
    struct question q = {QUERY, input, NULL, r->references};
    const char *status;
    TRY(learn_status(r->a->m, r->a->policy, &q, &status));
    TRY(probe_digest(r->a->m->arena, input, &o.input));
    bool passes = strcmp(status, verdict_name(VERDICT_AFFIRMING)) == 0;
    o.result = passes ? PROBE_ALLOWED : strcmp(status, "error") == 0 ? PROBE_ERROR : PROBE_REFUSED;
    o.why = bytes_of_text(status);
    o.line = probe_rule_line(r->a->policy, "trust_claims", false);
    return probe_record(&r->results, bytes_of_text(id), o);
}

static struct err put(struct run *r, const char *id, struct bytes subject, struct bytes tee, const struct json *claims)
{
    const struct json *input;
    TRY(learn_input(r->a->m->arena, tee, claims, r->form, &input));
    return put_input(r, id, subject, input);
}

/* The baseline with a patch; a patch that does not fit these claims is no probe. */
static struct err patched(struct run *r, const char *id, const struct json *patch)
{
    const struct json *claims;
    struct err e = patch_apply(r->a->m->arena, r->a->claims, patch, &claims);
    if (failed(e))
        return e.code == ERR_NOMEM ? e : OK;
    return put(r, id, tree_text(json_is(patch, JSON_ARRAY) && patch->count > 0 ? patch->items[0] : NULL, "path"),
               r->a->tee_name, claims);
}

static struct err each_patch(struct run *r, const char *id, const char *member)
{
    const struct json *list = json_at(r->a->tee, member);
    for (TREE_EACH(i, list))
        TRY(patched(r, id, list->items[i]));
    return OK;
}

static struct err replaced(struct run *r, const struct json *claims, struct bytes pointer, bool removes,
                           const struct json **out)
{
    const struct json *old, *made;
    TRY(patch_find(r->a->m->arena, claims, pointer, &old));
    *out = NULL;
    if (old == NULL)
        return OK;
    TRY(learn_other_value(r->a->m->arena, old, &made));
    struct json_object o;
    const struct json *op, *patch;
    struct tree_list ops;
    json_object_init(&o, r->a->m->arena);
    json_object_text(&o, "op", removes ? "remove" : "replace");
    json_object_string(&o, "path", pointer);
    if (!removes)
        json_object_add(&o, "value", made);
    TRY(json_object_end(&o, &op));
    tree_list_init(&ops, r->a->m->arena);
    tree_list_add(&ops, op);
    TRY(tree_list_end(&ops, &patch));
    return patch_apply(r->a->m->arena, claims, patch, out);
}

static struct err is_free(struct run *r, const struct json *claims, bool *out)
{
    const char *status;
    TRY(appraiser_status(r->a, r->a->tee_name, claims, r->form, r->references, &status));
    *out = strcmp(status, verdict_name(VERDICT_AFFIRMING)) == 0;
    return OK;
}

/* A01, A02: measurements that are nobody's, all at once and one by one. */
static struct err measurements(struct run *r)
{
    const struct json *list = json_at(r->a->tee, "measurements"), *all = r->a->claims;
    const struct json *enclave = json_path(r->a->tee, "parts", "enclave", NULL);
    for (TREE_EACH(i, list)) {
        const struct json *one;
        struct bytes pointer = list->items[i]->text;
        bool is_open = false;
        TRY(replaced(r, all, pointer, false, &all));
        TRY(replaced(r, r->a->claims, pointer, false, &one));
        TRY(put(r, "A02", pointer, r->a->tee_name, one));
        TRY(is_free(r, one, &is_open));
        if (is_open)
            tree_list_text(&r->free, pointer);
        TRY(replaced(r, r->a->claims, pointer, true, &one));
        TRY(put(r, "A02r", pointer, r->a->tee_name, one));
    }
    for (TREE_EACH(i, enclave)) {
        const struct json *one;
        bool is_open;
        TRY(replaced(r, r->a->claims, enclave->items[i]->text, false, &one));
        TRY(is_free(r, one, &is_open));
        if (is_open && !tree_list_has(&r->free, enclave->items[i]->text))
            tree_list_text(&r->free, enclave->items[i]->text);
    }
    return put(r, "A01", BYTES_EMPTY, r->a->tee_name, all);
}

/* Registers that only together say what they say. */
static struct err together(struct run *r, bool *out)
{
    const struct json *list = json_path(r->a->tee, "parts", "together", NULL), *all = r->a->claims;
    *out = false;
    if (!json_is(list, JSON_ARRAY))
        return OK;
    for (size_t i = 0; i < list->count; i++)
        TRY(replaced(r, all, list->items[i]->text, false, &all));
    return is_free(r, all, out);
}

static bool is_zero(const struct json *v)
{
    struct bytes text;
    if (!tree_scalar_text(v, &text))
        return true;
    return bytes_all(text, '0');
}

/* A06: parts of the patch level at nothing, one by one and all; then the statuses. */
static struct err levels(struct run *r)
{
    const struct json *list = json_at(r->a->tee, "tcb"), *all = r->a->claims;
    size_t changed = 0;
    for (TREE_EACH(i, list)) {
        const struct json *old, *one, *zero;
        TRY(patch_find(r->a->m->arena, r->a->claims, list->items[i]->text, &old));
        if (old == NULL || is_zero(old))
            continue;
        TRY(learn_zero(r->a->m->arena, old, &zero));
        TRY(learn_set(r->a->m->arena, r->a->claims, list->items[i]->text, zero, &one));
        TRY(learn_set(r->a->m->arena, all, list->items[i]->text, zero, &all));
        TRY(put(r, "A06", list->items[i]->text, r->a->tee_name, one));
        changed++;
    }
    if (changed > 0)
        TRY(put(r, "A06", BYTES_LIT("all parts at 0"), r->a->tee_name, all));
    return each_patch(r, "A06", "tcb_status");
}

/* A10 to A14: evidence that is no evidence of this TEE. */
static struct err foreign(struct run *r)
{
    const struct json *table = r->a->m->tee_table, *empty, *own = r->a->claims;
    struct json_object o;
    json_object_init(&o, r->a->m->arena);
    TRY(json_object_end(&o, &empty));
    bool is_sample = bytes_is(r->a->tee_name, "sample"), is_tpm = bytes_is(r->a->tee_name, "tpm");
    if (!is_sample)
        TRY(put(r, "A10", BYTES_EMPTY, BYTES_LIT("sample"), json_path(table, "sample", "claims", NULL)));
    if (!is_tpm)
        TRY(put(r, "A11", BYTES_EMPTY, BYTES_LIT("tpm"), json_path(table, "tpm", "claims", NULL)));
    TRY(put(r, "A12", BYTES_EMPTY, BYTES_EMPTY, NULL));
    TRY(put_input(r, "A12", BYTES_EMPTY, empty));
    TRY(put(r, "A13", BYTES_EMPTY, BYTES_LIT("unknown-tee"), own));
    return put(r, "A14", BYTES_EMPTY, r->a->tee_name, empty);
}

/* A20, A21: fewer reference values must never affirm more. */
static struct err fewer_references(struct run *r)
{
    struct model *m = r->a->m;
    const struct json *all = m->references, *hollow = r->a->claims, *list = json_at(r->a->tee, "measurements");
    struct tree_list *queried = &r->a->policy->queried;
    struct json_object o;
    for (TREE_EACH(i, list))
        TRY(replaced(r, hollow, list->items[i]->text, false, &hollow));
    bool refused = false;
    TRY(is_free(r, hollow, &refused));
    refused = !refused;
    json_object_init(&o, m->arena);
    TRY(json_object_end(&o, &r->references));
    if (queried->count > 0)
        TRY(put(r, "A20", BYTES_EMPTY, r->a->tee_name, r->a->claims));
    for (size_t i = 0; refused && i < queried->count; i++) {
        TRY(learn_without(m->arena, all, queried->items[i]->text, &r->references));
        TRY(put(r, "A21", queried->items[i]->text, r->a->tee_name, hollow));
    }
    r->references = all;
    return OK;
}

static struct err run_all(struct run *r, bool *joint)
{
    struct appraiser *a = r->a;
    TRY(put(r, "A00", BYTES_EMPTY, a->tee_name, a->claims));
    TRY(measurements(r));
    TRY(together(r, joint));
    TRY(each_patch(r, "A05", "debug"));
    TRY(each_patch(r, "A05m", "migrate"));
    TRY(levels(r));
    TRY(each_patch(r, "A07", "collateral"));
    TRY(each_patch(r, "A08", "variants"));
    TRY(foreign(r));
    return fewer_references(r);
}

/* A name that is asked for and not there: whether its absence makes the baseline pass. */
static struct err missing_names(struct run *r, const struct json **out)
{
    struct model *m = r->a->m;
    struct tree_list l;
    tree_list_init(&l, m->arena);
    for (size_t i = 0; i < r->a->policy->queried.count; i++) {
        struct bytes name = r->a->policy->queried.items[i]->text;
        struct json_object o;
        const struct json *v;
        bool decides = false;
        if (json_find(m->references, name) != NULL)
            continue;
        for (unsigned kind = 0; r->a->is_affirming && !decides && kind < LEARN_EXTREMES; kind++) {
            bool passes;
            TRY(learn_extreme(m->arena, m->references, name, kind, &r->references));
            TRY(is_free(r, r->a->claims, &passes));
            decides = !passes;
        }
        r->references = m->references;
        json_object_init(&o, m->arena);
        json_object_string(&o, "name", name);
        json_object_bool(&o, "decides", decides);
        TRY(json_object_end(&o, &v));
        tree_list_add(&l, v);
    }
    return tree_list_end(&l, out);
}

static struct err baseline_fact(const struct appraiser *a, struct json_object *o)
{
    struct json_object b;
    const struct json *v;
    json_object_init(&b, a->m->arena);
    json_object_text(&b, "state", a->is_affirming ? "accepted" : "refused");
    TRY(json_object_end(&b, &v));
    json_object_add(o, "baseline", v);
    return OK;
}

static struct err read_facts(const struct appraiser *a, struct json_object *o)
{
    json_object_bool(o, "reads_initdata", learn_mentions(a->m->arena, a->policy->text, "init_data"));
    json_object_bool(o, "reads_initdata_claims", learn_mentions(a->m->arena, a->policy->text, "init_data_claims"));
    json_object_bool(o, "reads_event_log", learn_mentions(a->m->arena, a->policy->text, "uefi_event_logs"));
    return OK;
}

struct err appraiser_facts(struct appraiser *a, const struct json **out)
{
    struct run r = {.a = a, .references = a->m->references};
    struct json_object o;
    const struct json *v;
    bool joint = false;
    r.results.arena = a->m->arena;
    tree_list_init(&r.free, a->m->arena);
    TRY(json_new_string(a->m->arena, a->init_data, &r.form));
    json_object_init(&o, a->m->arena);
    json_object_string(&o, "artefact", a->policy->artefact);
    json_object_string(&o, "path", a->policy->path);
    json_object_text(&o, "state", a->policy->compiled == NULL ? "failed" : "compiled");
    json_object_string(&o, "why", a->policy->why);
    json_object_int(&o, "line", (int64_t)a->policy->why_line);
    if (a->policy->compiled != NULL && a->claims != NULL)
        TRY(run_all(&r, &joint));
    TRY(baseline_fact(a, &o));
    json_object_bool(&o, "free_together", joint);
    TRY(tree_list_end(&r.free, &v));
    json_object_add(&o, "free", v);
    TRY(missing_names(&r, &v));
    json_object_add(&o, "missing", v);
    TRY(tree_list_end(&a->policy->queried, &v));
    json_object_add(&o, "queried", v);
    TRY(read_facts(a, &o));
    TRY(probe_facts(a->m, &r.results, a->policy->artefact, &v));
    json_object_add(&o, "probes", v);
    return json_object_end(&o, out);
}

/* A policy for another class of device has its class in its name. */
static bool is_for_device(const struct tested_policy *p)
{
    return words_in(p->path, "gpu") || words_in(p->path, "switch") || words_in(p->path, "dpu");
}

struct tested_policy *appraiser_processor(struct tested_policies *set)
{
    struct tested_policy *best = NULL;
    for (size_t i = 0; i < set->count; i++) {
        struct tested_policy *p = &set->list[i];
        if (p->role != POLICY_ATTESTATION)
            continue;
        bool is_better = best == NULL || (best->compiled == NULL && p->compiled != NULL);
        if (p->compiled != NULL && !is_for_device(p))
            return p;
        best = is_better ? p : best;
    }
    return best;
}

static struct err add_facts(const struct appraiser *main, struct tested_policy *p, struct tree_list *out)
{
    struct appraiser own = *main;
    const struct json *v;
    bool is_other = p != main->policy && p->compiled != NULL;
    if (is_other && is_for_device(p))
        return model_note(main->m, p->path, 0, "the policy is named like one for a device, and was not probed");
    if (p != main->policy)
        TRY(appraiser_open(main->m, p, main->init_data, &own));
    TRY(appraiser_facts(&own, &v));
    tree_list_add(out, v);
    return out->bad;
}

struct err appraisers_facts(const struct appraiser *main, struct tested_policies *set, const struct json **out)
{
    struct tree_list list;
    tree_list_init(&list, main->m->arena);
    for (size_t i = 0; i < set->count; i++)
        if (set->list[i].role == POLICY_ATTESTATION)
            TRY(add_facts(main, &set->list[i], &list));
    return tree_list_end(&list, out);
}
