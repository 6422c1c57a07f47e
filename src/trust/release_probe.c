/*
 * Release policies under probes. Forged claims go through the attestation policy first; its result makes the token, and
 * then the release policy is asked: only the whole chain convicts.
 */
#include "trust/appraise_probe.h"
#include "trust/closure.h"
#include "trust/digests.h"
#include "trust/learn.h"
#include "trust/patch.h"
#include "trust/release.h"
#include "trust/token.h"
#include "trust/workload.h"

#define QUERY        "data.policy.allow"
#define UNKNOWN_PATH "default/example/secret"

struct err probe_release_ask(struct releaser *r, const struct json *token, const char *plugin, const struct json *path,
                             struct probe_outcome *out)
{
    const struct json *data;
    struct answer a;
    TRY(token_data(r->m->arena, plugin, path, &data));
    struct question q = {QUERY, token, data, r->m->references};
    TRY(tested_ask(r->m, r->policy, &q, &a));
    bool allows = a.state == ANSWER_VALUE && json_is(a.value, JSON_BOOL) && a.value->as_bool;
    out->result = allows ? PROBE_ALLOWED : a.state == ANSWER_ERROR ? PROBE_ERROR : PROBE_REFUSED;
    out->why = a.state == ANSWER_ERROR ? a.why : BYTES_LIT("data.policy.allow");
    out->line = allows ? probe_rule_line(r->policy, "allow", false) : 0;
    return allows ? probe_digest(r->m->arena, token, &out->input) : OK;
}

static struct err put_path(struct releaser *r, const char *id, const struct json *token, const char *plugin,
                           const struct json *path, struct bytes subject)
{
    struct probe_outcome o = {.is_calibrated = r->is_accepted, .subject = subject, .why = BYTES_EMPTY};
    o.input = BYTES_EMPTY;
    TRY(probe_release_ask(r, token, plugin, path, &o));
    return probe_record(&r->results, bytes_of_text(id), o);
}

/* A token against every path that is needed. */
static struct err put(struct releaser *r, const char *id, const struct json *token, struct bytes subject)
{
    for (size_t i = 0; i < r->paths.count; i++) {
        struct tree_list parts;
        const struct json *path;
        TRY(token_path(r->m->arena, r->paths.items[i]->text, &parts));
        TRY(tree_list_end(&parts, &path));
        TRY(put_path(r, id, token, "resource", path, subject.n > 0 ? subject : r->paths.items[i]->text));
    }
    return OK;
}

static struct err token_for(struct releaser *r, const char *status, struct bytes tee, const struct json *claims,
                            const struct json *init_data, const struct json **out)
{
    struct token_device list[2] = {{"cpu0", status, tee, claims, init_data, true}};
    if (r->wants_device)
        TRY(token_gpu(r->m->arena, &list[1]));
    return token_make(r->m->arena, list, r->wants_device ? 2 : 1, out);
}

/* The token that the broker would make for these claims. */
struct err release_chained(struct releaser *r, struct bytes tee, const struct json *claims,
                           const struct json *init_data, const struct json **out)
{
    const char *status;
    TRY(appraiser_status(r->appraiser, tee, claims, init_data, r->m->references, &status));
    return token_for(r, strcmp(status, "error") == 0 ? "none" : status, tee, claims, init_data, out);
}

struct err release_form(struct releaser *r, struct bytes text, const struct json **out)
{
    return json_new_string(r->m->arena, text, out);
}

static struct err own_form(struct releaser *r, const struct json **out)
{
    return release_form(r, r->appraiser->init_data, out);
}

/* Whether a document gets what it needs; without a document, whether anything is released at all. */
static struct err unlocks(struct releaser *r, bool *all)
{
    const struct json *form, *token;
    const struct tree_list *needed = r->document != NULL ? &r->document->closure : &r->paths;
    size_t granted = 0;
    TRY(own_form(r, &form));
    TRY(release_chained(r, r->appraiser->tee_name, r->appraiser->claims, form, &token));
    for (size_t i = 0; i < needed->count; i++) {
        struct probe_outcome o;
        struct tree_list parts;
        const struct json *path;
        TRY(token_path(r->m->arena, needed->items[i]->text, &parts));
        TRY(tree_list_end(&parts, &path));
        TRY(probe_release_ask(r, token, "resource", path, &o));
        granted += o.result == PROBE_ALLOWED;
        if (o.result != PROBE_ALLOWED)
            tree_list_text(&r->refused_paths, needed->items[i]->text);
    }
    *all = r->document != NULL ? granted == needed->count : granted > 0;
    return r->refused_paths.bad;
}

