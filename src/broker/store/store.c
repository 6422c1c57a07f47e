/*
 * The interface of the store: opening, transactions, changes. The database is hostile; see store_db.h.
 */
#include "broker/store/store.h"

#include "base/mem.h"
#include "broker/store/store_db.h"

static struct err down(struct err e)
{
    return e.code == ERR_UNVERIFIED ? e : err_with_reason(e, REASON_STORE_DOWN);
}

static struct err take_row(struct store *s, struct store_change *change, struct store_sealed *sealed,
                           struct bytes *root)
{
    const enum store_statement id = STORE_SQL_SCAN;
    uint64_t kind, deleted, at;
    TRY(store_db_int(s, id, 0, &change->generation));
    TRY(store_db_int(s, id, 1, &kind));
    TRY(store_db_bytes(s, id, 2, STORE_NAME_MAX, &change->name));
    TRY(store_db_int(s, id, 3, &change->version));
    TRY(store_db_int(s, id, 4, &deleted));
    TRY(store_db_int(s, id, 5, &at));
    TRY(store_db_bytes(s, id, 6, STORE_BY_MAX, &change->by));
    TRY(store_db_bytes(s, id, 7, STORE_WRAPPED, &sealed->wrapped));
    TRY(store_db_bytes(s, id, 8, AEAD_IV, &sealed->iv));
    TRY(store_db_bytes(s, id, 9, STORE_VALUE_MAX, &sealed->sealed));
    TRY(store_db_bytes(s, id, 10, AEAD_TAG, &sealed->tag));
    TRY(store_db_bytes(s, id, 11, sizeof(s->working.root), root));
    if (kind == STORE_NONE || kind >= STORE_KIND_COUNT || deleted > 1)
        return STORE_TAMPERED("a change of no kind of ours");
    change->kind = (enum store_kind)kind;
    change->is_deleted = deleted == 1;
    change->at_sec = (int64_t)at;
    return OK;
}

/* One row further along the chain. */
static struct err follow_row(struct store *s)
{
    struct store_change change = {0};
    struct store_sealed sealed = {0};
    struct bytes root;
    TRY(take_row(s, &change, &sealed, &root));
    if (change.generation != s->working.generation + 1)
        return STORE_TAMPERED("a change is missing");
    TRY(store_seal_root(s->working.root, &change, &sealed, s->working.root));
    if (!bytes_equal(root, BYTES_OF(s->working.root)))
        return STORE_TAMPERED("a row does not chain");
    s->working.generation = change.generation;
    return store_index_load(&s->index, &change);
}

static struct err follow_chain(struct store *s)
{
    for (;;) {
        bool has_row;
        TRY(store_db_row(s, STORE_SQL_SCAN, &has_row));
        if (!has_row)
            return OK;
        TRY(follow_row(s));
    }
}

/* The head's MAC is what ties the chain to the master key. */
static struct err check_head(struct store *s)
{
    bool has_row;
    TRY(store_db_row(s, STORE_SQL_HEAD, &has_row));
    if (!has_row)
        return STORE_TAMPERED("the head is gone");
    uint64_t generation;
    struct bytes root, mac;
    TRY(store_db_int(s, STORE_SQL_HEAD, 0, &generation));
    TRY(store_db_bytes(s, STORE_SQL_HEAD, 1, sizeof(s->working.root), &root));
    TRY(store_db_bytes(s, STORE_SQL_HEAD, 2, HASH_SIZE_MAX, &mac));
    struct digest want;
    TRY(store_seal_head(s, &s->working, &want));
    if (!bytes_equal_ct(mac, digest_view(&want)))
        return STORE_TAMPERED("the head was made under another key, or for other rows");
    if (generation != s->working.generation || !bytes_equal(root, BYTES_OF(s->working.root)))
        return STORE_TAMPERED("the head's columns are not what its MAC is over");
    return OK;
}

static struct err load(struct store *s)
{
    struct err e = follow_chain(s);
    store_db_reset(s, STORE_SQL_SCAN);
    TRY(e);
    e = check_head(s);
    store_db_reset(s, STORE_SQL_HEAD);
    TRY(e);
    store_index_sort(&s->index);
    s->committed = s->working;
    return OK;
}

static struct err move_head(struct store *s)
{
    struct digest mac;
    TRY(store_seal_head(s, &s->working, &mac));
    TRY(store_db_bind_int(s, STORE_SQL_MOVE_HEAD, 1, s->working.generation));
    TRY(store_db_bind_bytes(s, STORE_SQL_MOVE_HEAD, 2, BYTES_OF(s->working.root)));
    TRY(store_db_bind_bytes(s, STORE_SQL_MOVE_HEAD, 3, digest_view(&mac)));
    TRY(store_db_step(s, STORE_SQL_MOVE_HEAD));
    return sqlite3_changes(s->db) == 1 ? OK : STORE_TAMPERED("the head is gone");
}

static struct err open_store(struct store *s, const char *path, const struct secret *master)
{
    bool is_new;
    TRY(store_seal_keys(s, master));
    TRY(store_db_open(s, path, &is_new));
    if (!is_new)
        return load(s);
    TRY(move_head(s));
    return store_db_step(s, STORE_SQL_COMMIT);
}

struct err store_open(const char *path, const struct secret *master, struct store **out)
{
    struct store *s = mem_new(sizeof(*s));
    if (s == NULL)
        return REFUSE(ERR_NOMEM, REASON_STORE_DOWN, "no memory for the store");
    struct err e = open_store(s, path, master);
    if (failed(e)) {
        store_close(s);
        return down(e);
    }
    *out = s;
    return OK;
}

