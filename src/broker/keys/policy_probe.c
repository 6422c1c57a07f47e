#include "broker/keys/policy_probe.h"

#include <stdio.h>

#include "base/limits.h"
#include "broker/keys/policy.h"

#define PATHS_MAX     4096 /* every stored name is asked for by strangers */
#define PATHS_FEW     32   /* and these by each of the workloads that are bound */
#define WORKLOADS_MAX 32
#define FOREIGN       "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a"
#define ZERO          "0000000000000000000000000000000000000000000000000000000000000000"

const struct probe_finding *probe_finding_of(const struct probe_findings *f, const char *threat)
{
    for (size_t i = 0; i < f->count; i++)
        if (strcmp(f->list[i].row.threat, threat) == 0)
            return &f->list[i];
    return NULL;
}

struct err probe_note(struct probe_findings *f, const struct probe_row *row, struct bytes subject)
{
    const struct threat *t = threat_find(bytes_of_text(row->threat));
    const struct probe_finding *have = probe_finding_of(f, row->threat);
    size_t at = have == NULL ? f->count : (size_t)(have - f->list);
    if (t == NULL)
        return FAIL(ERR_BUG, "a probe names no threat of the catalogue");
    struct probe_finding finding = {.row = *row};
    if (finding.row.severity == SEVERITY_NONE)
        finding.row.severity = t->severity;
    if (have != NULL && have->row.severity >= finding.row.severity)
        return OK;
    if (at == PROBE_FINDINGS_MAX)
        return FAIL(ERR_LIMIT, "a policy has more findings than a trial keeps");
    (void)snprintf(finding.subject, sizeof(finding.subject), "%.*s", (int)subject.n, (const char *)subject.p);
    f->list[at] = finding;
    f->count += at == f->count;
    return OK;
}

struct prober {
    struct keys *k;
    struct arena *a;
    const struct rego_policy *policy;
    struct bytes *paths; /* first what will be stored later, then what is bound, then what is stored */
    size_t path_count;
    size_t asked;                       /* how many of them the next tokens are put to */
    struct bytes claims[WORKLOADS_MAX]; /* of bound workloads */
    const struct json *lists[WORKLOADS_MAX];
    size_t workload_count;
    struct probe_findings *out;
};

static void add_path(struct prober *p, struct bytes path)
{
    for (size_t i = 0; i < p->path_count; i++)
        if (bytes_equal(p->paths[i], path))
            return;
    if (p->path_count < PATHS_MAX)
        p->paths[p->path_count++] = path;
}

static struct err read_workloads(struct prober *p)
{
    const struct store_entry *entries;
    size_t count;
    TRY(store_list(p->k->store, p->a, STORE_WORKLOAD, &entries, &count));
    for (size_t i = 0; i < count && i < WORKLOADS_MAX; i++) {
        struct bytes value;
        uint64_t version;
        const struct json *list;
        TRY(store_get_public(p->k->store, p->a, STORE_WORKLOAD, entries[i].name, &value, &version));
        TRY(json_decode(p->a, value, NULL, NULL, &list));
        p->claims[p->workload_count] = entries[i].name;
        p->lists[p->workload_count++] = list;
        for (size_t j = 0; j < list->count; j++)
            add_path(p, list->items[j]->text);
    }
    return OK;
}

static struct err read_paths(struct prober *p)
{
    const struct store_entry *entries;
    size_t count;
    TRY(arena_array(p->a, PATHS_MAX, &p->paths));
    add_path(p, BYTES_LIT("default/probe/secret"));
    TRY(read_workloads(p));
    TRY(store_list(p->k->store, p->a, STORE_RESOURCE, &entries, &count));
    for (size_t i = 0; i < count; i++)
        add_path(p, entries[i].name);
    p->asked = p->path_count;
    return OK;
}

/* A submodule with tpm evidence; an empty claim leaves init_data out. */
static void put_submod(struct buf *b, const char *name, const char *status, struct bytes claim)
{
    buf_text(b, "\"");
    buf_text(b, name);
    buf_text(b, "\":{\"ear.status\":\"");
    buf_text(b, status);
    buf_text(b, "\",\"ear.appraisal-policy-id\":\"default\",\"ear.veraison.annotated-evidence\":{\"tpm\":{}");
    if (claim.n != 0) {
        buf_text(b, ",\"init_data\":");
        json_quote(claim, b);
    }
    buf_text(b, "}}");
}

static struct err allows(struct prober *p, const struct buf *token, struct bytes plugin, struct bytes path, bool *yes)
{
    struct release_question q = {.claims = buf_view(token), .plugin = plugin, .path = path, .query = BYTES_EMPTY};
    struct err e = release_ask(p->k, p->policy, p->a, &q);
    *yes = !failed(e);
    return e.code == ERR_NOMEM || e.code == ERR_IO ? e : OK;
}

static struct err put(struct prober *p, const struct probe_row *row, const struct buf *token)
{
    for (size_t i = 0; i < p->asked; i++) {
        bool yes;
        TRY(allows(p, token, BYTES_LIT("resource"), p->paths[i], &yes));
        if (yes)
            TRY(probe_note(p->out, row, p->paths[i]));
    }
    return OK;
}

