#include "trust/closure.h"

#include "codec/base64.h"
#include "trust/sealed.h"
#include "trust/workload.h"

#define LOOPBACK_PATH BYTES_LIT("/cdh/resource/")
#define KEY_PREFIX    BYTES_LIT("org.opencontainers.image.enc.keys.")
#define PROVIDER      BYTES_LIT("provider.")

bool closure_has(const struct document *d, struct bytes path)
{
    return tree_list_has(&d->closure, path);
}

static bool is_path_byte(uint8_t c)
{
    bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return is_letter || c == '.' || c == '_' || c == '-' || c == '/' || c == '~' || c == '%' || c == '+';
}

static struct bytes path_at(struct bytes text, size_t at)
{
    size_t end = at;
    while (end < text.n && is_path_byte(text.p[end]))
        end++;
    return bytes_of(text.p + at, end - at);
}

/* Behind "kbs://" stands an authority that nobody reads, then the path. source: spec/guest.md 7 */
static bool path_behind(struct bytes text, size_t at, struct bytes *out)
{
    while (at < text.n && (is_path_byte(text.p[at]) || text.p[at] == ':') && text.p[at] != '/')
        at++;
    if (at >= text.n || text.p[at] != '/')
        return false;
    *out = path_at(text, at + 1);
    while (out->n > 0 && (out->p[out->n - 1] == '.' || out->p[out->n - 1] == '/'))
        out->n--;
    return out->n > 0;
}

bool closure_path(struct bytes uri, struct bytes *out)
{
    if (bytes_starts(uri, BYTES_LIT("kbs://")))
        return path_behind(uri, 6, out);
    return bytes_starts(uri, BYTES_LIT("kbs+resource://")) && path_behind(uri, 15, out);
}

static void add(struct document *d, struct bytes path)
{
    if (!tree_list_has(&d->closure, path))
        tree_list_text(&d->closure, path);
}

static struct err scan_text(struct model *m, struct document *d, struct bytes text);

/* A sealed secret in a text: the resource it stands for, and the key that verifies it. */
static struct err scan_sealed(struct model *m, struct document *d, struct bytes text)
{
    struct sealed s;
    struct bytes path;
    TRY(sealed_decode(m->arena, text, &s));
    if (closure_path(s.kid, &path))
        add(d, path);
    if (closure_path(s.name, &path))
        add(d, path);
    return OK;
}

static struct err scan_text(struct model *m, struct document *d, struct bytes text)
{
    for (size_t i = 0; i < text.n; i++) {
        struct bytes rest = bytes_of(text.p + i, text.n - i), path;
        if (rest.p[0] == 'k' && closure_path(rest, &path))
            add(d, path);
        if (rest.p[0] == 's' && bytes_starts(rest, BYTES_LIT("sealed.")) && (i == 0 || !is_path_byte(text.p[i - 1])))
            TRY(scan_sealed(m, d, path_at(rest, 0)));
        if (rest.p[0] == '/' && bytes_starts(rest, LOOPBACK_PATH) && rest.n > LOOPBACK_PATH.n) {
            path = path_at(rest, LOOPBACK_PATH.n);
            if (path.n > 0)
                add(d, path);
        }
    }
    return d->closure.bad;
}

static struct err scan_tree(struct model *m, struct document *d, const struct json *v)
{
    for (TREE_MEMBER(i, v))
        TRY(scan_tree(m, d, v->members[i].value));
    for (TREE_EACH(i, v))
        TRY(scan_tree(m, d, v->items[i]));
    return json_is(v, JSON_STRING) ? scan_text(m, d, v->text) : OK;
}

static struct err scan_entries(struct model *m, struct document *d)
{
    const struct json *data = d->data.data;
    TRY(scan_tree(m, d, d->aa));
    TRY(scan_tree(m, d, d->cdh));
    for (size_t i = 0; i < d->string_count; i++)
        TRY(scan_text(m, d, d->strings[i].text));
    for (TREE_MEMBER(i, data)) {
        struct bytes key = data->members[i].key;
        bool is_read = (bytes_is(key, "aa.toml") && d->aa != NULL) || (bytes_is(key, "cdh.toml") && d->cdh != NULL) ||
                       bytes_is(key, "policy.rego");
        if (!is_read)
            TRY(scan_tree(m, d, data->members[i].value));
    }
    return OK;
}

