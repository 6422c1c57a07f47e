/*
 * Whole assessments in memory: kinds of inputs, what the model says, exit statuses, and what must never be in a report.
 */
#include "trust/assess.h"
#include "base/limits.h"
#include "trust/collect.h"
#include "trust/tree.h"

#include "check.h"

#define ARENA  (512 * MIB)
#define CANARY "c4nary-otter-77"

#define POD                                                                                                            \
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  namespace: shop\nspec:\n"                                    \
    "  runtimeClassName: kata-qemu-tdx\n  automountServiceAccountToken: false\n  enableServiceLinks: false\n"          \
    "  containers:\n  - name: web\n    image: registry.example.org/web@sha256:00\n"

#define INITDATA                                                                                                       \
    "version = \"0.1.0\"\nalgorithm = \"sha384\"\n[data]\n\"policy.rego\" = '''\npackage agent_policy\n"               \
    "default ExecProcessRequest := true\ndefault CreateContainerRequest := false\n'''\n"

struct given {
    const char *path;
    const char *text;
};

static void request_of(struct assess_request *r, struct assess_file *files, const struct given *given, size_t count)
{
    *r = (struct assess_request){.files = files, .file_count = count, .now = BYTES_LIT("2026-06-01")};
    r->context = r->context_path = BYTES_EMPTY;
    for (size_t i = 0; i < count; i++)
        files[i] =
            (struct assess_file){bytes_of_text(given[i].path), bytes_of_text(given[i].text), BYTES_EMPTY, BYTES_EMPTY};
}

static struct err assess(struct arena *a, const struct given *given, size_t count, struct assess_result *out)
{
    struct assess_file files[8];
    struct assess_request r;
    request_of(&r, files, given, count);
    return trust_assess(a, &r, out);
}

static bool has(const struct json *document, const char *id, const char *status)
{
    const struct json *list = json_at(document, "findings");
    for (TREE_EACH(i, list))
        if (bytes_is(tree_text(list->items[i], "id"), id) && bytes_is(tree_text(list->items[i], "status"), status))
            return true;
    return false;
}

static bool has_note(const struct json *document, const char *begin)
{
    const struct json *list = json_at(document, "notes");
    for (TREE_EACH(i, list))
        if (bytes_starts(tree_text(list->items[i], "text"), bytes_of_text(begin)))
            return true;
    return false;
}