/* Q06 to Q08: initdata of nobody, none at all, and the first half of the right one. */
static struct err foreign_initdata(struct releaser *r)
{
    struct appraiser *a = r->appraiser;
    struct arena *arena = r->m->arena;
    const struct json *own, *v, *token;
    TRY(own_form(r, &own));
    struct {
        const char *id;
        struct bytes subject;
        const struct json *value;
    } rows[5] = {{"Q06", BYTES_LIT("foreign"), NULL},
                 {"Q07", BYTES_LIT("zero"), NULL},
                 {"Q07", BYTES_LIT("empty"), NULL},
                 {"Q07", BYTES_LIT("missing"), NULL},
                 {"Q08", BYTES_LIT("first half"), NULL}};
    TRY(digests_fill(arena, a->init_data, "5a", &rows[0].value));
    TRY(digests_fill(arena, a->init_data, "00", &rows[1].value));
    TRY(release_form(r, BYTES_EMPTY, &rows[2].value));
    TRY(release_form(r, bytes_of(a->init_data.p, a->init_data.n / 2), &rows[4].value));
    for (size_t i = 0; i < 5; i++) {
        v = rows[i].value;
        if (v != NULL && json_equal(v, own))
            continue;
        TRY(release_chained(r, a->tee_name, a->claims, v, &token));
        TRY(put(r, rows[i].id, token, rows[i].subject));
    }
    return OK;
}

/* Q02, Q05, Q12, Q13: tokens that say no, or nothing. */
static struct err bad_tokens(struct releaser *r)
{
    static const struct {
        const char *id;
        const char *status;
    } rows[] = {{"Q02c", "contraindicated"}, {"Q02w", "warning"}, {"Q02n", "none"}, {"Q02a", NULL}};
    struct appraiser *a = r->appraiser;
    const struct json *own, *token;
    TRY(own_form(r, &own));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *status = rows[i].status;
        TRY(token_for(r, status, a->tee_name, a->claims, own, &token));
        TRY(put(r, rows[i].id, token, status == NULL ? BYTES_LIT("absent") : bytes_of_text(status)));
    }
    struct tree_map m;
    tree_map_init(&m, r->m->arena);
    tree_map_text(&m, BYTES_LIT("iss"), BYTES_LIT("CoCo-Attestation-Service"));
    TRY(tree_map_end(&m, &token));
    TRY(put(r, "Q05", token, BYTES_LIT("no submodules")));
    TRY(token_make(r->m->arena, NULL, 0, &token));
    TRY(put(r, "Q05", token, BYTES_LIT("an empty list of submodules")));
    struct token_device bare = {"cpu0", TOKEN_AFFIRMING, BYTES_EMPTY, NULL, NULL, false};
    TRY(token_make(r->m->arena, &bare, 1, &token));
    TRY(put(r, "Q05n", token, BYTES_LIT("a submodule without evidence")));
    struct token_device two[2] = {{"cpu0", "contraindicated", a->tee_name, a->claims, own, true},
                                  {"cpu1", TOKEN_AFFIRMING, a->tee_name, a->claims, own, true}};
    TRY(token_make(r->m->arena, two, 2, &token));
    return put(r, "Q13", token, BYTES_LIT("cpu0 contraindicated beside cpu1"));
}

static struct err bad_devices(struct releaser *r)
{
    struct appraiser *a = r->appraiser;
    struct token_device list[2];
    const struct json *own, *token;
    if (!r->wants_device)
        return OK;
    TRY(own_form(r, &own));
    list[0] = (struct token_device){"cpu0", TOKEN_AFFIRMING, a->tee_name, a->claims, own, true};
    TRY(token_gpu(r->m->arena, &list[1]));
    TRY(token_make(r->m->arena, list, 1, &token));
    TRY(put(r, "Q12", token, BYTES_LIT("gpu0 absent")));
    list[1].status = "contraindicated";
    TRY(token_make(r->m->arena, list, 2, &token));
    return put(r, "Q12", token, BYTES_LIT("gpu0 contraindicated"));
}

