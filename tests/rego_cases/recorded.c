/*
 * Requests that were recorded from running systems, asked in their order of the public policies that answered them.
 * The policies are not ours to ship: a folder of the user has them. All are Rego v0.
 */
#include "cases.h"

#define TEXT_MAX (16UL << 20)
#define MODULES  4

struct recording {
    struct tally *tally;
    const char *category;
    const char *path;
    const char *folder; /* of the policies */
    struct arena arena;
    const struct json *state; /* what the agent keeps for the policy, before the first request */
    struct rego_policy *policy;
    struct rego_session *sessions[2]; /* by mode: CASE_COMPILED, CASE_REFERENCE */
    unsigned row;
    char note[256];
    char why[700]; /* what is wrong */
};

struct request {
    char query[128];
    const struct json *input;
    const struct json *data; /* NULL: none */
    const struct json *want;
};

static void close_policy(struct recording *r)
{
    for (size_t i = 0; i < 2; i++)
        rego_session_free(r->sessions[i]);
    rego_policy_free(r->policy);
    r->policy = NULL;
    memset(r->sessions, 0, sizeof(r->sessions));
}

static struct err open_policy(struct recording *r, const struct rego_module *modules, size_t count)
{
    struct rego_error error;
    close_policy(r);
    if (rego_policy_new(modules, count, NULL, 0, NULL, 0, &r->policy, &error) != REGO_OK) {
        (void)snprintf(r->why, sizeof(r->why), "%s:%u: %s: %s", error.file, error.row, error.code, error.message);
        return FAIL(ERR_FORMAT, "the policy does not compile");
    }
    for (size_t i = 0; i < 2; i++)
        if (rego_session_new(r->policy, &r->sessions[i]) != REGO_OK)
            return FAIL(ERR_NOMEM, "no memory for a session");
    return OK;
}

static struct err read_beneath(struct recording *r, struct bytes inner, struct buf *out)
{
    char path[512];
    if (snprintf(path, sizeof(path), "%s/%.*s", r->folder, NOTE_TEXT(inner)) >= (int)sizeof(path))
        return FAIL(ERR_LIMIT, "the path is too long");
    (void)snprintf(r->why, sizeof(r->why), "%s cannot be read", path);
    return file_read_all(path, out);
}

static struct err read_module(struct recording *r, struct bytes inner, struct rego_module *out)
{
    SCOPED(buf) struct buf text;
    struct bytes kept;
    char *name;
    buf_init(&text, TEXT_MAX);
    TRY(read_beneath(r, inner, &text));
    TRY(arena_copy(&r->arena, buf_view(&text), &kept));
    TRY(arena_text(&r->arena, inner, &name));
    *out = (struct rego_module){.name = name, .text = (const char *)kept.p, .length = kept.n, .v0 = true};
    return OK;
}

/* A request of the agent: one policy answers all of a file's. */
static struct err name_query(struct recording *r, const struct json *item, const char *key, struct request *q)
{
    struct bytes name;
    TRY(json_need_string(item, key, &name));
    (void)snprintf(r->note, sizeof(r->note), "%s/%u %.*s", r->category, ++r->row, NOTE_TEXT(name));
    if ((size_t)snprintf(q->query, sizeof(q->query), "data.agent_policy.%.*s", NOTE_TEXT(name)) >= sizeof(q->query))
        return FAIL(ERR_LIMIT, "the name is too long");
    return OK;
}

static struct err make_snapshot(struct recording *r, const struct json *item, struct request *q)
{
    char inner[256];
    struct rego_module module;
    TRY(name_query(r, item, "entrypoint", q));
    q->input = json_at(item, "input");
    q->want = json_at(item, "want");
    if (r->policy != NULL)
        return OK;
    (void)snprintf(inner, sizeof(inner), "kata/data/%s/policy.rego", r->category);
    TRY(read_module(r, bytes_of_text(inner), &module));
    return open_policy(r, &module, 1);
}

static struct err empty_state(struct recording *r)
{
    struct json_object o;
    json_object_init(&o, &r->arena);
    json_object_add(&o, "pstate", &value_empty_object);
    return json_object_end(&o, &r->state);
}

/* The message of the agent has all its fields, also those that the text leaves out. */
static struct err fill_sandbox(struct recording *r, const struct json *request, const struct json **out)
{
    const struct bytes fields = BYTES_LIT("{\"hostname\":\"\",\"dns\":[],\"storages\":[],\"sandbox_pidns\":false,"
                                          "\"sandbox_id\":\"\",\"guest_hook_path\":\"\",\"kernel_modules\":[]}");
    struct members all = {.arena = &r->arena};
    const struct json *message;
    TRY(json_decode(&r->arena, fields, NULL, NULL, &message));
    for (size_t i = 0; i < message->count; i++) {
        const struct json_member *m = &message->members[i];
        const struct json *given = json_find(request, m->key);
        const struct json *key;
        TRY(value_key(&r->arena, m, &key));
        TRY(members_add(&all, key, given == NULL ? m->value : given));
    }
    return value_object(&r->arena, all.items, all.count, NULL, out);
}

