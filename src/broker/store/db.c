/*
 * SQLite, set up for one careful writer: WAL, synchronous=FULL, an exclusive lock, no triggers, no views. The schema of
 * an existing file is as hostile as its rows.
 */
#include "broker/store/store_db.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define SCHEMA_VERSION "1"
#define BUSY_MS        2000

static const char *const setup[] = {
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA locking_mode = EXCLUSIVE",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "BEGIN IMMEDIATE", /* takes the exclusive lock now, not at the first change */
};

static const char *const schema[] = {
    "CREATE TABLE change (generation INTEGER PRIMARY KEY, kind INTEGER NOT NULL, name BLOB NOT NULL,"
    " version INTEGER NOT NULL, deleted INTEGER NOT NULL, changed_at INTEGER NOT NULL, changed_by BLOB NOT NULL,"
    " wrapped BLOB NOT NULL, iv BLOB NOT NULL, sealed BLOB NOT NULL, tag BLOB NOT NULL, root BLOB NOT NULL,"
    " UNIQUE (kind, name, version)) STRICT",
    "CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), generation INTEGER NOT NULL, root BLOB NOT NULL,"
    " mac BLOB NOT NULL) STRICT",
    "CREATE TABLE spent (session BLOB PRIMARY KEY, digest BLOB NOT NULL, expires_at INTEGER NOT NULL,"
    " iv BLOB NOT NULL, sealed BLOB NOT NULL, tag BLOB NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE INDEX spent_expiry ON spent (expires_at)",
    "INSERT INTO head VALUES (1, 0, x'', x'')",
    "PRAGMA user_version = " SCHEMA_VERSION,
};

static const char *const statements[STORE_SQL_COUNT] = {
    [STORE_SQL_BEGIN] = "BEGIN IMMEDIATE",
    [STORE_SQL_COMMIT] = "COMMIT",
    [STORE_SQL_ROLLBACK] = "ROLLBACK",
    [STORE_SQL_SCAN] = "SELECT generation, kind, name, version, deleted, changed_at, changed_by, wrapped, iv, sealed,"
                       " tag, root FROM change ORDER BY generation",
    [STORE_SQL_ROW] = "SELECT wrapped, iv, sealed, tag FROM change WHERE generation = ?",
    [STORE_SQL_VERSION] = "SELECT generation, deleted, changed_at, changed_by, wrapped, iv, sealed, tag FROM change"
                          " WHERE kind = ? AND name = ? AND version = ?",
    [STORE_SQL_INSERT] = "INSERT INTO change VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [STORE_SQL_HEAD] = "SELECT generation, root, mac FROM head",
    [STORE_SQL_MOVE_HEAD] = "UPDATE head SET generation = ?, root = ?, mac = ? WHERE one = 1",
    [STORE_SQL_SPEND] = "INSERT INTO spent VALUES (?, ?, ?, ?, ?, ?)",
    [STORE_SQL_SPENT] = "SELECT digest, expires_at, iv, sealed, tag FROM spent WHERE session = ?",
    [STORE_SQL_EXPIRE] = "DELETE FROM spent WHERE expires_at < ?",
};

struct err store_db_result(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return OK;
    case SQLITE_NOMEM:
        return REFUSE(ERR_NOMEM, REASON_STORE_DOWN, "no memory for the database");
    case SQLITE_TOOBIG:
        return FAIL(ERR_LIMIT, "a value too large for the database");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_FORMAT:
        return STORE_TAMPERED("the database is not as we left it");
    case SQLITE_FULL:
        return (struct err){.code = ERR_IO, .reason = REASON_STORE_DOWN, .sys = ENOSPC, .at = "store: no room"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return (struct err){.code = ERR_IO, .reason = REASON_STORE_DOWN, .sys = EBUSY, .at = "store: another writer"};
    default: /* SQLITE_IOERR, READONLY, CANTOPEN, PERM and whatever else stops it */
        return REFUSE(ERR_IO, REASON_STORE_DOWN, "the database cannot be read or written");
    }
}

static struct err run(struct store *s, const char *sql)
{
    return store_db_result(sqlite3_exec(s->db, sql, NULL, NULL, NULL));
}

/* SQLite would create the file readable for all; the mode of its journal follows the file's. */
static struct err create_file(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return (struct err){.code = ERR_IO, .reason = REASON_STORE_DOWN, .sys = errno, .at = "store: cannot be opened"};
    close(fd);
    return OK;
}