/* Q10, Q11, and the chain of A01: evidence that anybody can make. The attacker starts the right document with it. */
static struct err other_evidence(struct releaser *r)
{
    static const char *const tees[] = {"sample", "tpm"};
    static const char *const ids[] = {"Q10", "Q11"};
    struct appraiser *a = r->appraiser;
    const struct json *own, *token;
    TRY(own_form(r, &own));
    for (size_t i = 0; i < 2; i++) {
        struct bytes tee = bytes_of_text(tees[i]);
        if (bytes_equal(tee, a->tee_name))
            continue;
        TRY(release_chained(r, tee, json_path(r->m->tee_table, tees[i], "claims", NULL), own, &token));
        TRY(put(r, ids[i], token, bytes_of_text(tees[i])));
    }
    const struct json *list = json_at(a->tee, "measurements"), *claims = a->claims;
    for (TREE_EACH(i, list)) {
        const struct json *old, *other;
        TRY(patch_find(r->m->arena, claims, list->items[i]->text, &old));
        if (old == NULL)
            continue;
        TRY(learn_other_value(r->m->arena, old, &other));
        TRY(learn_set(r->m->arena, claims, list->items[i]->text, other, &claims));
    }
    TRY(release_chained(r, a->tee_name, claims, own, &token));
    return put(r, "QA1", token, BYTES_LIT("random measurements"));
}

static struct err changed_path(struct releaser *r, const struct json *token, const char *id, const struct json *parts)
{
    SCOPED(buf) struct buf text = {0};
    struct bytes view, kept;
    buf_init(&text, 65536);
    for (TREE_EACH(i, parts)) {
        buf_text(&text, i > 0 ? "/" : "");
        buf_add(&text, parts->items[i]->text);
    }
    TRY(buf_end(&text, &view));
    if (tree_list_has(&r->paths, view))
        return OK;
    TRY(arena_copy(r->m->arena, view, &kept));
    return put_path(r, id, token, "resource", parts, kept);
}

static struct err fixed_paths(struct releaser *r, const struct json *token)
{
    static const char *const rows[][2] = {{"Q20", "default/other/secret"}, {"Q21", "secret"}};
    struct tree_list parts;
    const struct json *path;
    for (size_t i = 0; i < 2; i++) {
        TRY(token_path(r->m->arena, bytes_of_text(rows[i][1]), &parts));
        TRY(tree_list_end(&parts, &path));
        TRY(changed_path(r, token, rows[i][0], path));
    }
    tree_list_init(&parts, r->m->arena);
    TRY(tree_list_end(&parts, &path));
    return put_path(r, "Q22", token, "resource", path, BYTES_LIT("the empty path"));
}

/* Q23 to Q26: paths that begin, end or read like an allowed one. */
static struct err alike_paths(struct releaser *r, const struct json *token, struct bytes known)
{
    struct arena *a = r->m->arena;
    struct tree_list parts;
    const struct json *path;
    struct bytes text;
    TRY(token_path(a, known, &parts));
    tree_list_text(&parts, BYTES_LIT("x"));
    TRY(tree_list_end(&parts, &path));
    TRY(changed_path(r, token, "Q23", path));
    for (size_t where = 0; where < 2; where++) {
        TRY(token_path(a, known, &parts));
        size_t at = where == 0 ? 0 : parts.count - 1;
        struct bytes old = parts.items[at]->text;
        TRY(tree_format(a, &text, "%.*s%s", (int)old.n, (const char *)old.p, where == 0 ? "-x" : "2"));
        TRY(json_new_string(a, text, &parts.items[at]));
        TRY(tree_list_end(&parts, &path));
        TRY(changed_path(r, token, where == 0 ? "Q24" : "Q25", path));
    }
    tree_list_init(&parts, a);
    tree_list_text(&parts, known);
    TRY(tree_list_end(&parts, &path));
    TRY(put_path(r, "Q26", token, "resource", path, BYTES_LIT("all parts in one")));
    TRY(tree_format(a, &text, "default/../%.*s", (int)known.n, (const char *)known.p));
    TRY(token_path(a, text, &parts));
    TRY(tree_list_end(&parts, &path));
    return changed_path(r, token, "Q27", path);
}

static struct err other_paths(struct releaser *r)
{
    static const char *const plugins[] = {"pkcs11", "nebula-ca", "external", "provisioner"};
    struct appraiser *a = r->appraiser;
    const struct json *own, *token;
    TRY(own_form(r, &own));
    TRY(release_chained(r, a->tee_name, a->claims, own, &token));
    TRY(fixed_paths(r, token));
    for (size_t i = 0; i < r->paths.count; i++) {
        struct tree_list parts;
        const struct json *path;
        TRY(alike_paths(r, token, r->paths.items[i]->text));
        TRY(token_path(r->m->arena, r->paths.items[i]->text, &parts));
        TRY(tree_list_end(&parts, &path));
        for (size_t p = 0; p < 4; p++)
            TRY(put_path(r, "Q28", token, plugins[p], path, bytes_of_text(plugins[p])));
    }
    return OK;
}