static void knows_kinds(void **state)
{
    static const struct {
        const char *path, *text, *kind;
        bool has_failed;
    } rows[] = {
        {"pod.yaml", POD, "k8s", false},
        {"list.json", "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[]}", "k8s", false},
        {"initdata.toml", INITDATA, "initdata", false},
        {"any.rego", "package agent_policy\n", "agent-policy", false},
        {"any.rego", "# comment\n\npackage policy\ntrust_claims := {}\n", "attestation-policy", false},
        {"noname", "package policy\ndefault allow := false\n", "resource-policy", false},
        {"noname", " package\t policy # words\n  default allow := false\n", "resource-policy", false},
        {"any.rego", "package policy\nx := {\nallow: 1}\n", "ignored", false},
        {"any.rego", "package policy\nallow := ~\n", "resource-policy", false},
        {"any.rego", "package policy\n# allow\ny := `\nallow := true\n`\n", "ignored", false},
        {"any.rego", "package policy.other\nallow := true\n", "ignored", false},
        {"any.rego", "package policy[\"other\"]\nallow := true\n", "ignored", false},
        {"any.rego", "package agent_policy.other\n", "ignored", false},
        {"any.rego", "\xff", "ignored", false},
        {"lib.rego", "package other\n", "ignored", false},
        {"kbs.toml", "[http_server]\n", "broker-config", false},
        {"broker.toml", "[server]\nlisten = []\n", "broker-config", false},
        {"x.json", "{\"default\":[],\"transports\":{}}", "image-policy", false},
        {"reference-values.json", "{}", "reference-values", false},
        {"values.json", "{\"a\":[1]}", "reference-values", false},
        {"images.json", "[{\"reference\":\"x\",\"manifest\":{}}]", "image-manifest", false},
        {"m.json", "{\"schemaVersion\":2,\"config\":{},\"layers\":[]}", "image-manifest", false},
        {"shim.toml", "[containerd]\nagent_url = \"x\"\n", "enclave", false},
        {"decrypt.json", "{\"security_validate\":true}", "enclave", false},
        {"context.json", "{\"layout\":\"enclave\"}", "context", false},
        {"expected.json", "{\"schema\":\"other/1\",\"layout\":\"enclave\"}", "ignored", false},
        {"log.jsonl", "{\"kind\":\"A\",\"request\":{}}\n{\"kind\":\"B\",\"request\":{}}\n", "requests", false},
        {"README.md", "# words: and more\n", "ignored", false},
        {"x.yaml", "a: [", "ignored", true},
        {"x.json", "{\"a\":1,\"a\":2}", "ignored", true},
        {"x.toml", "a = ", "ignored", true},
        {"disk", "initdata", "ignored", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct arena a;
        struct input *in;
        struct assess_file f = {bytes_of_text(rows[i].path), bytes_of_text(rows[i].text), BYTES_EMPTY, BYTES_EMPTY};
        ROW(rows[i].path);
        arena_init(&a, ARENA);
        assert_ok(collect_inputs(&a, &f, 1, &in));
        assert_string_equal(input_kind_name(in[0].kind), rows[i].kind);
        assert_int_equal(in[0].has_failed, rows[i].has_failed);
        assert_int_equal(in[0].why.n > 0, rows[i].has_failed);
        arena_clear(&a);
    }
}

/* What is not of the kind that --as names is no empty input of that kind. */
static void a_named_kind_is_one_that_fits(void **state)
{
    static const char *const texts[] = {"words alone", "{\"a\":{\"b\":1}}", "[1,\"x\",{\"reference\":3}]", "{broken"};
    static const struct {
        const char *kind;
        bool takes_object;
    } kinds[] = {{"requests", false},     {"image-manifest", false}, {"k8s", false},
                 {"initdata", false},     {"image-policy", true},    {"reference-values", true},
                 {"broker-config", true}, {"enclave", true},         {"context", true}};
    (void)state;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) * 4; i++) {
        struct arena a;
        struct assess_result out;
        struct assess_file f = {BYTES_LIT("x.json"), bytes_of_text(texts[i % 4]), bytes_of_text(kinds[i / 4].kind),
                                BYTES_EMPTY};
        struct assess_request r = {.files = &f, .file_count = 1, .now = BYTES_LIT("2026-06-01")};
        r.context = r.context_path = BYTES_EMPTY;
        f.path = i % 4 == 0 ? BYTES_LIT("x.txt") : f.path;
        ROW(kinds[i / 4].kind);
        arena_init(&a, ARENA);
        assert_ok(trust_assess(&a, &r, &out));
        assert_int_equal(out.exit_status, i % 4 == 1 && kinds[i / 4].takes_object ? 0 : 3);
        arena_clear(&a);
    }
}

/* The API itself answers with a PodList, tools write a List: both are their items. */
static void a_list_is_its_items(void **state)
{
    static const char *const kinds[] = {"List", "PodList"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char text[512];
        struct given file = {"pods.json", text};
        struct arena a;
        struct assess_result out;
        (void)snprintf(text, sizeof(text),
                       "{\"apiVersion\":\"v1\",\"kind\":\"%s\",\"items\":[{\"apiVersion\":\"v1\",\"kind\":\"Pod\","
                       "\"spec\":{\"hostPID\":true,\"containers\":[{\"name\":\"c\",\"image\":\"x:1\"}]}}]}",
                       kinds[i]);
        ROW(kinds[i]);
        arena_init(&a, ARENA);
        assert_ok(assess(&a, &file, 1, &out));
        assert_true(has(out.document, "T-GST-03", "unanswered"));
        arena_clear(&a);
    }
}

