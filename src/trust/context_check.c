#include "trust/context_check.h"

#define WORDS_MAX 16

struct word_list {
    const char *words[WORDS_MAX];
};

static const struct word_list layouts = {{"kata-vm", "peer-pods", "enclave"}};
static const struct word_list operators = {
    {"data-owner", "workload-provider", "orchestration-operator", "infrastructure-operator", "third-party", "none"}};
static const struct word_list locations = {{"outside-cluster", "same-cluster", "tee", "none"}};
static const struct word_list properties = {{"confidentiality", "integrity"}};
static const struct word_list personas = {{"IO", "OO", "CT", "NA", "RO", "XC", "WP", "CP", "DO", "BO", "GB", "TV"}};
static const struct word_list trusts = {{"untrusted", "limited", "trusted"}};
static const struct word_list storages = {{"application-encrypted"}};

static bool is_listed(const struct word_list *list, struct bytes text)
{
    for (size_t i = 0; i < WORDS_MAX && list->words[i] != NULL; i++)
        if (bytes_is(text, list->words[i]))
            return true;
    return false;
}

/* Absent, or one of the words. */
static bool is_word(const struct json *v, const struct word_list *list)
{
    return v == NULL || (json_is(v, JSON_STRING) && is_listed(list, v->text));
}

static bool is_object(const struct json *v)
{
    return v == NULL || json_is(v, JSON_OBJECT);
}

static bool is_protection(const struct json *v)
{
    if (v == NULL)
        return true;
    for (TREE_EACH(i, v))
        if (!is_word(v->items[i], &properties))
            return false;
    return json_is(v, JSON_ARRAY);
}

static bool are_personas(const struct json *v)
{
    for (TREE_MEMBER(i, v)) {
        const struct json *row = v->members[i].value;
        if (!is_listed(&personas, v->members[i].key) || !json_is(row, JSON_OBJECT) ||
            !is_word(json_at(row, "trust"), &trusts))
            return false;
    }
    return is_object(v);
}

static bool are_storages(const struct json *v)
{
    for (TREE_MEMBER(i, v))
        if (!is_word(v->members[i].value, &storages))
            return false;
    return is_object(v);
}

static bool are_acceptances(const struct json *v)
{
    if (v == NULL)
        return true;
    for (TREE_EACH(i, v))
        if (!json_is(v->items[i], JSON_OBJECT))
            return false;
    return json_is(v, JSON_ARRAY);
}

const char *context_fault(const struct json *given, const struct json *tees)
{
    const struct json *tee = json_at(given, "tee"), *broker = json_at(given, "broker");
    const struct json *protect = json_at(given, "protect");
    if (!json_is(given, JSON_OBJECT))
        return "the context is no JSON object";
    if (!is_word(json_at(given, "layout"), &layouts))
        return "layout is kata-vm, peer-pods or enclave";
    if (tee != NULL && (!json_is(tee, JSON_STRING) || json_find(tees, tee->text) == NULL))
        return "tee is the name of an evidence type, such as snp, tdx, tpm or az-snp-vtpm";
    if (!is_object(broker) || !is_word(json_at(broker, "operator"), &operators))
        return "broker.operator is data-owner, workload-provider, orchestration-operator, infrastructure-operator, "
               "third-party or none";
    if (!is_word(json_at(broker, "location"), &locations))
        return "broker.location is outside-cluster, same-cluster, tee or none";
    if (!is_object(protect) || !is_protection(json_at(protect, "code")) || !is_protection(json_at(protect, "data")))
        return "protect.code and protect.data are lists of confidentiality and integrity";
    if (!are_personas(json_at(given, "personas")))
        return "personas has an object with trust (untrusted, limited or trusted) under the id of a persona";
    if (!is_object(json_at(given, "guest")))
        return "guest is an object";
    if (!are_storages(json_at(given, "storage")))
        return "storage has application-encrypted under the name of a volume";
    return are_acceptances(json_at(given, "accepted")) ? NULL : "accepted is a list of objects";
}
