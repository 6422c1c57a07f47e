#include "trust/generated.h"

#include "base/limits.h"
#include "trust/words.h"

#define ANNOTATION_NAME "io.kubernetes.cri.container-name"
#define ANNOTATION_TYPE "io.kubernetes.cri.container-type"
#define SHARED          "/run/kata-containers/shared/containers"

struct maker {
    struct arena *arena;
    const struct json *common; /* policy_data.common */
    const struct json *vars;
};

const struct json *generated_row(const struct json *data, struct bytes container)
{
    const struct json *list = json_at(data, "containers");
    for (TREE_EACH(i, list)) {
        const struct json *annotations = json_path(list->items[i], "OCI", "Annotations", NULL);
        bool is_sandbox = bytes_is(tree_text(annotations, ANNOTATION_TYPE), "sandbox");
        bool fits = container.n == 0 ? is_sandbox
                                     : !is_sandbox && bytes_equal(tree_text(annotations, ANNOTATION_NAME), container);
        if (fits)
            return list->items[i];
    }
    return NULL;
}

/* What stands for a variable or a pattern; false where the text at this place is neither. */
static bool piece(const struct maker *k, struct bytes text, size_t at, struct bytes *value, size_t *used)
{
    static const struct {
        const char *word;
        const char *var; /* of the container; NULL: `literal` */
        const char *literal;
    } rows[] = {
        {"$(host-name)", "pod", NULL},
        {"$(sandbox-name)", "pod", NULL},
        {"$(sandbox-namespace)", "namespace", NULL},
        {"$(bundle-id)", "cid", NULL},
        {"$(sandbox-id)", "sid", NULL},
        {"$(cpath)", NULL, SHARED},
        {"$(spath)", NULL, "/run/kata-containers/sandbox"},
        {"$(pod-ip)", NULL, "10.1.2.3"},
        {"$(host-ip)", NULL, "10.1.2.3"},
        {"$(node-name)", NULL, "node-1"},
        {"$(pod-uid)", NULL, "0a0b0c0d-0000-4000-8000-000000000001"},
        {"[a-z0-9]{64}", "sid", NULL},
        {"[a-z0-9]{16}", NULL, "0123456789abcdef"},
        {"(?:/passthrough)?", NULL, ""},
        {"(watchable/)?", NULL, ""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (!words_at(text, at, rows[i].word))
            continue;
        *value = rows[i].var != NULL ? tree_text(k->vars, rows[i].var) : bytes_of_text(rows[i].literal);
        *used = strlen(rows[i].word);
        return true;
    }
    return false;
}

static bool takes_prefix(const struct maker *k, struct bytes text, size_t at, struct bytes *value, size_t *used)
{
    static const struct {
        const char *word, *name;
    } rows[] = {{"$(sfprefix)", "sfprefix"}, {"$(root_path)", "root_path"}};
    for (size_t i = 0; i < 2; i++)
        if (words_at(text, at, rows[i].word)) {
            *value = tree_text(k->common, rows[i].name);
            *used = strlen(rows[i].word);
            return value->n > 0;
        }
    return false;
}

static void write_text(const struct maker *k, struct bytes text, bool is_pattern, unsigned depth, struct buf *out)
{
    for (size_t i = 0; i < text.n;) {
        struct bytes value;
        size_t used;
        bool is_anchor = is_pattern && ((text.p[i] == '^' && i == 0) || (text.p[i] == '$' && i + 1 == text.n));
        if (depth < 4 && takes_prefix(k, text, i, &value, &used)) {
            write_text(k, value, true, depth + 1, out);
            i += used;
        } else if (piece(k, text, i, &value, &used)) {
            buf_add(out, value);
            i += used;
        } else {
            if (!is_anchor && !(is_pattern && text.p[i] == '\\'))
                buf_u8(out, text.p[i]);
            i++;
        }
    }
}

static struct err plain_text(const struct maker *k, struct bytes text, const struct json **out)
{
    SCOPED(buf) struct buf made = {0};
    struct bytes view;
    bool is_pattern = words_begin(text, "^") || words_begin(text, "$(sfprefix)") || words_end(text, "$");
    buf_init(&made, 65536);
    write_text(k, text, is_pattern, 0, &made);
    struct err e = buf_end(&made, &view);
    return e.code == ERR_LIMIT ? json_new_string(k->arena, text, out)
           : failed(e)         ? e
                               : json_new_string(k->arena, view, out);
}

static struct err plain(const struct maker *k, const struct json *v, const struct json **out);

/* A list; "$(default_caps)" stands for the items of a list of the data. */
static struct err plain_list(const struct maker *k, const struct json *v, const struct json **out)
{
    struct tree_list l;
    tree_list_init(&l, k->arena);
    for (size_t i = 0; i < v->count; i++) {
        const struct json *item = v->items[i], *caps = NULL, *made;
        if (json_is(item, JSON_STRING) && bytes_is(item->text, "$(default_caps)"))
            caps = json_at(k->common, "default_caps");
        if (json_is(item, JSON_STRING) && bytes_is(item->text, "$(privileged_caps)"))
            caps = json_at(k->common, "privileged_caps");
        for (TREE_EACH(c, caps))
            tree_list_add(&l, caps->items[c]);
        if (caps != NULL)
            continue;
        TRY(plain(k, item, &made));
        tree_list_add(&l, made);
    }
    return tree_list_end(&l, out);
}

static struct err plain(const struct maker *k, const struct json *v, const struct json **out)
{
    struct tree_map m;
    if (json_is(v, JSON_ARRAY))
        return plain_list(k, v, out);
    if (json_is(v, JSON_STRING))
        return plain_text(k, v->text, out);
    *out = v;
    if (!json_is(v, JSON_OBJECT))
        return OK;
    tree_map_init(&m, k->arena);
    for (size_t i = 0; i < v->count; i++) {
        const struct json *made;
        TRY(plain(k, v->members[i].value, &made));
        tree_map_add(&m, v->members[i].key, made);
    }
    return tree_map_end(&m, out);
}

/* `base` with the members of `over` in place of its own; objects are laid over member by member down to `depth`. */
static struct err laid_over(struct arena *a, const struct json *base, const struct json *over, unsigned depth,
                            const struct json **out)
{
    struct tree_map m;
    *out = over;
    if (!json_is(base, JSON_OBJECT) || !json_is(over, JSON_OBJECT) || depth == 0)
        return OK;
    tree_map_init(&m, a);
    for (TREE_MEMBER(i, base))
        tree_map_add(&m, base->members[i].key, base->members[i].value);
    for (TREE_MEMBER(i, over)) {
        const struct json *made;
        TRY(laid_over(a, tree_map_find(&m, over->members[i].key), over->members[i].value, depth - 1, &made));
        tree_map_set(&m, over->members[i].key, made);
    }
    return tree_map_end(&m, out);
}

/* The storage of the image stays first; layers that the host would mount are left out. */
static struct err all_storages(const struct maker *k, const struct json *base, const struct json *row,
                               const struct json **out)
{
    struct tree_list l;
    const struct json *own = json_at(base, "storages"), *listed = json_at(row, "storages");
    tree_list_init(&l, k->arena);
    for (TREE_EACH(i, own))
        if (bytes_is(tree_text(own->items[i], "driver"), "image_guest_pull"))
            tree_list_add(&l, own->items[i]);
    for (TREE_EACH(i, listed)) {
        const struct json *made;
        struct bytes driver = tree_text(listed->items[i], "driver");
        if (bytes_is(driver, "overlayfs") || bytes_is(tree_text(listed->items[i], "fstype"), "tar") ||
            bytes_is(driver, "image_guest_pull"))
            continue;
        TRY(plain(k, listed->items[i], &made));
        tree_list_add(&l, made);
    }
    return tree_list_end(&l, out);
}

struct err generated_request(struct arena *a, const struct json *data, const struct json *row, const struct json *base,
                             const struct json *vars, bool is_shared, const struct json **out)
{
    struct maker k = {a, json_at(data, "common"), vars};
    const struct json *oci, *storages, *root = json_path(base, "OCI", "Root", "Path", NULL), *v;
    TRY(plain(&k, json_at(row, "OCI"), &oci));
    TRY(laid_over(a, json_at(base, "OCI"), oci, 2, &oci));
    if (root != NULL && !is_shared) { /* where the image is unpacked, not where a host would mount it */
        TRY(tree_with(a, json_at(oci, "Root"), "Path", root, &v));
        TRY(tree_with(a, oci, "Root", v, &oci));
    }
    TRY(all_storages(&k, base, row, &storages));
    TRY(tree_with(a, base, "OCI", oci, out));
    TRY(tree_with(a, *out, "storages", storages, out));
    const struct json *pidns = json_at(row, "sandbox_pidns");
    return json_is(pidns, JSON_BOOL) ? tree_with(a, *out, "sandbox_pidns", pidns, out) : OK;
}

struct err generated_vars(struct arena *a, const struct json *vars, const struct json *request, const struct json **out)
{
    const struct json *process = json_path(request, "OCI", "Process", NULL), *user = json_at(process, "User");
    const struct {
        const char *var;
        const struct json *value;
        enum json_type type;
    } rows[] = {{"args", json_at(process, "Args"), JSON_ARRAY},
                {"env", json_at(process, "Env"), JSON_ARRAY},
                {"cwd", json_at(process, "Cwd"), JSON_STRING},
                {"uid", json_at(user, "UID"), JSON_NUMBER},
                {"gid", json_at(user, "GID"), JSON_NUMBER},
                {"groups", json_at(user, "AdditionalGids"), JSON_ARRAY},
                {"no_new_privileges", json_at(process, "NoNewPrivileges"), JSON_BOOL}};
    *out = vars;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (json_is(rows[i].value, rows[i].type))
            TRY(tree_with(a, *out, rows[i].var, rows[i].value, out));
    return OK;
}