/* The rules with the part of genpolicy's settings that it puts behind them; there are no containers. */
static struct err make_genpolicy(struct recording *r, const struct json *item, struct request *q)
{
    static const char *const parts[] = {"common", "sandbox", "request_defaults", "devices", "cluster_config"};
    SCOPED(buf) struct buf rules;
    SCOPED(buf) struct buf text;
    struct bytes whole;
    const struct json *settings;
    buf_init(&rules, TEXT_MAX);
    buf_init(&text, TEXT_MAX);
    TRY(name_query(r, item, "kind", q));
    q->input = json_at(item, "request");
    q->want = json_at(item, "allowed");
    if (r->state == NULL)
        TRY(empty_state(r));
    q->data = r->state;
    if (strstr(q->query, ".CreateSandboxRequest") != NULL)
        TRY(fill_sandbox(r, q->input, &q->input));
    if (r->policy != NULL)
        return OK;
    TRY(read_beneath(r, BYTES_LIT("genpolicy-settings.json"), &text));
    TRY(json_decode(&r->arena, buf_view(&text), NULL, NULL, &settings));
    TRY(read_beneath(r, BYTES_LIT("rules.rego"), &rules));
    buf_text(&rules, "\npolicy_data := {\"containers\": []");
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        const struct json *part;
        TRY(json_need_object(settings, parts[i], &part));
        buf_text(&rules, ", ");
        json_quote(bytes_of_text(parts[i]), &rules);
        buf_text(&rules, ": ");
        json_encode(part, &rules);
    }
    buf_text(&rules, "}\n");
    TRY(buf_end(&rules, &whole));
    struct rego_module module = {"rules.rego", (const char *)whole.p, whole.n, true};
    return open_policy(r, &module, 1);
}

static struct err make_aci(struct recording *r, const struct json *item, struct request *q)
{
    struct rego_module modules[MODULES];
    struct bytes note, query;
    const struct json *names, *want;
    TRY(json_need_string(item, "note", &note));
    (void)snprintf(r->note, sizeof(r->note), "%.*s", NOTE_TEXT(note));
    TRY(json_need_string(item, "query", &query));
    TRY(json_need_array(item, "modules", &names));
    TRY(json_need_array(item, "want_result", &want));
    if (names->count > MODULES || query.n >= sizeof(q->query) || want->count != 1)
        return FAIL(ERR_LIMIT, "not a case of this form");
    (void)snprintf(q->query, sizeof(q->query), "%.*s", NOTE_TEXT(query));
    for (size_t i = 0; i < names->count; i++) {
        char inner[256];
        struct bytes text = names->items[i]->text;
        modules[i] = (struct rego_module){"fragment.rego", (const char *)text.p, text.n, true};
        if (!case_names_file(text))
            continue;
        (void)snprintf(inner, sizeof(inner), "aci/%.*s", NOTE_TEXT(text));
        TRY(read_module(r, bytes_of_text(inner), &modules[i]));
    }
    q->input = json_at(item, "input");
    q->data = json_at(item, "data");
    q->want = json_at(want->items[0], "x");
    return open_policy(r, modules, names->count);
}

static struct err decode_lines(struct arena *a, struct bytes text, const struct json **out)
{
    struct values list = {.arena = a};
    while (text.n > 0) {
        const uint8_t *end = memchr(text.p, '\n', text.n);
        size_t n = end == NULL ? text.n : (size_t)(end - text.p) + 1;
        const struct json *line;
        TRY(json_decode(a, bytes_of(text.p, n), NULL, NULL, &line));
        TRY(values_add(&list, line));
        text = bytes_of(text.p + n, text.n - n);
    }
    return json_new_array(a, list.items, list.count, out);
}

static struct err decode_cases(struct arena *a, struct bytes text, const struct json **out)
{
    const struct json *file;
    TRY(yaml_decode(a, text, &file));
    return json_need_array(file, "cases", out);
}

static struct err decode_list(struct arena *a, struct bytes text, const struct json **out)
{
    TRY(json_decode(a, text, NULL, NULL, out));
    return json_is(*out, JSON_ARRAY) ? OK : FAIL(ERR_FORMAT, "not a list");
}

/* The agent takes a plain boolean, or an object with changes of its state. */
static bool is_wanted(const struct json *have, const struct json *want)
{
    const struct json *allowed = json_at(have, "allowed");
    return json_equal(json_is(want, JSON_BOOL) && allowed != NULL ? allowed : have, want);
}