void store_close(struct store *s)
{
    if (s == NULL)
        return;
    if (s->in_transaction)
        store_rollback(s);
    store_db_close(s);
    store_index_clear(&s->index);
    secret_clear(&s->wrap_key);
    secret_clear(&s->head_key);
    secret_clear(&s->spent_key);
    mem_free(s);
}

struct store_head store_head(const struct store *s)
{
    return s->committed;
}

struct err store_begin(struct store *s)
{
    if (s->in_transaction)
        return FAIL(ERR_STATE, "a transaction is open already");
    TRY(store_db_step(s, STORE_SQL_BEGIN));
    s->in_transaction = true;
    s->is_spoilt = false;
    return OK;
}

void store_rollback(struct store *s)
{
    if (!s->in_transaction)
        return;
    /* After some errors SQLite has rolled back by itself; a rollback that fails shows at the next begin. */
    if (sqlite3_get_autocommit(s->db) == 0) {
        struct err e = store_db_step(s, STORE_SQL_ROLLBACK);
        (void)e.code;
    }
    while (s->newest != NULL) {
        struct store_slot *slot = s->newest;
        s->newest = slot->earlier;
        store_index_undo(&s->index, slot);
    }
    s->working = s->committed;
    s->in_transaction = false;
}

static struct err commit(struct store *s)
{
    if (s->is_spoilt)
        return REFUSE(ERR_IO, REASON_STORE_DOWN, "a change of this transaction failed");
    if (s->working.generation != s->committed.generation)
        TRY(move_head(s));
    return store_db_step(s, STORE_SQL_COMMIT);
}

struct err store_commit(struct store *s)
{
    if (!s->in_transaction)
        return FAIL(ERR_STATE, "no transaction is open");
    struct err e = commit(s);
    if (failed(e)) {
        store_rollback(s);
        return down(e);
    }
    while (s->newest != NULL) {
        struct store_slot *slot = s->newest;
        s->newest = slot->earlier;
        mem_free(slot->replaced);
        slot->replaced = NULL;
        slot->earlier = NULL;
    }
    s->committed = s->working;
    s->in_transaction = false;
    return OK;
}

static struct err insert(struct store *s, const struct store_change *c, const struct store_sealed *v,
                         const uint8_t root[32])
{
    const enum store_statement id = STORE_SQL_INSERT;
    const uint64_t numbers[] = {c->generation, c->kind, c->version, c->is_deleted, (uint64_t)c->at_sec};
    const int number_at[] = {1, 2, 4, 5, 6};
    const struct bytes texts[] = {c->name, c->by, v->wrapped, v->iv, v->sealed, v->tag, bytes_of(root, 32)};
    const int text_at[] = {3, 7, 8, 9, 10, 11, 12};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        TRY(store_db_bind_int(s, id, number_at[i], numbers[i]));
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        TRY(store_db_bind_bytes(s, id, text_at[i], texts[i]));
    return store_db_step(s, id);
}

/* Seal and insert one change; only the last step touches the index, and it cannot fail. */
static struct err add_change(struct store *s, const struct store_change *change, struct bytes value)
{
    SCOPED(buf) struct buf memory;
    buf_init(&memory, STORE_VALUE_MAX + 256);
    struct store_sealed sealed;
    uint8_t root[32];
    TRY(store_seal_change(s, change, value, &memory, &sealed));
    TRY(store_seal_root(s->working.root, change, &sealed, root));
    TRY(store_index_reserve(&s->index));
    struct store_slot *slot;
    TRY(store_index_slot(change, &slot));
    struct err e = insert(s, change, &sealed, root);
    if (failed(e)) {
        mem_free(slot);
        return e;
    }
    slot->earlier = s->newest;
    s->newest = slot;
    store_index_put(&s->index, slot);
    s->working.generation = change->generation;
    memcpy(s->working.root, root, sizeof(root));
    return OK;
}

static struct err change_name(struct store *s, struct store_change *change, struct bytes value)
{
    if (!s->in_transaction)
        return FAIL(ERR_STATE, "no transaction is open");
    if (s->is_spoilt)
        return REFUSE(ERR_IO, REASON_STORE_DOWN, "an earlier change of this transaction failed");
    if (change->kind <= STORE_NONE || change->kind >= STORE_KIND_COUNT)
        return FAIL(ERR_BUG, "a change of no kind");
    if (change->name.n == 0 || change->name.n > STORE_NAME_MAX || change->by.n > STORE_BY_MAX ||
        value.n > STORE_VALUE_MAX || change->at_sec < 0)
        return FAIL(ERR_LIMIT, "a name, a value or its author is too long");
    const struct store_slot *before = store_index_find(&s->index, change->kind, change->name);
    if (change->is_deleted && (before == NULL || before->change.is_deleted))
        return FAIL(ERR_ABSENT, "nothing of this name to delete");
    change->version = before == NULL ? 1 : before->change.version + 1;
    change->generation = s->working.generation + 1;
    struct err e = add_change(s, change, value);
    s->is_spoilt = failed(e);
    return failed(e) ? down(e) : OK;
}

struct err store_put(struct store *s, enum store_kind kind, struct bytes name, struct bytes value, struct bytes by,
                     int64_t at_sec, uint64_t *version)
{
    struct store_change change = {.kind = kind, .name = name, .at_sec = at_sec, .by = by};
    TRY(change_name(s, &change, value));
    if (version != NULL)
        *version = change.version;
    return OK;
}

struct err store_delete(struct store *s, enum store_kind kind, struct bytes name, struct bytes by, int64_t at_sec)
{
    struct store_change change = {.kind = kind, .name = name, .is_deleted = true, .at_sec = at_sec, .by = by};
    return change_name(s, &change, BYTES_EMPTY);
}