/* The one supplied image policy is the content of the URI that the document names. */
static struct err scan_image_policy(struct model *m, struct document *d)
{
    const struct input *only = NULL;
    size_t count = 0;
    if (tree_text(json_at(d->cdh, "image"), "image_security_policy_uri").n == 0)
        return OK;
    for (size_t i = 0; i < m->input_count; i++)
        if (m->inputs[i].kind == INPUT_IMAGE_POLICY) {
            only = &m->inputs[i];
            count++;
        }
    return count == 1 ? scan_tree(m, d, only->tree) : OK;
}

/* The packets behind one annotation of a layer: base64 texts with commas between them. */
static struct err key_packets(struct arena *a, struct bytes text, struct tree_list *out)
{
    size_t from = 0;
    for (size_t i = 0; i <= text.n; i++) {
        struct bytes raw;
        const struct json *v;
        if (i < text.n && text.p[i] != ',')
            continue;
        struct err e = base64_decode(a, BASE64_PADDED, bytes_of(text.p + from, i - from), &raw);
        if (!failed(e))
            e = json_decode(a, raw, NULL, NULL, &v);
        if (e.code == ERR_NOMEM)
            return e;
        if (!failed(e))
            tree_list_add(out, v);
        from = i + 1;
    }
    return out->bad;
}

static struct err layer_keys(struct arena *a, const struct json *annotations, struct tree_list *out)
{
    for (TREE_MEMBER(i, annotations)) {
        struct bytes key = annotations->members[i].key;
        struct tree_list packets;
        struct json_object o;
        const struct json *made;
        if (!bytes_starts(key, KEY_PREFIX) || !json_is(annotations->members[i].value, JSON_STRING))
            continue;
        struct bytes scheme = bytes_of(key.p + KEY_PREFIX.n, key.n - KEY_PREFIX.n);
        if (bytes_starts(scheme, PROVIDER))
            scheme = bytes_of(scheme.p + PROVIDER.n, scheme.n - PROVIDER.n);
        tree_list_init(&packets, a);
        TRY(key_packets(a, annotations->members[i].value->text, &packets));
        for (size_t k = 0; k < packets.count; k++) {
            struct bytes path = BYTES_EMPTY;
            (void)closure_path(tree_text(packets.items[k], "kid"), &path);
            json_object_init(&o, a);
            json_object_string(&o, "provider", scheme);
            json_object_string(&o, "kid", tree_text(packets.items[k], "kid"));
            json_object_string(&o, "path", path);
            TRY(json_object_end(&o, &made));
            tree_list_add(out, made);
        }
    }
    return out->bad;
}

static struct err layer_fact(struct arena *a, const struct json *layer, const struct json **out)
{
    struct json_object o;
    struct tree_list keys;
    const struct json *list;
    struct bytes type = tree_text(layer, "mediaType");
    bool is_encrypted = type.n > 10 && bytes_is(bytes_of(type.p + type.n - 10, 10), "+encrypted");
    tree_list_init(&keys, a);
    TRY(layer_keys(a, json_at(layer, "annotations"), &keys));
    TRY(tree_list_end(&keys, &list));
    json_object_init(&o, a);
    json_object_string(&o, "media_type", type);
    json_object_bool(&o, "encrypted", is_encrypted);
    json_object_add(&o, "keys", list);
    return json_object_end(&o, out);
}

/* `digest`: of a manifest as a registry gives it, else empty. */
static struct err image_fact(struct arena *a, const struct input *in, const struct json *image, struct bytes digest,
                             const struct json **out)
{
    struct json_object o;
    struct tree_list layers;
    const struct json *manifest = digest.n > 0 ? image : json_at(image, "manifest"), *made;
    const struct json *list = json_at(manifest, "layers");
    tree_list_init(&layers, a);
    for (TREE_EACH(i, list)) {
        TRY(layer_fact(a, list->items[i], &made));
        tree_list_add(&layers, made);
    }
    TRY(tree_list_end(&layers, &list));
    json_object_init(&o, a);
    json_object_string(&o, "path", in->path);
    json_object_string(&o, "reference", digest.n > 0 ? BYTES_EMPTY : tree_text(image, "reference"));
    json_object_string(&o, "digest", digest);
    json_object_add(&o, "layers", list);
    return json_object_end(&o, out);
}