static bool answers(struct recording *r, enum case_mode mode, struct rego_call call, const struct json *want)
{
    struct rego_text text;
    struct rego_error error;
    const struct json *have;
    const char *name = mode == CASE_REFERENCE ? "reference" : "compiled";
    call.mode = mode == CASE_REFERENCE ? REGO_REFERENCE : REGO_COMPILED;
    enum rego_status status = rego_session_eval(r->sessions[mode], &call, &text, &error);
    if (status == REGO_OK && !failed(json_decode(&r->arena, bytes_of(text.p, text.n), NULL, NULL, &have)) &&
        is_wanted(have, want))
        return true;
    if (status == REGO_OK)
        (void)snprintf(r->why, sizeof(r->why), "%s: have %.*s", name, (int)(text.n > 600 ? 600 : text.n), text.p);
    else
        (void)snprintf(r->why, sizeof(r->why), "%s: %s:%u: %s", name, error.file, error.row,
                       status == REGO_UNDEFINED ? "undefined" : error.message);
    return false;
}

/* Both modes are right, or one of them is not: to compare them with each other adds nothing. */
static bool ask(struct recording *r, const struct request *q)
{
    SCOPED(buf) struct buf input, data;
    struct bytes view;
    enum case_mode mode = r->tally->options.mode;
    buf_init(&input, TEXT_MAX);
    buf_init(&data, TEXT_MAX);
    (void)snprintf(r->why, sizeof(r->why), "the request is not whole");
    if (q->input == NULL || q->want == NULL)
        return false;
    json_encode(q->input, &input);
    json_encode(q->data == NULL ? &value_empty_object : q->data, &data);
    if (failed(buf_end(&input, &view)) || failed(buf_end(&data, &view)))
        return false;
    struct rego_call call = {.query = q->query, .input = (const char *)input.p, .input_length = input.n};
    call.data = (const char *)data.p;
    call.data_length = data.n;
    return (mode == CASE_REFERENCE || answers(r, CASE_COMPILED, call, q->want)) &&
           (mode == CASE_COMPILED || answers(r, CASE_REFERENCE, call, q->want));
}

struct kind {
    const char *inside, *ending; /* of the path */
    bool from_genpolicy;
    struct err (*decode)(struct arena *a, struct bytes text, const struct json **out);
    struct err (*make)(struct recording *r, const struct json *item, struct request *q);
};

static const struct kind kinds[] = {
    {"/kata/snapshots/", "/requests.jsonl", false, decode_lines, make_snapshot},
    {"/kata/genpolicy-testdata/", "/testcases.json", true, decode_list, make_genpolicy},
    {"/aci/", "/aci.yaml", false, decode_cases, make_aci},
};

/* What is said of containers is generated from their images. */
static bool asks_containers(const struct kind *k, const struct json *item)
{
    const struct json *name = json_at(item, "kind");
    return k->from_genpolicy && json_is(name, JSON_STRING) &&
           (bytes_is(name->text, "CreateContainerRequest") || bytes_is(name->text, "RemoveContainerRequest") ||
            bytes_is(name->text, "ExecProcessRequest"));
}

static void run_item(struct recording *r, const struct kind *k, const struct json *item)
{
    struct request q = {0};
    if (r->folder == NULL) {
        r->tally->skipped[k->from_genpolicy ? SKIP_GENPOLICY : SKIP_POLICIES]++;
        return;
    }
    if (asks_containers(k, item)) {
        r->tally->skipped[SKIP_CONTAINERS]++;
        return;
    }
    (void)snprintf(r->why, sizeof(r->why), "not a request of this form");
    bool good = !failed(k->make(r, item, &q));
    if (good && !tally_wants(r->tally, bytes_of_text(r->note)))
        return;
    good = good && ask(r, &q);
    tally_judge(r->tally, r->category, r->path, bytes_of_text(r->note), good ? NULL : r->why);
}

static void run_list(struct recording *r, const struct kind *k)
{
    SCOPED(buf) struct buf text;
    const struct json *list;
    buf_init(&text, TEXT_MAX);
    struct err done = file_read_all(r->path, &text);
    if (!failed(done))
        done = k->decode(&r->arena, buf_view(&text), &list);
    if (failed(done))
        tally_judge(r->tally, r->category, r->path, BYTES_LIT("the file"), done.at);
    for (size_t i = 0; !failed(done) && i < list->count; i++)
        run_item(r, k, list->items[i]);
}

bool recorded_run(struct tally *t, const char *path, const char *category)
{
    const struct kind *k = NULL;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && k == NULL; i++) {
        const char *last = strrchr(path, '/');
        if (strstr(path, kinds[i].inside) != NULL && last != NULL && strcmp(last, kinds[i].ending) == 0)
            k = &kinds[i];
    }
    if (k == NULL)
        return false;
    struct recording r = {.tally = t, .category = category, .path = path};
    r.folder = k->from_genpolicy ? t->options.genpolicy : t->options.policies;
    arena_init(&r.arena, 512UL << 20);
    run_list(&r, k);
    close_policy(&r);
    arena_clear(&r.arena);
    return true;
}