/* The tokens that must not open anything, for one claim that might: `claim` is a bound workload's, or nobody's. */
static struct err put_statuses(struct prober *p, struct bytes claim)
{
    static const struct {
        const char *status;
        struct probe_row row;
    } rows[] = {
        {"contraindicated", {"Q02", "T-SEC-02", "a guest whose appraisal is contraindicated is served"}},
        {"warning", {"Q02", "T-ATT-11", "a guest whose appraisal only warns is served"}},
        {"none", {"Q02", "T-ATT-11", "a guest that nobody appraised is served"}},
    };
    static const struct probe_row pair = {"Q13", "T-SEC-02", "a guest with one part that is contraindicated is served"};
    SCOPED(buf) struct buf token;
    buf_init(&token, 16 * KIB);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        buf_reset(&token);
        buf_text(&token, "{\"submods\":{");
        put_submod(&token, "cpu0", rows[i].status, claim);
        buf_text(&token, "}}");
        TRY(put(p, &rows[i].row, &token));
    }
    buf_reset(&token);
    buf_text(&token, "{\"submods\":{");
    put_submod(&token, "cpu0", "contraindicated", claim);
    buf_text(&token, ",");
    put_submod(&token, "cpu1", "affirming", claim);
    buf_text(&token, "}}");
    return put(p, &pair, &token);
}

static struct err put_initdata(struct prober *p)
{
    static const struct {
        struct bytes claim;
        struct probe_row row;
    } rows[] = {
        {{(const uint8_t *)FOREIGN, 64},
         {"Q06", "T-INIT-01", "a sound guest with initdata of somebody else is served"}},
        {{(const uint8_t *)ZERO, 64}, {"Q07", "T-INIT-02", "a sound guest without initdata is served"}},
        {{(const uint8_t *)"", 0}, {"Q07", "T-INIT-02", "a sound guest without initdata is served"}},
    };
    SCOPED(buf) struct buf token;
    buf_init(&token, 16 * KIB);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        buf_reset(&token);
        buf_text(&token, "{\"submods\":{");
        put_submod(&token, "cpu0", "affirming", rows[i].claim);
        buf_text(&token, "}}");
        TRY(put(p, &rows[i].row, &token));
    }
    return OK;
}

static struct err put_empty(struct prober *p)
{
    static const struct probe_row row = {"Q05", "T-SEC-02", "a token without any appraisal is served"};
    static const char *const tokens[] = {"{}", "{\"submods\":{}}"};
    SCOPED(buf) struct buf token;
    buf_init(&token, KIB);
    for (size_t i = 0; i < 2; i++) {
        buf_reset(&token);
        buf_text(&token, tokens[i]);
        TRY(put(p, &row, &token));
    }
    return OK;
}

static bool lists(const struct json *list, struct bytes path)
{
    for (size_t i = 0; i < list->count; i++)
        if (bytes_equal(list->items[i]->text, path))
            return true;
    return false;
}

/* A workload's own token against everything that is not on its list. */
static struct err put_workload(struct prober *p, size_t which)
{
    static const struct probe_row other = {"Q30", "T-SEC-03", "a sound guest of another workload is served"};
    static const struct probe_row plugin = {"Q28", "T-SEC-03", "a sound guest is served by another plugin"};
    SCOPED(buf) struct buf token;
    bool yes;
    buf_init(&token, 16 * KIB);
    buf_text(&token, "{\"submods\":{");
    put_submod(&token, "cpu0", "affirming", p->claims[which]);
    buf_text(&token, "}}");
    for (size_t i = 0; i < p->asked; i++) {
        if (lists(p->lists[which], p->paths[i]))
            continue;
        TRY(allows(p, &token, BYTES_LIT("resource"), p->paths[i], &yes));
        if (yes)
            TRY(probe_note(p->out, &other, p->paths[i]));
    }
    TRY(allows(p, &token, BYTES_LIT("pkcs11"), p->paths[0], &yes));
    return yes ? probe_note(p->out, &plugin, BYTES_LIT("pkcs11")) : OK;
}

struct err policy_probe_release(struct keys *k, struct arena *a, const struct rego_policy *policy,
                                struct probe_findings *out)
{
    struct prober p = {.k = k, .a = a, .policy = policy, .out = out};
    TRY(read_paths(&p));
    TRY(put_empty(&p));
    TRY(put_initdata(&p));
    TRY(put_statuses(&p, BYTES_LIT(FOREIGN)));
    p.asked = p.path_count < PATHS_FEW ? p.path_count : PATHS_FEW;
    for (size_t i = 0; i < p.workload_count; i++) {
        TRY(put_statuses(&p, p.claims[i]));
        TRY(put_workload(&p, i));
    }
    return OK;
}

struct err probe_findings_json(struct arena *a, const struct probe_findings *f, const struct json **out)
{
    const struct json *items[PROBE_FINDINGS_MAX];
    for (size_t i = 0; i < f->count; i++) {
        const struct probe_finding *p = &f->list[i];
        struct json_object o;
        json_object_init(&o, a);
        json_object_text(&o, "probe", p->row.probe);
        json_object_text(&o, "threat", p->row.threat);
        json_object_text(&o, "severity", severity_name(p->row.severity));
        json_object_text(&o, "what", p->row.what);
        json_object_text(&o, "subject", p->subject);
        json_object_bool(&o, "accepted", p->is_accepted);
        TRY(json_object_end(&o, &items[i]));
    }
    return json_new_array(a, items, f->count, out);
}
