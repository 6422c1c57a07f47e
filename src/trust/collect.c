#include "trust/collect.h"

#include "base/limits.h"
#include "codec/base64.h"
#include "codec/gzip.h"
#include "codec/hex.h"
#include "codec/toml.h"
#include "crypto/hash.h"
#include "rats/initdata.h"
#include "trust/k8s_check.h"
#include "trust/policy_kind.h"
#include "trust/tree.h"
#include "trust/words.h"

static const char *const kind_names[INPUT_KIND_COUNT] = {
    [INPUT_IGNORED] = "ignored",
    [INPUT_K8S] = "k8s",
    [INPUT_INITDATA] = "initdata",
    [INPUT_AGENT_POLICY] = "agent-policy",
    [INPUT_BROKER_CONFIG] = "broker-config",
    [INPUT_ATTESTATION_POLICY] = "attestation-policy",
    [INPUT_RESOURCE_POLICY] = "resource-policy",
    [INPUT_IMAGE_POLICY] = "image-policy",
    [INPUT_REFERENCE_VALUES] = "reference-values",
    [INPUT_IMAGE_MANIFEST] = "image-manifest",
    [INPUT_ENCLAVE] = "enclave",
    [INPUT_REQUESTS] = "requests",
    [INPUT_CONTEXT] = "context",
};

const char *input_kind_name(enum input_kind kind)
{
    return kind < INPUT_KIND_COUNT ? kind_names[kind] : kind_names[INPUT_IGNORED];
}

bool input_kind_named(struct bytes name, enum input_kind *out)
{
    for (size_t i = 0; i < INPUT_KIND_COUNT; i++)
        if (bytes_is(name, kind_names[i])) {
            *out = (enum input_kind)i;
            return true;
        }
    return false;
}

static struct bytes name_of(struct bytes path)
{
    size_t at = path.n;
    while (at > 0 && path.p[at - 1] != '/')
        at--;
    return bytes_of(path.p + at, path.n - at);
}

/* Whether a line of the text begins with the word, followed by no letter, digit or underscore. */
static bool has_line(struct bytes text, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= text.n; i++) {
        bool starts = i == 0 || text.p[i - 1] == '\n';
        if (!starts || !words_at(text, i, word))
            continue;
        uint8_t after = i + n < text.n ? text.p[i + n] : ' ';
        bool goes_on =
            after == '_' || (after >= '0' && after <= '9') || ((after | 0x20) >= 'a' && (after | 0x20) <= 'z');
        if (!goes_on)
            return true;
    }
    return false;
}

static bool is_scalar_or_list(const struct json *v)
{
    for (TREE_EACH(i, v))
        if (v->items[i]->type >= JSON_ARRAY)
            return false;
    return v->type != JSON_OBJECT;
}

static bool is_reference_values(const struct json *v, struct bytes path)
{
    bool is_named = words_in(name_of(path), "reference");
    for (TREE_MEMBER(i, v))
        if (!is_scalar_or_list(v->members[i].value))
            return false;
    if (bytes_is(tree_text(v, "type"), "sample") && json_at(v, "payload") != NULL)
        return true;
    if (is_named)
        return true;
    for (TREE_MEMBER(i, v))
        if (v->members[i].value->type != JSON_ARRAY)
            return false;
    return v->count > 0;
}

static bool has_any(const struct json *v, const char *const *keys)
{
    for (; *keys != NULL; keys++)
        if (json_at(v, *keys) != NULL)
            return true;
    return false;
}

static bool is_manifest_list(const struct json *v)
{
    if (!json_is(v, JSON_ARRAY) || v->count == 0)
        return false;
    for (size_t i = 0; i < v->count; i++)
        if (json_at(v->items[i], "reference") == NULL || json_at(v->items[i], "manifest") == NULL)
            return false;
    return true;
}

/* As a registry gives it, byte for byte: its digest is that of the file. */
static bool is_raw_manifest(const struct json *v)
{
    return json_is(json_at(v, "schemaVersion"), JSON_NUMBER) && json_is(json_at(v, "layers"), JSON_ARRAY) &&
           json_is(json_at(v, "config"), JSON_OBJECT);
}

