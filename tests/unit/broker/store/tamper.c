/* proves: R25 M-REF T-KBS-06 */
#include "place.h"

/* Four changes: two names, a second version, a deletion. */
static void fill(struct place *p)
{
    place_new(p);
    place_open(p);
    put_now(p, STORE_RESOURCE, "default/key/1", "first");
    put_now(p, STORE_RESOURCE, "default/key/2", "second");
    put_now(p, STORE_RESOURCE, "default/key/1", "third");
    delete_now(p, STORE_RESOURCE, "default/key/2");
    place_close(p);
    copy_file(p->path, p->copy);
}

static void refused_after(struct place *p, const char *sql)
{
    ROW(sql);
    copy_file(p->copy, p->path);
    place_sql(p, sql);
    struct store *s = NULL;
    assert_refused(store_open(p->path, &p->master, &s), REASON_STORE_TAMPERED);
    assert_null(s);
}

static void every_column_of_every_row_is_bound(void **state)
{
    (void)state;
    static const char *const numbers[] = {"kind", "version", "deleted", "changed_at"};
    static const char *const texts[] = {"name", "changed_by", "wrapped", "iv", "sealed", "tag", "root"};
    struct place p;
    char sql[256];
    fill(&p);
    for (int row = 1; row <= 4; row++) {
        snprintf(sql, sizeof(sql), "UPDATE change SET generation = 17 WHERE generation = %d", row);
        refused_after(&p, sql);
        for (size_t i = 0; i < 4; i++)
            for (int delta = -1; delta <= 1; delta += 2) {
                snprintf(sql, sizeof(sql), "UPDATE change SET %s = %s + %d WHERE generation = %d", numbers[i],
                         numbers[i], delta * (i == 1 ? 5 : 1), row);
                refused_after(&p, sql);
            }
        for (size_t i = 0; i < 7; i++) {
            snprintf(sql, sizeof(sql), "UPDATE change SET %s = CAST(%s || x'00' AS BLOB) WHERE generation = %d",
                     texts[i], texts[i], row);
            refused_after(&p, sql);
            if (row == 4 && strcmp(texts[i], "sealed") == 0)
                continue; /* a deletion has no bytes to change or to cut */
            snprintf(sql, sizeof(sql), "UPDATE change SET %s = substr(%s, 1, length(%s) - 1) WHERE generation = %d",
                     texts[i], texts[i], texts[i], row);
            refused_after(&p, sql);
            snprintf(
                sql, sizeof(sql),
                "UPDATE change SET %s = CAST(CASE substr(CAST(%s AS BLOB), 1, 1) WHEN x'01' THEN x'02' ELSE x'01' END"
                " || substr(%s, 2) AS BLOB) WHERE generation = %d",
                texts[i], texts[i], texts[i], row); /* another byte, whatever the random one is */
            refused_after(&p, sql);
        }
    }
    copy_file(p.copy, p.path);
    place_open(&p);
    assert_value(&p, STORE_RESOURCE, "default/key/1", "third");
    place_clear(&p);
}