/* Q30: with the initdata of one document, a path that only another one needs. */
static struct err crossed(struct releaser *r, const struct json **out)
{
    struct tree_list l;
    tree_list_init(&l, r->m->arena);
    for (size_t i = 0; i < r->m->document_count; i++) {
        const struct document *d = &r->m->documents[i];
        const struct json *form, *token;
        TRY(release_form(r, d->form, &form));
        TRY(release_chained(r, r->appraiser->tee_name, r->appraiser->claims, form, &token));
        for (size_t k = 0; k < r->paths.count; k++) {
            struct probe_outcome o;
            struct tree_list parts;
            struct json_object f;
            const struct json *path, *v;
            if (closure_has(d, r->paths.items[k]->text))
                continue;
            TRY(token_path(r->m->arena, r->paths.items[k]->text, &parts));
            TRY(tree_list_end(&parts, &path));
            TRY(probe_release_ask(r, token, "resource", path, &o));
            if (o.result != PROBE_ALLOWED)
                continue;
            json_object_init(&f, r->m->arena);
            json_object_string(&f, "path", r->paths.items[k]->text);
            json_object_string(&f, "document", d->path);
            TRY(json_object_end(&f, &v));
            tree_list_add(&l, v);
        }
    }
    return tree_list_end(&l, out);
}

static struct err probe_all(struct releaser *r, struct json_object *o)
{
    struct candidate *list;
    size_t count;
    const struct json *v, *token, *own;
    TRY(own_form(r, &own));
    TRY(release_chained(r, r->appraiser->tee_name, r->appraiser->claims, own, &token));
    TRY(put(r, "Q00", token, BYTES_EMPTY));
    TRY(foreign_initdata(r));
    TRY(bad_tokens(r));
    TRY(bad_devices(r));
    TRY(other_evidence(r));
    TRY(other_paths(r));
    TRY(crossed(r, &v));
    json_object_add(o, "crossed", v);
    TRY(digests_candidates(r->m, r->policy, r->appraiser->policy, &list, &count));
    return release_pins(r, list, count, o);
}

static bool wants_device(const struct model *m)
{
    for (size_t i = 0; i < m->workload_count; i++) {
        const struct json *lists = json_at(m->workloads[i].spec, "containers");
        for (TREE_EACH(k, lists)) {
            const struct json *limits = json_path(lists->items[k], "resources", "limits", NULL);
            for (TREE_MEMBER(n, limits))
                if (memmem(limits->members[n].key.p, limits->members[n].key.n, "gpu", 3) != NULL ||
                    bytes_starts(limits->members[n].key, BYTES_LIT("nvidia.com/")))
                    return true;
        }
    }
    return false;
}

/* A list of texts as a path, if it is one. */
static struct err add_path(struct releaser *r, const struct json *v)
{
    SCOPED(buf) struct buf text = {0};
    struct bytes view;
    buf_init(&text, 65536);
    if (!json_is(v, JSON_ARRAY) || v->count == 0)
        return OK;
    for (size_t i = 0; i < v->count; i++) {
        if (!json_is(v->items[i], JSON_STRING))
            return OK;
        buf_text(&text, i > 0 ? "/" : "");
        buf_add(&text, v->items[i]->text);
    }
    TRY(buf_end(&text, &view));
    if (!tree_list_has(&r->paths, view))
        tree_list_text(&r->paths, view);
    return r->paths.bad;
}

/* The paths that a policy compares the asked one with, from its own explanation. */
static struct err wanted_paths(struct releaser *r, const struct json *report, const struct json *asked)
{
    const struct json *literal = json_at(report, "failed"), *right = json_at(literal, "right");
    if (right != NULL && json_at(literal, "left") != NULL && json_equal(json_at(literal, "left"), asked)) {
        TRY(add_path(r, right));
        for (TREE_EACH(i, right))
            TRY(add_path(r, right->items[i]));
    }
    for (TREE_MEMBER(i, report))
        TRY(wanted_paths(r, report->members[i].value, asked));
    for (TREE_EACH(i, report))
        TRY(wanted_paths(r, report->items[i], asked));
    return OK;
}