static void refuses_a_date_that_is_none(void **state)
{
    static const char *const dates[] = {"", "2026-06", "2026-13-01", "2026-02-30", "yesterday!", "2026-06-01T"};
    (void)state;
    for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
        struct arena a;
        struct assess_result out = {0};
        struct assess_request r = {.now = bytes_of_text(dates[i]), .context = BYTES_EMPTY};
        ROW(dates[i]);
        arena_init(&a, ARENA);
        assert_code(trust_assess(&a, &r, &out), ERR_FORMAT);
        assert_null(out.document);
        arena_clear(&a);
    }
}

static void refuses_a_context_that_is_none(void **state)
{
    struct arena a;
    struct assess_result out = {0};
    struct assess_request r = {.now = BYTES_LIT("2026-06-01"), .context = BYTES_LIT("[]"), .context_path = BYTES_EMPTY};
    (void)state;
    arena_init(&a, ARENA);
    assert_code(trust_assess(&a, &r, &out), ERR_FORMAT);
    r.context = BYTES_LIT("{");
    assert_code(trust_assess(&a, &r, &out), ERR_FORMAT);
    arena_clear(&a);
}

/* What cannot be read is named in findings, too: a name is never empty there. */
static void a_file_without_a_name_has_one(void **state)
{
    static const struct given files[] = {{"", "apiVersion: ["}, {"", "apiVersion: v1\nkind: Pod\nspec: []\n"}};
    struct arena a;
    struct assess_result out;
    (void)state;
    arena_init(&a, ARENA);
    assert_ok(assess(&a, files, 2, &out));
    assert_int_equal(out.exit_status, 3);
    assert_text(tree_text(json_at(out.document, "findings")->items[0], "artefact"), "-");
    arena_clear(&a);
}

static void assesses_nothing(void **state)
{
    struct arena a;
    struct assess_result out;
    (void)state;
    arena_init(&a, ARENA);
    assert_ok(assess(&a, NULL, 0, &out));
    assert_int_equal(out.exit_status, 0);
    assert_int_equal(json_at(out.document, "findings")->count, 0);
    assert_true(has_note(out.document, "nothing was assessed"));
    arena_clear(&a);
}

static void finds_what_a_policy_lets_through(void **state)
{
    static const struct given files[] = {{"pod.yaml", POD}, {"initdata.toml", INITDATA}};
    struct arena a;
    struct assess_result out;
    (void)state;
    arena_init(&a, ARENA);
    assert_ok(assess(&a, files, 2, &out));
    assert_true(has(out.document, "T-INIT-04", "not-shown")); /* the pod carries no annotation */
    assert_false(has(out.document, "T-API-02", "unanswered"));
    assert_ok(assess(&a, files + 1, 1, &out)); /* without a pod every document counts */
    assert_true(has(out.document, "T-API-02", "unanswered"));
    assert_int_equal(out.exit_status, 1);
    arena_clear(&a);
}

#define CLAIMS(n_)                                                                                                     \
    "package policy\nimport rego.v1\ndefault trust_claims := {\"executables\": " n_ ", \"hardware\": " n_ "}\n"

/* Which of several policies a broker has set is not known: none hides behind another. */
static void probes_every_attestation_policy(void **state)
{
    static const struct given files[] = {{"context.json", "{\"tee\":\"snp\"}"},
                                         {"a.rego", CLAIMS("97")},
                                         {"b.rego", CLAIMS("2")},
                                         {"c-gpu.rego", CLAIMS("2")}};
    struct arena a;
    struct assess_result out;
    size_t open = 0;
    (void)state;
    arena_init(&a, ARENA);
    assert_ok(assess(&a, files, 4, &out));
    const struct json *list = json_at(out.document, "findings"), *notes = json_at(out.document, "notes");
    for (TREE_EACH(i, list))
        if (bytes_is(tree_text(list->items[i], "id"), "T-ATT-09") &&
            bytes_is(tree_text(list->items[i], "status"), "weak")) {
            assert_text(tree_text(list->items[i], "artefact"), "b.rego");
            open++;
        }
    assert_int_equal(open, 1);
    assert_int_equal(notes->count, 1); /* one for another device is told */
    assert_text(tree_text(notes->items[0], "path"), "c-gpu.rego");
    arena_clear(&a);
}

