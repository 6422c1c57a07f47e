/*
 * What is current, in memory: the newest change of each name, as the chain of roots vouched for it when the store was
 * opened. Reading through it, a row that is hidden, exchanged or put back in the running database is not believed.
 */
#include "broker/store/store_db.h"

#include "base/mem.h"

static int compare(enum store_kind a_kind, struct bytes a, enum store_kind b_kind, struct bytes b)
{
    return a_kind != b_kind ? (a_kind < b_kind ? -1 : 1) : bytes_compare(a, b);
}

/* The place of a name: where it stands, or where it would be put. */
static size_t place_of(const struct store_index *x, enum store_kind kind, struct bytes name, bool *is_there)
{
    size_t low = 0, high = x->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct store_change *c = &x->slots[middle]->change;
        int order = compare(c->kind, c->name, kind, name);
        if (order == 0) {
            *is_there = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *is_there = false;
    return low;
}

const struct store_slot *store_index_find(const struct store_index *x, enum store_kind kind, struct bytes name)
{
    bool is_there;
    size_t at = place_of(x, kind, name, &is_there);
    return is_there ? x->slots[at] : NULL;
}

static struct err grow(struct store_index *x)
{
    size_t cap = x->cap == 0 ? 64 : x->cap * 2;
    struct store_slot **grown = mem_new(cap * sizeof(*grown));
    if (grown == NULL)
        return FAIL(ERR_NOMEM, "no memory for the index of the store");
    if (x->count > 0)
        memcpy(grown, x->slots, x->count * sizeof(*grown));
    mem_free(x->slots);
    x->slots = grown;
    x->cap = cap;
    return OK;
}

struct err store_index_reserve(struct store_index *x)
{
    return x->count < x->cap ? OK : grow(x);
}

struct err store_index_slot(const struct store_change *change, struct store_slot **out)
{
    struct store_slot *slot = mem_new(sizeof(*slot) + change->name.n + change->by.n);
    if (slot == NULL)
        return FAIL(ERR_NOMEM, "no memory for the index of the store");
    uint8_t *text = (uint8_t *)(slot + 1);
    slot->change = *change;
    memcpy(text, change->name.p, change->name.n);
    memcpy(text + change->name.n, change->by.p, change->by.n);
    slot->change.name = bytes_of(text, change->name.n);
    slot->change.by = bytes_of(text + change->name.n, change->by.n);
    *out = slot;
    return OK;
}

static int by_name_then_newest(const void *a, const void *b)
{
    const struct store_change *x = &(*(struct store_slot *const *)a)->change;
    const struct store_change *y = &(*(struct store_slot *const *)b)->change;
    int order = compare(x->kind, x->name, y->kind, y->name);
    return order != 0 ? order : (x->generation > y->generation ? -1 : x->generation < y->generation);
}

void store_index_sort(struct store_index *x)
{
    if (x->count == 0)
        return;
    qsort(x->slots, x->count, sizeof(struct store_slot *), by_name_then_newest);
    size_t kept = 1;
    for (size_t i = 1; i < x->count; i++) {
        const struct store_change *last = &x->slots[kept - 1]->change, *next = &x->slots[i]->change;
        if (compare(last->kind, last->name, next->kind, next->name) == 0)
            mem_free(x->slots[i]);
        else
            x->slots[kept++] = x->slots[i];
    }
    x->count = kept;
}

struct err store_index_load(struct store_index *x, const struct store_change *change)
{
    /* Sorting before it grows bounds the memory by the names, not by the changes. */
    if (x->count == x->cap) {
        store_index_sort(x);
        if (x->count >= x->cap / 2)
            TRY(grow(x));
    }
    struct store_slot *slot;
    TRY(store_index_slot(change, &slot));
    x->slots[x->count++] = slot;
    return OK;
}

void store_index_put(struct store_index *x, struct store_slot *slot)
{
    bool is_there;
    size_t at = place_of(x, slot->change.kind, slot->change.name, &is_there);
    if (is_there) {
        slot->replaced = x->slots[at];
        x->slots[at] = slot;
        return;
    }
    memmove(&x->slots[at + 1], &x->slots[at], (x->count - at) * sizeof(struct store_slot *));
    x->slots[at] = slot;
    x->count++;
}

void store_index_undo(struct store_index *x, struct store_slot *slot)
{
    bool is_there;
    size_t at = place_of(x, slot->change.kind, slot->change.name, &is_there);
    if (slot->replaced != NULL) {
        x->slots[at] = slot->replaced;
    } else {
        x->count--;
        memmove(&x->slots[at], &x->slots[at + 1], (x->count - at) * sizeof(struct store_slot *));
    }
    mem_free(slot);
}

void store_index_clear(struct store_index *x)
{
    for (size_t i = 0; i < x->count; i++)
        mem_free(x->slots[i]);
    mem_free(x->slots);
    *x = (struct store_index){0};
}
