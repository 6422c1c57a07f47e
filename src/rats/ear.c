#include "rats/ear.h"

#define PROFILE "tag:github.com,2024:confidential-containers/Trustee"

static const char *const names[EAR_CLAIM_COUNT] = {
#define X(id_, name_) [EAR_##id_] = name_,
    EAR_CLAIMS(X)
#undef X
};

const char *ear_claim_name(enum ear_claim claim)
{
    return (unsigned)claim < EAR_CLAIM_COUNT ? names[claim] : "";
}

enum verdict ear_tier(int8_t value)
{
    if (value >= -1 && value <= 1)
        return VERDICT_NONE;
    if (value >= -32 && value <= 31)
        return VERDICT_AFFIRMING;
    if (value >= -96 && value <= 95)
        return VERDICT_WARNING;
    return VERDICT_CONTRAINDICATED;
}

/* A claim of tier NONE says nothing, so it does not worsen the others; alone it affirms nothing. */
enum verdict ear_status(const struct ear_vector *v)
{
    enum verdict status = VERDICT_NONE;
    for (int i = 0; i < EAR_CLAIM_COUNT; i++) {
        enum verdict tier = v->is_set[i] ? ear_tier(v->value[i]) : VERDICT_NONE;
        if (tier != VERDICT_NONE)
            status = status == VERDICT_NONE ? tier : verdict_worst(status, tier);
    }
    return status;
}

static struct err vector_object(struct arena *a, const struct ear_vector *v, const struct json **out)
{
    struct json_object o;
    json_object_init(&o, a);
    for (int i = 0; i < EAR_CLAIM_COUNT; i++)
        if (v->is_set[i])
            json_object_int(&o, names[i], v->value[i]);
    return json_object_end(&o, out);
}

/* `base` with the members of `more` beside its own; a member of both is refused. */
static struct err merge(struct arena *a, const struct json *base, const struct json *more, const struct json **out)
{
    if (more == NULL) {
        *out = base;
        return OK;
    }
    if (more->type != JSON_OBJECT)
        return FAIL(ERR_BUG, "further members are no object");
    struct json_member *members;
    TRY(arena_array(a, base->count + more->count, &members));
    for (size_t i = 0; i < base->count; i++)
        members[i] = base->members[i];
    for (size_t i = 0; i < more->count; i++)
        members[base->count + i] = more->members[i];
    return json_new_object(a, members, base->count + more->count, out);
}

static struct err submod_object(struct arena *a, const struct ear_submod *m, const struct json **out)
{
    const struct json *vector;
    const struct json *base;
    TRY(vector_object(a, &m->vector, &vector));
    struct json_object o;
    json_object_init(&o, a);
    json_object_text(&o, "ear.status", verdict_name(ear_status(&m->vector)));
    json_object_add(&o, "ear.trustworthiness-vector", vector);
    json_object_text(&o, "ear.appraisal-policy-id", m->policy_id);
    if (m->annotated != NULL)
        json_object_add(&o, "ear.veraison.annotated-evidence", m->annotated);
    TRY(json_object_end(&o, &base));
    return merge(a, base, m->extensions, out);
}

static struct err verifier_id(struct arena *a, const struct ear_settings *settings, const struct json **out)
{
    struct json_object o;
    json_object_init(&o, a);
    json_object_text(&o, "developer", settings->developer);
    json_object_text(&o, "build", settings->build);
    return json_object_end(&o, out);
}

struct err ear_payload(struct arena *a, const struct ear_settings *settings, const struct ear_submod *submods,
                       size_t count, const struct json *extra, const struct json **out)
{
    const struct json *id;
    const struct json *mods;
    const struct json *base;
    struct json_object o;
    json_object_init(&o, a);
    for (size_t i = 0; i < count; i++) {
        const struct json *mod;
        TRY(submod_object(a, &submods[i], &mod));
        json_object_add(&o, submods[i].name, mod);
    }
    TRY(json_object_end(&o, &mods));
    TRY(verifier_id(a, settings, &id));
    json_object_init(&o, a);
    json_object_text(&o, "eat_profile", PROFILE);
    json_object_int(&o, "iat", settings->issued_at_sec);
    json_object_int(&o, "exp", settings->issued_at_sec + settings->lifetime_sec);
    json_object_text(&o, "iss", settings->issuer);
    json_object_add(&o, "ear.verifier-id", id);
    json_object_add(&o, "submods", mods);
    TRY(json_object_end(&o, &base));
    return merge(a, base, extra, out);
}