static void rows_cannot_be_exchanged_removed_or_added(void **state)
{
    (void)state;
    static const char *const sql[] = {
        "DELETE FROM change WHERE generation = 1",
        "DELETE FROM change WHERE generation = 2",
        "DELETE FROM change WHERE generation = 3",
        "DELETE FROM change WHERE generation = 4",
        "DELETE FROM change",
        "UPDATE change SET generation = 9 WHERE generation = 1; UPDATE change SET generation = 1 WHERE generation = 2;"
        "UPDATE change SET generation = 2 WHERE generation = 9",
        "UPDATE change SET sealed = (SELECT sealed FROM change WHERE generation = 1),"
        " wrapped = (SELECT wrapped FROM change WHERE generation = 1), iv = (SELECT iv FROM change WHERE generation ="
        " 1), tag = (SELECT tag FROM change WHERE generation = 1) WHERE generation = 3",
        "INSERT INTO change SELECT 5, kind, name, 3, deleted, changed_at, changed_by, wrapped, iv, sealed, tag, root"
        " FROM change WHERE generation = 1",
        "UPDATE head SET generation = 3",
        "UPDATE head SET root = (SELECT root FROM change WHERE generation = 3)",
        "DELETE FROM change WHERE generation = 4; UPDATE head SET generation = 3,"
        " root = (SELECT root FROM change WHERE generation = 3)",
        "UPDATE head SET mac = zeroblob(32)",
        "UPDATE head SET mac = x''",
        "UPDATE head SET mac = substr(mac, 1, 31)",
        "DELETE FROM head",
        "DELETE FROM head; DELETE FROM change",
        "DROP TABLE head",
        "DROP TABLE change",
        "DROP TABLE spent",
        "DROP TABLE change; CREATE VIEW change AS SELECT 1 AS generation, 1 AS kind, x'61' AS name, 1 AS version,"
        " 0 AS deleted, 0 AS changed_at, x'' AS changed_by, x'' AS wrapped, x'' AS iv, x'' AS sealed, x'' AS tag,"
        " x'' AS root",
        "PRAGMA user_version = 2",
        "PRAGMA user_version = 0",
        "ALTER TABLE change RENAME TO kept; CREATE TABLE change AS SELECT * FROM kept; "
        "UPDATE change SET name = 'default/key/1' WHERE generation = 1",
    };
    struct place p;
    fill(&p);
    for (size_t i = 0; i < sizeof(sql) / sizeof(sql[0]); i++)
        refused_after(&p, sql[i]);
    place_clear(&p);
}

static void another_master_key_opens_nothing(void **state)
{
    (void)state;
    struct place p;
    fill(&p);
    struct store *s = NULL;
    for (size_t i = 0; i < 32; i++) {
        p.master.p[i] ^= 1;
        assert_refused(store_open(p.path, &p.master, &s), REASON_STORE_TAMPERED);
        p.master.p[i] ^= 1;
    }
    SCOPED(secret) struct secret cut = {0};
    assert_ok(secret_copy(bytes_of(p.master.p, 31), &cut));
    assert_code(store_open(p.path, &cut, &s), ERR_LIMIT);
    assert_null(s);
    place_clear(&p);
}

/* A whole older database is authentic; what the caller remembers of the head shows that it is older. */
static void an_older_database_has_an_older_head(void **state)
{
    (void)state;
    struct place p;
    fill(&p);
    place_open(&p);
    put_now(&p, STORE_POLICY, "resource-policy", "package policy");
    struct store_head newer = store_head(p.store);
    assert_int_equal(newer.generation, 5);
    place_close(&p);
    copy_file(p.copy, p.path);
    place_open(&p);
    struct store_head older = store_head(p.store);
    assert_int_equal(older.generation, 4);
    assert_false(bytes_equal(BYTES_OF(older.root), BYTES_OF(newer.root)));
    ROW("the same generation by another way has another root");
    put_now(&p, STORE_POLICY, "resource-policy", "package policy");
    assert_int_equal(store_head(p.store).generation, 5);
    assert_false(bytes_equal(BYTES_OF(store_head(p.store).root), BYTES_OF(newer.root)));
    place_clear(&p);
}

