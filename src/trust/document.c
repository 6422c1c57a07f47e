#include "trust/document.h"

#include "base/limits.h"
#include "codec/base64.h"
#include "codec/hex.h"
#include "codec/toml.h"
#include "rego/lex.h"
#include "trust/endpoint.h"
#include "trust/redact.h"

#define STRINGS_MAX 65536
#define PCR_SIZE    32

struct err document_strings(struct arena *a, struct bytes text, struct literal_text **out, size_t *count)
{
    struct lexer lx;
    struct rego_error ignored = {0};
    size_t cap = 64, n = 0;
    struct literal_text *list;
    TRY(arena_array(a, cap, &list));
    struct err e = lex_init(&lx, a, &ignored, "policy", text);
    while (!failed(e) && n < STRINGS_MAX) {
        struct token t = {0};
        e = lex_next(&lx, &t);
        if (failed(e) || t.kind == TOKEN_END)
            break;
        if (t.kind != TOKEN_STRING && t.kind != TOKEN_RAW_STRING)
            continue;
        if (n == cap) {
            struct literal_text *more;
            TRY(arena_array(a, cap * 2, &more));
            memcpy(more, list, n * sizeof(*list));
            list = more;
            cap *= 2;
        }
        list[n++] = (struct literal_text){t.text, t.at.row};
    }
    *out = list;
    *count = n;
    return e.code == ERR_NOMEM ? e : OK;
}

static struct err parsed_entry(struct arena *a, const struct json *data, const char *name, const struct json **out)
{
    struct bytes text = tree_text(data, name);
    *out = NULL;
    if (text.n == 0)
        return OK;
    struct err e = toml_decode(a, text, NULL, out);
    return e.code == ERR_NOMEM ? e : OK;
}

/* The lines of a text before the first place of a part of it; 0 if it does not stand there as it is. */
static size_t lines_before(struct bytes whole, struct bytes part)
{
    const uint8_t *at = part.n == 0 ? NULL : memmem(whole.p, whole.n, part.p, part.n);
    size_t lines = 0;
    for (const uint8_t *p = whole.p; at != NULL && p < at; p++)
        lines += *p == '\n';
    return lines;
}

static struct err grow(struct model *m)
{
    struct document *more;
    TRY(arena_array(m->arena, m->document_count + 1, &more));
    if (m->document_count > 0)
        memcpy(more, m->documents, m->document_count * sizeof(*more));
    m->documents = more;
    return OK;
}

struct err document_add(struct model *m, const struct input *input, struct bytes path, struct bytes text,
                        struct document **out)
{
    struct document d = {.input = input, .path = path};
    TRY(initdata_decode(m->arena, text, &d.data));
    TRY(parsed_entry(m->arena, d.data.data, "aa.toml", &d.aa));
    TRY(parsed_entry(m->arena, d.data.data, "cdh.toml", &d.cdh));
    d.policy = tree_text(d.data.data, "policy.rego");
    if (d.policy.n > 0) {
        TRY(tree_format(m->arena, &d.policy_artefact, "%.*s#policy.rego", (int)path.n, (const char *)path.p));
        TRY(document_strings(m->arena, d.policy, &d.strings, &d.string_count));
        d.policy_line = lines_before(text, d.policy);
        if (d.string_count == STRINGS_MAX)
            TRY(model_limit(m, path, d.policy_line, "not every string of a policy is looked at: at most 65536 are"));
    }
    tree_list_init(&d.closure, m->arena);
    d.group = m->document_count;
    TRY(grow(m));
    m->documents[m->document_count++] = d;
    if (out != NULL)
        *out = &m->documents[m->document_count - 1];
    return OK;
}

static struct err padded_hex(struct arena *a, const struct digest *d, size_t width, struct bytes *text)
{
    uint8_t field[256] = {0};
    size_t n = d->n < width ? d->n : width;
    memcpy(field, d->p, n);
    return hex_encode_arena(a, bytes_of(field, width), text);
}