static struct err images_of(struct arena *a, const struct input *in, struct tree_list *out)
{
    const struct json *v;
    if (json_is(in->tree, JSON_OBJECT)) {
        struct bytes digest;
        TRY(tree_format(a, &digest, "sha256:%.*s", (int)in->sha256.n, (const char *)in->sha256.p));
        TRY(image_fact(a, in, in->tree, digest, &v));
        tree_list_add(out, v);
    }
    for (TREE_EACH(i, in->tree)) {
        TRY(image_fact(a, in, in->tree->items[i], BYTES_EMPTY, &v));
        tree_list_add(out, v);
    }
    return out->bad;
}

struct err image_facts(struct model *m, const struct json **out)
{
    struct tree_list list;
    tree_list_init(&list, m->arena);
    for (size_t i = 0; i < m->input_count; i++)
        if (m->inputs[i].kind == INPUT_IMAGE_MANIFEST && !m->inputs[i].has_failed)
            TRY(images_of(m->arena, &m->inputs[i], &list));
    return tree_list_end(&list, out);
}

struct wanted_image {
    struct bytes reference; /* as it stands in the pod, or */
    struct bytes digest;    /* what it ends with */
    bool is_used;
};

static struct err uses_image(void *context, const struct json *container, const char *role)
{
    struct wanted_image *w = context;
    struct bytes image = tree_text(container, "image");
    size_t n = w->digest.n;
    bool ends = n > 0 && image.n > n && image.p[image.n - n - 1] == '@' &&
                bytes_equal(bytes_of(image.p + image.n - n, n), w->digest);
    (void)role;
    w->is_used = w->is_used || ends || (image.n > 0 && bytes_equal(image, w->reference));
    return OK;
}

/* Key ids of encrypted layers, for the documents of the pods that use the image. */
static struct err scan_images(struct model *m)
{
    const struct json *images;
    TRY(image_facts(m, &images));
    for (TREE_EACH(i, images))
        for (size_t w = 0; w < m->workload_count; w++) {
            const struct json *image = images->items[i];
            struct wanted_image wanted = {tree_text(image, "reference"), tree_text(image, "digest"), false};
            TRY(workload_containers(&m->workloads[w], uses_image, &wanted));
            if (wanted.is_used && m->workloads[w].document != NULL)
                TRY(scan_tree(m, m->workloads[w].document, images->items[i]));
        }
    return OK;
}

static int by_text(const void *a, const void *b)
{
    const struct json *const *x = a, *const *y = b;
    return json_compare(*x, *y);
}

static void share_groups(struct model *m)
{
    for (size_t i = 0; i < m->document_count; i++)
        for (size_t k = 0; k < m->document_count; k++)
            for (size_t n = 0; m->documents[i].group == m->documents[k].group && n < m->documents[k].closure.count; n++)
                add(&m->documents[i], m->documents[k].closure.items[n]->text);
}

struct err closure_compute(struct model *m)
{
    for (size_t i = 0; i < m->document_count; i++) {
        struct document *d = &m->documents[i];
        TRY(scan_entries(m, d));
        TRY(scan_image_policy(m, d));
        for (size_t w = 0; w < m->workload_count; w++)
            for (size_t k = 0; m->workloads[w].document == d && k < m->workloads[w].strings.count; k++)
                TRY(scan_text(m, d, m->workloads[w].strings.items[k]->text));
    }
    TRY(scan_images(m));
    share_groups(m);
    for (size_t i = 0; i < m->document_count; i++) {
        struct tree_list *l = &m->documents[i].closure;
        TRY(l->bad);
        if (l->count > 1)
            qsort(l->items, l->count, sizeof(*l->items), by_text);
    }
    return OK;
}
