/*
 * References: constant paths, which have one value in a scene; members of values; places under `data` with rules.
 */
#include "rego/machine/insn.h"

static const struct insn *end_with(struct run *r, struct err e)
{
    r->err = e;
    return NULL;
}

static struct err find_memo(struct eval *e, const struct machine_path *path, struct path_memo **out)
{
    struct scene *s = e->scene;
    if (s->paths == NULL)
        TRY(arena_array(e->arena, e->path_count, &s->paths));
    *out = &s->paths[path->id];
    return OK;
}

/* A scene's memos stay where they are while rules are evaluated; only `with` makes other scenes. Depth: that of the
 * path. */
static struct err follow(struct eval *e, const struct machine_path *path, struct path_memo *memo)
{
    struct path_memo *parent;
    if (memo->slot_known)
        return OK;
    if (path->parent == NULL) {
        TRY(slot_root(e, path->root, &memo->slot));
    } else {
        TRY(find_memo(e, path->parent, &parent));
        TRY(follow(e, path->parent, parent));
        if (parent->slot.value != NULL || parent->slot.node != NULL)
            TRY(slot_enter(e, parent->slot, path->key, path->node, &memo->slot));
    }
    memo->slot_known = true;
    return OK;
}

static struct err whole_value(struct eval *e, const struct machine_path *path, struct path_memo *memo)
{
    TRY(follow(e, path, memo));
    TRY(slot_value(e, memo->slot, &memo->value));
    memo->value_known = true;
    return OK;
}

struct err machine_path_value(struct eval *e, const struct machine_path *path, const struct json **out)
{
    struct path_memo *memo;
    TRY(find_memo(e, path, &memo));
    if (!memo->value_known)
        TRY(whole_value(e, path, memo));
    *out = memo->value;
    return OK;
}

/* to = the value of the path p */
const struct insn *op_path(struct run *r, const struct insn *i)
{
    const struct json *v;
    struct err e = machine_path_value(r->eval, i->p, &v);
    if (failed(e))
        return end_with(r, e);
    r->slots[i->to].value = v;
    return v == NULL ? machine_back(r, i) : i + 1;
}

/* to = the place of the path p */
const struct insn *op_path_slot(struct run *r, const struct insn *i)
{
    struct path_memo *memo;
    struct err e = find_memo(r->eval, i->p, &memo);
    if (!failed(e))
        e = follow(r->eval, i->p, memo);
    if (failed(e))
        return end_with(r, e);
    r->slots[i->to] = memo->slot;
    return memo->slot.value == NULL && memo->slot.node == NULL ? machine_back(r, i) : i + 1;
}

/* to = a[b], where a is a place */
const struct insn *op_slot_select(struct run *r, const struct insn *i)
{
    struct slot *to = &r->slots[i->to];
    const struct json *key = machine_value(r, i->b);
    if (key == NULL)
        return machine_back(r, i);
    struct err e = eval_charge(r->eval, 1);
    if (!failed(e))
        e = slot_select(r->eval, r->slots[i->a], key, to);
    if (failed(e))
        return end_with(r, e);
    return to->value == NULL && to->node == NULL ? machine_back(r, i) : i + 1;
}

/* to = the whole value of the place a */
const struct insn *op_slot_value(struct run *r, const struct insn *i)
{
    const struct json *v;
    struct err e = slot_value(r->eval, r->slots[i->a], &v);
    if (failed(e))
        return end_with(r, e);
    r->slots[i->to].value = v;
    return v == NULL ? machine_back(r, i) : i + 1;
}

/* iterator b: over the place a */
const struct insn *op_slot_scan(struct run *r, const struct insn *i)
{
    struct err e = slot_scan(r->eval, r->slots[i->a], &r->frame->iterators[i->b]);
    return failed(e) ? end_with(r, e) : i + 1;
}

/* b = the next key, to = the place behind it, of the iterator a */
const struct insn *op_slot_next(struct run *r, const struct insn *i)
{
    const struct json *key;
    struct slot slot;
    bool more;
    struct err e = slot_next(r->eval, &r->frame->iterators[i->a], &key, &slot, &more);
    if (!failed(e) && more)
        e = eval_charge(r->eval, 1);
    if (failed(e))
        return end_with(r, e);
    if (!more)
        return machine_back(r, i);
    r->slots[i->to] = slot;
    if (i->b != OPERAND_NONE)
        r->slots[i->b].value = key;
    return i + 1;
}

/* to = a[b] */
const struct insn *op_get(struct run *r, const struct insn *i)
{
    const struct json *a = machine_value(r, i->a);
    const struct json *key = machine_value(r, i->b);
    bool both = a != NULL && key != NULL;
    struct err e = both ? eval_charge_compare(r->eval, a, key) : OK;
    if (failed(e))
        return end_with(r, e);
    const struct json *v = both ? value_index(a, key) : NULL;
    r->slots[i->to].value = v;
    return v == NULL ? machine_back(r, i) : i + 1;
}

/* to = a[p], where p is a string */
const struct insn *op_get_key(struct run *r, const struct insn *i)
{
    const struct json *a = machine_value(r, i->a);
    const struct json *key = i->p;
    const struct json *v = NULL;
    if (json_is(a, JSON_OBJECT))
        v = json_find(a, key->text);
    else if (json_is(a, JSON_SET))
        v = value_index(a, key);
    r->slots[i->to].value = v;
    return v == NULL ? machine_back(r, i) : i + 1;
}

/* iterator b: over the value a */
const struct insn *op_scan(struct run *r, const struct insn *i)
{
    struct iterator *it = &r->frame->iterators[i->b];
    it->from.value = machine_value(r, i->a);
    it->index = 0;
    return it->from.value == NULL || it->from.value->type < JSON_ARRAY ? machine_back(r, i) : i + 1;
}

/* The same for `every`, which fails where there is nothing to go through. */
const struct insn *op_every(struct run *r, const struct insn *i)
{
    return op_scan(r, i);
}

static struct err key_of(struct eval *e, const struct json *v, size_t index, const struct json **out)
{
    if (v->type == JSON_OBJECT)
        return value_key(e->arena, &v->members[index], out);
    if (v->type == JSON_ARRAY)
        return value_int(e->arena, (int64_t)index, out);
    *out = v->items[index];
    return OK;
}

/* b = the next key, to = its value, of the iterator a */
const struct insn *op_next(struct run *r, const struct insn *i)
{
    struct iterator *it = &r->frame->iterators[i->a];
    const struct json *v = it->from.value;
    if (it->index >= v->count)
        return machine_back(r, i);
    size_t index = it->index++;
    struct err e = eval_charge(r->eval, 1);
    if (!failed(e) && i->b != OPERAND_NONE)
        e = key_of(r->eval, v, index, &r->slots[i->b].value);
    if (failed(e))
        return end_with(r, e);
    r->slots[i->to].value = v->type == JSON_OBJECT ? v->members[index].value : v->items[index];
    return i + 1;
}
