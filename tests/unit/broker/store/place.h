/*
 * What the tests of the store share: a database in a directory of its own, and plain SQL against it.
 */
#pragma once

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "broker/store/store_db.h"
#include "check.h"

#define NOW 1790000000

struct place {
    char dir[64];
    char path[96];
    char copy[96];
    struct secret master;
    struct store *store;
};

static inline void place_new(struct place *p)
{
    *p = (struct place){0};
    snprintf(p->dir, sizeof(p->dir), "/tmp/casemate-store-XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    snprintf(p->path, sizeof(p->path), "%s/store.db", p->dir);
    snprintf(p->copy, sizeof(p->copy), "%s/copy.db", p->dir);
    assert_ok(secret_new(32, &p->master));
    memset(p->master.p, 0x5a, 32);
}

static inline void place_clear(struct place *p)
{
    store_close(p->store);
    secret_clear(&p->master);
    DIR *d = opendir(p->dir);
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d))
        unlinkat(dirfd(d), e->d_name, 0);
    closedir(d);
    rmdir(p->dir);
}

static inline void place_open(struct place *p)
{
    assert_ok(store_open(p->path, &p->master, &p->store));
}

static inline void place_close(struct place *p)
{
    store_close(p->store);
    p->store = NULL;
}

static inline void copy_file(const char *from, const char *to)
{
    static uint8_t bytes[4 << 20];
    int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(in >= 0 && out >= 0);
    ssize_t n = read(in, bytes, sizeof(bytes));
    assert_true(n >= 0 && (size_t)n < sizeof(bytes));
    assert_int_equal(write(out, bytes, (size_t)n), n);
    close(in);
    close(out);
}

/* Somebody else's SQL against the closed database. */
static inline void place_sql(const struct place *p, const char *sql)
{
    sqlite3 *db;
    char *text = NULL;
    assert_int_equal(sqlite3_open(p->path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &text) != SQLITE_OK)
        fail_msg("'%s': %s", sql, text);
    sqlite3_close(db);
}

static inline struct err put(struct place *p, enum store_kind kind, const char *name, const char *value)
{
    return store_put(p->store, kind, bytes_of_text(name), bytes_of_text(value), BYTES_LIT("alice"), NOW, NULL);
}

static inline void put_now(struct place *p, enum store_kind kind, const char *name, const char *value)
{
    assert_ok(store_begin(p->store));
    assert_ok(put(p, kind, name, value));
    assert_ok(store_commit(p->store));
}

static inline void delete_now(struct place *p, enum store_kind kind, const char *name)
{
    assert_ok(store_begin(p->store));
    assert_ok(store_delete(p->store, kind, bytes_of_text(name), BYTES_LIT("bob"), NOW + 1));
    assert_ok(store_commit(p->store));
}

static inline void assert_value(struct place *p, enum store_kind kind, const char *name, const char *want)
{
    SCOPED(secret) struct secret value = {0};
    assert_ok(store_get(p->store, kind, bytes_of_text(name), &value, NULL));
    assert_text(secret_borrow(&value), want);
}

static inline struct err get(struct place *p, enum store_kind kind, const char *name)
{
    SCOPED(secret) struct secret value = {0};
    return store_get(p->store, kind, bytes_of_text(name), &value, NULL);
}