struct err document_form_of(struct arena *a, const struct json *tee, const struct digest *digest, struct bytes *text,
                            bool *fits, const char **why)
{
    const struct json *form = json_at(tee, "form");
    struct bytes encoding = tree_text(form, "encoding");
    size_t width = (size_t)tree_int(form, "width", 0);
    struct digest pcr8;
    *text = BYTES_EMPTY;
    *fits = true;
    *why = "";
    if (encoding.n == 0)
        return OK;
    if (bytes_is(encoding, "base64"))
        return base64_encode_arena(a, BASE64_PADDED, digest_view(digest), text);
    if (tree_flag(form, "exact") && digest->n != width) {
        *fits = false;
        *why = width == PCR_SIZE ? "the register takes exactly 32 bytes: sha256"
                                 : "the field takes exactly 64 bytes: sha512";
        return OK;
    }
    if (bytes_is(encoding, "pcr8")) {
        TRY(initdata_pcr8(digest, &pcr8));
        return hex_encode_arena(a, digest_view(&pcr8), text);
    }
    if (digest->n > width)
        *why = "the digest is longer than the field and is cut";
    return padded_hex(a, digest, width > 256 ? 256 : width, text);
}

struct err document_forms(struct model *m)
{
    for (size_t i = 0; i < m->document_count; i++) {
        struct document *d = &m->documents[i];
        TRY(document_form_of(m->arena, m->tee, &d->data.digest, &d->form, &d->form_fits, &d->form_why));
    }
    return OK;
}

static struct err service_facts(struct model *m, const struct document *d, const char *entry, struct bytes url,
                                struct bytes pem, struct tree_list *out)
{
    struct json_object o;
    struct endpoint e;
    const struct json *v, *certificate;
    if (url.n == 0)
        return OK;
    struct err parsed = endpoint_parse(url, &e);
    json_object_init(&o, m->arena);
    json_object_text(&o, "entry", entry);
    json_object_bool(&o, "parsed", !failed(parsed));
    if (!failed(parsed)) {
        json_object_string(&o, "scheme", e.scheme);
        json_object_string(&o, "host", e.host);
        json_object_int(&o, "port", e.port);
        json_object_bool(&o, "is_loopback", e.is_loopback);
        json_object_bool(&o, "is_cluster_name", e.is_cluster_name);
    }
    json_object_int(&o, "line", (int64_t)lines_before(d->data.text, url) + 1);
    TRY(endpoint_certificate(m->arena, pem, failed(parsed) ? BYTES_EMPTY : e.host, m->now_sec, &certificate));
    json_object_add(&o, "certificate", certificate);
    TRY(json_object_end(&o, &v));
    tree_list_add(out, v);
    return OK;
}

static struct err services(struct model *m, const struct document *d, const struct json **out)
{
    struct tree_list list;
    const struct json *kbs = json_path(d->aa, "token_configs", "kbs", NULL), *kbc = json_at(d->cdh, "kbc");
    const struct json *as = json_path(d->aa, "token_configs", "coco_as", NULL);
    tree_list_init(&list, m->arena);
    TRY(service_facts(m, d, "aa.toml", tree_text(kbs, "url"), tree_text(kbs, "cert"), &list));
    TRY(service_facts(m, d, "aa.toml", tree_text(as, "url"), tree_text(as, "cert"), &list));
    TRY(service_facts(m, d, "cdh.toml", tree_text(kbc, "url"), tree_text(kbc, "kbs_cert"), &list));
    return tree_list_end(&list, out);
}

static struct err add_secret(struct model *m, const struct document *d, const char *entry, const char *kind,
                             struct bytes name, struct bytes value, struct tree_list *out)
{
    struct json_object o;
    const struct json *v;
    json_object_init(&o, m->arena);
    json_object_text(&o, "entry", entry);
    json_object_text(&o, "kind", kind);
    json_object_string(&o, "name", name);
    json_object_int(&o, "length", (int64_t)value.n);
    json_object_int(&o, "line", (int64_t)lines_before(d->data.text, value) + 1);
    TRY(json_object_end(&o, &v));
    tree_list_add(out, v);
    return out->bad;
}

/* The strings of a parsed entry that look like secrets, by the key they stand under. */
static struct err scan_tree(struct model *m, const struct document *d, const char *entry, struct bytes key,
                            const struct json *v, struct tree_list *out)
{
    for (TREE_MEMBER(i, v))
        TRY(scan_tree(m, d, entry, v->members[i].key, v->members[i].value, out));
    for (TREE_EACH(i, v))
        TRY(scan_tree(m, d, entry, key, v->items[i], out));
    if (!json_is(v, JSON_STRING))
        return OK;
    enum secret_kind kind = redact_kind(key, v->text);
    return kind == SECRET_NONE ? OK : add_secret(m, d, entry, redact_kind_name(kind), key, v->text, out);
}

