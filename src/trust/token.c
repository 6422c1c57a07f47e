#include "trust/token.h"

#include "trust/learn.h"

#define EVIDENCE "ear.veraison.annotated-evidence"

static struct err submodule(struct arena *a, const struct token_device *d, const struct json **out)
{
    struct tree_map m;
    const struct json *evidence;
    tree_map_init(&m, a);
    if (d->status != NULL)
        tree_map_text(&m, BYTES_LIT("ear.status"), bytes_of_text(d->status));
    tree_map_text(&m, BYTES_LIT("ear.appraisal-policy-id"), BYTES_LIT("default"));
    if (d->has_evidence) {
        TRY(learn_input(a, d->tee, d->claims, d->init_data, &evidence));
        tree_map_add(&m, BYTES_LIT(EVIDENCE), evidence);
    }
    return tree_map_end(&m, out);
}

struct err token_gpu(struct arena *a, struct token_device *out)
{
    struct json_object o;
    const struct json *empty;
    json_object_init(&o, a);
    TRY(json_object_end(&o, &empty));
    *out = (struct token_device){"gpu0", TOKEN_AFFIRMING, BYTES_LIT("nvidia"), empty, NULL, true};
    return OK;
}

struct err token_make(struct arena *a, const struct token_device *list, size_t count, const struct json **out)
{
    struct tree_map submods, token;
    const struct json *v;
    tree_map_init(&submods, a);
    for (size_t i = 0; i < count; i++) {
        TRY(submodule(a, &list[i], &v));
        tree_map_add(&submods, bytes_of_text(list[i].name), v);
    }
    TRY(tree_map_end(&submods, &v));
    tree_map_init(&token, a);
    tree_map_text(&token, BYTES_LIT("eat_profile"), BYTES_LIT("tag:github.com,2024:confidential-containers/Trustee"));
    tree_map_text(&token, BYTES_LIT("iss"), BYTES_LIT("CoCo-Attestation-Service"));
    tree_map_add(&token, BYTES_LIT("submods"), v);
    return tree_map_end(&token, out);
}

struct err token_path(struct arena *a, struct bytes path, struct tree_list *out)
{
    size_t from = 0;
    tree_list_init(out, a);
    for (size_t i = 0; i <= path.n; i++)
        if (i == path.n || path.p[i] == '/') {
            tree_list_text(out, bytes_of(path.p + from, i - from));
            from = i + 1;
        }
    return out->bad;
}

struct err token_data(struct arena *a, const char *plugin, const struct json *path, const struct json **out)
{
    struct json_object o, query;
    const struct json *empty;
    json_object_init(&query, a);
    TRY(json_object_end(&query, &empty));
    json_object_init(&o, a);
    json_object_text(&o, "plugin", plugin);
    json_object_add(&o, "resource-path", path);
    json_object_add(&o, "query", empty);
    return json_object_end(&o, out);
}
