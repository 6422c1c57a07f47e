#include "trust/learn.h"

#include "rats/ear.h"
#include "rego/lex.h"
#include "trust/patch.h"

struct err learn_input(struct arena *a, struct bytes tee, const struct json *claims, const struct json *init_data,
                       const struct json **out)
{
    struct tree_map m;
    struct json_object o;
    const struct json *empty;
    json_object_init(&o, a);
    TRY(json_object_end(&o, &empty));
    tree_map_init(&m, a);
    if (tee.n > 0 && claims != NULL)
        tree_map_add(&m, tee, claims);
    if (init_data != NULL)
        tree_map_add(&m, BYTES_LIT("init_data"), init_data);
    tree_map_text(&m, BYTES_LIT("report_data"), BYTES_LIT("00"));
    tree_map_add(&m, BYTES_LIT("init_data_claims"), empty);
    tree_map_add(&m, BYTES_LIT("runtime_data_claims"), empty);
    return tree_map_end(&m, out);
}

static bool claim_value(const struct json *v, int8_t *out)
{
    if (!json_is(v, JSON_NUMBER) || !v->is_int || v->as_int < INT8_MIN || v->as_int > INT8_MAX)
        return false;
    *out = (int8_t)v->as_int;
    return true;
}

struct err learn_status(struct model *m, struct tested_policy *p, const struct question *q, const char **out)
{
    struct answer a;
    struct ear_vector vector = {0};
    TRY(tested_ask(m, p, q, &a));
    *out = a.state == ANSWER_UNDEFINED ? verdict_name(VERDICT_NONE) : "error";
    if (a.state != ANSWER_VALUE || !json_is(a.value, JSON_OBJECT))
        return OK;
    for (size_t i = 0; i < EAR_CLAIM_COUNT; i++) {
        const struct json *v = json_at(a.value, ear_claim_name((enum ear_claim)i));
        if (v == NULL)
            continue;
        vector.is_set[i] = true;
        if (!claim_value(v, &vector.value[i]))
            return OK;
    }
    *out = verdict_name(ear_status(&vector));
    return OK;
}

struct err learn_other_value(struct arena *a, const struct json *v, const struct json **out)
{
    uint8_t *text;
    if (json_is(v, JSON_BOOL))
        return json_new_bool(a, !v->as_bool, out);
    if (json_is(v, JSON_NUMBER))
        return json_new_int(a, v->is_int && v->as_int == 77 ? 78 : 77, out);
    if (!json_is(v, JSON_STRING)) {
        *out = v;
        return OK;
    }
    TRY(arena_array(a, v->text.n + 1, &text));
    for (size_t i = 0; i < v->text.n; i++)
        text[i] = v->text.p[i] == '=' ? '=' : i % 2 == 0 ? '5' : 'a';
    return json_new_string(a, bytes_of(text, v->text.n), out);
}

struct err learn_zero(struct arena *a, const struct json *v, const struct json **out)
{
    uint8_t *text;
    if (!json_is(v, JSON_STRING))
        return json_new_int(a, 0, out);
    /* A hex field keeps its width; a decimal number in a string is "0". */
    size_t n = v->text.n >= 4 ? v->text.n : 1;
    TRY(arena_array(a, n, &text));
    memset(text, '0', n);
    return json_new_string(a, bytes_of(text, n), out);
}

struct err learn_set(struct arena *a, const struct json *claims, struct bytes pointer, const struct json *v,
                     const struct json **out)
{
    struct json_object o;
    struct tree_list l;
    const struct json *op, *patch;
    json_object_init(&o, a);
    json_object_text(&o, "op", "replace");
    json_object_string(&o, "path", pointer);
    json_object_add(&o, "value", v);
    TRY(json_object_end(&o, &op));
    tree_list_init(&l, a);
    tree_list_add(&l, op);
    TRY(tree_list_end(&l, &patch));
    return patch_apply(a, claims, patch, out);
}

struct err learn_without(struct arena *a, const struct json *references, struct bytes name, const struct json **out)
{
    struct tree_map m;
    tree_map_init(&m, a);
    for (TREE_MEMBER(i, references))
        if (!bytes_equal(references->members[i].key, name))
            tree_map_add(&m, references->members[i].key, references->members[i].value);
    return tree_map_end(&m, out);
}

struct err learn_extreme(struct arena *a, const struct json *references, struct bytes name, unsigned kind,
                         const struct json **out)
{
    struct tree_map m;
    struct tree_list none;
    const struct json *v;
    tree_map_init(&m, a);
    for (TREE_MEMBER(i, references))
        tree_map_add(&m, references->members[i].key, references->members[i].value);
    tree_list_init(&none, a);
    if (kind == 0)
        TRY(json_new_int(a, 1000000000000, &v));
    else if (kind == 1)
        TRY(json_new_string(a, BYTES_LIT("~~~~"), &v));
    else
        TRY(tree_list_end(&none, &v));
    tree_map_set(&m, name, v);
    return tree_map_end(&m, out);
}

bool learn_mentions(struct arena *a, struct bytes text, const char *word)
{
    struct lexer lx;
    struct rego_error ignored = {0};
    if (failed(lex_init(&lx, a, &ignored, "policy", text)))
        return false;
    for (;;) {
        struct token t = {0};
        if (failed(lex_next(&lx, &t)) || t.kind == TOKEN_END)
            return false;
        bool is_word = t.kind == TOKEN_NAME || t.kind == TOKEN_STRING || t.kind == TOKEN_RAW_STRING;
        if (is_word && bytes_is(t.text, word))
            return true;
    }
}
