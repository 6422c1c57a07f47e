#include "broker/keys/policy_probe.h"

#include <stdio.h>

#include "base/limits.h"
#include "broker/keys/policy.h"
#include "codec/hex.h"
#include "crypto/hash.h"

#define PATHS_MAX     4096 /* every stored name is asked for by strangers */
#define PATHS_FEW     32   /* and these by each of the workloads that are bound */
#define WORKLOADS_MAX 32
#define FOREIGN       "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a"
#define ZERO          "0000000000000000000000000000000000000000000000000000000000000000"

static void note(struct probe_findings *f, const struct probe_finding *row, struct bytes subject)
{
    for (size_t i = 0; i < f->count; i++)
        if (strcmp(f->list[i].threat, row->threat) == 0)
            return;
    if (f->count == PROBE_FINDINGS_MAX)
        return;
    struct probe_finding *to = &f->list[f->count++];
    *to = *row;
    (void)snprintf(to->subject, sizeof(to->subject), "%.*s", (int)subject.n, (const char *)subject.p);
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

static struct err put(struct prober *p, const struct probe_finding *row, const struct buf *token)
{
    for (size_t i = 0; i < p->asked; i++) {
        bool yes;
        TRY(allows(p, token, BYTES_LIT("resource"), p->paths[i], &yes));
        if (yes)
            note(p->out, row, p->paths[i]);
    }
    return OK;
}

/* The tokens that must not open anything, for one claim that might: `claim` is a bound workload's, or nobody's. */
static struct err put_statuses(struct prober *p, struct bytes claim)
{
    static const struct {
        const char *status;
        struct probe_finding row;
    } rows[] = {
        {"contraindicated", {"Q02", "T-SEC-02", "a guest whose appraisal is contraindicated", true, false, ""}},
        {"warning", {"Q02", "T-ATT-11", "a guest whose appraisal only warns", false, false, ""}},
        {"none", {"Q02", "T-ATT-11", "a guest that nobody appraised", false, false, ""}},
    };
    static const struct probe_finding pair = {"Q13", "T-SEC-02", "a guest with one part that is contraindicated",
                                              true,  false,      ""};
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
        struct probe_finding row;
    } rows[] = {
        {{(const uint8_t *)FOREIGN, 64},
         {"Q06", "T-INIT-01", "a sound guest with initdata of somebody else", true, false, ""}},
        {{(const uint8_t *)ZERO, 64}, {"Q07", "T-INIT-02", "a sound guest without initdata", true, false, ""}},
        {{(const uint8_t *)"", 0}, {"Q07", "T-INIT-02", "a sound guest without initdata", true, false, ""}},
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
    static const struct probe_finding row = {"Q05", "T-SEC-02", "a token without any appraisal", true, false, ""};
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
    static const struct probe_finding other = {"Q30", "T-SEC-03", "a sound guest of another workload",
                                               false, false,      ""};
    static const struct probe_finding plugin = {"Q28", "T-SEC-03", "a sound guest that asks another plugin",
                                                false, false,      ""};
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
            note(p->out, &other, p->paths[i]);
    }
    TRY(allows(p, &token, BYTES_LIT("pkcs11"), p->paths[0], &yes));
    if (yes)
        note(p->out, &plugin, BYTES_LIT("pkcs11"));
    return OK;
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

/* Measurements of nobody: the same in every trial, so that a trial has one outcome. */
static struct err put_measurement(struct buf *b, unsigned number)
{
    char seed[48];
    struct digest d;
    int n = snprintf(seed, sizeof(seed), "casemate probe measurement %u", number);
    TRY(hash_of(HASH_SHA384, bytes_of(seed, n > 0 ? (size_t)n : 0), &d));
    buf_text(b, "\"");
    hex_encode(bytes_of(d.p, number < 100 ? 32 : 48), b);
    buf_text(b, "\"");
    return OK;
}

/* Evidence that is genuine and says nothing that anybody registered. source: spec/trust-model.md 5.4, A01 */
static struct err random_tpm(struct buf *b)
{
    buf_text(b, "{\"tpm\":{\"ek_enrolled\":true,\"ek_chain\":\"root\",\"ak_activated\":true");
    for (unsigned i = 0; i < 24; i++) {
        char name[24];
        (void)snprintf(name, sizeof(name), ",\"pcr%02u\":", i);
        buf_text(b, name);
        TRY(put_measurement(b, i));
    }
    buf_text(b, "},\"init_data\":");
    TRY(put_measurement(b, 50));
    buf_text(b, ",\"init_data_claims\":{}}");
    return OK;
}

static struct err random_snp(struct buf *b)
{
    buf_text(b, "{\"snp\":{\"policy_debug_allowed\":false,\"policy_migrate_ma\":false,\"reported_tcb_bootloader\":255,"
                "\"reported_tcb_tee\":255,\"reported_tcb_snp\":255,\"reported_tcb_microcode\":255,\"vmpl\":0,"
                "\"measurement\":");
    TRY(put_measurement(b, 100));
    buf_text(b, "},\"init_data\":");
    TRY(put_measurement(b, 50));
    buf_text(b, ",\"init_data_claims\":{}}");
    return OK;
}

static struct err put_claims(struct arena *a, const struct attestation_policy *policy, const struct buf *text,
                             const struct json *references, int64_t now_sec, bool *affirms)
{
    const struct json *input;
    const struct verified verified = {.identity = VERDICT_AFFIRMING};
    struct appraisal ap;
    TRY(json_decode(a, buf_view(text), NULL, NULL, &input));
    struct err e = appraise_policy(a, policy, &verified, input, references, now_sec, &ap);
    *affirms = !failed(e) && ap.verdict == VERDICT_AFFIRMING;
    return e.code == ERR_NOMEM ? e : OK;
}

struct err policy_probe_attestation(struct arena *a, const struct attestation_policy *policy, const char *name,
                                    const struct json *references, int64_t now_sec, struct probe_findings *out)
{
    static const struct {
        struct err (*make)(struct buf *b);
        const char *text;
        struct probe_finding row;
    } rows[] = {
        {random_tpm, NULL, {"A01", "T-ATT-09", "TPM evidence with random measurements is affirming", true, false, ""}},
        {random_snp, NULL, {"A01", "T-ATT-09", "SNP evidence with random measurements is affirming", true, false, ""}},
        {NULL, "{\"tpm\":{}}", {"A14", "T-ATT-09", "TPM evidence without claims is affirming", true, false, ""}},
        {NULL, "{\"snp\":{}}", {"A14", "T-ATT-09", "SNP evidence without claims is affirming", true, false, ""}},
        {NULL, "{\"unknown-tee\":{}}", {"A13", "T-ATT-09", "evidence of an unknown TEE is affirming", true, false, ""}},
        {NULL, "{}", {"A12", "T-ATT-09", "no evidence is affirming", true, false, ""}},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        SCOPED(buf) struct buf text;
        bool affirms;
        buf_init(&text, 16 * KIB);
        if (rows[i].make != NULL)
            TRY(rows[i].make(&text));
        else
            buf_text(&text, rows[i].text);
        TRY(put_claims(a, policy, &text, references, now_sec, &affirms));
        if (affirms)
            note(out, &rows[i].row, bytes_of_text(name));
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
        json_object_text(&o, "probe", p->probe);
        json_object_text(&o, "threat", p->threat);
        json_object_text(&o, "severity", p->is_critical ? "critical" : "high");
        json_object_text(&o, "what", p->what);
        json_object_text(&o, "subject", p->subject);
        json_object_bool(&o, "accepted", p->is_accepted);
        TRY(json_object_end(&o, &items[i]));
    }
    return json_new_array(a, items, f->count, out);
}