static enum input_kind tree_kind(const struct json *v, struct bytes path)
{
    static const char *const broker[] = {"attestation_service", "http_server", NULL};
    static const char *const house[] = {"server", "keys", "store", "initdata", "verifier", NULL};
    static const char *const context[] = {"layout", "tee", "broker", "protect", "accepted", "personas", NULL};
    static const char *const enclave[] = {"key_provider", "security_validate", NULL};
    if (is_manifest_list(v) || is_raw_manifest(v))
        return INPUT_IMAGE_MANIFEST;
    if (!json_is(v, JSON_OBJECT))
        return INPUT_IGNORED;
    if (json_at(v, "apiVersion") != NULL && json_at(v, "kind") != NULL)
        return INPUT_K8S;
    if (json_at(v, "version") != NULL && json_at(v, "algorithm") != NULL && json_at(v, "data") != NULL)
        return INPUT_INITDATA;
    if (json_at(v, "default") != NULL && json_at(v, "transports") != NULL)
        return INPUT_IMAGE_POLICY;
    if (has_any(v, broker) || json_path(v, "admin", "authorization_mode", NULL) != NULL)
        return INPUT_BROKER_CONFIG;
    if (json_path(v, "containerd", "agent_url", NULL) != NULL || json_at(v, "agent_url") != NULL || has_any(v, enclave))
        return INPUT_ENCLAVE;
    if (words_end(path, ".toml") && has_any(v, house))
        return INPUT_BROKER_CONFIG;
    if (json_at(v, "schema") == NULL && has_any(v, context) && !words_end(path, ".toml"))
        return INPUT_CONTEXT;
    return words_end(path, ".json") && is_reference_values(v, path) ? INPUT_REFERENCE_VALUES : INPUT_IGNORED;
}

static struct err say(struct arena *a, struct input *in, struct err e, size_t line, const char *expected)
{
    if (e.code == ERR_NOMEM || e.code == ERR_BUG)
        return e;
    in->has_failed = true;
    in->is_over_limit = e.code == ERR_LIMIT;
    if (expected == NULL) {
        const char *text = e.at == NULL ? "" : strstr(e.at, ": ");
        expected = text == NULL ? "it cannot be read" : text + 2;
    }
    if (line == 0)
        return tree_format(a, &in->why, "%s", expected);
    return tree_format(a, &in->why, "line %zu: %s", line, expected);
}

static size_t line_at(struct bytes text, size_t offset)
{
    size_t line = 1;
    for (size_t i = 0; i < text.n && i < offset; i++)
        line += text.p[i] == '\n';
    return line;
}

/* A file of one record a line: {"kind": .., "request": ..} */
static struct err read_requests(struct arena *a, struct input *in)
{
    struct tree_list lines;
    size_t from = 0;
    tree_list_init(&lines, a);
    for (size_t i = 0; i <= in->text.n; i++) {
        if (i < in->text.n && in->text.p[i] != '\n')
            continue;
        struct bytes line = bytes_of(in->text.p + from, i - from);
        const struct json *v;
        from = i + 1;
        if (line.n == 0)
            continue;
        TRY(json_decode(a, line, NULL, NULL, &v));
        if (!json_is(json_at(v, "kind"), JSON_STRING) || json_at(v, "request") == NULL)
            return FAIL(ERR_FORMAT, "no record of a request");
        tree_list_add(&lines, v);
    }
    in->kind = INPUT_REQUESTS;
    return tree_list_end(&lines, &in->tree);
}

static struct err one_document(struct arena *a, const struct json *tree, struct yaml *out)
{
    TRY(arena_array(a, 1, &out->roots));
    out->roots[0] = tree;
    out->count = 1;
    return OK;
}

