/*
 * The inside of the store. Four files: db.c (SQLite and its errors), index.c (what is current, in memory), seal.c
 * (keys, sealing, digests, the chain of roots), store.c and spent.c (the interface). Whatever comes out of the database
 * is hostile until its tag or the chain holds.
 */
#pragma once

#include <sqlite3.h>

#include "base/buf.h"
#include "broker/store/store.h"
#include "crypto/aead.h"

#define STORE_NAME_MAX  1024UL /* bytes of a name */
#define STORE_BY_MAX    256UL  /* bytes of "changed by" */
#define STORE_VALUE_MAX (4 * 1024 * 1024UL)
#define STORE_WRAPPED   40UL /* a wrapped key of 32 bytes */

/* One change without its value, as the chain or its own tag vouches for it. */
struct store_change {
    enum store_kind kind;
    struct bytes name;
    uint64_t version;
    uint64_t generation;
    bool is_deleted;
    int64_t at_sec;
    struct bytes by;
};

struct store_sealed { /* the value of a change; views into a buffer or a row */
    struct bytes wrapped;
    struct bytes iv;
    struct bytes sealed;
    struct bytes tag;
};

struct store_slot { /* the newest change of one name; its texts stand behind it in the same allocation */
    struct store_change change;
    struct store_slot *replaced; /* the slot that it took the place of in the open transaction, or NULL */
    struct store_slot *earlier;  /* the change before it in the open transaction, or NULL */
};

struct store_index { /* sorted by kind and name */
    struct store_slot **slots;
    size_t count;
    size_t cap;
};

enum store_statement {
    STORE_SQL_BEGIN,
    STORE_SQL_COMMIT,
    STORE_SQL_ROLLBACK,
    STORE_SQL_SCAN,
    STORE_SQL_ROW,
    STORE_SQL_VERSION,
    STORE_SQL_INSERT,
    STORE_SQL_HEAD,
    STORE_SQL_MOVE_HEAD,
    STORE_SQL_SPEND,
    STORE_SQL_SPENT,
    STORE_SQL_EXPIRE,
    STORE_SQL_COUNT
};

struct store {
    sqlite3 *db;
    sqlite3_stmt *statements[STORE_SQL_COUNT];
    struct secret wrap_key;
    struct secret head_key;
    struct secret spent_key;
    struct store_index index;
    struct store_head committed;
    struct store_head working; /* ahead of `committed` inside a transaction */
    struct store_slot *newest; /* last change of the open transaction */
    bool in_transaction;
    bool is_spoilt; /* a statement of the open transaction failed: it can only be rolled back */
};

/*
 * store_db_result - what a result code of SQLite means to a caller.
 * store_db_open - open the file (mode 0600 when created), set it up for one careful writer, prepare all statements;
 * *is_new: it had no tables, and has them now inside an open transaction, which the caller commits.
 * store_db_close - NULL is fine.
 * store_db_step - run a statement that gives no row; store_db_row - the next row, *has_row false at the end.
 * store_db_reset - a statement is ready for the next use, its bound values forgotten.
 *
 * in       path: of our own
 * out      only on success
 * errors   IO reason store.down: cannot be read or written, full, locked; UNVERIFIED reason store.tampered: not a
 *          database of ours; NOMEM; LIMIT
 */
MUST_CHECK struct err store_db_result(int rc);
MUST_CHECK struct err store_db_open(struct store *s, const char *path, bool *is_new);
void store_db_close(struct store *s);
MUST_CHECK struct err store_db_step(struct store *s, enum store_statement id);
MUST_CHECK struct err store_db_row(struct store *s, enum store_statement id, bool *has_row);
void store_db_reset(struct store *s, enum store_statement id);

/*
 * store_db_bind_int, store_db_bind_bytes - one value of a statement, from 1. Bytes are borrowed until the reset.
 * store_db_int, store_db_bytes - one column of the current row, from 0, of exactly that type; bytes at most `max`,
 * valid until the next step or reset.
 *
 * out      only on success
 * errors   UNVERIFIED reason store.tampered: another type, negative, too long; NOMEM; LIMIT
 */
MUST_CHECK struct err store_db_bind_int(struct store *s, enum store_statement id, int at, uint64_t v);
MUST_CHECK struct err store_db_bind_bytes(struct store *s, enum store_statement id, int at, struct bytes v);
MUST_CHECK struct err store_db_int(struct store *s, enum store_statement id, int column, uint64_t *out);
MUST_CHECK struct err store_db_bytes(struct store *s, enum store_statement id, int column, size_t max,
                                     struct bytes *out);

/*
 * store_index_find - the newest change of a name, or NULL; a deleted one is found too.
 * store_index_load - append one change while the store is read; store_index_sort - keep the newest of each name.
 * store_index_reserve - room for one more name, so that store_index_put cannot fail. store_index_slot - a slot with
 * copies of the texts. store_index_put - put a slot in its place, remembering what it replaced; store_index_undo - take
 * it out again. store_index_clear - free all.
 *
 * out      borrowed from the index
 * errors   NOMEM
 */
const struct store_slot *store_index_find(const struct store_index *x, enum store_kind kind, struct bytes name);
MUST_CHECK struct err store_index_load(struct store_index *x, const struct store_change *change);
void store_index_sort(struct store_index *x);
MUST_CHECK struct err store_index_reserve(struct store_index *x);
MUST_CHECK struct err store_index_slot(const struct store_change *change, struct store_slot **out);
void store_index_put(struct store_index *x, struct store_slot *slot);
void store_index_undo(struct store_index *x, struct store_slot *slot);
void store_index_clear(struct store_index *x);

/*
 * store_seal_keys - derive the three keys of a store from the master key.
 * store_seal_change - seal a value under a key of its own; the views of *out point into `memory`.
 * store_seal_open - the reverse; store_seal_open_public - the same into a buffer, for what is no secret.
 * store_seal_root - the root behind a change: SHA-256(root before ‖ SHA-256(all columns)).
 * store_seal_head - the MAC of a head.
 *
 * in       change: all of it is bound as associated data
 * out      only on success
 * errors   UNVERIFIED reason store.tampered: the tag does not hold; LIMIT; NOMEM, BUG, IO as secret_new
 */
MUST_CHECK struct err store_seal_keys(struct store *s, const struct secret *master);
MUST_CHECK struct err store_seal_change(const struct store *s, const struct store_change *change, struct bytes value,
                                        struct buf *memory, struct store_sealed *out);
MUST_CHECK struct err store_seal_open(const struct store *s, const struct store_change *change,
                                      const struct store_sealed *in, struct secret *out);
MUST_CHECK struct err store_seal_open_public(const struct store *s, const struct store_change *change,
                                             const struct store_sealed *in, struct buf *out);
MUST_CHECK struct err store_seal_root(const uint8_t before[32], const struct store_change *change,
                                      const struct store_sealed *sealed, uint8_t out[32]);
MUST_CHECK struct err store_seal_head(const struct store *s, const struct store_head *head, struct digest *out);

/* A row that does not hold, whatever is wrong with it. */
#define STORE_TAMPERED(text_) REFUSE(ERR_UNVERIFIED, REASON_STORE_TAMPERED, text_)