static struct err configure(struct store *s)
{
    (void)sqlite3_limit(s->db, SQLITE_LIMIT_LENGTH, (int)(2 * STORE_VALUE_MAX));
    (void)sqlite3_limit(s->db, SQLITE_LIMIT_ATTACHED, 0);
    TRY(store_db_result(sqlite3_busy_timeout(s->db, BUSY_MS)));
    TRY(store_db_result(sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL)));
    TRY(store_db_result(sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL)));
    TRY(store_db_result(sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL)));
    for (size_t i = 0; i < sizeof(setup) / sizeof(setup[0]); i++)
        TRY(run(s, setup[i]));
    return OK;
}

static struct err ask_number(struct store *s, const char *sql, int64_t *out)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(s->db, sql, -1, &st, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(st);
    int64_t n = rc == SQLITE_ROW ? sqlite3_column_int64(st, 0) : -1;
    sqlite3_finalize(st);
    TRY(store_db_result(rc));
    *out = n;
    return OK;
}

static struct err create_tables(struct store *s, bool *is_new)
{
    int64_t version, tables;
    TRY(ask_number(s, "PRAGMA user_version", &version));
    TRY(ask_number(s, "SELECT count(*) FROM sqlite_schema", &tables));
    *is_new = version == 0 && tables == 0;
    if (!*is_new)
        return version == 1 ? OK : STORE_TAMPERED("the database has another layout");
    for (size_t i = 0; i < sizeof(schema) / sizeof(schema[0]); i++)
        TRY(run(s, schema[i]));
    return OK;
}

static struct err prepare_all(struct store *s)
{
    for (int id = 0; id < STORE_SQL_COUNT; id++) {
        int rc = sqlite3_prepare_v3(s->db, statements[id], -1, SQLITE_PREPARE_PERSISTENT, &s->statements[id], NULL);
        if (rc == SQLITE_ERROR)
            return STORE_TAMPERED("the database has other tables");
        TRY(store_db_result(rc));
    }
    return OK;
}

struct err store_db_open(struct store *s, const char *path, bool *is_new)
{
    TRY(create_file(path));
    TRY(store_db_result(sqlite3_open_v2(path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, NULL)));
    TRY(configure(s));
    TRY(create_tables(s, is_new));
    TRY(prepare_all(s));
    return *is_new ? OK : run(s, "COMMIT");
}

void store_db_close(struct store *s)
{
    for (int id = 0; id < STORE_SQL_COUNT; id++) {
        sqlite3_finalize(s->statements[id]);
        s->statements[id] = NULL;
    }
    sqlite3_close(s->db);
    s->db = NULL;
}

struct err store_db_step(struct store *s, enum store_statement id)
{
    struct err e = store_db_result(sqlite3_step(s->statements[id]));
    store_db_reset(s, id);
    return e;
}

struct err store_db_row(struct store *s, enum store_statement id, bool *has_row)
{
    int rc = sqlite3_step(s->statements[id]);
    TRY(store_db_result(rc));
    *has_row = rc == SQLITE_ROW;
    return OK;
}

void store_db_reset(struct store *s, enum store_statement id)
{
    /* The result repeats that of the last step, which was looked at. */
    (void)sqlite3_reset(s->statements[id]);
    (void)sqlite3_clear_bindings(s->statements[id]);
}

struct err store_db_bind_int(struct store *s, enum store_statement id, int at, uint64_t v)
{
    if (v > INT64_MAX)
        return FAIL(ERR_LIMIT, "a number too large for the database");
    return store_db_result(sqlite3_bind_int64(s->statements[id], at, (int64_t)v));
}

struct err store_db_bind_bytes(struct store *s, enum store_statement id, int at, struct bytes v)
{
    return store_db_result(sqlite3_bind_blob64(s->statements[id], at, v.p, v.n, SQLITE_STATIC));
}

struct err store_db_int(struct store *s, enum store_statement id, int column, uint64_t *out)
{
    sqlite3_stmt *st = s->statements[id];
    if (sqlite3_column_type(st, column) != SQLITE_INTEGER || sqlite3_column_int64(st, column) < 0)
        return STORE_TAMPERED("a column is no number of ours");
    *out = (uint64_t)sqlite3_column_int64(st, column);
    return OK;
}

struct err store_db_bytes(struct store *s, enum store_statement id, int column, size_t max, struct bytes *out)
{
    sqlite3_stmt *st = s->statements[id];
    if (sqlite3_column_type(st, column) != SQLITE_BLOB)
        return STORE_TAMPERED("a column is no bytes of ours");
    const void *p = sqlite3_column_blob(st, column);
    size_t n = (size_t)sqlite3_column_bytes(st, column);
    if (n > max)
        return STORE_TAMPERED("a column is too long");
    if (n > 0 && p == NULL)
        return REFUSE(ERR_NOMEM, REASON_STORE_DOWN, "no memory for a column");
    *out = bytes_of(p, n);
    return OK;
}
