/*
 * What a release policy pins: the literals that unlock something, and those that never can.
 */
#include "trust/release.h"
#include "trust/token.h"

static struct err accepted_fact(struct releaser *r, const struct candidate *c, const struct json **out)
{
    struct json_object o;
    const struct document *of = NULL;
    for (size_t i = 0; i < r->m->document_count && of == NULL; i++)
        if (bytes_equal(r->m->documents[i].form, c->text))
            of = &r->m->documents[i];
    json_object_init(&o, r->m->arena);
    json_object_string(&o, "literal", c->text);
    json_object_string(&o, "artefact", c->artefact);
    json_object_int(&o, "line", (int64_t)c->line);
    if (of == NULL)
        json_object_null(&o, "document");
    else
        json_object_string(&o, "document", of->path);
    return json_object_end(&o, out);
}

static struct err unlocks_with(struct releaser *r, struct bytes text, bool *out)
{
    const struct json *form, *token;
    *out = false;
    TRY(release_form(r, text, &form));
    TRY(release_chained(r, r->appraiser->tee_name, r->appraiser->claims, form, &token));
    for (size_t k = 0; k < r->paths.count && !*out; k++) {
        struct probe_outcome o;
        struct tree_list parts;
        const struct json *path;
        TRY(token_path(r->m->arena, r->paths.items[k]->text, &parts));
        TRY(tree_list_end(&parts, &path));
        TRY(probe_release_ask(r, token, "resource", path, &o));
        *out = o.result == PROBE_ALLOWED;
    }
    return OK;
}

/* Whether the release asks for no digest at all: then no literal is a pin. */
static bool is_open(const struct releaser *r)
{
    for (size_t i = 0; i < r->results.count; i++)
        if (bytes_is(r->results.ids[i], "Q06"))
            return r->results.outcomes[i].result == PROBE_ALLOWED;
    return false;
}

/* Every literal that looks like a digest, alone in the place of the initdata: what it unlocks, it is a pin for. A pin
 * that no evidence carries is accepted for nobody: it misfits. */
struct err release_pins(struct releaser *r, const struct candidate *list, size_t count, struct json_object *out)
{
    struct tree_list accepted, misfits;
    const struct json *v;
    tree_list_init(&accepted, r->m->arena);
    tree_list_init(&misfits, r->m->arena);
    TRY(digests_misfits(r->m, list, count, &misfits));
    for (size_t i = 0; i < count; i++) {
        bool unlocked;
        bool fits = digests_is_form(list[i].text, r->appraiser->init_data);
        if (!fits && is_open(r))
            continue;
        TRY(unlocks_with(r, list[i].text, &unlocked));
        if (unlocked && !fits)
            TRY(digests_add_misfit(r->m, &list[i], BYTES_EMPTY, "width", &misfits));
        if (!unlocked || !fits)
            continue;
        TRY(accepted_fact(r, &list[i], &v));
        tree_list_add(&accepted, v);
    }
    TRY(tree_list_end(&accepted, &v));
    json_object_add(out, "accepted", v);
    TRY(tree_list_end(&misfits, &v));
    json_object_add(out, "misfits", v);
    return OK;
}
