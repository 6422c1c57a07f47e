/*
 * Reading the store. The index says which row is current; the row's own tag says whether it is that one.
 */
#include "broker/store/store_db.h"

#include "base/limits.h"

static struct err take_sealed(struct store *s, enum store_statement id, int first, struct store_sealed *out)
{
    TRY(store_db_bytes(s, id, first, STORE_WRAPPED, &out->wrapped));
    TRY(store_db_bytes(s, id, first + 1, AEAD_IV, &out->iv));
    TRY(store_db_bytes(s, id, first + 2, STORE_VALUE_MAX, &out->sealed));
    return store_db_bytes(s, id, first + 3, AEAD_TAG, &out->tag);
}

/* The sealed value of a generation that the index knows; the statement is left for the caller to reset. */
static struct err find_row(struct store *s, uint64_t generation, struct store_sealed *out)
{
    bool has_row;
    TRY(store_db_bind_int(s, STORE_SQL_ROW, 1, generation));
    TRY(store_db_row(s, STORE_SQL_ROW, &has_row));
    if (!has_row)
        return STORE_TAMPERED("the current row of a name is gone");
    return take_sealed(s, STORE_SQL_ROW, 0, out);
}

static struct err find_current(struct store *s, enum store_kind kind, struct bytes name,
                               const struct store_change **out)
{
    const struct store_slot *slot = store_index_find(&s->index, kind, name);
    if (slot == NULL || slot->change.is_deleted)
        return FAIL(ERR_ABSENT, "nothing of this name");
    *out = &slot->change;
    return OK;
}

struct err store_get(struct store *s, enum store_kind kind, struct bytes name, struct secret *out, uint64_t *version)
{
    const struct store_change *change;
    TRY(find_current(s, kind, name, &change));
    struct store_sealed sealed;
    struct err e = find_row(s, change->generation, &sealed);
    if (!failed(e))
        e = store_seal_open(s, change, &sealed, out);
    store_db_reset(s, STORE_SQL_ROW);
    TRY(e);
    if (version != NULL)
        *version = change->version;
    return OK;
}

/* A resource is a secret, and an arena is no place for one. */
static struct err refuse_secret(enum store_kind kind)
{
    return kind == STORE_RESOURCE ? FAIL(ERR_DENIED, "a resource is read as a secret only") : OK;
}

static struct err open_into_arena(const struct store *s, struct arena *a, const struct store_change *change,
                                  const struct store_sealed *sealed, struct bytes *out)
{
    SCOPED(buf) struct buf plain;
    buf_init(&plain, STORE_VALUE_MAX);
    TRY(store_seal_open_public(s, change, sealed, &plain));
    struct bytes view;
    TRY(buf_end(&plain, &view));
    return arena_copy(a, view, out);
}

struct err store_get_public(struct store *s, struct arena *a, enum store_kind kind, struct bytes name,
                            struct bytes *out, uint64_t *version)
{
    const struct store_change *change;
    TRY(refuse_secret(kind));
    TRY(find_current(s, kind, name, &change));
    struct store_sealed sealed;
    struct err e = find_row(s, change->generation, &sealed);
    if (!failed(e))
        e = open_into_arena(s, a, change, &sealed, out);
    store_db_reset(s, STORE_SQL_ROW);
    TRY(e);
    if (version != NULL)
        *version = change->version;
    return OK;
}

/*
 * The row of one version. Kind, name and version are ours; the other columns are the row's word, which the tag then
 * confirms or not. The statement is left for the caller to reset.
 */