static const char *many(struct buf *text, const char *head, const char *row, size_t count)
{
    buf_init(text, MIB);
    buf_text(text, head);
    while (count-- > 0)
        buf_text(text, row);
    buf_u8(text, 0);
    return (const char *)buf_view(text).p;
}

/* What a bound leaves out is told and makes the status 4: else a secret stands behind 4096 harmless variables. */
static void a_bound_is_told(void **state)
{
    static const struct {
        const char *head, *row;
        size_t most, more;
    } rows[] = {{POD "    env:\n", "    - {name: V, value: x}\n", 4095, 4097},
                {POD, "  - {name: c, image: x}\n", 20, 200}};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        SCOPED(buf) struct buf text;
        struct arena a;
        struct assess_result out;
        bool is_over = i % 2 == 1;
        struct given files[] = {{"pod.yaml", NULL}, {"loose.rego", "package agent_policy\ndefault X := false\n"}};
        files[0].text = many(&text, rows[i / 2].head, rows[i / 2].row, is_over ? rows[i / 2].more : rows[i / 2].most);
        ROW(rows[i / 2].row);
        arena_init(&a, ARENA);
        assert_ok(assess(&a, files, 2, &out));
        assert_int_equal(out.exit_status == 4, is_over);
        assert_int_equal(has_note(out.document, "not every"), is_over);
        arena_clear(&a);
    }
}

static void names_what_cannot_be_read(void **state)
{
    static const struct given files[] = {{"a.yaml", "a: ["}, {"pod.yaml", POD}};
    struct arena a;
    struct assess_result out;
    (void)state;
    arena_init(&a, ARENA);
    assert_ok(assess(&a, files, 2, &out));
    assert_int_equal(out.exit_status, 3);
    assert_text(tree_text(json_at(out.document, "notes")->items[0], "path"), "a.yaml");
    arena_clear(&a);
}

static void shows_no_secret(void **state)
{
    static const struct given files[] = {
        {"pod.yaml",
         POD "    env:\n    - {name: DB_PASSWORD, value: " CANARY "}\n"
             "    - name: B\n      valueFrom: {secretKeyRef: {name: s, key: k}}\n"
             "    args: [--token, " CANARY ", \"--password=" CANARY "\"]\n---\napiVersion: v1\nkind: Secret\n"
             "metadata: {name: s}\nstringData: {k: " CANARY "}\n---\napiVersion: v1\nkind: ConfigMap\n"
             "metadata: {name: c}\ndata: {API_KEY: " CANARY "}\n"},
        {"initdata.toml", INITDATA "\"cdh.toml\" = '''\npassword = \"" CANARY "\"\n'''\n"},
        {"kbs.toml", "[http_server]\n[storage_backend.backends.postgres]\npassword = \"" CANARY "\"\n"},
    };
    struct arena a;
    struct assess_result out;
    struct bytes text;
    (void)state;
    arena_init(&a, ARENA);
    assert_ok(assess(&a, files, 3, &out));
    assert_true(has(out.document, "T-SEC-01", "unanswered"));
    assert_true(has(out.document, "T-INIT-08", "unanswered"));
    assert_ok(tree_encode(&a, out.document, &text));
    assert_null(memmem(text.p, text.n, CANARY, strlen(CANARY)));
    assert_ok(tree_encode(&a, out.model, &text));
    assert_null(memmem(text.p, text.n, CANARY, strlen(CANARY)));
    arena_clear(&a);
}