/* No document says which paths are needed: ask the policy. */
static struct err learn_paths(struct releaser *r)
{
    const struct json *token, *data, *path, *own;
    struct tree_list parts;
    struct explained e;
    TRY(own_form(r, &own));
    TRY(token_for(r, TOKEN_AFFIRMING, r->appraiser->tee_name, r->appraiser->claims, own, &token));
    TRY(token_path(r->m->arena, BYTES_LIT(UNKNOWN_PATH), &parts));
    TRY(tree_list_end(&parts, &path));
    TRY(token_data(r->m->arena, "resource", path, &data));
    struct question q = {QUERY, token, data, r->m->references};
    TRY(tested_explain(r->m, r->policy, &q, &e));
    TRY(wanted_paths(r, json_at(e.report, "rules"), path));
    if (r->paths.count == 0)
        tree_list_text(&r->paths, BYTES_LIT(UNKNOWN_PATH));
    return r->paths.bad;
}

static struct err gather_paths(struct releaser *r)
{
    tree_list_init(&r->paths, r->m->arena);
    tree_list_init(&r->refused_paths, r->m->arena);
    for (size_t i = 0; i < r->m->document_count; i++)
        for (size_t k = 0; k < r->m->documents[i].closure.count; k++)
            if (!tree_list_has(&r->paths, r->m->documents[i].closure.items[k]->text))
                tree_list_text(&r->paths, r->m->documents[i].closure.items[k]->text);
    TRY(r->paths.bad);
    return r->paths.count > 0 || r->policy->compiled == NULL ? OK : learn_paths(r);
}

static struct err release_fact(struct releaser *r, const struct json **out)
{
    struct json_object o, b;
    const struct json *v;
    json_object_init(&o, r->m->arena);
    json_object_init(&b, r->m->arena);
    json_object_string(&o, "artefact", r->policy->artefact);
    json_object_string(&o, "path", r->policy->path);
    json_object_text(&o, "state", r->policy->compiled == NULL ? "failed" : "compiled");
    json_object_string(&o, "why", r->policy->why);
    json_object_int(&o, "line", (int64_t)r->policy->why_line);
    bool all = false;
    if (r->policy->compiled != NULL)
        TRY(unlocks(r, &all));
    r->is_accepted = r->appraiser->is_affirming && all;
    if (r->policy->compiled != NULL)
        TRY(probe_all(r, &o));
    json_object_text(&b, "state", r->is_accepted ? "accepted" : "refused");
    TRY(tree_list_end(&r->refused_paths, &v));
    json_object_add(&b, "refused_paths", v);
    TRY(json_object_end(&b, &v));
    json_object_add(&o, "baseline", v);
    json_object_bool(&o, "wants_device", r->wants_device);
    json_object_bool(&o, "mentions_status", learn_mentions(r->m->arena, r->policy->text, "ear.status"));
    json_object_bool(&o, "reads_initdata", learn_mentions(r->m->arena, r->policy->text, "init_data"));
    json_object_bool(&o, "reads_initdata_claims", learn_mentions(r->m->arena, r->policy->text, "init_data_claims"));
    TRY(probe_facts(r->m, &r->results, r->policy->artefact, &v));
    json_object_add(&o, "probes", v);
    return json_object_end(&o, out);
}

/* The document that the baseline stands on: the first in force, else the first. */
static const struct document *first_document(const struct model *m)
{
    for (size_t i = 0; i < m->document_count; i++)
        if (m->documents[i].workload_count > 0)
            return &m->documents[i];
    return m->document_count > 0 ? &m->documents[0] : NULL;
}

static struct err one_release(struct model *m, struct tested_policy *p, struct appraiser *a, const struct document *d,
                              const struct json **out)
{
    struct releaser r = {.m = m, .policy = p, .appraiser = a, .document = d};
    r.results.arena = m->arena;
    r.wants_device = wants_device(m);
    TRY(gather_paths(&r));
    return release_fact(&r, out);
}

struct err probe_brokers(struct model *m, struct tested_policies *set, const struct json **appraisals,
                         const struct json **releases)
{
    struct tree_list released;
    struct appraiser main;
    const struct json *v;
    const struct document *d = first_document(m);
    struct bytes form = d == NULL ? BYTES_EMPTY : d->form;
    tree_list_init(&released, m->arena);
    TRY(appraiser_open(m, appraiser_processor(set), form, &main));
    TRY(appraisers_facts(&main, set, appraisals));
    for (size_t i = 0; i < set->count; i++) {
        if (set->list[i].role != POLICY_RELEASE)
            continue;
        TRY(one_release(m, &set->list[i], &main, d, &v));
        tree_list_add(&released, v);
    }
    return tree_list_end(&released, releases);
}
