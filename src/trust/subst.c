#include "trust/subst.h"

#include "base/limits.h"
#include "trust/tree.h"

/* "${=name}" or "${*name}" as a whole; false where the text is something else. */
static bool is_whole(struct bytes text, uint8_t mark, struct bytes *name)
{
    if (text.n < 5 || text.p[0] != '$' || text.p[1] != '{' || text.p[2] != mark || text.p[text.n - 1] != '}')
        return false;
    *name = bytes_of(text.p + 3, text.n - 4);
    return true;
}

static struct err find_text(const struct json *vars, struct bytes name, struct bytes *out)
{
    const struct json *v = json_find(vars, name);
    if (!tree_scalar_text(v, out))
        return FAIL(ERR_ABSENT, "a probe names a variable that is not there");
    return OK;
}

static struct err subst_text(struct arena *a, struct bytes text, const struct json *vars, const struct json **out)
{
    SCOPED(buf) struct buf made = {0};
    struct bytes view;
    buf_init(&made, JSON_TEXT_MAX);
    for (size_t i = 0; i < text.n; i++) {
        size_t end = i + 2;
        bool starts = text.p[i] == '$' && i + 1 < text.n && text.p[i + 1] == '{';
        while (starts && end < text.n && text.p[end] != '}')
            end++;
        if (!starts || end == text.n) {
            buf_u8(&made, text.p[i]);
            continue;
        }
        struct bytes value;
        TRY(find_text(vars, bytes_of(text.p + i + 2, end - i - 2), &value));
        buf_add(&made, value);
        i = end;
    }
    TRY(buf_end(&made, &view));
    return json_new_string(a, view, out);
}

static struct err subst_list(struct arena *a, const struct json *v, const struct json *vars, const struct json **out)
{
    struct tree_list l;
    tree_list_init(&l, a);
    for (size_t i = 0; i < v->count; i++) {
        struct bytes name;
        const struct json *made;
        if (json_is(v->items[i], JSON_STRING) && is_whole(v->items[i]->text, '*', &name)) {
            const struct json *list = json_find(vars, name);
            if (!json_is(list, JSON_ARRAY))
                return FAIL(ERR_ABSENT, "a probe names a list that is not there");
            for (size_t k = 0; k < list->count; k++)
                tree_list_add(&l, list->items[k]);
            continue;
        }
        TRY(subst_tree(a, v->items[i], vars, &made));
        tree_list_add(&l, made);
    }
    return tree_list_end(&l, out);
}

static struct err subst_object(struct arena *a, const struct json *v, const struct json *vars, const struct json **out)
{
    struct tree_map m;
    tree_map_init(&m, a);
    for (size_t i = 0; i < v->count; i++) {
        const struct json *made;
        TRY(subst_tree(a, v->members[i].value, vars, &made));
        tree_map_add(&m, v->members[i].key, made);
    }
    return tree_map_end(&m, out);
}

struct err subst_tree(struct arena *a, const struct json *v, const struct json *vars, const struct json **out)
{
    struct bytes name;
    if (json_is(v, JSON_OBJECT))
        return subst_object(a, v, vars, out);
    if (json_is(v, JSON_ARRAY))
        return subst_list(a, v, vars, out);
    if (json_is(v, JSON_STRING) && is_whole(v->text, '=', &name)) {
        *out = json_find(vars, name);
        return *out == NULL ? FAIL(ERR_ABSENT, "a probe names a value that is not there") : OK;
    }
    if (json_is(v, JSON_STRING))
        return subst_text(a, v->text, vars, out);
    *out = v;
    return OK;
}
