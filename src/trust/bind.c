#include "trust/bind.h"

#include "trust/closure.h"

static bool is_accepted(const struct json *release, struct bytes document)
{
    const struct json *list = json_at(release, "accepted");
    for (TREE_EACH(i, list))
        if (bytes_equal(tree_text(list->items[i], "document"), document))
            return true;
    return false;
}

/* The digest of a document in force, as evidence carries it, and the policy that pins it. */
static struct err documents(struct model *m, const struct json *facts)
{
    const struct json *releases = json_at(facts, "releases"), *list = json_at(facts, "documents");
    for (TREE_EACH(r, releases))
        for (TREE_EACH(i, list)) {
            struct bytes path = tree_text(list->items[i], "path");
            const struct json *release = releases->items[r];
            bool pinned = is_accepted(release, path);
            if (!pinned && !tree_flag(list->items[i], "is_in_force"))
                continue;
            TRY(model_bind(m, "document-release", path, tree_text(release, "artefact"), pinned ? "holds" : "absent",
                           pinned ? "" : "no literal of the policies is its digest"));
        }
    return OK;
}

static bool in_any_closure(const struct json *documents, struct bytes path)
{
    for (TREE_EACH(i, documents)) {
        const struct json *closure = json_at(documents->items[i], "closure");
        for (TREE_EACH(k, closure))
            if (bytes_equal(closure->items[k]->text, path))
                return true;
    }
    return false;
}

/* A sealed secret, the resource that it names, and the key that verifies it. */
static struct err sealed(struct model *m, const struct json *facts)
{
    const struct json *workloads = json_at(facts, "workloads"), *list = json_at(facts, "documents");
    for (TREE_EACH(w, workloads)) {
        const struct json *vars = json_at(workloads->items[w], "vars");
        for (TREE_EACH(i, vars)) {
            const struct json *seal = json_at(vars->items[i], "sealed");
            struct bytes path = BYTES_EMPTY;
            if (seal == NULL)
                continue;
            bool names = closure_path(tree_text(seal, "name"), &path);
            bool sound = bytes_is(tree_text(seal, "state"), "sound");
            bool known = !names || in_any_closure(list, path);
            TRY(model_bind(m, "sealed-resource", tree_text(workloads->items[w], "path"), path,
                           sound && known ? "holds" : "broken",
                           !sound  ? "the sealed secret is malformed"
                           : known ? ""
                                   : "no document needs this resource"));
        }
    }
    return OK;
}

static struct err references(struct model *m, const struct json *facts)
{
    const struct json *appraisals = json_at(facts, "appraisals"), *files = json_at(facts, "reference_values");
    for (TREE_EACH(i, appraisals)) {
        const struct json *missing = json_at(appraisals->items[i], "missing");
        bool holds = json_is(missing, JSON_ARRAY) && missing->count == 0;
        for (TREE_EACH(f, files))
            TRY(model_bind(m, "reference-policy", tree_text(files->items[f], "path"),
                           tree_text(appraisals->items[i], "artefact"), holds ? "holds" : "broken",
                           holds ? "" : "the policy asks for names that are not there"));
    }
    return OK;
}

static struct err brokers(struct model *m, const struct json *facts)
{
    const struct json *list = json_at(facts, "documents");
    for (TREE_EACH(i, list)) {
        const struct json *services = json_at(list->items[i], "services");
        for (TREE_EACH(k, services)) {
            struct bytes state = tree_text(json_at(services->items[k], "certificate"), "state"), from;
            struct bytes path = tree_text(list->items[i], "path"), entry = tree_text(services->items[k], "entry");
            bool is_valid = bytes_is(state, "valid"), is_absent = bytes_is(state, "absent");
            TRY(tree_format(m->arena, &from, "%.*s#%.*s", (int)path.n, (const char *)path.p, (int)entry.n,
                            (const char *)entry.p));
            TRY(model_bind(m, "broker-certificate", from, tree_text(services->items[k], "host"),
                           is_valid    ? "holds"
                           : is_absent ? "absent"
                                       : "broken",
                           is_valid ? "" : "the certificate is not one for this name at this date"));
        }
    }
    return OK;
}

static struct err image_policies(struct model *m, const struct json *facts)
{
    const struct json *files = json_at(facts, "image_policies"), *list = json_at(facts, "documents");
    for (TREE_EACH(i, list)) {
        struct bytes uri = tree_text(json_path(list->items[i], "cdh", "image", NULL), "image_security_policy_uri");
        bool is_one = json_is(files, JSON_ARRAY) && files->count == 1;
        if (uri.n == 0)
            continue;
        struct bytes to = is_one ? tree_text(files->items[0], "path") : uri;
        TRY(model_bind(m, "document-image-policy", tree_text(list->items[i], "path"), to, is_one ? "holds" : "absent",
                       is_one ? "" : "which file is the content of this URI is not known"));
    }
    return OK;
}

struct err bind_all(struct model *m, const struct json *facts)
{
    TRY(documents(m, facts));
    TRY(sealed(m, facts));
    TRY(references(m, facts));
    TRY(brokers(m, facts));
    return image_policies(m, facts);
}
