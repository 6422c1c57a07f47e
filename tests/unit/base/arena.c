#include "base/arena.h"

#include "check.h"

static void the_cap_holds(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1000);
    void *p;
    assert_ok(arena_alloc(&a, 900, &p));
    assert_code(arena_alloc(&a, 200, &p), ERR_NOMEM);
    assert_code(arena_alloc(&a, SIZE_MAX, &p), ERR_NOMEM);
    uint64_t *many;
    assert_code(arena_array(&a, SIZE_MAX / 4, &many), ERR_NOMEM);
    arena_clear(&a);
    assert_ok(arena_alloc(&a, 900, &p));
    arena_clear(&a);
}

static void memory_is_zeroed_again_after_a_reset(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 20);
    uint8_t *p;
    for (int round = 0; round < 3; round++) {
        assert_ok(arena_array(&a, 64, &p));
        assert_true(bytes_all(bytes_of(p, 64), 0));
        memset(p, 0xff, 64);
        arena_reset(&a);
        assert_int_equal(a.used, 0);
    }
    arena_clear(&a);
}

static void a_text_holds_no_nul(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 20);
    char *text;
    assert_code(arena_text(&a, bytes_of("a\0b", 3), &text), ERR_FORMAT);
    assert_ok(arena_text(&a, BYTES_LIT("ab"), &text));
    assert_string_equal(text, "ab");
    arena_clear(&a);
}

static struct err three(struct arena *a)
{
    void *p;
    struct bytes copy;
    TRY(arena_alloc(a, 10, &p));
    TRY(arena_copy(a, BYTES_LIT("some text"), &copy));
    return arena_alloc(a, 100000, &p);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1 << 20);
    FAULT_PASS(three(&a), arena_clear(&a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cap_holds),
        cmocka_unit_test(memory_is_zeroed_again_after_a_reset),
        cmocka_unit_test(a_text_holds_no_nul),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("base/arena", tests, NULL, NULL);
}