static void does_not_depend_on_the_order(void **state)
{
    static const struct given files[] = {{"pod.yaml", POD}, {"initdata.toml", INITDATA}, {"z.json", "{\"a\":[1]}"}};
    static const struct given turned[] = {{"z.json", "{\"a\":[1]}"}, {"initdata.toml", INITDATA}, {"pod.yaml", POD}};
    struct arena a;
    struct assess_result one, two;
    (void)state;
    arena_init(&a, ARENA);
    assert_ok(assess(&a, files, 3, &one));
    assert_ok(assess(&a, turned, 3, &two));
    assert_true(json_equal(one.document, two.document));
    assert_true(json_equal(one.model, two.model));
    arena_clear(&a);
}

static void lowers_by_context(void **state)
{
    static const struct given files[] = {{"initdata.toml",
                                          "version = \"0.1.0\"\nalgorithm = \"sha384\"\n[data]\n\"policy.rego\" = '''\n"
                                          "package agent_policy\ndefault ReadStreamRequest := true\n'''\n"
                                          "\"cdh.toml\" = '''\n[kbc]\nname = \"cc_kbc\"\n'''\n"},
                                         {"context.json", "{\"protect\":{\"code\":[],\"data\":[\"integrity\"]}}"}};
    struct arena a;
    struct assess_result out;
    (void)state;
    arena_init(&a, ARENA);
    assert_ok(assess(&a, files, 2, &out));
    const struct json *list = json_at(out.document, "findings");
    bool seen = false, seen_api = false;
    for (TREE_EACH(i, list)) {
        if (bytes_is(tree_text(list->items[i], "id"), "T-API-10")) /* never what the host may ask of the guest */
            assert_text(tree_text(list->items[i], "severity"), "medium");
        seen_api = seen_api || bytes_is(tree_text(list->items[i], "id"), "T-API-10");
        if (!bytes_is(tree_text(list->items[i], "id"), "T-IMG-02"))
            continue;
        seen = true;
        assert_text(tree_text(list->items[i], "severity"), "medium"); /* high, one step down */
        assert_int_equal(json_at(list->items[i], "severity_changes")->count, 1);
    }
    assert_true(seen && seen_api);
    arena_clear(&a);
}

/* Not each of some hundred thousand allocations: the gaps grow. */
static void survives_without_memory(void **state)
{
    static const struct given files[] = {{"pod.yaml", POD}, {"initdata.toml", INITDATA}, {"z.json", "{\"a\":[1]}"}};
    (void)state;
    for (unsigned long n = 1;; n += 1 + n / 4) {
        struct arena a;
        struct assess_result out = {0};
        arena_init(&a, ARENA);
        mem_fault_at(n);
        struct err e = assess(&a, files, 3, &out);
        bool fired = mem_fault_fired();
        mem_fault_at(0);
        arena_clear(&a);
        if (!fired) {
            assert_ok(e);
            return;
        }
        assert_int_equal(e.code, ERR_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_kinds),
        cmocka_unit_test(a_named_kind_is_one_that_fits),
        cmocka_unit_test(a_list_is_its_items),
        cmocka_unit_test(refuses_a_date_that_is_none),
        cmocka_unit_test(refuses_a_context_that_is_none),
        cmocka_unit_test(a_file_without_a_name_has_one),
        cmocka_unit_test(assesses_nothing),
        cmocka_unit_test(finds_what_a_policy_lets_through),
        cmocka_unit_test(probes_every_attestation_policy),
        cmocka_unit_test(a_bound_is_told),
        cmocka_unit_test(names_what_cannot_be_read),
        cmocka_unit_test(shows_no_secret),
        cmocka_unit_test(does_not_depend_on_the_order),
        cmocka_unit_test(lowers_by_context),
        cmocka_unit_test(survives_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