/* A list of Kubernetes is its items: List as tools write it, PodList and the like as its API answers. */
static struct err flatten_lists(struct arena *a, struct yaml *y)
{
    struct tree_list roots;
    tree_list_init(&roots, a);
    for (size_t i = 0; i < y->count; i++) {
        const struct json *items = json_at(y->roots[i], "items");
        bool is_list = words_end(tree_text(y->roots[i], "kind"), "List") && json_is(items, JSON_ARRAY);
        for (size_t k = 0; is_list && k < items->count; k++)
            tree_list_add(&roots, items->items[k]);
        if (!is_list)
            tree_list_add(&roots, y->roots[i]);
    }
    TRY(roots.bad);
    y->roots = roots.items;
    y->count = roots.count;
    return OK;
}

/* The first object of a wrong shape; the others are read all the same. */
static struct err check_objects(struct arena *a, struct input *in)
{
    for (size_t i = 0; i < in->yaml.count && !in->has_failed; i++) {
        const struct json *o = in->yaml.roots[i];
        bool is_object = json_at(o, "apiVersion") != NULL && json_at(o, "kind") != NULL;
        const char *fault = is_object ? k8s_fault(o) : NULL;
        if (fault != NULL)
            TRY(say(a, in, FAIL(ERR_FORMAT, "an object of a wrong shape"), yaml_line(&in->yaml, o), fault));
    }
    return OK;
}

static struct err read_json(struct arena *a, struct input *in)
{
    struct json_fault fault = {0};
    if (words_end(in->path, ".jsonl")) {
        struct err e = read_requests(a, in);
        return failed(e) ? say(a, in, e, 0, NULL) : OK;
    }
    struct err e = json_decode(a, in->text, NULL, &fault, &in->tree);
    if (failed(e))
        return say(a, in, e, line_at(in->text, fault.offset), NULL);
    in->kind = tree_kind(in->tree, in->path);
    if (in->kind != INPUT_K8S)
        return OK;
    TRY(one_document(a, in->tree, &in->yaml));
    TRY(flatten_lists(a, &in->yaml));
    return check_objects(a, in);
}

static struct err read_toml(struct arena *a, struct input *in)
{
    struct toml_fault fault = {0};
    struct err e = toml_decode(a, in->text, &fault, &in->tree);
    if (failed(e))
        return say(a, in, e, fault.line, fault.expected);
    in->kind = tree_kind(in->tree, in->path);
    return OK;
}

static struct err read_yaml(struct arena *a, struct input *in)
{
    struct yaml_fault fault = {0};
    struct err e = yaml_decode(a, in->text, &fault, &in->yaml);
    if (failed(e))
        return say(a, in, e, fault.line, fault.expected);
    for (size_t i = 0; i < in->yaml.count; i++)
        if (tree_kind(in->yaml.roots[i], in->path) == INPUT_K8S)
            in->kind = INPUT_K8S;
    if (in->kind == INPUT_K8S) {
        TRY(flatten_lists(a, &in->yaml));
        return check_objects(a, in);
    }
    if (in->yaml.count == 1) {
        in->tree = in->yaml.roots[0];
        in->kind = tree_kind(in->tree, in->path);
    }
    return OK;
}

/* An initdata document in its two packed forms: the disk, and the annotation's text. false: it is neither. */
static struct err unpack_initdata(struct arena *a, struct input *in, bool *is_packed)
{
    SCOPED(buf) struct buf text = {0};
    struct bytes packed, view;
    buf_init(&text, INITDATA_MAX);
    *is_packed = true;
    if (bytes_starts(in->text, BYTES_LIT("initdata"))) {
        TRY(initdata_disk_decode(in->text, &text));
    } else if (bytes_starts(in->text, BYTES_LIT("H4sI"))) {
        size_t n = in->text.n;
        while (n > 0 && (in->text.p[n - 1] == '\n' || in->text.p[n - 1] == '\r'))
            n--;
        TRY(base64_decode(a, BASE64_PADDED, bytes_of(in->text.p, n), &packed));
        TRY(gzip_decode(packed, &text));
    } else {
        *is_packed = false;
        return OK;
    }
    TRY(buf_end(&text, &view));
    return arena_copy(a, view, &in->text);
}

static uint8_t first_of(struct bytes text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != ' ' && text.p[i] != '\t' && text.p[i] != '\n' && text.p[i] != '\r')
            return text.p[i];
    return 0;
}