static struct err find_version(struct store *s, enum store_kind kind, struct bytes name, uint64_t version,
                               struct store_change *change, struct store_sealed *sealed)
{
    const enum store_statement id = STORE_SQL_VERSION;
    bool has_row;
    uint64_t deleted, at;
    TRY(store_db_bind_int(s, id, 1, kind));
    TRY(store_db_bind_bytes(s, id, 2, name));
    TRY(store_db_bind_int(s, id, 3, version));
    TRY(store_db_row(s, id, &has_row));
    if (!has_row)
        return STORE_TAMPERED("an older row of a name is gone");
    *change = (struct store_change){.kind = kind, .name = name, .version = version};
    TRY(store_db_int(s, id, 0, &change->generation));
    TRY(store_db_int(s, id, 1, &deleted));
    TRY(store_db_int(s, id, 2, &at));
    TRY(store_db_bytes(s, id, 3, STORE_BY_MAX, &change->by));
    if (deleted > 1)
        return STORE_TAMPERED("neither deleted nor not");
    change->is_deleted = deleted == 1;
    change->at_sec = (int64_t)at;
    return take_sealed(s, id, 4, sealed);
}

struct err store_get_version(struct store *s, struct arena *a, enum store_kind kind, struct bytes name,
                             uint64_t version, struct bytes *out)
{
    TRY(refuse_secret(kind));
    const struct store_slot *slot = store_index_find(&s->index, kind, name);
    if (slot == NULL || version == 0 || version > slot->change.version)
        return FAIL(ERR_ABSENT, "no such version");
    struct store_change change;
    struct store_sealed sealed;
    struct bytes value = BYTES_EMPTY;
    struct err e = find_version(s, kind, name, version, &change, &sealed);
    if (!failed(e))
        e = open_into_arena(s, a, &change, &sealed, &value);
    store_db_reset(s, STORE_SQL_VERSION);
    TRY(e);
    if (change.is_deleted)
        return FAIL(ERR_ABSENT, "this version is a deletion");
    *out = value;
    return OK;
}

static struct err copy_entry(struct arena *a, const struct store_change *c, struct store_entry *out)
{
    *out = (struct store_entry){
        .version = c->version,
        .generation = c->generation,
        .changed_at_sec = c->at_sec,
        .is_deleted = c->is_deleted,
    };
    TRY(arena_copy(a, c->name, &out->name));
    return arena_copy(a, c->by, &out->changed_by);
}

struct err store_list(struct store *s, struct arena *a, enum store_kind kind, const struct store_entry **out,
                      size_t *count)
{
    size_t n = 0;
    for (size_t i = 0; i < s->index.count; i++)
        n += s->index.slots[i]->change.kind == kind && !s->index.slots[i]->change.is_deleted;
    struct store_entry *entries;
    TRY(arena_array(a, n, &entries));
    n = 0;
    for (size_t i = 0; i < s->index.count; i++) {
        const struct store_change *c = &s->index.slots[i]->change;
        if (c->kind == kind && !c->is_deleted)
            TRY(copy_entry(a, c, &entries[n++]));
    }
    *out = entries;
    *count = n;
    return OK;
}

static struct err take_history(struct store *s, struct arena *a, const struct store_change *newest, uint64_t version,
                               struct store_entry *out)
{
    struct store_change change;
    struct store_sealed sealed;
    SCOPED(secret) struct secret value = {0};
    TRY(find_version(s, newest->kind, newest->name, version, &change, &sealed));
    /* Only the tag over the value says that the row's time and author are those that were written. */
    TRY(store_seal_open(s, &change, &sealed, &value));
    return copy_entry(a, &change, out);
}

struct err store_history(struct store *s, struct arena *a, enum store_kind kind, struct bytes name,
                         const struct store_entry **out, size_t *count)
{
    const struct store_slot *slot = store_index_find(&s->index, kind, name);
    if (slot == NULL)
        return FAIL(ERR_ABSENT, "nothing of this name");
    struct store_entry *entries;
    size_t n = (size_t)slot->change.version;
    TRY(arena_array(a, n, &entries));
    for (size_t i = 0; i < n; i++) {
        struct err e = take_history(s, a, &slot->change, n - i, &entries[i]);
        store_db_reset(s, STORE_SQL_VERSION);
        TRY(e);
    }
    *out = entries;
    *count = n;
    return OK;
}