/* The database changes while the broker runs: nothing older or other is read in place of what is current. */
static void a_running_store_believes_no_changed_row(void **state)
{
    (void)state;
    static const char *const sql[] = {
        "DELETE FROM change WHERE generation = 3",
        "UPDATE change SET generation = 9 WHERE generation = 3; UPDATE change SET generation = 3 WHERE generation = 1",
        "UPDATE change SET sealed = zeroblob(5) WHERE generation = 3",
        "UPDATE change SET sealed = x'' WHERE generation = 3",
        "UPDATE change SET wrapped = (SELECT wrapped FROM change WHERE generation = 1) WHERE generation = 3",
        "UPDATE change SET wrapped = x'00' WHERE generation = 3",
        "UPDATE change SET iv = x'' WHERE generation = 3",
        "UPDATE change SET tag = substr(tag, 1, 12) WHERE generation = 3",
    };
    for (size_t i = 0; i < sizeof(sql) / sizeof(sql[0]); i++) {
        ROW(sql[i]);
        struct place p;
        fill(&p);
        place_open(&p);
        assert_value(&p, STORE_RESOURCE, "default/key/1", "third");
        assert_int_equal(sqlite3_exec(p.store->db, sql[i], NULL, NULL, NULL), SQLITE_OK);
        assert_refused(get(&p, STORE_RESOURCE, "default/key/1"), REASON_STORE_TAMPERED);
        struct arena a;
        arena_init(&a, 1 << 20);
        const struct store_entry *entries;
        size_t n;
        assert_refused(store_history(p.store, &a, STORE_RESOURCE, BYTES_LIT("default/key/1"), &entries, &n),
                       REASON_STORE_TAMPERED);
        assert_code(get(&p, STORE_RESOURCE, "default/key/2"), ERR_ABSENT);
        arena_clear(&a);
        place_clear(&p);
    }
}

static void a_history_believes_no_changed_author(void **state)
{
    (void)state;
    static const char *const sql[] = {
        "UPDATE change SET changed_by = CAST('mallory' AS BLOB) WHERE generation = 1",
        "UPDATE change SET changed_at = 1 WHERE generation = 1",
        "UPDATE change SET deleted = 1 WHERE generation = 1",
        "UPDATE change SET generation = 9 WHERE generation = 1",
        "UPDATE change SET version = 9 WHERE generation = 1",
    };
    for (size_t i = 0; i < sizeof(sql) / sizeof(sql[0]); i++) {
        ROW(sql[i]);
        struct place p;
        fill(&p);
        place_open(&p);
        assert_int_equal(sqlite3_exec(p.store->db, sql[i], NULL, NULL, NULL), SQLITE_OK);
        struct arena a;
        arena_init(&a, 1 << 20);
        const struct store_entry *entries;
        size_t n;
        assert_refused(store_history(p.store, &a, STORE_RESOURCE, BYTES_LIT("default/key/1"), &entries, &n),
                       REASON_STORE_TAMPERED);
        arena_clear(&a);
        place_clear(&p);
    }
}

/* Triggers in the file would run inside our own transactions. */
static void triggers_do_not_run(void **state)
{
    (void)state;
    struct place p;
    fill(&p);
    place_sql(&p, "CREATE TRIGGER evil AFTER INSERT ON change BEGIN DELETE FROM change WHERE generation = 1; END");
    place_open(&p);
    put_now(&p, STORE_RESOURCE, "default/key/3", "x");
    place_close(&p);
    place_open(&p);
    assert_int_equal(store_head(p.store).generation, 5);
    place_clear(&p);
}

static void what_is_no_database_is_refused(void **state)
{
    (void)state;
    struct place p;
    place_new(&p);
    struct store *s = NULL;
    int fd = open(p.path, O_WRONLY | O_CREAT, 0600);
    static uint8_t noise[8192];
    memset(noise, 'x', sizeof(noise));
    assert_int_equal(write(fd, noise, sizeof(noise)), sizeof(noise));
    close(fd);
    assert_refused(store_open(p.path, &p.master, &s), REASON_STORE_TAMPERED);
    assert_refused(store_open(p.dir, &p.master, &s), REASON_STORE_DOWN);
    assert_refused(store_open("/nonexistent/store.db", &p.master, &s), REASON_STORE_DOWN);
    assert_null(s);
    place_clear(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_column_of_every_row_is_bound),
        cmocka_unit_test(rows_cannot_be_exchanged_removed_or_added),
        cmocka_unit_test(another_master_key_opens_nothing),
        cmocka_unit_test(an_older_database_has_an_older_head),
        cmocka_unit_test(a_running_store_believes_no_changed_row),
        cmocka_unit_test(a_history_believes_no_changed_author),
        cmocka_unit_test(triggers_do_not_run),
        cmocka_unit_test(what_is_no_database_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