static struct err read_policy(struct arena *a, struct input *in)
{
    if (in->text.n > POLICY_TEXT_MAX)
        return say(a, in, FAIL(ERR_LIMIT, "a policy larger than 1 MiB"), 0, NULL);
    return policy_kind(a, in->text, &in->kind);
}

static struct err read_one(struct arena *a, struct input *in)
{
    bool is_packed, is_rego;
    struct err e = unpack_initdata(a, in, &is_packed);
    if (failed(e))
        return say(a, in, e, 0, NULL);
    uint8_t first = first_of(in->text);
    if (is_packed)
        return read_toml(a, in);
    TRY(policy_is_rego(a, in->text, &is_rego));
    if (words_end(in->path, ".rego") || is_rego)
        return read_policy(a, in);
    if (words_end(in->path, ".json") || words_end(in->path, ".jsonl") || first == '{')
        return read_json(a, in);
    if (words_end(in->path, ".toml"))
        return read_toml(a, in);
    if (words_end(in->path, ".yaml") || words_end(in->path, ".yml") || has_line(in->text, "apiVersion"))
        return read_yaml(a, in);
    return OK;
}

/* Whether what was read has the shape that the rest relies on for this kind. */
static bool fits_kind(const struct input *in)
{
    static const enum input_kind objects[] = {INPUT_BROKER_CONFIG, INPUT_IMAGE_POLICY, INPUT_REFERENCE_VALUES,
                                              INPUT_ENCLAVE, INPUT_CONTEXT};
    for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
        if (in->kind == objects[i])
            return json_is(in->tree, JSON_OBJECT);
    if (in->kind == INPUT_REQUESTS)
        return json_is(in->tree, JSON_ARRAY) &&
               (in->tree->count == 0 || json_at(in->tree->items[0], "request") != NULL);
    if (in->kind == INPUT_IMAGE_MANIFEST)
        return is_manifest_list(in->tree) || is_raw_manifest(in->tree);
    return in->kind != INPUT_K8S || in->yaml.count > 0; /* the rest is read from its text */
}

static bool is_policy(enum input_kind kind)
{
    return kind == INPUT_AGENT_POLICY || kind == INPUT_ATTESTATION_POLICY || kind == INPUT_RESOURCE_POLICY;
}

/* A kind that was named, not guessed: what cannot be of it must not look as if nothing were wrong with it. */
static struct err read_as(struct arena *a, struct bytes kind, struct input *in)
{
    enum input_kind forced;
    if (!input_kind_named(kind, &forced))
        return FAIL(ERR_FORMAT, "an unknown kind of input");
    TRY(is_policy(forced) ? read_policy(a, in) : read_one(a, in));
    in->kind = forced;
    return in->has_failed || fits_kind(in) ? OK : say(a, in, FAIL(ERR_FORMAT, "it is not of the kind named"), 0, NULL);
}

static struct err read_file(struct arena *a, const struct assess_file *f, struct input *in)
{
    struct digest d;
    *in = (struct input){.path = f->path.n > 0 ? f->path : BYTES_LIT("-"), .text = f->text};
    TRY(hash_of(HASH_SHA256, f->text, &d));
    TRY(hex_encode_arena(a, digest_view(&d), &in->sha256));
    if (f->failed.n > 0) {
        in->has_failed = true;
        in->is_over_limit = f->is_over_limit;
        in->why = f->failed;
        return OK;
    }
    if (f->text.n > JSON_TEXT_MAX)
        return say(a, in, FAIL(ERR_LIMIT, "a file larger than 16 MiB"), 0, NULL);
    return f->kind.n > 0 ? read_as(a, f->kind, in) : read_one(a, in);
}

static int by_path(const void *a, const void *b)
{
    const struct input *x = a, *y = b;
    return bytes_compare(x->path, y->path);
}

struct err collect_inputs(struct arena *a, const struct assess_file *files, size_t count, struct input **out)
{
    TRY(arena_array(a, count + 1, out));
    for (size_t i = 0; i < count; i++)
        TRY(read_file(a, &files[i], &(*out)[i]));
    if (count > 1)
        qsort(*out, count, sizeof(**out), by_path);
    return OK;
}