/* Strings of a policy: a private key, a password in a URL, or NAME=value of an environment. */
static struct err scan_policy(struct model *m, const struct document *d, struct tree_list *out)
{
    for (size_t i = 0; i < d->string_count; i++) {
        struct bytes text = d->strings[i].text, name = BYTES_EMPTY, value = text;
        size_t at = 0;
        while (at < text.n && text.p[at] != '=')
            at++;
        if (at > 0 && at < text.n && at < 128) {
            name = bytes_of(text.p, at);
            value = bytes_of(text.p + at + 1, text.n - at - 1);
        }
        enum secret_kind kind = redact_kind(name, value);
        if (kind != SECRET_NONE)
            TRY(add_secret(m, d, "policy.rego", redact_kind_name(kind), name, value, out));
    }
    return OK;
}

static struct err secrets(struct model *m, const struct document *d, const struct json **out)
{
    struct tree_list list;
    tree_list_init(&list, m->arena);
    TRY(scan_tree(m, d, "aa.toml", BYTES_EMPTY, d->aa, &list));
    TRY(scan_tree(m, d, "cdh.toml", BYTES_EMPTY, d->cdh, &list));
    TRY(scan_policy(m, d, &list));
    for (TREE_MEMBER(i, d->data.data)) {
        struct bytes key = d->data.data->members[i].key;
        bool is_read = bytes_is(key, "aa.toml") || bytes_is(key, "cdh.toml") || bytes_is(key, "policy.rego");
        const struct json *v = d->data.data->members[i].value;
        enum secret_kind kind = is_read || !json_is(v, JSON_STRING) ? SECRET_NONE : redact_kind(key, v->text);
        char *name;
        if (kind == SECRET_NONE)
            continue;
        TRY(arena_text(m->arena, key, &name));
        TRY(add_secret(m, d, name, redact_kind_name(kind), key, v->text, &list));
    }
    return tree_list_end(&list, out);
}

static struct err names_of(struct arena *a, const struct json *object, const struct json **out)
{
    struct tree_list list;
    tree_list_init(&list, a);
    for (TREE_MEMBER(i, object))
        tree_list_text(&list, object->members[i].key);
    return tree_list_end(&list, out);
}

static struct err redacted_or_null(struct arena *a, const struct json *v, const struct json **out)
{
    return v == NULL ? json_new_null(a, out) : redact_tree(a, v, out);
}

static struct err workload_ids(struct model *m, const struct document *d, const struct json **out)
{
    struct tree_list list;
    tree_list_init(&list, m->arena);
    for (size_t i = 0; i < m->workload_count; i++)
        if (m->workloads[i].document == d)
            tree_list_text(&list, m->workloads[i].id);
    return tree_list_end(&list, out);
}

static struct err facts_of(struct model *m, struct document *d, const struct json **out)
{
    struct json_object o, form;
    const struct json *entries, *ids, *found, *served, *closure, *aa, *cdh, *form_facts;
    TRY(names_of(m->arena, d->data.data, &entries));
    TRY(workload_ids(m, d, &ids));
    TRY(secrets(m, d, &found));
    TRY(services(m, d, &served));
    TRY(tree_list_end(&d->closure, &closure));
    TRY(redacted_or_null(m->arena, d->aa, &aa));
    TRY(redacted_or_null(m->arena, d->cdh, &cdh));
    json_object_init(&form, m->arena);
    json_object_string(&form, "text", d->form);
    json_object_bool(&form, "fits", d->form_fits);
    json_object_text(&form, "why", d->form_why);
    TRY(json_object_end(&form, &form_facts));
    json_object_init(&o, m->arena);
    json_object_string(&o, "path", d->path);
    json_object_text(&o, "algorithm", hash_name(d->data.algorithm));
    json_object_hex(&o, "digest", digest_view(&d->data.digest));
    json_object_add(&o, "form", form_facts);
    json_object_add(&o, "entries", entries);
    json_object_add(&o, "workloads", ids);
    json_object_bool(&o, "is_in_force", d->workload_count > 0);
    json_object_int(&o, "group", (int64_t)d->group);
    json_object_add(&o, "services", served);
    json_object_add(&o, "secrets", found);
    json_object_add(&o, "closure", closure);
    json_object_add(&o, "aa", aa);
    json_object_add(&o, "cdh", cdh);
    json_object_bool(&o, "has_policy", d->policy.n > 0);
    json_object_string(&o, "policy", d->policy_artefact);
    return json_object_end(&o, out);
}

struct err document_facts(struct model *m, const struct json **out)
{
    struct tree_list list;
    tree_list_init(&list, m->arena);
    for (size_t i = 0; i < m->document_count; i++) {
        const struct json *v;
        TRY(facts_of(m, &m->documents[i], &v));
        tree_list_add(&list, v);
    }
    return tree_list_end(&list, out);
}
