#include "trust/digests.h"

#include "codec/base64.h"
#include "codec/hex.h"
#include "trust/document.h"

#define CANDIDATES_MAX 4096
#define PREFIX_MIN     16 /* characters in common from which a literal is a cut digest and no chance */

static bool is_hex(struct bytes t)
{
    for (size_t i = 0; i < t.n; i++) {
        uint8_t lower = t.p[i] | 0x20;
        if (!(t.p[i] >= '0' && t.p[i] <= '9') && !(lower >= 'a' && lower <= 'f'))
            return false;
    }
    return true;
}

static bool is_digest_like(struct arena *a, struct bytes t)
{
    struct bytes raw;
    if (t.n == 64 || t.n == 96 || t.n == 128)
        if (is_hex(t))
            return true;
    if (t.n != 44 && t.n != 64 && t.n != 88)
        return t.n >= PREFIX_MIN && t.n < 128 && is_hex(t);
    return !failed(base64_decode(a, BASE64_PADDED, t, &raw)) && (raw.n == 32 || raw.n == 48 || raw.n == 64);
}

struct gather {
    struct model *m;
    struct candidate *list;
    size_t count;
};

static void add(struct gather *g, struct bytes text, struct bytes artefact, size_t line)
{
    if (g->count == CANDIDATES_MAX || !is_digest_like(g->m->arena, text))
        return;
    for (size_t i = 0; i < g->count; i++)
        if (bytes_equal(g->list[i].text, text))
            return;
    g->list[g->count++] = (struct candidate){text, artefact, line};
}

static struct err add_policy(struct gather *g, const struct tested_policy *p)
{
    struct literal_text *strings;
    size_t count;
    if (p == NULL)
        return OK;
    TRY(document_strings(g->m->arena, p->text, &strings, &count));
    for (size_t i = 0; i < count; i++)
        add(g, strings[i].text, p->artefact, strings[i].line + p->line_before);
    return OK;
}

static void add_tree(struct gather *g, const struct json *v, struct bytes artefact)
{
    for (TREE_MEMBER(i, v))
        add_tree(g, v->members[i].value, artefact);
    for (TREE_EACH(i, v))
        add_tree(g, v->items[i], artefact);
    if (json_is(v, JSON_STRING))
        add(g, v->text, artefact, 0);
}

struct err digests_candidates(struct model *m, const struct tested_policy *release,
                              const struct tested_policy *appraisal, struct candidate **out, size_t *count)
{
    struct gather g = {.m = m};
    TRY(arena_array(m->arena, CANDIDATES_MAX, &g.list));
    TRY(add_policy(&g, release));
    TRY(add_policy(&g, appraisal));
    for (size_t i = 0; i < m->input_count; i++)
        if (m->inputs[i].kind == INPUT_REFERENCE_VALUES)
            add_tree(&g, m->inputs[i].tree, m->inputs[i].path);
    if (g.count == CANDIDATES_MAX)
        TRY(model_limit(m, release->path, 0, "not every digest is tried as a pin: at most 4096 are"));
    *out = g.list;
    *count = g.count;
    return OK;
}

static uint8_t folded(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static bool same_folded(struct bytes a, struct bytes b)
{
    for (size_t i = 0; i < a.n && a.n == b.n; i++)
        if (folded(a.p[i]) != folded(b.p[i]))
            return false;
    return a.n == b.n;
}

static bool is_prefix(struct bytes part, struct bytes whole)
{
    return part.n >= PREFIX_MIN && part.n < whole.n && bytes_starts(whole, part);
}

/* How a literal stands for a document without being the form of its evidence; NULL where it does not. */
static struct err misfit_of(struct arena *a, const struct document *d, struct bytes text, const char **why)
{
    struct bytes hex, plain, of_form, raw;
    *why = NULL;
    if (d->form.n == 0 || bytes_equal(text, d->form))
        return OK;
    TRY(hex_encode_arena(a, digest_view(&d->data.digest), &hex));
    TRY(base64_encode_arena(a, BASE64_PADDED, digest_view(&d->data.digest), &plain));
    of_form = BYTES_EMPTY;
    if (is_hex(d->form) && !failed(hex_decode(a, d->form, &raw)))
        TRY(base64_encode_arena(a, BASE64_PADDED, raw, &of_form));
    if (is_hex(text) && same_folded(text, d->form))
        *why = "case";
    else if (is_prefix(text, d->form) || is_prefix(text, hex))
        *why = "prefix";
    else if (bytes_equal(text, hex))
        *why = "width";
    else if (bytes_equal(text, plain) || bytes_equal(text, of_form))
        *why = "encoding";
    return OK;
}

bool digests_is_form(struct bytes text, struct bytes like)
{
    bool hex = is_hex(like);
    if (text.n != like.n || text.n == 0)
        return false;
    for (size_t i = 0; hex && i < text.n; i++)
        if (!(text.p[i] >= '0' && text.p[i] <= '9') && !(text.p[i] >= 'a' && text.p[i] <= 'f'))
            return false;
    return true;
}

struct err digests_add_misfit(struct model *m, const struct candidate *c, struct bytes document, const char *why,
                              struct tree_list *out)
{
    struct json_object o;
    const struct json *v;
    for (size_t i = 0; i < out->count; i++)
        if (bytes_equal(tree_text(out->items[i], "literal"), c->text))
            return OK;
    json_object_init(&o, m->arena);
    json_object_string(&o, "literal", c->text);
    json_object_string(&o, "artefact", c->artefact);
    json_object_int(&o, "line", (int64_t)c->line);
    json_object_string(&o, "document", document);
    json_object_text(&o, "why", why);
    TRY(json_object_end(&o, &v));
    tree_list_add(out, v);
    return out->bad;
}

struct err digests_misfits(struct model *m, const struct candidate *list, size_t count, struct tree_list *out)
{
    for (size_t i = 0; i < count; i++)
        for (size_t d = 0; d < m->document_count; d++) {
            const char *why;
            TRY(misfit_of(m->arena, &m->documents[d], list[i].text, &why));
            if (why != NULL)
                TRY(digests_add_misfit(m, &list[i], m->documents[d].path, why, out));
        }
    return OK;
}

struct err digests_fill(struct arena *a, struct bytes like, const char *byte, const struct json **out)
{
    uint8_t *text;
    size_t n = like.n == 0 ? 96 : like.n;
    bool hex = is_hex(like);
    TRY(arena_array(a, n + 1, &text));
    for (size_t i = 0; i < n; i++) {
        bool pads = !hex && i < like.n && like.p[i] == '=';
        text[i] = pads ? '=' : (uint8_t)(hex ? byte[i % 2] : byte[0] == '0' ? 'A' : 'W');
    }
    return json_new_string(a, bytes_of(text, n), out);
}
