#include "broker/keys/policy.h"

#include "base/limits.h"
#include "broker/keys/resource_path.h"

struct err workload_check(struct arena *a, struct bytes value)
{
    const struct json *list;
    TRY_AS(REASON_REQUEST_MALFORMED, json_decode(a, value, NULL, NULL, &list));
    if (!json_is(list, JSON_ARRAY) || list->count == 0)
        return REFUSE(ERR_FORMAT, REASON_REQUEST_MALFORMED, "a workload is bound to a list of resource paths");
    for (size_t i = 0; i < list->count; i++) {
        if (!json_is(list->items[i], JSON_STRING))
            return REFUSE(ERR_FORMAT, REASON_REQUEST_MALFORMED, "a resource path is a text");
        TRY(resource_path_check(list->items[i]->text));
    }
    return OK;
}

void workloads_drop(struct keys *k)
{
    arena_clear(&k->workloads_arena);
    k->workloads = NULL;
}

static struct err load(struct keys *k, struct arena *a)
{
    const struct store_entry *entries;
    size_t count;
    struct json_member *members;
    TRY(store_list(k->store, a, STORE_WORKLOAD, &entries, &count));
    TRY(arena_array(a, count, &members));
    for (size_t i = 0; i < count; i++) {
        struct bytes value;
        uint64_t version;
        TRY(store_get_public(k->store, a, STORE_WORKLOAD, entries[i].name, &value, &version));
        members[i].key = entries[i].name;
        TRY(json_decode(a, value, NULL, NULL, &members[i].value));
    }
    return json_new_object(a, members, count, &k->workloads);
}

struct err workloads_load(struct keys *k)
{
    workloads_drop(k);
    struct err e = load(k, &k->workloads_arena);
    if (failed(e))
        workloads_drop(k);
    return e;
}

static bool is_text(const struct json *v, const char *text)
{
    return json_is(v, JSON_STRING) && bytes_is(v->text, text);
}

/* At least one submodule, and every one affirming: an absent status is not affirming. */
static bool all_affirming(const struct json *claims)
{
    const struct json *submods = json_at(claims, "submods");
    if (!json_is(submods, JSON_OBJECT) || submods->count == 0)
        return false;
    for (size_t i = 0; i < submods->count; i++)
        if (!is_text(json_at(submods->members[i].value, "ear.status"), "affirming"))
            return false;
    return true;
}

static bool lists(const struct json *list, struct bytes path)
{
    for (size_t i = 0; json_is(list, JSON_ARRAY) && i < list->count; i++)
        if (json_is(list->items[i], JSON_STRING) && bytes_equal(list->items[i]->text, path))
            return true;
    return false;
}

struct err release_allows(const struct keys *k, const struct json *claims, struct bytes path)
{
    if (k->workloads == NULL || k->workloads->count == 0)
        return REFUSE(ERR_DENIED, REASON_RELEASE_NO_POLICY, "no workload is bound, so nothing is released");
    if (!all_affirming(claims))
        return REFUSE(ERR_DENIED, REASON_RELEASE_NOT_AFFIRMING, "a part of the guest is not affirming");
    const struct json *initdata =
        json_path(claims, "submods", "cpu0", "ear.veraison.annotated-evidence", "init_data", NULL);
    const struct json *list = json_is(initdata, JSON_STRING) ? json_find(k->workloads, initdata->text) : NULL;
    if (list == NULL)
        return REFUSE(ERR_DENIED, REASON_RELEASE_INITDATA, "the initdata names no workload that is bound here");
    if (!lists(list, path))
        return REFUSE(ERR_DENIED, REASON_RELEASE_OTHER_WORKLOAD, "the resource is not on this workload's list");
    return OK;
}
