/* proves: R25 M-REF */
#include "place.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "base/limits.h"

static void what_was_never_set_is_absent(void **state)
{
    (void)state;
    struct place p;
    struct arena a;
    struct bytes value;
    const struct store_entry *entries;
    size_t n;
    place_new(&p);
    arena_init(&a, 1 << 20);
    place_open(&p);
    assert_int_equal(store_head(p.store).generation, 0);
    assert_code(get(&p, STORE_RESOURCE, "default/key/1"), ERR_ABSENT);
    assert_code(get(&p, STORE_RESOURCE, ""), ERR_ABSENT);
    assert_code(store_get_public(p.store, &a, STORE_POLICY, BYTES_LIT("x"), &value, NULL), ERR_ABSENT);
    assert_code(store_history(p.store, &a, STORE_POLICY, BYTES_LIT("x"), &entries, &n), ERR_ABSENT);
    assert_ok(store_list(p.store, &a, STORE_POLICY, &entries, &n));
    assert_int_equal(n, 0);
    put_now(&p, STORE_POLICY, "x", "1");
    ROW("another kind, a longer and a shorter name");
    assert_code(store_get_public(p.store, &a, STORE_REFERENCE, BYTES_LIT("x"), &value, NULL), ERR_ABSENT);
    assert_code(store_get_public(p.store, &a, STORE_POLICY, BYTES_LIT("xy"), &value, NULL), ERR_ABSENT);
    assert_code(store_get_public(p.store, &a, STORE_POLICY, BYTES_LIT("x\0"), &value, NULL), ERR_ABSENT);
    ROW("versions");
    assert_code(store_get_version(p.store, &a, STORE_POLICY, BYTES_LIT("x"), 0, &value), ERR_ABSENT);
    assert_code(store_get_version(p.store, &a, STORE_POLICY, BYTES_LIT("x"), 2, &value), ERR_ABSENT);
    assert_code(store_get_version(p.store, &a, STORE_POLICY, BYTES_LIT("x"), UINT64_MAX, &value), ERR_ABSENT);
    arena_clear(&a);
    place_clear(&p);
}

static void a_change_needs_a_transaction_and_bounds(void **state)
{
    (void)state;
    static uint8_t big[STORE_VALUE_MAX + 1];
    struct place p;
    place_new(&p);
    place_open(&p);
    assert_code(put(&p, STORE_POLICY, "x", "1"), ERR_STATE);
    assert_code(store_delete(p.store, STORE_POLICY, BYTES_LIT("x"), BYTES_EMPTY, NOW), ERR_STATE);
    assert_code(store_spend(p.store, bytes_of(big, 32), bytes_of(big, 32), BYTES_EMPTY, NOW), ERR_STATE);
    assert_code(store_commit(p.store), ERR_STATE);
    store_rollback(p.store);
    assert_ok(store_begin(p.store));
    assert_code(store_begin(p.store), ERR_STATE);
    const struct bytes x = BYTES_LIT("x");
    assert_code(store_put(p.store, STORE_POLICY, BYTES_EMPTY, x, x, NOW, NULL), ERR_LIMIT);
    assert_code(store_put(p.store, STORE_POLICY, bytes_of(big, STORE_NAME_MAX + 1), x, x, NOW, NULL), ERR_LIMIT);
    assert_code(store_put(p.store, STORE_POLICY, x, BYTES_OF(big), x, NOW, NULL), ERR_LIMIT);
    assert_code(store_put(p.store, STORE_POLICY, x, x, bytes_of(big, STORE_BY_MAX + 1), NOW, NULL), ERR_LIMIT);
    assert_code(store_put(p.store, STORE_POLICY, x, x, x, -1, NULL), ERR_LIMIT);
    assert_code(store_put(p.store, STORE_NONE, x, x, x, NOW, NULL), ERR_BUG);
    assert_code(store_put(p.store, STORE_KIND_COUNT, x, x, x, NOW, NULL), ERR_BUG);
    assert_code(store_delete(p.store, STORE_POLICY, x, x, NOW), ERR_ABSENT);
    assert_code(store_spend(p.store, bytes_of(big, 31), bytes_of(big, 32), x, NOW), ERR_LIMIT);
    assert_code(store_spend(p.store, bytes_of(big, 32), bytes_of(big, 33), x, NOW), ERR_LIMIT);
    assert_code(store_spend(p.store, bytes_of(big, 32), bytes_of(big, 32), bytes_of(big, TOKEN_MAX + 1), NOW),
                ERR_LIMIT);
    assert_ok(store_commit(p.store));
    assert_int_equal(store_head(p.store).generation, 0);
    place_clear(&p);
}

