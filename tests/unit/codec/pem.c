#include "codec/pem.h"

#include "../check.h"

static struct err first(struct arena *a, struct bytes text, struct pem_block *out, bool *found)
{
    return pem_next(a, &text, out, found);
}

static void test_refusals(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "-----BEGIN ",
        "-----BEGIN A",
        "-----BEGIN A\n-----\nYQ==\n-----END A-----",
        "-----BEGIN A-----",
        "-----BEGIN A-----\nYQ==\n",
        "-----BEGIN A-----\nYQ==\n-----END ",
        "-----BEGIN A-----\nYQ==\n-----END B-----\n",
        "-----BEGIN A-----\nYQ==\n-----END A----",
        "-----BEGIN A-----\nYQ==\n-----END AB-----",
        "-----BEGIN A-----\nYQ=\n-----END A-----",
        "-----BEGIN A\nB-----\nYQ==\n-----END A\nB-----\n",
        "-----BEGIN A-----\nY!==\n-----END A-----",
        "-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\n\nYQ==\n-----END A-----",
        "-----BEGIN A-----\nYQ==\n-----BEGIN B-----\nYQ==\n-----END B-----\n",
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        SCOPED(arena) struct arena a;
        struct pem_block b;
        bool found;
        ROW(rows[i]);
        arena_init(&a, 1 << 16);
        assert_code(first(&a, bytes_of_text(rows[i]), &b, &found), ERR_FORMAT);
    }
}

static void test_every_cut(void **state)
{
    (void)state;
    static const char text[] = "x\n-----BEGIN A B-----\nYWJj\n-----END A B-----";
    for (size_t n = 13; n + 1 < sizeof(text); n++) {
        SCOPED(arena) struct arena a;
        struct pem_block b;
        bool found;
        arena_init(&a, 1 << 16);
        assert_code(first(&a, bytes_of(text, n), &b, &found), ERR_FORMAT);
    }
}

static void test_blocks_in_a_row(void **state)
{
    (void)state;
    SCOPED(arena) struct arena a;
    struct pem_block b;
    bool found;
    struct bytes rest = BYTES_LIT("note\n-----BEGIN A-----\r\nYW\r\nJj\r\n-----END A-----\r\n"
                                  "-----BEGIN  -----\n-----END  ----- x");
    arena_init(&a, 1 << 16);
    assert_ok(pem_next(&a, &rest, &b, &found));
    assert_true(found);
    assert_text(b.label, "A");
    assert_text(b.der, "abc");
    assert_ok(pem_next(&a, &rest, &b, &found));
    assert_true(found);
    assert_text(b.label, " ");
    assert_text(b.der, "");
    assert_text(rest, " x");
    assert_ok(pem_next(&a, &rest, &b, &found));
    assert_false(found);
    rest = BYTES_EMPTY;
    assert_ok(pem_next(&a, &rest, &b, &found));
    assert_false(found);
}

static void test_faults(void **state)
{
    (void)state;
    SCOPED(arena) struct arena a;
    struct pem_block b;
    bool found;
    arena_init(&a, 1 << 16);
    FAULT_PASS(first(&a, BYTES_LIT("-----BEGIN A-----\nYWJj\n-----END A-----\n"), &b, &found), arena_clear(&a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_blocks_in_a_row),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