static void a_resource_goes_into_no_arena(void **state)
{
    (void)state;
    struct place p;
    struct arena a;
    struct bytes value;
    arena_init(&a, 1 << 20);
    place_new(&p);
    place_open(&p);
    put_now(&p, STORE_RESOURCE, "default/key/1", "canary-7f3a");
    assert_code(store_get_public(p.store, &a, STORE_RESOURCE, BYTES_LIT("default/key/1"), &value, NULL), ERR_DENIED);
    assert_code(store_get_version(p.store, &a, STORE_RESOURCE, BYTES_LIT("default/key/1"), 1, &value), ERR_DENIED);
    place_close(&p);
    ROW("nor into the file");
    static uint8_t file[1 << 20];
    int fd = open(p.path, O_RDONLY);
    ssize_t n = read(fd, file, sizeof(file));
    close(fd);
    assert_true(n > 0);
    assert_null(memmem(file, (size_t)n, "canary-7f3a", 11));
    struct stat st;
    assert_int_equal(stat(p.path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    arena_clear(&a);
    place_clear(&p);
}

static void versions_and_history_are_kept(void **state)
{
    (void)state;
    struct place p;
    struct arena a;
    struct bytes value;
    const struct store_entry *e;
    size_t n;
    uint64_t version;
    arena_init(&a, 1 << 20);
    place_new(&p);
    place_open(&p);
    put_now(&p, STORE_POLICY, "p", "one");
    put_now(&p, STORE_POLICY, "p", "two");
    delete_now(&p, STORE_POLICY, "p");
    put_now(&p, STORE_POLICY, "p", "");
    put_now(&p, STORE_REFERENCE, "p", "other kind");
    for (int again = 0; again < 2; again++) {
        ROW(again ? "reopened" : "running");
        assert_ok(store_get_public(p.store, &a, STORE_POLICY, BYTES_LIT("p"), &value, &version));
        assert_text(value, "");
        assert_int_equal(version, 4);
        assert_ok(store_get_version(p.store, &a, STORE_POLICY, BYTES_LIT("p"), 1, &value));
        assert_text(value, "one");
        assert_ok(store_get_version(p.store, &a, STORE_POLICY, BYTES_LIT("p"), 2, &value));
        assert_text(value, "two");
        assert_code(store_get_version(p.store, &a, STORE_POLICY, BYTES_LIT("p"), 3, &value), ERR_ABSENT);
        assert_ok(store_history(p.store, &a, STORE_POLICY, BYTES_LIT("p"), &e, &n));
        assert_int_equal(n, 4);
        assert_int_equal(e[0].version, 4);
        assert_int_equal(e[3].version, 1);
        assert_int_equal(e[3].generation, 1);
        assert_true(e[1].is_deleted && !e[0].is_deleted);
        assert_text(e[1].changed_by, "bob");
        assert_text(e[0].changed_by, "alice");
        assert_int_equal(e[1].changed_at_sec, NOW + 1);
        SCOPED(secret) struct secret empty = {0};
        assert_ok(store_get(p.store, STORE_POLICY, BYTES_LIT("p"), &empty, NULL));
        assert_int_equal(empty.n, 0);
        place_close(&p);
        place_open(&p);
    }
    arena_clear(&a);
    place_clear(&p);
}

static void a_list_is_sorted_and_current(void **state)
{
    (void)state;
    static const char *const names[] = {"m", "b", "zz", "a", "z", "b/c"};
    static const char *const want[] = {"a", "b", "b/c", "m", "zz"};
    struct place p;
    struct arena a;
    const struct store_entry *e;
    size_t n;
    arena_init(&a, 1 << 20);
    place_new(&p);
    place_open(&p);
    for (size_t i = 0; i < 6; i++)
        put_now(&p, STORE_RESOURCE, names[i], "v");
    put_now(&p, STORE_RESOURCE, "m", "w");
    put_now(&p, STORE_EK, "aa", "v");
    delete_now(&p, STORE_RESOURCE, "z");
    for (int again = 0; again < 2; again++) {
        assert_ok(store_list(p.store, &a, STORE_RESOURCE, &e, &n));
        assert_int_equal(n, 5);
        for (size_t i = 0; i < n; i++)
            assert_text(e[i].name, want[i]);
        assert_int_equal(e[3].version, 2);
        assert_text(e[3].changed_by, "alice");
        place_close(&p);
        place_open(&p);
    }
    arena_clear(&a);
    place_clear(&p);
}

static void a_rollback_leaves_nothing(void **state)
{
    (void)state;
    struct place p;
    struct arena a;
    struct bytes digest, token;
    arena_init(&a, 1 << 20);
    place_new(&p);
    place_open(&p);
    put_now(&p, STORE_POLICY, "kept", "old");
    struct store_head before = store_head(p.store);
    for (int how = 0; how < 3; how++) {
        ROW(how == 0 ? "rollback" : how == 1 ? "a second change fails" : "close");
        assert_ok(store_begin(p.store));
        assert_ok(put(&p, STORE_POLICY, "new", "1"));
        assert_ok(put(&p, STORE_POLICY, "new", "2"));
        assert_ok(put(&p, STORE_POLICY, "kept", "changed"));
        assert_ok(store_delete(p.store, STORE_POLICY, BYTES_LIT("kept"), BYTES_LIT("bob"), NOW));
        assert_code(get(&p, STORE_POLICY, "kept"), ERR_ABSENT);
        assert_value(&p, STORE_POLICY, "new", "2");
        assert_ok(store_spend(p.store, BYTES_LIT("0123456789abcdef0123456789abcdef"),
                              BYTES_LIT("0123456789abcdef0123456789abcdef"), BYTES_LIT("t"), NOW));
        assert_int_equal(store_head(p.store).generation, 1);
        if (how == 0) {
            store_rollback(p.store);
        } else if (how == 1) {
            p.store->is_spoilt = true; /* as a failed statement leaves it */
            assert_refused(put(&p, STORE_POLICY, "other", "1"), REASON_STORE_DOWN);
            assert_refused(store_commit(p.store), REASON_STORE_DOWN);
        } else {
            place_close(&p);
            place_open(&p);
        }
        assert_int_equal(store_head(p.store).generation, 1);
        assert_memory_equal(store_head(p.store).root, before.root, 32);
        assert_value(&p, STORE_POLICY, "kept", "old");
        assert_code(get(&p, STORE_POLICY, "new"), ERR_ABSENT);
        assert_code(store_spent_find(p.store, &a, BYTES_LIT("0123456789abcdef0123456789abcdef"), &digest, &token),
                    ERR_ABSENT);
        assert_code(store_commit(p.store), ERR_STATE);
    }
    put_now(&p, STORE_POLICY, "new", "3");
    place_close(&p);
    place_open(&p);
    assert_value(&p, STORE_POLICY, "new", "3");
    arena_clear(&a);
    place_clear(&p);
}

static void a_full_disk_refuses_and_recovers(void **state)
{
    (void)state;
    static uint8_t big[256 * 1024];
    struct place p;
    place_new(&p);
    place_open(&p);
    put_now(&p, STORE_POLICY, "kept", "old");
    struct store_head before = store_head(p.store);
    char sql[64];
    for (int pages = 8; pages < 40; pages += 8) {
        ROW("max_page_count");
        snprintf(sql, sizeof(sql), "PRAGMA max_page_count = %d", pages);
        assert_int_equal(sqlite3_exec(p.store->db, sql, NULL, NULL, NULL), SQLITE_OK);
        assert_ok(store_begin(p.store));
        struct err e = store_put(p.store, STORE_RESOURCE, BYTES_LIT("big"), BYTES_OF(big), BYTES_LIT("a"), NOW, NULL);
        if (!failed(e))
            e = store_commit(p.store);
        else
            assert_refused(store_commit(p.store), REASON_STORE_DOWN);
        assert_refused(e, REASON_STORE_DOWN);
        assert_int_equal(e.code, ERR_IO);
        assert_int_equal(e.sys, ENOSPC);
        assert_int_equal(store_head(p.store).generation, before.generation);
        assert_value(&p, STORE_POLICY, "kept", "old");
        assert_code(get(&p, STORE_RESOURCE, "big"), ERR_ABSENT);
    }
    assert_int_equal(sqlite3_exec(p.store->db, "PRAGMA max_page_count = 100000", NULL, NULL, NULL), SQLITE_OK);
    assert_ok(store_begin(p.store));
    assert_ok(store_put(p.store, STORE_RESOURCE, BYTES_LIT("big"), BYTES_OF(big), BYTES_LIT("a"), NOW, NULL));
    assert_ok(store_commit(p.store));
    place_close(&p);
    place_open(&p);
    assert_int_equal(store_head(p.store).generation, 2);
    SCOPED(secret) struct secret value = {0};
    assert_ok(store_get(p.store, STORE_RESOURCE, BYTES_LIT("big"), &value, NULL));
    assert_bytes(secret_borrow(&value), BYTES_OF(big));
    place_clear(&p);
}

static void a_second_writer_is_refused(void **state)
{
    (void)state;
    struct place p;
    place_new(&p);
    place_open(&p);
    pid_t pid = fork();
    if (pid == 0) { /* locks are per process */
        SCOPED(secret) struct secret master = {0};
        struct store *other = NULL;
        struct err e = secret_new(32, &master);
        if (!failed(e)) {
            memset(master.p, 0x5a, 32);
            e = store_open(p.path, &master, &other);
        }
        _exit(e.code == ERR_IO && e.reason == REASON_STORE_DOWN && e.sys == EBUSY ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    place_clear(&p);
}

static void a_session_is_spent_once(void **state)
{
    (void)state;
    static const char *const columns[] = {"digest", "iv", "sealed", "tag"};
    struct place p;
    struct arena a;
    struct bytes digest, token;
    const struct bytes session = BYTES_LIT("0123456789abcdef0123456789abcdef");
    const struct bytes other = BYTES_LIT("1123456789abcdef0123456789abcdef");
    const struct bytes body = BYTES_LIT("abcdefabcdefabcdefabcdefabcdef00");
    arena_init(&a, 1 << 20);
    place_new(&p);
    place_open(&p);
    assert_code(store_spent_find(p.store, &a, session, &digest, &token), ERR_ABSENT);
    assert_ok(store_begin(p.store));
    assert_ok(store_spend(p.store, session, body, BYTES_LIT("token"), NOW));
    assert_refused(store_spend(p.store, session, body, BYTES_LIT("token"), NOW), REASON_SESSION_SPENT);
    assert_ok(store_spend(p.store, other, body, BYTES_LIT("token2"), NOW + 10));
    assert_ok(store_commit(p.store));
    assert_ok(store_begin(p.store));
    assert_refused(store_spend(p.store, session, session, BYTES_LIT("x"), NOW), REASON_SESSION_SPENT);
    assert_ok(store_commit(p.store));
    place_close(&p);
    place_open(&p);
    assert_ok(store_spent_find(p.store, &a, session, &digest, &token));
    assert_bytes(digest, body);
    assert_text(token, "token");
    assert_int_equal(store_head(p.store).generation, 0);
    for (size_t i = 0; i < 4; i++) {
        ROW(columns[i]);
        char sql[256];
        /* The first byte is random in some columns: it becomes another one, whatever it is. */
        snprintf(sql, sizeof(sql),
                 "SAVEPOINT a; UPDATE spent SET %s = CAST(CASE substr(%s, 1, 1) WHEN x'01' THEN x'02' ELSE x'01' END"
                 " || substr(%s, 2) AS BLOB)",
                 columns[i], columns[i], columns[i]);
        assert_int_equal(sqlite3_exec(p.store->db, sql, NULL, NULL, NULL), SQLITE_OK);
        assert_refused(store_spent_find(p.store, &a, session, &digest, &token), REASON_STORE_TAMPERED);
        assert_int_equal(sqlite3_exec(p.store->db, "ROLLBACK TO a; RELEASE a", NULL, NULL, NULL), SQLITE_OK);
    }
    ROW("a row for another session");
    assert_int_equal(sqlite3_exec(p.store->db,
                                  "SAVEPOINT a; DELETE FROM spent WHERE substr(session, 1, 1) = x'30';"
                                  "UPDATE spent SET session = CAST('0' || substr(session, 2) AS BLOB)",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_refused(store_spent_find(p.store, &a, session, &digest, &token), REASON_STORE_TAMPERED);
    assert_int_equal(sqlite3_exec(p.store->db, "ROLLBACK TO a; RELEASE a", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(p.store->db, "SAVEPOINT a; UPDATE spent SET expires_at = expires_at + 1", NULL, NULL, NULL),
        SQLITE_OK);
    assert_refused(store_spent_find(p.store, &a, session, &digest, &token), REASON_STORE_TAMPERED);
    assert_int_equal(sqlite3_exec(p.store->db, "ROLLBACK TO a; RELEASE a", NULL, NULL, NULL), SQLITE_OK);
    ROW("expiry");
    assert_ok(store_spent_expire(p.store, NOW));
    assert_ok(store_spent_find(p.store, &a, session, &digest, &token));
    assert_ok(store_spent_expire(p.store, NOW + 1));
    assert_code(store_spent_find(p.store, &a, session, &digest, &token), ERR_ABSENT);
    assert_ok(store_spent_find(p.store, &a, other, &digest, &token));
    assert_text(token, "token2");
    arena_clear(&a);
    place_clear(&p);
}

/* The child puts and acknowledges over a pipe until it is killed. */
static void put_for_ever(struct place *p, int ack)
{
    char name[32];
    if (failed(store_open(p->path, &p->master, &p->store)))
        _exit(1);
    for (uint64_t i = store_head(p->store).generation + 1;; i++) {
        snprintf(name, sizeof(name), "key/%lu", (unsigned long)i);
        if (failed(store_begin(p->store)) || failed(put(p, STORE_RESOURCE, name, name)) ||
            failed(store_commit(p->store)))
            _exit(1);
        if (write(ack, &i, sizeof(i)) != sizeof(i))
            _exit(1);
    }
}

static void what_was_acknowledged_survives_a_kill(void **state)
{
    (void)state;
    struct place p;
    place_new(&p);
    uint64_t acknowledged = 0;
    for (int round = 0; round < 10; round++) {
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            close(ends[0]);
            secret_clear(&p.master); /* a forked child has it wiped */
            if (failed(secret_new(32, &p.master)))
                _exit(1);
            memset(p.master.p, 0x5a, 32);
            put_for_ever(&p, ends[1]);
        }
        close(ends[1]);
        uint64_t seq;
        for (int i = 0; i < 3 + 5 * round && read(ends[0], &seq, sizeof(seq)) == sizeof(seq); i++)
            acknowledged = seq;
        usleep((useconds_t)(137 * round));
        kill(pid, SIGKILL);
        while (read(ends[0], &seq, sizeof(seq)) == sizeof(seq))
            acknowledged = seq;
        close(ends[0]);
        int status;
        waitpid(pid, &status, 0);
        assert_true(WIFSIGNALED(status));
        place_open(&p);
        assert_true(store_head(p.store).generation >= acknowledged);
        assert_true(store_head(p.store).generation <= acknowledged + 1);
        for (uint64_t i = 1; i <= acknowledged; i++) {
            char name[32];
            snprintf(name, sizeof(name), "key/%lu", (unsigned long)i);
            assert_value(&p, STORE_RESOURCE, name, name);
        }
        place_close(&p);
    }
    assert_true(acknowledged > 50);
    place_clear(&p);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void ten_thousand_rows_open_soon(void **state)
{
    (void)state;
    struct place p;
    char name[64], value[600];
    memset(value, 'v', sizeof(value));
    value[sizeof(value) - 1] = '\0';
    place_new(&p);
    place_open(&p);
    assert_ok(store_begin(p.store));
    for (int i = 0; i < 10000; i++) {
        snprintf(name, sizeof(name), "default/key-%d/%d", i % 97, i % 5000);
        assert_ok(put(&p, STORE_RESOURCE, name, value));
    }
    assert_ok(store_commit(p.store));
    place_close(&p);
    double start = seconds();
    place_open(&p);
    print_message("# 10000 changes open in %.3f s\n", seconds() - start);
    assert_true(seconds() - start < 10);
    struct arena a;
    const struct store_entry *e;
    size_t n;
    arena_init(&a, 64 << 20);
    assert_ok(store_list(p.store, &a, STORE_RESOURCE, &e, &n));
    assert_true(n >= 5000 && n <= 10000);
    for (size_t i = 1; i < n; i++)
        assert_true(bytes_compare(e[i - 1].name, e[i].name) < 0);
    arena_clear(&a);
    place_clear(&p);
}

static struct err put_and_get(struct place *p)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    struct bytes value;
    struct err e = store_open(p->path, &p->master, &p->store);
    if (!failed(e))
        e = store_begin(p->store);
    if (!failed(e))
        e = put(p, STORE_POLICY, "name", "value");
    if (!failed(e))
        e = store_commit(p->store);
    if (!failed(e))
        e = store_get_public(p->store, &a, STORE_POLICY, BYTES_LIT("name"), &value, NULL);
    arena_clear(&a);
    place_close(p);
    return e;
}

static void faults_are_errors(void **state)
{
    (void)state;
    struct place p;
    place_new(&p);
    FAULT_PASS(put_and_get(&p), (void)unlink(p.path));
    place_clear(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_never_set_is_absent),     cmocka_unit_test(a_change_needs_a_transaction_and_bounds),
        cmocka_unit_test(a_resource_goes_into_no_arena),    cmocka_unit_test(versions_and_history_are_kept),
        cmocka_unit_test(a_list_is_sorted_and_current),     cmocka_unit_test(a_rollback_leaves_nothing),
        cmocka_unit_test(a_full_disk_refuses_and_recovers), cmocka_unit_test(a_second_writer_is_refused),
        cmocka_unit_test(a_session_is_spent_once),          cmocka_unit_test(what_was_acknowledged_survives_a_kill),
        cmocka_unit_test(ten_thousand_rows_open_soon),      cmocka_unit_test(faults_are_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
